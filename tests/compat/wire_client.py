"""Raw Kafka frames by hand, for requests no client library would send."""
import socket
import struct


def string(value):
    return struct.pack(">h", -1) if value is None else struct.pack(">h", len(value)) + value.encode()


def frame(payload):
    return struct.pack(">i", len(payload)) + payload


def request(api_key, version, body, correlation=7, client_id="raw", flexible=False):
    header = struct.pack(">hhi", api_key, version, correlation) + string(client_id)
    return frame(header + (b"\0" if flexible else b"") + body)


CRC_TABLE = []
for _n in range(256):
    for _ in range(8):
        _n = (_n >> 1) ^ (0x82F63B78 if _n & 1 else 0)
    CRC_TABLE.append(_n)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def varint(value):
    value, out = (value << 1) ^ (value >> 63), b""
    while value & ~0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def record(value, offset_delta=0, key=None, headers=()):
    body = b"\0" + varint(0) + varint(offset_delta)
    body += varint(-1) if key is None else varint(len(key)) + key
    body += varint(len(value)) + value + varint(len(headers))
    body += b"".join(varint(len(part)) + part for header in headers for part in header)
    return varint(len(body)) + body


def batch(records=(b"value",), *, payload=None, attributes=0, magic=2, count=None, last_delta=None, crc=None,
          producer_id=-1, producer_epoch=-1, sequence=-1, length_change=0, timestamp=1_700_000_000_000):
    """One record batch; every keyword bends one field away from the truth."""
    payload = payload if payload is not None else b"".join(record(v, i) for i, v in enumerate(records))
    count = len(records) if count is None else count
    last_delta = count - 1 if last_delta is None else last_delta
    checked = struct.pack(">hiqqqhii", attributes, last_delta, timestamp, timestamp, producer_id, producer_epoch,
                          sequence, count) + payload
    checksum = crc32c(checked) if crc is None else crc
    tail = struct.pack(">ibI", 0, magic, checksum) + checked
    return struct.pack(">qi", 0, len(tail) + length_change) + tail


def produce(topic, records, acks=-1, partition=0, transactional=None, correlation=7, size=None):
    """A Produce v7 frame with these record bytes (None: the null set)."""
    size = size if size is not None else (-1 if records is None else len(records))
    body = string(transactional) + struct.pack(">hii", acks, 5000, 1) + string(topic)
    body += struct.pack(">iii", 1, partition, size) + (records or b"")
    return request(0, 7, body, correlation)


def fetch(topic, offset, partition=0, epoch=-1, max_wait=0, min_bytes=0, session=0, session_epoch=-1):
    """A Fetch v11 frame of one partition."""
    body = struct.pack(">iiiibii", -1, max_wait, min_bytes, 1 << 20, 0, session, session_epoch)
    body += struct.pack(">i", 1) + string(topic)
    body += struct.pack(">iiiqqi", 1, partition, epoch, offset, -1, 1 << 20) + struct.pack(">i", 0) + string("")
    return request(1, 11, body)


class Wire:
    """One connection; `ask` gives the answer's bytes behind the size, or None when the broker closed it."""

    def __init__(self, bootstrap, limit=15):
        host, port = bootstrap.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), limit)

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        try:
            size = self._exactly(4)
            return size and self._exactly(struct.unpack(">i", size)[0])
        except ConnectionError:
            return None

    def ask(self, data):
        try:
            self.send(data)
        except ConnectionError:
            return None
        return self.receive()

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                return None
            data += part
        return data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
