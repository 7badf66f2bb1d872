# SPDX-License-Identifier: Apache-2.0
"""rsyslog and syslog-ng as private processes: own configuration, own socket, nothing of the machine's. They are taken
from where installer/install-deps.sh unpacks them, as their packages start services and exclude each other."""
import os
import socket
import subprocess

from deployment import wait_until

UNPACKED = "/var/cache/dims-test/senders"


def missing(*packages):
    return [name for name in packages if not os.path.isdir(os.path.join(UNPACKED, name))]


class Sender:
    """One process that forwards what is written to its socket. Ended by its process id when the block is left."""

    def __init__(self, directory, name):
        self.directory = directory
        self.path = os.path.join(directory, f"{name}.socket")
        self._name = name
        self._process = None

    def __enter__(self):
        command, environment = self.command()
        with open(self.file("log"), "ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             env={**os.environ, **environment})
        wait_until(lambda: os.path.exists(self.path), lambda: f"{self._name} listens\n{self.log()}")
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def file(self, kind, text=None):
        path = os.path.join(self.directory, f"{self._name}.{kind}")
        if text is not None:
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
        return path

    def log(self):
        with open(self.file("log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-3000:]

    def send(self, messages):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as local:
            for message in messages:
                local.sendto(message.encode(), self.path)


class Rsyslog(Sender):
    PACKAGES = ("rsyslog", "rsyslog-openssl")

    def __init__(self, directory, port, options, tls=None):
        super().__init__(directory, f"rsyslog-{port}")
        self._action = f'action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp" {options})'
        self._tls = tls

    def command(self):
        root = os.path.join(UNPACKED, "rsyslog")
        modules = ":".join(os.path.join(UNPACKED, name, "usr/lib/x86_64-linux-gnu/rsyslog") for name in self.PACKAGES)
        files = ""
        if self._tls:
            authority, (certificate, key) = self._tls
            files = (f' DefaultNetstreamDriverCAFile="{authority}" DefaultNetstreamDriverCertFile="{certificate}"'
                     f' DefaultNetstreamDriverKeyFile="{key}"')
        settings = self.file("conf", f'global(workDirectory="{self.directory}"{files})\n'
                                     'module(load="imuxsock" SysSock.Use="off")\n'
                                     f'input(type="imuxsock" Socket="{self.path}")\n{self._action}\n')
        return [os.path.join(root, "usr/sbin/rsyslogd"), "-n", "-f", settings, "-i", self.file("pid"), "-M", modules], {}


class SyslogNg(Sender):
    PACKAGES = ("syslog-ng-core",)

    def __init__(self, directory, port, destination):
        super().__init__(directory, f"syslog-ng-{port}")
        self._destination = destination

    def command(self):
        root = os.path.join(UNPACKED, self.PACKAGES[0], "usr")
        settings = self.file("conf", "@version: 3.38\noptions { keep-hostname(yes); };\n"
                                     f'source s {{ unix-dgram("{self.path}"); }};\n'
                                     f"destination d {{ {self._destination} }};\n"
                                     "log { source(s); destination(d); };\n")
        return ([os.path.join(root, "sbin/syslog-ng"), "-F", "-e", "--no-caps", "-f", settings, "-R", self.file("persist"),
                 "-p", self.file("pid"), "-c", self.file("control"),
                 f"--module-path={root}/lib/syslog-ng/3.38"], {"LD_LIBRARY_PATH": f"{root}/lib/syslog-ng"})
