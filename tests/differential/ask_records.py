"""Requests about records: Produce, Fetch, offsets, epochs and what removes records."""

from program import Keep, Now, Records, Slot
from sensible import sensible
from vocabulary import INTERNAL


def entries(rng):
    return tuple(
        (rng.choice((None, b"k", b"")), rng.choice((b"v", b"", None, b"value" * 9)))
        for _ in range(rng.choice((1, 1, 2, 3)))
    )


BENT_BATCHES = (
    dict(crc=7),
    dict(magic=1),
    dict(magic=3),
    dict(count=5),
    dict(count=0),
    dict(last_delta=7),
    dict(cut=3),
    dict(cut=40),
    dict(length_change=-20),
    dict(length_change=1000),
    dict(attributes=5),
    dict(attributes=0x20),
    dict(timestamp=2**62),
    dict(timestamp=Now(7_200_000)),
    dict(timestamp=-1),
    dict(base_offset=77),
    dict(leader_epoch=9),
    dict(records=()),
    dict(attributes=0x08),
    dict(attributes=0x40),
    dict(records=((None, b"x" * 300),)),
    dict(records=((None, b"x" * 1_048_700),)),
)


FIRST_THAT_ENDURES_AN_UNKNOWN_CODEC = 7  # before it, one such batch has Kafka fail on the whole request


def batches(world, version, topic, partition, producer, transactional, keep, where):
    rng = world.rng
    one = {
        "records": entries(rng),
        "timestamp": world.time(),
        "step_ms": rng.choice((0, 0, 500)),
        "attributes": rng.choice((0, 0, 0, 1, 3, 4)) | (0x10 if transactional else 0),
    }
    if producer:
        sequence = producer.sequence(topic, partition)
        one |= {"producer_id": producer.id, "producer_epoch": producer.epoch, "sequence": sequence}
        match rng.randrange(20):
            case 0:
                one["sequence"] = Slot(sequence.name, 0, rng.choice((-1, -2, -3, 1, 5)))
            case 1:
                one["producer_epoch"] = Slot(producer.epoch.name, 0, rng.choice((-1, 1)))
            case 2:
                one["producer_id"] = 1 << 39
            case 3:
                one["attributes"] ^= 0x10
            case _:
                keep.append(Keep(sequence.name, add=len(one["records"]), error_path=where))
    if rng.random() < 0.12:
        bent = rng.choice(BENT_BATCHES)
        if bent.get("attributes") != 5 or version >= FIRST_THAT_ENDURES_AN_UNKNOWN_CODEC:
            one |= bent
    made = [tuple(one.items())]
    if rng.random() < 0.03:
        made = rng.choice(([], made * 2))
    return Records(tuple(made))


@sensible("Produce")
def produce(world, version):
    rng, keep = world.rng, []
    producer = rng.choice([None, None, None] + world.idempotent_producers + world.transactional_producers * 2)
    transactional = producer is not None and producer.transactional_id is not None
    topics = []
    for topic in world.some(world.topics):
        partitions = []
        for partition in world.some(range(world.topics[topic])):
            named = {"TopicId": world.topic_id(topic)} if version >= 13 else {"Name": topic}
            where = ("Responses", named, "PartitionResponses", {"Index": partition}, "ErrorCode")
            partitions.append(
                {
                    "Index": partition,
                    "Records": batches(world, version, topic, partition, producer, transactional, keep, where),
                }
            )
        topics.append({**world.named(topic), "PartitionData": partitions})
    if rng.random() < 0.03:
        topics[0]["Name"] = INTERNAL
    body = {
        "TransactionalId": producer.transactional_id if transactional else None,
        "TimeoutMs": 5000,
        "Acks": rng.choice((-1, -1, -1, 1, 1, 0)),
        "TopicData": topics,
    }
    return body, keep


@sensible("Fetch")
def fetch(world, version):
    rng = world.rng
    by_session = rng.random() < 0.2
    topics = [
        {
            **world.named(t, "Topic"),
            "Partitions": [
                {
                    "Partition": p,
                    "FetchOffset": rng.choice((0, 0, 0, 1, 2, 4, 9)),
                    "PartitionMaxBytes": rng.choice((1 << 20, 1 << 20, 100)),
                    "CurrentLeaderEpoch": rng.choice((-1, -1, 0)),
                    "LastFetchedEpoch": rng.choice((-1, -1, -1, 0)),
                }
                for p in world.some(range(world.topics[t]))
            ],
        }
        for t in world.some(world.topics)
    ]
    body = {
        "MaxWaitMs": rng.choice((0, 0, 1)),
        "MinBytes": rng.choice((0, 1)),
        "IsolationLevel": rng.choice((0, 1)),
        "MaxBytes": rng.choice((2**31 - 1, 2**31 - 1, 150)),
        "SessionEpoch": -1,
        "Topics": topics,
    }
    if not by_session or version < 7:
        return body, []
    if rng.random() < 0.4:
        return {**body, "SessionEpoch": 0}, [Keep("session", ("SessionId",)), Keep("session.epoch", ("ErrorCode",))]
    body |= {"SessionId": Slot("session", 0), "SessionEpoch": Slot("session.epoch", 0, 1)}
    if rng.random() < 0.6:
        body["Topics"] = []
    if rng.random() < 0.3:
        topic = world.topic()
        body["ForgottenTopicsData"] = [{**world.named(topic, "Topic"), "Partitions": [world.partition(topic)]}]
    return body, [Keep("session.epoch", add=1)]


@sensible("ListOffsets")
def list_offsets(world, version):
    rng = world.rng
    times = (-1, -1, -2, -2, -3, -4, -5, 0, Now(-86_400_000 + 1000 * rng.randrange(40)), Now(-86_399_500), Now())
    topics = [
        {
            "Name": t,
            "Partitions": [
                {"PartitionIndex": p, "Timestamp": rng.choice(times), "CurrentLeaderEpoch": rng.choice((-1, 0))}
                for p in world.some(range(world.topics[t]))
            ],
        }
        for t in world.some(world.topics)
    ]
    return {"ReplicaId": -1, "IsolationLevel": rng.choice((0, 1)), "Topics": topics, "TimeoutMs": 5000}, []


@sensible("OffsetForLeaderEpoch")
def offset_for_leader_epoch(world, version):
    rng = world.rng
    return {
        "ReplicaId": -1,
        "Topics": [
            {
                "Topic": t,
                "Partitions": [
                    {
                        "Partition": p,
                        "CurrentLeaderEpoch": rng.choice((-1, 0, 1)),
                        "LeaderEpoch": rng.choice((0, 0, 1, -1, 5)),
                    }
                    for p in world.some(range(world.topics[t]))
                ],
            }
            for t in world.some(world.topics)
        ],
    }, []


@sensible("DeleteRecords")
def delete_records(world, version):
    rng = world.rng
    return {
        "TimeoutMs": 30000,
        "Topics": [
            {
                "Name": t,
                "Partitions": [
                    {"PartitionIndex": p, "Offset": rng.choice((0, 1, 1, 2, 3, -1, 50))}
                    for p in world.some(range(world.topics[t]))
                ],
            }
            for t in world.some(world.topics)
        ],
    }, []


@sensible("DescribeProducers")
def describe_producers(world, version):
    return {
        "Topics": [
            {"Name": t, "PartitionIndexes": world.some(range(world.topics[t]))} for t in world.some(world.topics)
        ]
    }, []
