"""One of the two brokers while it is asked: its connections, what was kept from its answers, and its ids as words."""

import re
import select
import socket
import struct

import kafka_messages
import record_sets

UUID_TAIL = re.compile(r"-?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9A-Za-z_-]{22})$")
CLOSED, NO_REPLY, SILENT = "closed", "no reply", "silent"


class Line:
    """One connection. Answers come in the order of the requests."""

    def __init__(self, bootstrap, limit):
        host, port = bootstrap.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), limit)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, data):
        try:
            self.socket.sendall(data)
        except ConnectionError:
            pass  # the answer is that the connection is closed

    def readable(self, seconds):
        return bool(self.buffer) or bool(select.select([self.socket], [], [], seconds)[0])

    def receive(self):
        """One frame without its size; None where the broker has closed."""
        try:
            size = self._take(4)
            return None if size is None else self._take(struct.unpack(">i", size)[0])
        except ConnectionError:
            return None

    def _take(self, count):
        while len(self.buffer) < count:
            part = self.socket.recv(1 << 16)
            if not part:
                return None
            self.buffer += part
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def close(self):
        self.socket.close()


class Side:
    """What differs between brokers by nature is told in words: an id by where it came from."""

    def __init__(self, name, bootstrap, started_ms, limit=15):
        self.name, self.bootstrap, self.started_ms, self.limit = name, bootstrap, started_ms, limit
        self.lines = {}
        self.begin()

    def begin(self):
        """A new program: nothing of the last one is known."""
        for line in [n for n in self.lines if n != "main"]:
            self.lines.pop(line).close()
        self.slots, self.words, self.counts = {}, {}, {}

    def line(self, name):
        if name not in self.lines:
            self.lines[name] = Line(self.bootstrap, self.limit)
        return self.lines[name]

    def send(self, api, version, body, line="main"):
        self.line(line).send(kafka_messages.request(api, version, body, client_id="differential"))

    def receive(self, api, version, line="main"):
        try:
            data = self.line(line).receive()
        except TimeoutError:
            data = SILENT
        if data in (None, SILENT):
            self.lines.pop(line).close()
            return data or CLOSED
        return kafka_messages.response(api, version, data)

    def ask(self, api, version, body, line="main"):
        self.send(api, version, body, line)
        return self.receive(api, version, line)

    # ---- Ids as words ----------------------------------------------------------------------------------------------

    def word(self, kind, value, hint=""):
        """The word for an id that this broker made; a new one where it was not seen before."""
        if (kind, value) not in self.words:
            count = self.counts[kind, hint] = self.counts.get((kind, hint), 0) + 1
            self.words[kind, value] = f"<{kind} {hint}#{count}>"
        return self.words[kind, value]

    def mark(self):
        """What is known now, for `rewind`: an answer that is asked for again names nothing."""
        return dict(self.words), dict(self.counts)

    def rewind(self, mark):
        self.words, self.counts = dict(mark[0]), dict(mark[1])

    def plain(self, value, field="", within=None):
        """An answer in words."""
        if isinstance(value, dict):
            return {k: self.plain(v, k, value) for k, v in value.items()}
        if isinstance(value, list):
            return [self.plain(v, field, within) for v in value]
        told = TOLD.get(field)
        return told(self, value, within or {}) if told else value


def topic_id(side, value, within):
    return side.word("TopicId", value, within.get("Name") or "") if any(value) and value not in LITERAL_IDS else value


def producer_id(side, value, _):
    return side.word("ProducerId", value) if value >= 0 and value not in LITERAL_PRODUCERS else value


def member_id(side, value, _):
    made = UUID_TAIL.search(value or "")
    return side.word("MemberId", value, value[: made.start()]) if made and value not in LITERAL_MEMBERS else value


def records(side, value, _):
    described = record_sets.describe(value or b"")
    for one in described:
        if "ProducerId" in one:
            one["ProducerId"] = producer_id(side, one["ProducerId"], None)
    return described


def set_or_not(_side, value, _within):
    """A time, a size, a port: only whether there is one can be the same."""
    return "<set>" if value not in (None, -1, 0, "") else value


def message(_side, value, within):
    """Texts are each broker's own; whether there is one counts, and only beside an error."""
    if not within.get("ErrorCode", 1):
        return "<no error>"
    return "<told>" if value else "<not told>"


def timestamp(side, value, _):
    """Times that the broker made: all others are a day old."""
    return "<set>" if value > side.started_ms - 3_600_000 else value


# Ids that programs name without any broker having made them.
LITERAL_IDS = {b"\x01" + bytes(15), b"\x00" * 15 + b"\x01"}
LITERAL_PRODUCERS = {1 << 39, (1 << 63) - 1}
LITERAL_MEMBERS = {"AAAAAAAAAAAAAAAAAAAAA0", "AAAAAAAAAAAAAAAAAAAAA1", "AAAAAAAAAAAAAAAAAAAAA2"}

TOLD = {
    "TopicId": topic_id,
    "ProducerId": producer_id,
    "MemberId": member_id,
    "Leader": lambda s, v, w: (member_id(s, v, w) if isinstance(v, str) else v),
    "Records": records,
    "ErrorMessage": message,
    "BatchIndexErrorMessage": message,
    "ClusterId": set_or_not,
    "Port": set_or_not,
    "FinalizedFeaturesEpoch": set_or_not,
    "Timestamp": timestamp,
    "LogAppendTimeMs": set_or_not,
    "TransactionStartTimeMs": set_or_not,
    "SessionId": set_or_not,
    "LogDir": set_or_not,
    "TotalBytes": set_or_not,
    "UsableBytes": set_or_not,
    "LastTimestamp": set_or_not,
}
