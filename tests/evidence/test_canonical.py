# SPDX-License-Identifier: Apache-2.0
"""One spelling for each fact."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.evidence.canonical import canonical, digest, identify

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e15, 1e15)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_spelling_is_that_of_the_rfc_when_given_its_own_example():
    # RFC 8785, section 3.2.3: keys by UTF-16 code unit
    example = {"€": "Euro Sign", "\r": "Carriage Return", "1": "One", "numbers": [333333333.33333329, 1e30, 4.5, 2e-3]}
    assert canonical(example) == (
        '{"\\r":"Carriage Return","1":"One","numbers":[333333333.3333333,1e+30,4.5,0.002],"€":"Euro Sign"}'.encode()
    )


def test_digest_is_sha256_when_given_the_empty_string():
    assert digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(values)
def test_spelling_is_stable_when_read_and_written_again(value):
    once = canonical(value)
    assert canonical(json.loads(once)) == once


@given(st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), st.integers(0, 9)))
def test_id_is_the_same_when_keys_come_in_another_order(value):
    assert identify(dict(reversed(value.items()))) == identify(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2**53, [2**60]])
def test_number_is_refused_when_json_cannot_carry_it(value):
    with pytest.raises(ValueError, match="canonical JSON"):
        canonical(value)
