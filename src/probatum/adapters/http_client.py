# SPDX-License-Identifier: Apache-2.0
"""HTTP with a total time and a total size: a server cannot hold a question for ever, nor fill the memory.

The usual time limits of a client hold for each read: a server that sends one byte a second keeps within them for ever.
Here one deadline holds for a whole request, from connecting to the last byte, and the bytes are counted as they come,
also those of headers; what is packed is unpacked up to the same limit.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, final
from urllib.parse import urljoin, urlsplit

from probatum.errors import InputFileError, MissingExtraError, ModelError
from probatum.facts.input_limits import InputLimits
from probatum.systems.input_files import unpacked
from probatum.systems.mistakes import visible

HEADERS = 2**20  # bytes of a reply beside its body
PIECE = 2**14  # bytes that are sent before the clock is looked at
PLAIN, GZIP = ("", "identity"), ("gzip", "x-gzip")  # packings of a body


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server sent."""

    status: int
    content: bytes
    location: str | None = None  # where a redirect leads

    def json(self) -> Any:
        """Return what it holds; None where it is no JSON, or nested too deeply."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


@final
class Client:
    """Connections to one server: no proxies out of the environment, no redirects.

    The rows go to the address given and nowhere else.
    """

    def __init__(self, limits: InputLimits) -> None:
        """Open no connection yet.

        Raises:
            MissingExtraError: httpx is not installed.
        """
        try:
            import httpx
        except ImportError:
            raise MissingExtraError(
                'Wanted httpx, to ask a model behind HTTP; it is not installed. pip install "probatum[http]"'
            ) from None
        self._limits = limits
        self._allowance = _Allowance(bytes_left=0, ends=0.0)
        self._client = httpx.Client(
            transport=_transport(self._allowance), timeout=limits.seconds, trust_env=False, follow_redirects=False
        )

    def __enter__(self) -> "Client":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self._client.close()

    def send(self, verb: str, url: str, body: Mapping[str, Any] | None = None) -> Reply:
        """Send one request and return the reply.

        Raises:
            httpx.HTTPError: it cannot be reached, or did not reply in time.
            ModelError: the address is none, or the reply is too large or packed in an unknown way.
        """
        import httpx

        self._allowance.renew(self._limits)
        packing = {"accept-encoding": "identity"}
        try:
            with self._client.stream(verb, url, json=body, headers=packing) as reply:
                content = b"".join(self._pieces(reply.iter_raw()))
        except (httpx.InvalidURL, UnicodeError) as error:
            raise ModelError(f"{visible(str(error)[:200])}: no server can have such an address.") from error
        return Reply(
            status=reply.status_code,
            content=self._plain(content, reply.headers.get("content-encoding", "")),
            location=reply.headers.get("location"),
        )

    def _pieces(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > self._limits.reply_bytes:
                raise ModelError(_too_large(self._limits.reply_bytes))
            yield piece

    def _plain(self, content: bytes, packing: str) -> bytes:
        packing = packing.strip().lower()
        if packing in PLAIN:
            return content
        if packing not in GZIP:
            raise ModelError(
                f"The server packed its reply ({visible(packing[:40])}), though it was asked not to. Turn that off."
            )
        try:
            return unpacked(content, "the reply", self._limits.reply_bytes)
        except InputFileError as error:
            damaged = "damaged" in error.reason
            raise ModelError(
                "The server's reply is damaged: it cannot be unpacked."
                if damaged
                else _too_large(self._limits.reply_bytes)
            ) from error


def _too_large(most: int) -> str:
    return (
        f"The server's reply has more than {most:,} bytes. Is this its model? If so, raise reply_bytes under "
        "[input_limits] in probatum.toml."
    )


@final
@dataclass(slots=True, kw_only=True)
class _Allowance:
    """What the present request may still take."""

    bytes_left: int
    ends: float  # by the monotonic clock
    most: int = 0

    def renew(self, limits: InputLimits) -> None:
        self.most = limits.reply_bytes
        self.bytes_left = limits.reply_bytes + HEADERS
        self.ends = monotonic() + limits.seconds

    def seconds(self, timeout: float | None, late: type[Exception]) -> float:
        """Return how long the next step may take; raise ``late`` where the time is over."""
        left = self.ends - monotonic()
        if left <= 0:
            raise late("the time for the whole request is over")
        return left if timeout is None else min(left, timeout)

    def count(self, size: int) -> None:
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise ModelError(_too_large(self.most))


def _network(allowance: _Allowance) -> Any:
    """Return connections for httpcore whose every read and write keeps to the allowance."""
    import httpcore

    class Stream(httpcore.NetworkStream):
        def __init__(self, inner: httpcore.NetworkStream) -> None:
            self._inner = inner

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            piece = self._inner.read(max_bytes, allowance.seconds(timeout, httpcore.ReadTimeout))
            allowance.count(len(piece))
            return piece

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            for start in range(0, len(buffer), PIECE):
                self._inner.write(buffer[start : start + PIECE], allowance.seconds(timeout, httpcore.WriteTimeout))

        def close(self) -> None:
            self._inner.close()

        def start_tls(
            self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
        ) -> "Stream":
            seconds = allowance.seconds(timeout, httpcore.ConnectTimeout)
            return Stream(self._inner.start_tls(ssl_context, server_hostname, seconds))

        def get_extra_info(self, info: str) -> Any:
            return self._inner.get_extra_info(info)

    class Backend(httpcore.NetworkBackend):
        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: Any = None,
        ) -> Stream:
            seconds = allowance.seconds(timeout, httpcore.ConnectTimeout)
            return Stream(httpcore.SyncBackend().connect_tcp(host, port, seconds, local_address, socket_options))

    return Backend()


def _transport(allowance: _Allowance) -> Any:
    """Return a transport for httpx, over httpcore, whose every step keeps to the allowance."""
    import httpcore
    import httpx

    class Body(httpx.SyncByteStream):
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def __iter__(self) -> Iterator[bytes]:
            with _mapped():
                yield from self._inner

        def close(self) -> None:
            self._inner.close()

    class Transport(httpx.BaseTransport):
        def __init__(self) -> None:
            self._pool = httpcore.ConnectionPool(network_backend=_network(allowance))

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            url = request.url
            asked = httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
            with _mapped():
                reply = self._pool.handle_request(asked)
            return httpx.Response(
                status_code=reply.status, headers=reply.headers, stream=Body(reply.stream), extensions=reply.extensions
            )

        def close(self) -> None:
            self._pool.close()

    return Transport()


@contextmanager
def _mapped() -> Iterator[None]:
    """Turn the errors of httpcore into those of httpx, as its own transport does."""
    import httpcore
    import httpx

    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout(str(error)) from error
    except httpcore.ConnectError as error:
        raise httpx.ConnectError(str(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise httpx.TransportError(str(error)) from error


def place(url: str, base: str = "") -> str:
    """Return where a server is, without what may be secret in an address, which may be relative to ``base``."""
    try:
        parts = urlsplit(urljoin(base, url))
        port = f":{parts.port}" if parts.port else ""
        return visible(f"{parts.scheme}://{parts.hostname}{port}")
    except ValueError:
        return "another address"
