# SPDX-License-Identifier: Apache-2.0
"""A peer with an agent's own certificate that says on its stream whatever a test wants, valid or not.

    peer = Peer(agent)                       # a joined agent that is not running
    position = peer.hello().position
    peer.deliver(peer.envelope(payload, rows=1))
    peer.answer() or peer.refusal()

The message classes are made from proto/ by protoc into a temporary directory.
"""
import hashlib
import os
import queue
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unittest

try:
    import grpc
    import google.protobuf  # noqa: F401
except ImportError as missing:
    grpc = None
    WHY = str(missing)

ANSWER_SECONDS_MAX = 60
SERVER_TLS_NAME = "server.dims.internal"
PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "proto")
_CLASSES = []


def require_grpc():
    if grpc is None:
        raise unittest.SkipTest(f"needs python3-grpcio and python3-protobuf: {WHY}")
    if shutil.which("protoc") is None:
        raise unittest.SkipTest("needs protoc")


def messages():
    """The module of proto/dims/v1/collector.proto."""
    if not _CLASSES:
        with tempfile.TemporaryDirectory(prefix="dims-proto-") as out:
            subprocess.run(["protoc", f"--proto_path={PROTO}", f"--python_out={out}", "dims/v1/collector.proto"], check=True)
            sys.path.insert(0, out)
            from dims.v1 import collector_pb2  # noqa: E402
            sys.path.remove(out)
        _CLASSES.append(collector_pb2)
    return _CLASSES[0]


def stored_batches(agent):
    """(payload, rows, envelope members) of the batches in the buffer of an agent that is stopped, oldest first."""
    database = sqlite3.connect(f"file:{agent.state}/buffer.db?mode=ro", uri=True)
    try:
        return database.execute("SELECT p.bytes, b.rows, b.epoch & 0x7fffffffffffffff, b.epoch < 0, b.sequence, b.chain, b.digest"
                                " FROM batch b JOIN payload p USING (id) ORDER BY b.id").fetchall()
    finally:
        database.close()


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Peer:
    """One stream. `raw` sends bytes as messages; `compression` is gRPC's."""

    def __init__(self, group, agent, compression=None):
        self.pb = messages()
        self.agent_id = agent.status()["agent"]
        self._outgoing = queue.Queue()
        self._channel = grpc.secure_channel(
            f"127.0.0.1:{group.main_port()}", grpc.ssl_channel_credentials(
                self._read(agent, "ca.pem"), self._read(agent, "agent.key"), self._read(agent, "agent.pem")),
            options=[("grpc.ssl_target_name_override", SERVER_TLS_NAME), ("grpc.max_send_message_length", -1)])
        call = self._channel.stream_stream(
            "/dims.v1.Collector/Stream", request_serializer=lambda message: message,
            response_deserializer=self.pb.ServerMessage.FromString)
        self._answers = call(iter(self._outgoing.get, None), timeout=ANSWER_SECONDS_MAX, compression=compression)
        self.sequence = self.ordinal = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._outgoing.put(None)
        self._channel.close()

    @staticmethod
    def _read(agent, name):
        with open(os.path.join(agent.state, name), "rb") as file:
            return file.read()

    def send_bytes(self, message):
        self._outgoing.put(message)

    def send_hello(self, **members):
        message = self.pb.AgentMessage()
        message.hello.next = message.hello.oldest_retained = 1
        message.hello.boot_nonce = 4711
        for name, value in members.items():
            setattr(message.hello, name, value)
        self.send_bytes(message.SerializeToString())

    def hello(self, **members):
        """Says hello and takes over the position that the server answers with."""
        self.send_hello(**members)
        position = next(self._answers).position
        self.epoch, self.sequence, self.chain = position.epoch, position.watermark, position.chain
        self.ordinal = 0
        return position

    def envelope(self, payload, rows):
        """The next envelope of this stream's epoch, as an honest agent would make it around `payload`."""
        envelope = self.pb.Envelope(epoch=self.epoch, sequence=self.sequence + 1, first_ordinal=self.ordinal, rows=rows,
                                    payload=payload, payload_digest=sha256(payload))
        number = struct.pack("<QQ", self.epoch, envelope.sequence)
        envelope.chain = sha256(self.chain, number, envelope.payload_digest)
        self.sequence, self.ordinal, self.chain = envelope.sequence, self.ordinal + rows, envelope.chain
        return envelope

    def deliver(self, *envelopes):
        message = self.pb.AgentMessage()
        message.deliver.envelopes.extend(envelopes)
        self.send_bytes(message.SerializeToString())

    def acked(self, sequence):
        """Answers up to the one that acknowledges `sequence`: what they say is quarantined, by sequence."""
        quarantined = {}
        for answer in self._answers:
            quarantined.update({batch.sequence: batch for batch in answer.ack.quarantined})
            if answer.ack.committed >= sequence:
                return quarantined
        raise AssertionError(f"the stream ended before {sequence} was acknowledged")

    def directives_until(self, version):
        """The versions of the sets of directives that come, up to this one."""
        versions = []
        for answer in self._answers:
            if answer.HasField("directives"):
                versions.append(answer.directives.version)
            if version in versions:
                return versions
        raise AssertionError(f"the stream ended before version {version}: {versions}")

    def refusal(self):
        """How the server ended the stream: (status code, text)."""
        try:
            for _ in self._answers:
                pass
        except grpc.RpcError as error:
            return error.code(), error.details()
        raise AssertionError("the stream ended without an error")
