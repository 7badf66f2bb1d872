# SPDX-License-Identifier: Apache-2.0
"""A server whose certificate is wrong, and then right again."""
import os
import shutil
import ssl
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from cutting_proxy import CuttingProxy  # noqa: E402
from deployment import Deployment, file_config, lines, wait_until  # noqa: E402
from loopback_listener import LoopbackListener  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

CONFIG = file_config(["app.log"]) + '\n[forward]\nlongest_backoff = "2s"\n'


class Forger(LoopbackListener):
    """Answers TLS with a certificate that nobody of the trust group issued."""

    def __init__(self, directory):
        super().__init__()
        certificate, key = os.path.join(directory, "forged.pem"), os.path.join(directory, "forged.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=server.dims.internal", "-addext", "subjectAltName=DNS:server.dims.internal",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_alpn_protocols(["h2"])
        self._context.load_cert_chain(certificate, key)
        self.refusals = 0

    def cut(self):
        pass

    def _serve(self):
        while True:
            client, _ = self._listener.accept()
            with client:
                if self._ended:
                    return
                client.settimeout(10)
                try:
                    with self._context.wrap_socket(client, server_side=True) as spoken:
                        spoken.recv(1)
                except (OSError, ssl.SSLError):
                    self.refusals += 1


@unittest.skipIf(shutil.which("openssl") is None, "needs openssl")
class CertificateTest(SystemTest):
    def test_f35_a_wrong_certificate_is_named_and_a_right_one_taken_without_a_restart(self):
        group = self.enterContext(Deployment())
        forger = self.enterContext(Forger(group.directory))
        agent = group.agent("seattle", config=CONFIG, start=False)
        wire = self.enterContext(CuttingProxy(forger.port))
        wire.attach(agent)
        agent.append("app.log", lines(0, 100))
        agent.start()
        wait_until(lambda: forger.refusals >= 3, lambda: f"three attempts\n{agent.program.log()}")
        self.assertEqual(group.count(), 0)
        self.assertNotEqual(agent.status()["connection"], "streaming")
        self.assertRegex(agent.program.log().lower(), "certificate|handshak|ssl")

        wire.lead_to(group.main_port())
        group.check_exactly_once(range(100))
        wire.cut()  # the pauses begin anew
        agent.append("app.log", lines(100, 100))
        group.check_exactly_once(range(200))
        self.assertTrue(agent.program.running())


if __name__ == "__main__":
    main()
