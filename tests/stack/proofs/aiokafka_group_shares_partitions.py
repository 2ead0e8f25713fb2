"""aiokafka: idempotent and transactional sends, two members of a group that share the partitions, manual commits."""
import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from events import create_topic
from proof import BOOTSTRAP, check, own, prove, same

TOPIC, GROUP = own("user_events"), own("user-analytics-group")
IDEMPOTENT, TRANSACTIONAL, PARTITIONS = 400, 40, 4


async def send():
    async with AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, enable_idempotence=True, acks="all",
                                compression_type="lz4") as producer:
        for i in range(IDEMPOTENT):
            await producer.send(TOPIC, value=b"%d" % i, partition=i % PARTITIONS)
    async with AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, transactional_id=own("aiokafka")) as producer:
        async with producer.transaction():
            for i in range(IDEMPOTENT, IDEMPOTENT + TRANSACTIONAL):
                await producer.send(TOPIC, value=b"%d" % i, partition=i % PARTITIONS)


async def read(members):
    """What both members read while they commit, and the committed offsets."""
    for _ in range(100):
        shares = [len(member.assignment()) for member in members]
        if shares == [2, 2]:
            break
        await asyncio.sleep(0.2)
    same(shares, [2, 2], "partitions of each member")
    found = []
    for _ in range(60):
        for member in members:
            for records in (await member.getmany(timeout_ms=250)).values():
                found += [int(record.value) for record in records]
            await member.commit()
        if len(found) >= IDEMPOTENT + TRANSACTIONAL:
            break
    return found, [await member.committed(tp) for member in members for tp in member.assignment()]


async def flow():
    await send()
    members = [AIOKafkaConsumer(TOPIC, bootstrap_servers=BOOTSTRAP, group_id=GROUP, auto_offset_reset="earliest",
                                enable_auto_commit=False, isolation_level="read_committed", session_timeout_ms=10000,
                                heartbeat_interval_ms=500) for _ in range(2)]
    try:
        for member in members:
            await member.start()
        return await read(members)
    finally:
        for member in members:
            await member.stop()


def body(_):
    create_topic(TOPIC, PARTITIONS)
    found, committed = asyncio.run(flow())
    same(sorted(found), list(range(IDEMPOTENT + TRANSACTIONAL)), "records of both members")
    records = (IDEMPOTENT + TRANSACTIONAL) // PARTITIONS
    check(all(offset in (records, records + 1) for offset in committed),  # with or without the commit marker
          f"committed {committed} instead of {records} in each partition")
    return f"{len(found)} records read by 2 members, each of 2 partitions, and committed"


prove(body)
