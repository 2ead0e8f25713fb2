"""A proxy between Kafka clients and a broker that keeps every request and answer, in the order in which they passed.

with RecordingProxy() as proxy:
    proxy.target = broker.bootstrap      # the broker must advertise proxy.bootstrap
    ...
    proxy.events                         # [Event]
"""

import socket
import struct
import threading
from dataclasses import dataclass


@dataclass
class Event:
    """A frame without its size. The answer has the correlation id of its request and came over the same line."""

    line: int
    is_request: bool
    payload: bytes


class RecordingProxy:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.bootstrap = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.target, self.events = None, []
        self.lock = threading.Lock()
        self.lines = 0

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return  # closed: the recording is over
            host, port = self.target.rsplit(":", 1)
            broker = socket.create_connection((host, int(port)))
            self.lines += 1
            for source, sink, is_request in ((client, broker, True), (broker, client, False)):
                threading.Thread(target=self._pass_on, args=(self.lines, source, sink, is_request), daemon=True).start()

    def _pass_on(self, line, source, sink, is_request):
        with source.makefile("rb") as frames:
            try:
                while size := frames.read(4):
                    payload = frames.read(struct.unpack(">i", size)[0])
                    with self.lock:
                        self.events.append(Event(line, is_request, payload))
                    sink.sendall(size + payload)
            except OSError:
                pass  # the other side has left
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
