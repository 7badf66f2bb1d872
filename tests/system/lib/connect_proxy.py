# SPDX-License-Identifier: Apache-2.0
"""A small HTTP proxy that knows CONNECT only, for sites that have no other way out.

    with ConnectProxy(user="bob:secret") as proxy:
        subprocess.run([*proxy.environment(), "dims-agent", ...])
        proxy.targets     # "127.0.0.1:41234", as asked for
"""
import base64
import socket
import threading
import urllib.parse

from loopback_listener import LoopbackListener

HEAD_BYTES_MAX = 8192
CHUNK = 64 << 10


class ConnectProxy(LoopbackListener):
    def __init__(self, user=None, host="127.0.0.1"):
        super().__init__(host)
        self._wanted = user and "Basic " + base64.b64encode(user.encode()).decode()
        self._user = user
        self._open = set()
        self.targets = []  # of tunnels that were opened
        self.refused = 0  # for want of the right user and password

    def cut(self):
        """Ends every tunnel that is open."""
        for end in list(self._open):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def environment(self, user=True):
        """A command's prefix that sends it through this proxy."""
        login = urllib.parse.quote(self._user, safe=":") + "@" if user and self._user else ""
        return ["env", "-u", "no_proxy", "-u", "no_grpc_proxy", "-u", "grpc_proxy",
                f"https_proxy=http://{login}127.0.0.1:{self.port}"]

    def _serve(self):
        while True:
            client, _ = self._listener.accept()
            if self._ended:
                client.close()
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client):
        head = b""
        while not head.endswith(b"\r\n\r\n") and len(head) < HEAD_BYTES_MAX:
            byte = client.recv(1)
            if not byte:
                return client.close()
            head += byte
        request, *fields = head.decode("latin-1").split("\r\n")
        method, target, _ = request.split(" ")
        shown = [field.split(": ", 1)[1] for field in fields if field.lower().startswith("proxy-authorization: ")]
        if self._wanted and shown != [self._wanted]:
            self.refused += 1
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n")
            return client.close()
        host, port = target.rsplit(":", 1)
        if method != "CONNECT":
            client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
            return client.close()
        try:
            server = socket.create_connection((host.strip("[]"), int(port)), timeout=10)
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return client.close()
        server.settimeout(None)
        self.targets.append(target)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self._open |= {client, server}
        back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
        back.start()
        self._copy(client, server)
        back.join()
        self._open -= {client, server}
        client.close()
        server.close()

    @staticmethod
    def _copy(source, sink):
        try:
            while chunk := source.recv(CHUNK):
                sink.sendall(chunk)
        except OSError:
            pass
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
