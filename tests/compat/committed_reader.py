"""Reads a topic as a consumer of committed records does, a stretch at a time, also between two lives of a broker."""
from confluent_kafka import Consumer, KafkaError, TopicPartition

from copier import RECONNECT
from millrace import wait_for


class CommittedReader:
    def __init__(self, bootstrap, topic, partitions=1):
        self.bootstrap, self.topic = bootstrap, topic
        self.positions = [0] * partitions

    def read_on(self):
        """(key, value) of each record up to the last stable offset of now that was not read yet."""
        reader = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "unused", "enable.partition.eof": True,
                           "isolation.level": "read_committed", "auto.offset.reset": "earliest", **RECONNECT})
        found, ended = [], set()

        def all_is_read():
            for message in reader.consume(10000, 0.1):
                if not message.error():
                    found.append((message.key(), message.value()))
                    self.positions[message.partition()] = message.offset() + 1
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    self.positions[message.partition()] = message.offset()
                    ended.add(message.partition())
            return len(ended) == len(self.positions)

        try:
            reader.assign([TopicPartition(self.topic, p, at) for p, at in enumerate(self.positions)])
            wait_for(all_is_read, 60, f"the end of {self.topic}", step=0)
            return found
        finally:
            reader.close()
