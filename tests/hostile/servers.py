# SPDX-License-Identifier: Apache-2.0
"""A server that answers every request with the bytes of a script, on loopback."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from threading import Event, Thread

Script = Callable[[], Iterator[bytes]]


class ScriptedServer:
    """Sends what the script yields; goes on with it for as long as somebody listens."""

    def __init__(self, script: Script) -> None:
        """Begin to listen."""
        self.script = script
        self.over = Event()
        self.requests = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.1)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v2/models/m"
        self.threads = [Thread(target=self._listen, daemon=True)]
        self.threads[0].start()

    def _listen(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self.listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            thread = Thread(target=self._answer, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            connection.recv(1 << 16)
            self.requests += 1
            for piece in self.script():
                if self.over.is_set():
                    return
                connection.sendall(piece)

    def close(self) -> None:
        """Stop listening."""
        self.over.set()
        self.listener.close()
        for thread in self.threads:
            thread.join(10)
