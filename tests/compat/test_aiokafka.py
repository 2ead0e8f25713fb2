"""aiokafka, unchanged."""
import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic


def test_two_group_members_read_everything_once_with_manual_commits(bootstrap, name):
    asyncio.run(asyncio.wait_for(group_session(bootstrap, name("orders"), name("workers")), 60))


async def group_session(bootstrap, topic, group):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 4, 1)])
    await admin.close()

    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True)
    await producer.start()
    await asyncio.gather(*[await producer.send(topic, b"%d" % i, partition=i % 4) for i in range(400)])
    await producer.stop()

    members = [AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False,
                                auto_offset_reset="earliest") for _ in range(2)]
    await asyncio.gather(*[m.start() for m in members])
    seen = []
    while len(seen) < 400:
        for member in members:
            for records in (await member.getmany(timeout_ms=100)).values():
                seen += [int(r.value) for r in records]
            # The other member's arrival may have moved a partition since; its owner commits then.
            if member.assignment():
                await member.commit()
    assert sorted(set(seen)) == list(range(400))
    await asyncio.gather(*[m.stop() for m in members])

    checker = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group)
    await checker.start()
    assert [await checker.committed(TopicPartition(topic, p)) for p in range(4)] == [100] * 4
    await checker.stop()
