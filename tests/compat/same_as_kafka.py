"""One conversation held with Millrace and with Apache Kafka, in any API and version; both must say the same.

    def test_x(both):
        said = both(lambda side: side.ask("Metadata", 13, {"Topics": [{"Name": side.topic("orders")}]}))

What differs by nature is replaced before comparing: names and ids of topics by the test's word for them. The order of
a list's elements is not compared.
"""
from functools import cache

from kafka_messages import ask
from millrace import wait_for
from wire_client import Wire

NOBODY = b"\x01" + bytes(15)


class Side:
    """One of the two brokers; topics are called by the words of the test."""

    def __init__(self, bootstrap, name):
        self.bootstrap, self.name = bootstrap, cache(name)
        self.wire = Wire(bootstrap)
        self.words = {NOBODY: "nobody"}
        self.ids = {}

    def ask(self, api, version, body, without=()):
        """The answer in the test's words, without the fields of these names at any depth."""
        return self._plain(self.say(api, version, body), {*without, "ThrottleTimeMs"})

    def say(self, api, version, body):
        """The answer as it came."""
        answer = ask(self.wire, api, version, body)
        assert answer is not None, f"{api} {version} was answered by closing the connection"
        return answer

    def call(self, name, word):
        """Has answers say `word` for this name."""
        self.words[name] = word
        return name

    def topic(self, word, partitions=1, configs=None):
        """Makes a topic and answers its name; its id is then ids[word]."""
        name = self.call(self.name(word), word)
        values = [{"Name": k, "Value": v} for k, v in (configs or {}).items()]
        body = {"Topics": [{"Name": name, "NumPartitions": partitions, "ReplicationFactor": 1, "Configs": values}]}
        created = self.say("CreateTopics", 7, body)["Topics"][0]
        assert created["ErrorCode"] == 0, created
        self.ids[word] = self.call(created["TopicId"], word)
        ends = [{"PartitionIndex": p, "Timestamp": -1} for p in range(partitions)]
        listed = {"Topics": [{"Name": name, "Partitions": ends}]}

        def has_logs():  # an answer to CreateTopics may come before the partitions' logs exist
            return not any(p["ErrorCode"] for p in self.say("ListOffsets", 7, listed)["Topics"][0]["Partitions"])

        wait_for(has_logs, 20, f"the logs of {name}")
        return name

    def group(self, word):
        """A group's name once its coordinator has loaded."""
        group = self.call(self.name(word), word)
        found = {"KeyType": 0, "CoordinatorKeys": [group]}
        wait_for(lambda: self.say("FindCoordinator", 6, found)["Coordinators"][0]["ErrorCode"] == 0, 30, "a coordinator")
        fetched = {"Groups": [{"GroupId": group, "Topics": None}]}
        wait_for(lambda: self.say("OffsetFetch", 8, fetched)["Groups"][0]["ErrorCode"] == 0, 30, "the coordinator's load")
        return group

    def delete(self, word):
        name = self.name(word)
        self.say("DeleteTopics", 6, {"Topics": [{"Name": name}], "TimeoutMs": 15000})
        asked = {"Topics": [{"Name": name}], "AllowAutoTopicCreation": False}
        wait_for(lambda: self.say("Metadata", 12, asked)["Topics"][0]["ErrorCode"] == 3, 20, f"the end of {name}")

    def _plain(self, value, without):
        if isinstance(value, dict):
            return {k: self._plain(v, without) for k, v in value.items() if k not in without}
        if isinstance(value, list):
            return sorted((self._plain(v, without) for v in value), key=repr)
        return self.words.get(value, value) if isinstance(value, (bytes, str)) else value


def same(bootstraps, name, conversation):
    """What the conversation answered, once it is the same on every side."""
    said = []
    for bootstrap in bootstraps:
        side = Side(bootstrap, name)
        with side.wire:
            said.append(conversation(side))
    assert all(s == said[0] for s in said), "\n\n".join(map(repr, said))
    return said[0]
