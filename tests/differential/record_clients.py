#!/usr/bin/env python3
"""Makes tests/data/recorded: what real clients ask of Millrace, kept as programs for the differential tester.

record_clients.py [CLIENT...]     all clients, or those of these names
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), *(str(Path(__file__).parents[1] / d) for d in ("peers", "compat"))]

import aiokafka  # noqa: E402
import confluent_kafka  # noqa: E402
import kafka  # noqa: E402
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType  # noqa: E402
from kafka.admin import KafkaAdminClient  # noqa: E402
from kafka.admin import NewTopic as KafkaPythonTopic  # noqa: E402

import differential  # noqa: E402
import kafka_peer  # noqa: E402
import recorded  # noqa: E402
from millrace import Millrace  # noqa: E402
from recording_proxy import RecordingProxy  # noqa: E402

COUNT = 20


def kafka_python(bootstrap, name):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([KafkaPythonTopic(name + "t", 2, 1)])
    time.sleep(1)  # the recording should not hold how often a client asked whether the topic is there
    producer = kafka.KafkaProducer(bootstrap_servers=bootstrap)
    for i in range(COUNT):
        producer.send(name + "t", b"%d" % i, partition=i % 2).get(10)
    producer.close()
    consumer = kafka.KafkaConsumer(
        name + "t",
        bootstrap_servers=bootstrap,
        group_id=name + "g",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        consumer_timeout_ms=3000,
    )
    assert len(list(consumer)) == COUNT
    consumer.commit()
    consumer.close()
    admin.list_groups()
    admin.delete_topics([name + "t"])
    admin.close()


def confluent(bootstrap, name, protocol="classic"):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(name + "t", 2, 1)])[name + "t"].result(20)
    admin.describe_configs([ConfigResource(ResourceType.TOPIC, name + "t")])
    time.sleep(1)
    producer = confluent_kafka.Producer({"bootstrap.servers": bootstrap, "transactional.id": name + "x"})
    producer.init_transactions(20)
    for commits in (True, False, True):
        producer.begin_transaction()
        for i in range(COUNT // 2):
            producer.produce(name + "t", b"%d" % i, partition=i % 2)
        producer.flush(20)
        producer.commit_transaction(20) if commits else producer.abort_transaction(20)
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": name + "g",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "group.protocol": protocol,
        **({"session.timeout.ms": 10000} if protocol == "classic" else {}),
    }
    consumer = confluent_kafka.Consumer(settings)
    consumer.subscribe([name + "t"])
    seen, deadline = 0, time.monotonic() + 30
    while seen < COUNT and time.monotonic() < deadline:
        message = consumer.poll(0.5)
        seen += message is not None and not message.error()
    assert seen == COUNT, seen
    consumer.commit(asynchronous=False)
    consumer.close()
    admin.describe_consumer_groups([name + "g"])[name + "g"].result(10)
    admin.delete_consumer_groups([name + "g"])[name + "g"].result(10)


def confluent_consumer(bootstrap, name):
    confluent(bootstrap, name, "consumer")


def aiokafka_client(bootstrap, name):
    async def run():
        producer = aiokafka.AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True)
        await producer.start()
        for i in range(COUNT):
            await producer.send_and_wait(name + "t", b"%d" % i)
        await producer.stop()
        consumer = aiokafka.AIOKafkaConsumer(
            name + "t",
            bootstrap_servers=bootstrap,
            group_id=name + "g",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        await consumer.start()
        for _ in range(COUNT):
            await asyncio.wait_for(consumer.getone(), 20)
        await consumer.commit()
        await consumer.stop()

    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(name + "t", 1, 1)])[name + "t"].result(20)
    time.sleep(1)
    asyncio.run(run())


def java_tools(bootstrap, name):
    tools = kafka_peer.KafkaTools()
    tools.check("topics", "--bootstrap-server", bootstrap, "--create", "--topic", name + "t", "--partitions", 2)
    tools.check("console-producer", "--bootstrap-server", bootstrap, "--topic", name + "t", stdin="one\ntwo\nthree\n")
    tools.check(
        "console-consumer",
        "--bootstrap-server",
        bootstrap,
        "--topic",
        name + "t",
        "--from-beginning",
        "--max-messages",
        3,
        "--group",
        name + "g",
    )
    tools.check("groups", "--bootstrap-server", bootstrap, "--describe", "--group", name + "g")
    tools.check("offsets", "--bootstrap-server", bootstrap, "--topic", name + "t")
    tools.check(
        "configs",
        "--bootstrap-server",
        bootstrap,
        "--alter",
        "--topic",
        name + "t",
        "--add-config",
        "retention.ms=604800000",
    )
    tools.check("configs", "--bootstrap-server", bootstrap, "--describe", "--topic", name + "t")
    tools.check("topics", "--bootstrap-server", bootstrap, "--describe", "--topic", name + "t")
    tools.check("topics", "--bootstrap-server", bootstrap, "--delete", "--topic", name + "t")
    tools.close()


CLIENTS = {
    "kafka-python": kafka_python,
    "confluent": confluent,
    "confluent-consumer-protocol": confluent_consumer,
    "aiokafka": aiokafka_client,
    "java-tools": java_tools,
}


def record(client):
    with tempfile.TemporaryDirectory() as directory, RecordingProxy() as proxy:
        settings = {**differential.SETTINGS, "advertised.listeners": f"PLAINTEXT://{proxy.bootstrap}"}
        node = Millrace(directory, settings).start()
        try:
            proxy.target = node.bootstrap
            CLIENTS[client](proxy.bootstrap, f"{recorded.PREFIX}{client}.")
        finally:
            node.kill()
        program = recorded.from_events(client, list(proxy.events))
        recorded.save(program)
        print(f"{client}: {len(program.steps)} requests")


if __name__ == "__main__":
    for one in sys.argv[1:] or CLIENTS:
        record(one)
