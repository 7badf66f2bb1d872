# SPDX-License-Identifier: Apache-2.0
"""A wire between an agent and its server that a test can cut, or on which it can lose what the server answers.

    with CuttingProxy(server_port) as wire:
        wire.attach(agent)            # joined and not yet started
        wire.lose_answers()           # the server still hears the agent, the agent hears nothing
        wire.cut()                    # both ends see a reset

Bytes pass as they are, so TLS reaches through. One thread serves all connections.
"""
import os
import re
import selectors
import socket
import struct
import threading

from loopback_listener import LoopbackListener

CHUNK = 256 << 10
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing discards what waits and sends RST


class CuttingProxy(LoopbackListener):
    def __init__(self, server_port, host="127.0.0.1"):
        super().__init__(host)
        self._server = (host, server_port)
        self._lock = threading.Lock()
        self._pairs = {}  # socket: (the other one, whether it is the agent's)
        self._lose_answers = False
        self.lost_bytes = 0  # of answers
        self.heard_bytes = 0  # from the agent, since the last cut
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)

    def attach(self, agent):
        """Points a joined agent at this wire instead of at the server."""
        path = os.path.join(agent.state, "identity.toml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(re.sub(r'^server = .*$', f'server = "127.0.0.1:{self.port}"', text, flags=re.M))

    def lead_to(self, server_port):
        """New connections go to another port of the server's host."""
        with self._lock:
            self._server = (self._server[0], server_port)

    def lose_answers(self):
        """From now on nothing from the server arrives on connections that are open; new ones are whole again."""
        with self._lock:
            self._lose_answers = True

    def cut(self):
        """Resets every connection; returns how many there were. What follows is a whole wire."""
        with self._lock:
            ends = list(self._pairs)
            for end in ends:
                self._drop(end)
            self._lose_answers = False
            self.heard_bytes = 0
        return len(ends) // 2

    def _serve(self):
        while not self._ended:
            for key, _ in self._selector.select():
                with self._lock:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif key.fileobj in self._pairs:
                        self._pass_on(key.fileobj)

    def _accept(self):
        agent, _ = self._listener.accept()
        try:
            server = socket.create_connection(self._server)
        except OSError:
            agent.close()
            return
        for end, other, is_agent in ((agent, server, True), (server, agent, False)):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.settimeout(10)  # of one sendall to an end that reads nothing
            self._pairs[end] = (other, is_agent)
            self._selector.register(end, selectors.EVENT_READ)

    def _pass_on(self, end):
        other, is_agent = self._pairs[end]
        try:
            chunk = end.recv(CHUNK)
            if chunk and is_agent:
                self.heard_bytes += len(chunk)
            if chunk and not is_agent and self._lose_answers:
                self.lost_bytes += len(chunk)
            elif chunk:
                other.sendall(chunk)
        except OSError:
            chunk = b""
        if not chunk:
            self._drop(end)
            self._drop(other)

    def _drop(self, end):
        if self._pairs.pop(end, None) is None:
            return
        self._selector.unregister(end)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        end.close()
