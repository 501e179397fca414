# SPDX-License-Identifier: Apache-2.0
"""A model behind HTTP that speaks the Open Inference Protocol, version 2 (MLServer, Triton, KServe and others).

Rows go out in requests of a fixed size, each tried again a few times when the server is busy or slow. A server on
another machine is asked only where the description says who allowed it, until when, and how many rows at most.

Source: https://github.com/kserve/open-inference-protocol, specification of inference_rest, 2023.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, final
from urllib.parse import urlsplit

import numpy as np

from probatum.adapters.claims import by_answers
from probatum.adapters.function import FunctionModel, tell_output
from probatum.adapters.http_client import Client, Reply, place
from probatum.adapters.inference_protocol import array, column, listed, read
from probatum.adapters.interface import Adapter, Claim, Wish
from probatum.errors import ModelError, NoMoreAnswersError, UnreachableError
from probatum.facts.capabilities import Capability
from probatum.facts.input_limits import InputLimits
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers
from probatum.systems.mistakes import visible
from probatum.systems.quota import Quota
from probatum.systems.structures import Structure

ROWS = 256  # in one request
TRIES = 4
WAITS = (0.2, 1.0, 3.0)  # seconds before each further try
REDIRECTS = frozenset({301, 302, 303, 307, 308})
BUSY = frozenset({429, 502, 503, 504})
PROBABILITIES = ("predict_proba", "probabilities", "probability", "scores")  # names under which servers give them


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Who allowed that a server elsewhere is asked, until when, and how often."""

    by: str
    until: datetime.date  # the last day
    quota: Quota


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the model is: ``http://host:port/v2/models/name``, perhaps with ``/versions/...``."""

    url: str
    permission: Permission | None = None
    today: datetime.date
    limits: InputLimits = field(default_factory=InputLimits)


@final
class HttpModel:
    """A model on a server; what it answers is read by the declared output."""

    def __init__(self, address: Address, probe: Rows, wish: Wish) -> None:
        """Ask the server what the model takes and gives.

        Raises:
            ModelError: the server cannot be reached, is not allowed, or does not speak the protocol.
        """
        self._quota = _allowed(address)
        self._url, self._limits = address.url.rstrip("/"), address.limits
        with Client(self._limits) as client:
            told = self._send(client, "GET", self._url, None)
        self._inputs = listed(told, "inputs")
        outputs = [str(one.get("name")) for one in listed(told, "outputs")]
        wanted = wish.output in (None, "probabilities") and probe.schema.task is not Task.REGRESSION
        self._output = self._probabilities(outputs, probe) if wanted else None
        output = wish.output or ("probabilities" if self._output else tell_output(self.said, probe))
        self._function = FunctionModel(self.said, output, wish)
        self.capabilities: frozenset[Capability] = self._function.capabilities
        self.classes: tuple[Label, ...] | None = wish.classes

    def ask(self, rows: Rows) -> Answers:
        """Ask the server about all rows."""
        return self._function.ask(rows)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Compare names where the server has an input for each column.

        Raises:
            ModelError: it wants columns that the data lack.
        """
        names = [str(one.get("name")) for one in self._inputs]
        given = [column.name for column in schema.given]
        absent = [name for name in names if name not in given]
        if len(names) > 1 and absent:
            raise ModelError(
                f"The server's model wants {len(names)} columns; the data lack {len(absent)} of them: "
                f"{', '.join(absent[:8])}. Add them, or serve another model."
            )
        return ()

    def refit(self, rows: Rows, seed: int) -> "HttpModel":
        """Refuse: a server does not say how its model was trained."""
        raise ModelError("A model behind HTTP cannot be trained again. Give a recipe: [recipe] train.")

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return why there is none."""
        return "The model is behind HTTP: it can be asked, and nobody can look inside."

    def _probabilities(self, outputs: list[str], probe: Rows) -> str | None:
        """Return the output that holds probabilities; servers that do not list their outputs are asked for it."""
        known = [name for name in PROBABILITIES if name in outputs]
        if known or outputs:
            return known[0] if known else None
        try:
            with Client(self._limits) as client:
                self._infer(client, probe.take(np.array([0])).features, PROBABILITIES[0])
        except NoMoreAnswersError:
            raise
        except ModelError:
            return None
        return PROBABILITIES[0]

    def said(self, features: Any) -> np.ndarray:
        """Return the answers about features, request by request; connections are closed at the end of each."""
        with Client(self._limits) as client:
            return np.concatenate(
                [
                    self._infer(client, features[start : start + ROWS], self._output)
                    for start in range(0, max(len(features), 1), ROWS)
                ]
            )

    def _infer(self, client: Client, features: Any, output: str | None) -> np.ndarray:
        body: dict[str, Any] = {"inputs": self._tensors(features)}
        if not isinstance(features, np.ndarray):
            body["parameters"] = {"content_type": "pd"}  # the columns of one table
        if output is not None:
            body["outputs"] = [{"name": output}]
        told = self._send(client, "POST", f"{self._url}/infer", body, rows=len(features))
        return read(told, output, len(features))

    def _tensors(self, features: Any) -> list[dict[str, Any]]:
        """Return what is sent: one array, or one column each where the rows are a table."""
        if isinstance(features, np.ndarray):
            return [array(self._inputs[0] if len(self._inputs) == 1 else {}, features)]
        return [column(str(name), features[name]) for name in features.columns]

    def _send(
        self, client: Client, verb: str, url: str, body: Mapping[str, Any] | None, *, rows: int = 0
    ) -> dict[str, Any]:
        """Send one request, again where the server is busy; return what it said.

        Raises:
            NoMoreAnswersError: not so many rows may be asked about.
            UnreachableError: it answers nothing at all any more.
            ModelError: it stays silent, refuses, or says what is no JSON.
        """
        import time

        import httpx

        why, tries = "", 0
        for wait in (*WAITS[: TRIES - 1], None):
            if not self._may_send(rows, client, again=tries > 0):
                break
            tries += 1
            try:
                reply = client.send(verb, url, body)
                if reply.status not in BUSY:
                    return _content(reply, url)
                why = f"it is busy (status {reply.status})"
            except httpx.TimeoutException:
                why = f"it gave no whole answer within {self._limits.seconds:g} seconds"
            except httpx.HTTPError as error:
                why = f"it cannot be reached ({type(error).__name__})"
                if isinstance(error, httpx.ConnectError) and self._quota is not None:
                    self._quota.give_back(rows)  # nothing was sent
            if wait is not None:
                time.sleep(wait)
        if verb != "GET" and self._alive(client):
            raise ModelError(f"The model's server did not answer one request: {why}, {tries} times. Others it answers.")
        raise UnreachableError(
            f"The model's server did not answer: {why}, {tries} times. Is it running, at {place(url)}?"
        )

    def _may_send(self, rows: int, client: Client, *, again: bool) -> bool:
        """Count rows that are sent, again where they are sent again; return whether that is of any use.

        Raises:
            NoMoreAnswersError: not so many may be sent, and a server is there that would answer.
        """
        if self._quota is None:
            return True
        try:
            self._quota.take(rows)
        except NoMoreAnswersError:
            if again and not self._alive(client):
                return False
            raise
        return True

    def _alive(self, client: Client) -> bool:
        """Whether the server still says what its model is, so that it was the request that it could not answer."""
        import httpx

        try:
            return client.send("GET", self._url).status not in BUSY
        except (httpx.HTTPError, ModelError):
            return False


def _content(reply: Reply, url: str) -> dict[str, Any]:
    told = reply.json()
    if reply.status == 200 and isinstance(told, dict):
        return told
    if reply.location is not None and reply.status in REDIRECTS:
        raise ModelError(
            f"The server at {place(url)} sends on to {place(reply.location, url)}. That is not followed: rows "
            "go to the address given and nowhere else. If you trust the other one, give it as url under [model]."
        )
    error = str(told.get("error", ""))[:200] if isinstance(told, dict) else ""
    said = f"status {reply.status}" + (f": {visible(error)}" if error else "")
    raise ModelError(
        f"The server at {place(url)} refused ({said}). Wanted a model of the Open Inference Protocol at an address "
        "such as http://localhost:8080/v2/models/income."
    )


def _allowed(address: Address) -> Quota | None:
    """Return what counts the rows asked about; None: this very machine and no limit, so as many as the plan wants.

    Raises:
        ModelError: the server is elsewhere and nobody allowed it, or whoever did allows it no longer.
    """
    host, permission = _host(address.url), address.permission
    if permission is not None and permission.until < address.today:
        raise ModelError(f"The permission to ask {host} ended on {permission.until}. Ask for a new one.")
    if _here(host):
        return None if permission is None else permission.quota  # the model may be metered, or behind a tunnel
    if permission is None:
        raise ModelError(
            f"{host} is another machine. Attacks go there only if somebody who may allow it did: give "
            "allowed_by, allowed_until and max_queries under [model]."
        )
    return permission.quota


def _host(url: str) -> str:
    """Return the host of an address.

    Raises:
        ModelError: it is no address of a model: of another kind, without a host, with a query, or not to be parsed.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is none raises
        whole = parts.scheme in ("http", "https") and host and url.isprintable() and not set(url) & set(" ?#\\")
    except ValueError:
        whole = False
    if not whole:
        raise ModelError('Wanted an address such as url = "http://localhost:8080/v2/models/income".')
    return str(host)


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _fits(thing: Any) -> bool:
    return isinstance(thing, Address)


def _wrap(thing: Address, probe: Rows, wish: Wish) -> HttpModel:
    return HttpModel(thing, probe, wish)


def _claim(thing: Address, probe: Rows, wish: Wish) -> Claim:
    asked = HttpModel(thing, probe, wish)
    return by_answers(asked.said, probe)


ADAPTER = Adapter(name="Open Inference Protocol", fits=_fits, wrap=_wrap, claim=_claim)
