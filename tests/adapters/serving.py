# SPDX-License-Identifier: Apache-2.0
"""A small server of the Open Inference Protocol on loopback, which misbehaves on demand."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np

Inputs = list[dict[str, Any]]


def summed(inputs: Inputs) -> np.ndarray:
    """Return how likely the second class is, by the sum of the cells of each row of the first input."""
    cells = np.asarray(inputs[0]["data"], dtype=float).reshape(inputs[0]["shape"][0], -1)
    return np.asarray(1 / (1 + np.exp(-cells.sum(axis=1))))


class Server:
    """``moods`` are what it does to the next requests; ``rows`` counts those it was asked about."""

    def __init__(self, second: Callable[[Inputs], np.ndarray] = summed) -> None:
        """Begin to listen."""
        self.moods: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.told: dict[str, Any] = {"name": "m"}
        self.rows = 0
        self.dead = False  # nothing is answered at all
        self.dies_after: int | None = None  # rows
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply(200, server.told)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.bodies.append(body)
                server.rows += body["inputs"][0]["shape"][0]
                server.dead |= server.dies_after is not None and server.rows > server.dies_after
                mood = server.moods.pop(0) if server.moods else "well"
                if mood == "busy":
                    self.reply(503, {"error": "too much to do"})
                elif mood == "hangs up":
                    self.hang_up()
                elif mood == "no json":
                    self.reply(200, "what?")
                elif mood == "refuses":
                    self.reply(400, {"error": "wrong shape"})
                else:
                    self.answer(body["inputs"])

            def answer(self, inputs: Inputs) -> None:
                try:
                    likely = second(inputs)
                except (TypeError, ValueError, StopIteration):
                    self.reply(400, {"error": "wrong cells"})
                    return
                data = np.column_stack([1 - likely, likely])
                out = {"name": "predict_proba", "datatype": "FP64", "shape": list(data.shape)}
                self.reply(200, {"outputs": [out | {"data": data.ravel().tolist()}]})

            def reply(self, status: int, content: object) -> None:
                if server.dead:
                    self.hang_up()
                    return
                text = content if isinstance(content, str) else json.dumps(content)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def hang_up(self) -> None:
                self.close_connection = True
                self.connection.close()

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v2/models/m"
        self.thread = Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop listening."""
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()
