# SPDX-License-Identifier: Apache-2.0
"""Find out whether a machine-learning system can be relied on.

A *system* is a model beside its data and the words that describe it. A *plan* fixes which *checks* are run on it, with
which settings and seeds. Each check asks one question and answers it with a *finding*: numbers with ranges, one plain
sentence, no verdict. Plan, digests and findings make the *record*; its id is the digest of its bytes, and the same plan
gives the same id. A *policy* turns the record into a *judgement*. A *report* shows both to people.

Three uses::

    probatum demo                                          # in the shell: a system out of the box
    probatum assess model.joblib --data test.csv --target income --trust-file
    probatum.assess(model, train=(X, y), test=(X2, y2))    # in Python or a notebook: shows its report
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from probatum.runs.python import assess

__all__ = ["assess"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import the door to Python only when somebody walks through it."""
    if name == "assess":
        from probatum.runs.python import assess

        return assess
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
