# SPDX-License-Identifier: Apache-2.0
"""Certificates of an authority that is not ours, made by the openssl command."""
import os
import subprocess


class Authority:
    """Writes NAME.pem and NAME.key into a directory; its own certificate is `path`."""

    def __init__(self, directory, name="ca"):
        self._directory = directory
        self.path = os.path.join(directory, f"{name}.pem")
        self._key = os.path.join(directory, f"{name}.key")
        self._openssl("req", "-x509", *self._new_key(self._key), "-days", "2", "-out", self.path, "-subj", f"/CN={name}")

    def issue(self, name, *names):
        """Certifies a new key for DNS names; returns the paths of certificate and key."""
        certificate, key, request, extension = (os.path.join(self._directory, f"{name}.{kind}")
                                                for kind in ("pem", "key", "csr", "ext"))
        self._openssl("req", *self._new_key(key), "-out", request, "-subj", f"/CN={name}")
        with open(extension, "w", encoding="ascii") as out:
            out.write("subjectAltName=" + ",".join(f"DNS:{other}" for other in names) + "\n")
        self._openssl("x509", "-req", "-in", request, "-CA", self.path, "-CAkey", self._key, "-CAcreateserial",
                      "-days", "2", "-extfile", extension, "-out", certificate)
        return certificate, key

    @staticmethod
    def _new_key(path):
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path

    @staticmethod
    def _openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=30, check=False)
        if done.returncode != 0:
            raise AssertionError(f"openssl {arguments[0]}: {done.stderr}")
