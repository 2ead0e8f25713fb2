"""The small world that a program's requests are about, as its generator sees it: names, members and producers.

What a broker answers is not known while a program is made. A member or producer is a prefix of slots: `m0.id`,
`m0.epoch` are what it was told last.
"""

from dataclasses import dataclass

from program import Now, Slot

STATIC = {"m2": "static-a"}


@dataclass
class Member:
    group: str
    name: str
    instance: str | None = None

    @property
    def id(self):
        return Slot(f"{self.name}.id", "")

    @property
    def epoch(self):
        return Slot(f"{self.name}.epoch", -1)


@dataclass
class Producer:
    """One with a transactional id, or an idempotent one without."""

    name: str
    transactional_id: str | None = None
    timeline: int = 0

    @property
    def id(self):
        return Slot(f"{self.name}.id", -1)

    @property
    def epoch(self):
        return Slot(f"{self.name}.epoch", -1)

    def sequence(self, topic, partition):
        return Slot(f"{self.name}.seq:{topic}:{partition}", 0)


class World:
    def __init__(self, rng, prefix):
        self.rng, self.prefix = rng, prefix
        self.topics = {prefix + "a": 3, prefix + "b": 1}
        self.later = [prefix + "c", prefix + "c.d"]
        self.classic = [prefix + "g"]
        self.consumer = [prefix + "h"]
        self.transactional = [prefix + "tx", prefix + "ty"]
        self.classic_members = [Member(self.classic[0], f"m{i}", STATIC.get(f"m{i}")) for i in range(3)]
        self.consumer_members = [Member(self.consumer[0], f"n{i}", "static-b" if i == 2 else None) for i in range(3)]
        self.transactional_producers = [Producer("px", prefix + "tx"), Producer("py", prefix + "ty")]
        self.idempotent_producers = [Producer("pi"), Producer("pj")]
        self.ticks = 0

    def topic_names(self):
        return list(self.topics) + self.later[:1]

    def members(self):
        return [m.name for m in self.classic_members + self.consumer_members]

    def producers(self):
        return [p.name for p in self.transactional_producers + self.idempotent_producers]

    def time(self):
        """Times of records go on by a second or stand still; all are a day old, so that no broker's clock is near."""
        self.ticks += self.rng.choice((0, 1, 1))
        return Now(-86_400_000 + self.ticks * 1000)

    def topic(self):
        return self.rng.choice(list(self.topics)) if self.rng.random() < 0.95 else self.rng.choice(self.later)

    def partition(self, topic):
        return self.rng.randrange(self.topics.get(topic, 1))

    def topic_id(self, topic):
        return Slot(f"id:{topic}", b"\x01" + bytes(15))

    def named(self, topic, key="Name"):
        """A topic by its name and its id: the version of the request takes the one it has."""
        return {key: topic, "TopicId": self.topic_id(topic)}

    def some(self, values, least=1):
        """Some of the values, most often one."""
        count = min(len(values), max(least, self.rng.choice((1, 1, 1, 2, 3))))
        return self.rng.sample(list(values), count)
