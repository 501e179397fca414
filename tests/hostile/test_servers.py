# SPDX-License-Identifier: Apache-2.0
"""A server that drips, floods, packs, sends on or nests can neither hold a question nor fill the memory."""

import datetime
import gzip
import time
import zlib

import numpy as np
import pytest

pytest.importorskip("httpx")

from hostile.servers import ScriptedServer
from probatum.adapters import http
from probatum.adapters.http import Address
from probatum.adapters.inference_protocol import read
from probatum.adapters.interface import Wish, wrap
from probatum.errors import ModelError, UnreachableError
from probatum.facts.input_limits import InputLimits
from probatum.systems.datasets import from_arrays

LIMITS = InputLimits(seconds=0.3, reply_bytes=100_000)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def whole(body, *headers, status=b"200 OK"):
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def endless(front, piece, pause=0.0):
    def script():
        yield front
        while True:
            if pause:
                time.sleep(pause)
            yield piece

    return script


def once(content):
    return lambda: iter([content])


BLANKS = b" " * 65536
CHUNK = b"%x\r\n" % len(BLANKS) + BLANKS + b"\r\n"
BOMB = gzip.compress(b" " * 50_000_000)
DEEP = b"[" * 90_000

SCRIPTS = {
    "a body of one byte at a time": (
        endless(HEAD + b"Content-Length: 999999\r\n\r\n", b" ", 0.05),
        "within 0.3 seconds",
    ),
    "a header of one byte at a time": (endless(HEAD + b"X: ", b"x", 0.05), "within 0.3 seconds"),
    "headers without an end": (endless(HEAD, b"X: " + b"x" * 60_000 + b"\r\n"), "cannot be reached|more than 100,000"),
    "interim replies without an end": (
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
        "within|more than 100,000",
    ),
    "silence": (endless(b"", b"", 0.05), "within 0.3 seconds"),
    "a body without an end": (endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK), "more than 100,000 bytes"),
    "a body that is stated as 2 GB": (
        endless(HEAD + b"Content-Length: 2000000000\r\n\r\n", BLANKS),
        "more than 100,000 bytes",
    ),
    "a gzip bomb": (once(whole(BOMB, b"Content-Encoding: gzip")), "more than 100,000 bytes"),
    "a damaged gzip body": (once(whole(BOMB[:500], b"Content-Encoding: gzip")), "cannot be unpacked"),
    "a packing that nobody asked for": (once(whole(b"x", b"Content-Encoding: br")), r"packed its reply \(br\)"),
    "two packings": (once(whole(zlib.compress(b"x"), b"Content-Encoding: gzip, deflate")), "packed its reply"),
    "deep nesting": (once(whole(DEEP)), "refused"),
    "no JSON": (once(whole(b"\xff\xfe")), "refused"),
    "a number of 90,000 digits": (once(whole(b'{"inputs": ' + b"1" * 90_000 + b"}")), "refused"),
    "a list for an object": (once(whole(b"[]")), "refused"),
    "a redirect": (
        once(whole(b"", b"Location: http://192.0.2.1:8080/x?secret=1", status=b"302 Found")),
        r"sends on to http://192\.0\.2\.1:8080\. That is not followed",
    ),
    "a redirect to nowhere": (once(whole(b"", b"Location: http://[", status=b"302 Found")), "another address"),
    "an escape in an error": (
        once(whole(b'{"error": "\\u001b[2Jpass"}', status=b"400 Bad Request")),
        r"refused \(status 400: \\x1b\[2Jpass",
    ),
    "nonsense": (once(b"\x00" * 1000), "cannot be reached"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_hostile_server_is_refused_in_time(monkeypatch, name):
    monkeypatch.setattr(http, "WAITS", (0.0, 0.0, 0.0))
    script, words = SCRIPTS[name]
    server = ScriptedServer(script)
    given = from_arrays((np.zeros((4, 3)), np.array([0, 1, 0, 1]))).test
    start = time.monotonic()
    try:
        with pytest.raises((ModelError, UnreachableError), match=words):
            wrap(Address(url=server.url, today=datetime.date(2026, 3, 1), limits=LIMITS), given, Wish())
    finally:
        took = time.monotonic() - start
        server.close()
    assert took < 4 * LIMITS.seconds + 3  # four tries, on a busy machine


@pytest.mark.parametrize(
    "told",
    [
        {"outputs": 5},
        {"outputs": [5]},
        {"outputs": [{"data": 5}]},
        {"outputs": [{"data": [[1], [1, 2]], "datatype": "FP64"}]},
        {"outputs": [{"data": ["x"], "datatype": "FP64"}]},
        {"outputs": [{"data": [{}], "datatype": "INT64"}]},
        {"outputs": [{"data": [10**30], "datatype": "INT64"}]},
        {"outputs": [{"data": [[[]]]}]},
        {"outputs": [{"data": [{"a": [1]}]}]},
        {"outputs": [{"data": [1, 2, 3]}]},
    ],
)
def test_an_answer_that_is_none_is_refused(told):
    with pytest.raises(ModelError):
        read(told, None, 2)


@pytest.mark.parametrize("shape", [[-1, 2], ["x"], 5, [1e9], [2**70], [3, 3], []])
def test_a_wrong_shape_is_not_followed(shape):
    told = {"outputs": [{"data": [1.0, 2.0, 3.0, 4.0], "datatype": "FP64", "shape": shape}]}
    assert read(told, None, 2).shape == (2, 2)


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://localhost:x/m",
        "http://localhost:99999/m",
        "http://localhost/m?a=b",
        "http://localhost/m#a",
        "http://loc\x00alhost/m",
        "http:// localhost/m",
        "http://",
        "file:///etc/passwd",
        "http://localhost\\@192.0.2.1/m",
    ],
)
def test_a_mistake_in_an_address_is_told_as_such(url):
    given = from_arrays((np.zeros((2, 3)), np.array([0, 1]))).test
    with pytest.raises(ModelError, match="Wanted an address such as"):
        wrap(Address(url=url, today=datetime.date(2026, 3, 1), limits=LIMITS), given, Wish())


def test_missing_cells_of_an_array_are_sent_as_null():
    from probatum.adapters.inference_protocol import array

    sent = array({}, np.array([[1.0, np.nan]]))
    assert sent["data"] == [1.0, None]
