"""Requests of producers: ids, and what makes a transaction."""

from program import Forget, Keep, Slot
from sensible import sensible


def identity(producer):
    return {"TransactionalId": producer.transactional_id, "ProducerId": producer.id, "ProducerEpoch": producer.epoch}


def told(producer):
    """What a producer takes from an answer, and begins its sequences anew."""
    return [
        Keep(f"{producer.name}.id", ("ProducerId",)),
        Keep(f"{producer.name}.epoch", ("ProducerEpoch",)),
        Forget(f"{producer.name}.seq:"),
    ]


def transactional(world):
    return world.rng.choice(world.transactional_producers)


@sensible("InitProducerId")
def init_producer_id(world, version):
    producer = world.rng.choice(world.transactional_producers * 2 + world.idempotent_producers)
    body = {
        "TransactionalId": producer.transactional_id,
        "TransactionTimeoutMs": world.rng.choice((60000, 60000, 900000)),
    }
    if world.rng.random() < 0.3:
        body |= {"ProducerId": producer.id, "ProducerEpoch": producer.epoch}
    return body, told(producer)


@sensible("AddPartitionsToTxn")
def add_partitions(world, version):
    rng = world.rng
    topics = [{"Name": t, "Partitions": world.some(range(world.topics[t]))} for t in world.some(world.topics)]
    if version <= 3:
        return {f"V3AndBelow{k}": v for k, v in {**identity(transactional(world)), "Topics": topics}.items()}, []
    return {
        "Transactions": [
            {**identity(p), "VerifyOnly": rng.random() < 0.3, "Topics": topics}
            for p in world.some(world.transactional_producers)
        ]
    }, []


@sensible("AddOffsetsToTxn")
def add_offsets(world, version):
    return {**identity(transactional(world)), "GroupId": world.rng.choice(world.classic + world.consumer)}, []


@sensible("EndTxn")
def end(world, version):
    producer = transactional(world)
    return {**identity(producer), "Committed": world.rng.random() < 0.6}, told(producer) if version >= 5 else []


@sensible("TxnOffsetCommit")
def commit_offsets(world, version):
    rng = world.rng
    body = {**identity(transactional(world)), "GroupId": rng.choice(world.classic + world.consumer), "GenerationId": -1}
    if rng.random() < 0.4:
        member = rng.choice(world.classic_members + world.consumer_members)
        body |= {"GroupId": member.group, "MemberId": member.id, "GenerationId": member.epoch}
    topics = [
        {
            "Name": t,
            "Partitions": [
                {
                    "PartitionIndex": p,
                    "CommittedOffset": rng.randrange(9),
                    "CommittedMetadata": rng.choice(("", "m", None)),
                    "CommittedLeaderEpoch": rng.choice((-1, 0)),
                }
                for p in world.some(range(world.topics[t]))
            ],
        }
        for t in world.some(world.topics)
    ]
    return {**body, "Topics": topics}, []


@sensible("WriteTxnMarkers")
def write_markers(world, version):
    rng = world.rng
    producer = rng.choice(world.transactional_producers)
    return {
        "Markers": [
            {
                "ProducerId": producer.id,
                "ProducerEpoch": producer.epoch,
                "TransactionResult": rng.random() < 0.5,
                "CoordinatorEpoch": rng.choice((0, 0, 1)),
                "TransactionVersion": rng.choice((0, 1, 2)),
                "Topics": [
                    {"Name": t, "PartitionIndexes": world.some(range(world.topics[t]))}
                    for t in world.some(world.topics)
                ],
            }
        ]
    }, []


@sensible("DescribeTransactions")
def describe(world, version):
    return {"TransactionalIds": world.some(world.transactional + [world.prefix + "unheard"])}, []


@sensible("ListTransactions")
def listing(world, version):
    rng = world.rng
    producers = [Slot(f"{p}.id", -1) for p in world.producers()]
    return {
        "StateFilters": (
            world.some(("Ongoing", "Empty", "CompleteCommit", "CompleteAbort")) if rng.random() < 0.4 else []
        ),
        "ProducerIdFilters": world.some(producers) if rng.random() < 0.3 else [],
        "DurationFilter": rng.choice((-1, -1, 3600000)),
        "TransactionalIdPattern": rng.choice((None, None, world.prefix + ".*")),
    }, []
