# SPDX-License-Identifier: Apache-2.0
"""What every proxy of the tests is: a listener on a port of its own, with a thread from entering to leaving."""
import socket
import threading


class LoopbackListener:
    """`_serve` runs on the thread; it ends when it has accepted a connection and `_ended` is set."""

    def __init__(self, host="127.0.0.1"):
        self._listener = socket.create_server((host, 0))
        self.port = self._listener.getsockname()[1]
        self._ended = False
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended = True
        socket.create_connection(("127.0.0.1", self.port)).close()  # wakes the thread
        self._thread.join()
        self.cut()
        self._listener.close()

    def cut(self):
        """Ends every connection that is open."""
        raise NotImplementedError

    def _serve(self):
        raise NotImplementedError
