"""Kafka Streams: an exactly-once word count with a repartition topic, a state store and its changelog.

Each word's counts must come out as 1, 2, 3 and so on, up to the number of times it was written: a gap, a repetition or
a step back is a record counted twice or lost, or the output of an aborted transaction.
"""
import random
import shutil
import struct
from collections import Counter

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, OffsetSpec, ResourceType

from committed_reader import CommittedReader
from copier import RECONNECT
from ledger import Worker, retried
from millrace import wait_for
from streams_peer import WordCount
from wire_client import Wire, request

PARTITIONS = 3
WORDS = [f"word-{n}" for n in range(40)]
STREAMS_GROUP_APIS = {88, 89}

# Internal topics roll their segments soon and are cleaned at once, and repartition topics are purged each second.
CLEANED_SOON = {"topic.segment.ms": 500, "topic.min.cleanable.dirty.ratio": 0.01, "repartition.purge.interval.ms": 1000}
CLEANER = {"log.cleaner.backoff.ms": "200"}


class LineWriter(Worker):
    """Writes lines of random words until stopped and keeps how often it wrote each word."""

    def __init__(self, bootstrap, topic, pause):
        self.bootstrap, self.topic, self.pause = bootstrap, topic, pause
        self.words = Counter()
        super().__init__("writer of lines")

    def work(self):
        while not self.ending.wait(self.pause):
            self.words += write_lines(self.bootstrap, self.topic, 20)


def write_lines(bootstrap, topic, count):
    """Writes lines of random words; returns how often it wrote each word."""
    words, errors = Counter(), []
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 2, **RECONNECT})
    for _ in range(count):
        line = random.choices(WORDS, k=random.randrange(1, 9))
        words.update(line)
        producer.produce(topic, " ".join(line), on_delivery=lambda error, _: error and errors.append(error))
    assert producer.flush(120) == 0 and not errors, errors
    return words


class Counts:
    """What came out so far, checked as it comes."""

    def __init__(self, bootstrap, topic):
        self.reader = CommittedReader(bootstrap, topic, PARTITIONS)
        self.last = Counter()

    def read_on(self):
        for key, value in self.reader.read_on():
            word = key.decode()
            assert int(value) == self.last[word] + 1, f"{word}: {int(value)} follows {self.last[word]}"
            self.last[word] += 1
        return self.last

    def wait_for(self, words, instances, limit=120):
        """Until every word is counted as often as it was written, or more often."""
        def counted():
            for instance in instances:
                instance.check()
            return self.read_on() >= words

        wait_for(counted, limit, f"all of {words.total()} words are counted, not only {self.last.total()}")


@pytest.fixture
def application(name):
    """Makes instances of one application, ended after the test."""
    made, called = [], name("count")

    def make(bootstrap, directory, number=0, **settings):
        made.append(WordCount(bootstrap, directory, called, "lines", "counted", number,
                              **{"statestore.cache.max.bytes": 0, **settings}))
        return made[-1]

    make.called = called
    yield make
    for instance in made:
        instance.kill()


def create_topics(bootstrap):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    made = admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in ("lines", "counted")])
    for future in made.values():
        future.result(20)
    return admin


def ends(admin, topic, at):
    partitions = {TopicPartition(topic, p): at for p in range(PARTITIONS)}
    return [future.result(20).offset for future in admin.list_offsets(partitions).values()]


def config_of(admin, topic, key):
    resource = ConfigResource(ResourceType.TOPIC, topic)
    return admin.describe_configs([resource])[resource].result(20)[key].value


def test_word_count_goes_on_after_a_clean_restart_and_without_its_local_state(own_broker, application, tmp_path):
    broker = own_broker().start()
    admin = create_topics(broker.bootstrap)
    # An instance does not leave its group when it is stopped; as a static member it need not wait for its former self.
    instance = application(broker.bootstrap, tmp_path, **{"main.consumer.group.instance.id": "counter"})
    counts = Counts(broker.bootstrap, "counted")
    written = write_lines(broker.bootstrap, "lines", 200)
    instance.start()
    counts.wait_for(written, [instance])
    instance.stop()
    changelog = f"{application.called}-counts-changelog"
    assert config_of(admin, changelog, "cleanup.policy") == "compact"

    shutil.rmtree(instance.state)
    written += write_lines(broker.bootstrap, "lines", 200)
    instance.start()
    counts.wait_for(written, [instance])
    assert sum(instance.restored().values()) > 0
    instance.stop()
    assert counts.read_on() == written


@pytest.mark.slow
@pytest.mark.parametrize("guarantee", ["at_least_once", "exactly_once_v2"])
def test_word_count_with_a_cache_is_exact_in_the_end(own_broker, application, tmp_path, guarantee):
    """With a cache only the last count of each word before a commit comes out."""
    broker = own_broker().start()
    create_topics(broker.bootstrap)
    instance = application(broker.bootstrap, tmp_path, **{"statestore.cache.max.bytes": 1 << 20,
                                                          "processing.guarantee": guarantee}).start()
    reader, last = CommittedReader(broker.bootstrap, "counted", PARTITIONS), Counter()
    written = write_lines(broker.bootstrap, "lines", 2000)

    def read_on():
        for key, value in reader.read_on():
            assert int(value) > last[key.decode()]
            last[key.decode()] = int(value)
        return last

    wait_for(lambda: instance.check() or read_on() >= written, 120, "all words are counted")
    instance.stop()
    assert read_on() == written


@pytest.mark.slow
def test_word_count_survives_kills_of_its_instances_and_of_the_broker(own_broker, application, tmp_path):
    broker = own_broker(CLEANER).start()
    bootstrap = broker.bootstrap
    admin = create_topics(bootstrap)
    instances = [application(bootstrap, tmp_path, number, **CLEANED_SOON).start() for number in range(2)]
    writer, counts = LineWriter(bootstrap, "lines", 0.05), Counts(bootstrap, "counted")

    def count_on():
        """What was written up to now comes out."""
        writer.check()
        counts.wait_for(Counter(writer.words), instances)

    def without_state(instance):
        instance.kill()
        shutil.rmtree(instance.state)

    for instance in instances:
        instance.wait_until_running()
    count_on()

    instances[0].stop()
    instances[0].start().wait_until_running()
    count_on()

    changelog = f"{application.called}-counts-changelog"
    wait_for(lambda: sum(ends(admin, f"{application.called}-words-repartition", OffsetSpec.earliest())), 60,
             "what is counted is purged from the repartition topic")
    wait_for(lambda: len(CommittedReader(bootstrap, changelog, PARTITIONS).read_on()) < counts.last.total() / 2, 60,
             "the changelog is compacted")
    without_state(instances[1])
    instances[1].start()
    restored = wait_for(lambda: sum(instances[1].restored().values()), 60, "a store is restored")
    count_on()
    assert restored < counts.last.total() / 2

    for _ in range(3):
        broker.kill()
        retried(broker.start)
        count_on()

    for instance in instances:
        without_state(instance)
    broker.kill()
    broker.start()
    for instance in instances:
        instance.start()
    count_on()

    writer.stop()
    counts.wait_for(writer.words, instances)
    for instance in instances:
        instance.stop()
    assert counts.read_on() == writer.words


@pytest.mark.slow
def test_an_application_that_is_reset_counts_everything_again(own_broker, application, tools, tmp_path):
    broker = own_broker().start()
    admin = create_topics(broker.bootstrap)
    instance, reader = application(broker.bootstrap, tmp_path), CommittedReader(broker.bootstrap, "counted", PARTITIONS)
    written = write_lines(broker.bootstrap, "lines", 200)
    for _ in range(2):
        instance.start()
        counted = []
        wait_for(lambda: instance.check() or counted.extend(reader.read_on()) or len(counted) >= written.total(), 60,
                 "all words are counted")
        instance.stop()
        assert Counter(key.decode() for key, _ in counted + reader.read_on()) == written
        shutil.rmtree(instance.state)
        tools.check("org.apache.kafka.tools.StreamsResetter", "--bootstrap-server", broker.bootstrap,
                    "--application-id", application.called, "--input-topics", "lines", "--force")
        left = admin.list_topics(timeout=20).topics
        assert not [topic for topic in left if topic.startswith(application.called)]


def test_the_protocol_of_streams_groups_is_not_offered(millrace_only, bootstrap):
    with Wire(bootstrap) as wire:
        keys = {key for key, _, _ in struct.iter_unpack(">hhh", wire.ask(request(18, 0, b""))[10:])}
        assert 68 in keys and not keys & STREAMS_GROUP_APIS
        newest = wire.ask(request(18, 4, b"\x05test\x041.0\x00", flexible=True))
        assert b"group.version" in newest and b"streams.version" not in newest


@pytest.mark.slow
def test_an_application_that_insists_on_the_protocol_of_streams_groups_is_told(millrace_only, own_broker, application,
                                                                             tmp_path):
    broker = own_broker().start()
    create_topics(broker.bootstrap)
    instance = application(broker.bootstrap, tmp_path, **{"group.protocol": "streams"}).start()
    instance.process.wait(60)
    assert instance.process.returncode == 1
    assert instance.said(r"^failed (.*UnsupportedVersionException.*)$"), instance.last_words()
