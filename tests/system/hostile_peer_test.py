# SPDX-License-Identifier: Apache-2.0
"""Peers with a valid certificate that lie: batches that can never be stored (F-24, D10), another site's epoch and batches,
and messages that no agent sends (F-52). Each is refused with its reason, and everybody else is served.
"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from deployment import Deployment, lines, wait_until  # noqa: E402
from hostile_peer import Peer, grpc, require_grpc, sha256, stored_batches  # noqa: E402
from system_test import SystemTest, main  # noqa: E402

HONEST_ROWS = 50
MIB = 1 << 20


def zeros_as_zstd(size):
    """A zstd frame that unpacks to `size` zero bytes: run-length blocks of 128 KiB in four bytes each."""
    frame = struct.pack("<IBQ", 0xFD2FB528, 0xE0, size)  # single segment, content size in eight bytes
    block = 128 << 10
    while size > 0:
        length = min(size, block)
        size -= length
        header = (1 if size == 0 else 0) | 1 << 1 | length << 3
        frame += struct.pack("<I", header)[:3] + b"\0"
    return frame


def payload_of(frame, declared):
    return struct.pack("<BBHI", 1, 1, 0, declared) + frame


class HostilePeerTest(SystemTest):
    def setUp(self):
        require_grpc()
        self.group = self.enterContext(Deployment())
        self.honest = self.group.agent("tacoma", files=["app.log"])
        self.honest.append("app.log", lines(0, HONEST_ROWS))
        self.group.wait_for_count(HONEST_ROWS)
        self.honest.program.stop()
        self.batches = stored_batches(self.honest)
        self.hostile = self.group.agent("seattle", files=["app.log"], start=False)

    def tearDown(self):
        """Whatever was tried, the honest agent is served and nothing of the other site was stored."""
        self.honest.start()
        self.honest.append("app.log", lines(HONEST_ROWS, 10))
        self.group.wait_for_count(HONEST_ROWS + 10, "organization.id:=tacoma")
        self.assertTrue(self.group.server.running(), self.group.server.log())

    def quarantined_rows(self):
        return self.group.status()["quarantined_rows"]

    def test_f24_a_batch_that_can_never_be_stored_is_quarantined_and_the_stream_goes_on(self):
        payload, rows = self.batches[0][:2]
        with Peer(self.group, self.hostile) as peer:
            peer.hello()
            peer.deliver(peer.envelope(b"no batch at all", rows=7), peer.envelope(payload, rows))
            quarantined = peer.acked(2)
        self.assertEqual(list(quarantined), [1])
        self.assertEqual(quarantined[1].rows, 7)
        self.assertTrue(quarantined[1].reason)
        self.assertEqual(self.quarantined_rows(), 7)
        self.assertEqual(self.group.count("organization.id:=seattle"), rows)

    def test_f52_decompression_bombs_are_quarantined(self):
        bombs = [payload_of(zeros_as_zstd(1024 * MIB), 0xFFFFFFFF), payload_of(zeros_as_zstd(1024 * MIB), 1 * MIB),
                 payload_of(zeros_as_zstd(8 * MIB), 8 * MIB), payload_of(zeros_as_zstd(9 * MIB), 9 * MIB)]
        before = self.group.server.peak_mib()
        with Peer(self.group, self.hostile) as peer:
            peer.hello()
            peer.deliver(*(peer.envelope(bomb, rows=1) for bomb in bombs))
            self.assertEqual(sorted(peer.acked(len(bombs))), [1, 2, 3, 4])
        self.assertLess(self.group.server.peak_mib() - before, 64)
        self.assertEqual(self.group.count("organization.id:=seattle"), 0)

    def test_site_a_cannot_continue_the_epoch_of_site_b(self):
        epoch = self.epoch_of_the_honest()
        with Peer(self.group, self.hostile) as peer:
            position = peer.hello(epoch=epoch)
            self.assertNotEqual(position.epoch, epoch)
            self.assertEqual((position.watermark, len(position.bookmarks), len(position.epochs)), (0, 0, 0))

    def test_site_a_cannot_store_in_the_name_of_site_b(self):
        payload, rows = self.batches[0][:2]
        peer = self.enterContext(Peer(self.group, self.hostile))
        peer.hello()
        peer.epoch = self.epoch_of_the_honest()
        peer.sequence = len(self.batches)
        peer.deliver(peer.envelope(payload, rows))
        code, text = peer.refusal()
        self.assertEqual(code, grpc.StatusCode.FAILED_PRECONDITION)
        self.assertIn("epoch is not current", text)
        self.check_refused("epoch is not current")

    def test_site_a_cannot_use_the_chain_of_site_b(self):
        payload, rows = self.batches[0][:2]
        peer = self.enterContext(Peer(self.group, self.hostile))
        peer.hello()
        peer.chain = sha256(b"dims-chain-v1\0", self.honest.status()["agent"].encode(), struct.pack("<Q", peer.epoch))
        peer.deliver(peer.envelope(payload, rows))
        code, text = peer.refusal()
        self.assertEqual(code, grpc.StatusCode.ABORTED)
        self.assertIn("chain", text)
        self.check_refused("chain")

    def check_refused(self, text):
        """Counted, in the audit log under the name in the certificate, and nothing is stored."""
        self.assertEqual(self.group.count("organization.id:=seattle"), 0)
        self.assertEqual(self.group.count("organization.id:=tacoma"), HONEST_ROWS)
        self.assertEqual(self.group.status()["refused"], 1)
        audit = wait_until(lambda: [line for line in self.group.dims("audit").splitlines() if "stream.refused" in line],
                           "the refusal in the audit log")
        self.assertIn("site/seattle/agent/" + self.hostile.status()["agent"], audit[0])
        self.assertIn(text, audit[0])

    def epoch_of_the_honest(self):
        low, negative = self.batches[0][2:4]
        return low | (1 << 63 if negative else 0)

    def test_f52_what_is_no_message_ends_the_stream(self):
        for message in (b"\xff" * 100, b"\x0a\xff\xff\xff\xff\x0f", b""):
            with self.subTest(message=message), Peer(self.group, self.hostile) as peer:
                peer.send_bytes(message)
                self.assertEqual(peer.refusal()[0], grpc.StatusCode.INVALID_ARGUMENT)
        wait_until(lambda: self.group.status()["refused"] == 3, "all three are counted")
        self.assertRegex(self.group.dims("audit"), "stream.refused.*does not parse")  # one a minute and agent

    def test_f52_a_stream_greets_twice_at_most_and_a_site_that_was_never_asked_hears_of_no_directives(self):
        with Peer(self.group, self.hostile) as peer:
            self.assertGreater(peer.hello().epoch, 0)
            self.assertGreater(peer.hello().epoch, 0)  # the next message, too, is a Position
            peer.send_hello()
            code, text = peer.refusal()
        self.assertEqual(code, grpc.StatusCode.INVALID_ARGUMENT)
        self.assertIn("Hello", text)

    def test_f52_one_set_of_directives_waits_for_a_peer_that_reads_nothing(self):
        values = os.path.join(self.group.directory, "values")
        with open(values, "w", encoding="ascii") as out:
            out.writelines(f"n{i}.{'.'.join(['x' * 60] * 3)}.example\n" for i in range(10_000))
        self.group.dims("directive", "add", "seattle", "--watch", "large", "--file", values)
        with Peer(self.group, self.hostile) as peer:
            peer.hello()
            for i in range(10):
                self.group.dims("directive", "add", "seattle", "--drop", f"process.name:=p{i}")
            versions = peer.directives_until(11)
        self.assertLess(len(versions), 5, versions)

    def test_f52_an_oversized_message_is_refused_unread(self):
        with Peer(self.group, self.hostile) as peer:
            peer.hello()
            peer.send_bytes(b"\0" * (10 * MIB))
            self.assertIn(peer.refusal()[0], (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.CANCELLED))

    def test_f52_a_compressed_message_is_refused_unpacked_nowhere(self):
        before = self.group.server.peak_mib()
        with Peer(self.group, self.hostile, compression=grpc.Compression.Gzip) as peer:
            peer.send_bytes(b"\0" * (128 * MIB))
            self.assertIn(peer.refusal()[0], (grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.RESOURCE_EXHAUSTED,
                                              grpc.StatusCode.INTERNAL, grpc.StatusCode.CANCELLED))
        self.assertLess(self.group.server.peak_mib() - before, 64)


if __name__ == "__main__":
    main()
