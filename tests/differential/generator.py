"""Makes programs: the same seed and number give the same program, whatever the brokers say."""

import random

import ask_admin  # noqa: F401 (these fill SENSIBLE)
import ask_groups  # noqa: F401
import ask_records  # noqa: F401
import ask_transactions  # noqa: F401
from program import Keep, Program, Records, Step
from sensible import SENSIBLE
from vocabulary import bend
from world import World

STEPS = 120
BENT = 0.25
EVERYTHING = 0.3  # how often a step is of any API in place of the theme's
THEMES = {
    "records": {
        "Produce": 8,
        "Fetch": 6,
        "ListOffsets": 3,
        "DeleteRecords": 1,
        "OffsetForLeaderEpoch": 1,
        "InitProducerId": 1,
        "IncrementalAlterConfigs": 1,
        "DescribeProducers": 1,
    },
    "transactions": {
        "InitProducerId": 3,
        "AddPartitionsToTxn": 5,
        "Produce": 9,
        "AddOffsetsToTxn": 3,
        "TxnOffsetCommit": 4,
        "EndTxn": 5,
        "Fetch": 3,
        "OffsetFetch": 2,
        "DescribeTransactions": 1,
        "ListTransactions": 1,
        "DescribeProducers": 2,
        "ListOffsets": 1,
    },
    "classic groups": {
        "JoinGroup": 9,
        "SyncGroup": 7,
        "Heartbeat": 4,
        "LeaveGroup": 2,
        "OffsetCommit": 4,
        "OffsetFetch": 3,
        "DescribeGroups": 2,
        "ListGroups": 1,
        "DeleteGroups": 1,
        "OffsetDelete": 1,
    },
    "consumer groups": {
        "ConsumerGroupHeartbeat": 14,
        "ConsumerGroupDescribe": 2,
        "OffsetCommit": 4,
        "OffsetFetch": 3,
        "JoinGroup": 1,
        "ListGroups": 1,
        "DeleteGroups": 1,
        "OffsetDelete": 1,
        "CreatePartitions": 1,
    },
    "administration": {
        "CreateTopics": 4,
        "DeleteTopics": 2,
        "CreatePartitions": 2,
        "Metadata": 4,
        "IncrementalAlterConfigs": 4,
        "AlterConfigs": 2,
        "DescribeConfigs": 4,
        "DescribeTopicPartitions": 2,
        "Produce": 1,
        "ListConfigResources": 1,
    },
}


def copied(value):
    """A body of its own, so that bending one leaves the others alone."""
    if isinstance(value, dict):
        return {k: copied(v) for k, v in value.items()}
    return [copied(v) for v in value] if isinstance(value, (list, tuple)) and not isinstance(value, Records) else value


def step_of(api, version, world):
    made = SENSIBLE[api](world, version)
    body, keep, more = (*made, {}) if len(made) == 2 else made
    body = copied(body)
    if world.rng.random() < BENT:
        bend(api, version, body, world.rng, world)
    return Step(api, version, body, tuple(keep), **more)


def generate(seed, number, served, steps=STEPS):
    """`served` is {api: (least version, greatest version)}."""
    rng = random.Random(f"{seed}/{number}")
    title = sorted(THEMES)[number % len(THEMES)]
    world = World(rng, f"s{seed}p{number}.")
    made = [
        Step(
            "CreateTopics",
            7,
            {"Topics": [{"Name": t, "NumPartitions": n, "ReplicationFactor": 1} for t, n in world.topics.items()]},
            tuple(Keep(f"id:{t}", ("Topics", {"Name": t}, "TopicId")) for t in world.topics),
        )
    ]
    every = [(api, v) for api, (least, greatest) in served.items() for v in range(least, greatest + 1)]
    theme = {api: weight for api, weight in THEMES[title].items() if api in served}
    # Each API and version has its turn, in an order of the program's own, so that few programs suffice for all.
    turns = every[(number * 36) % len(every) :] + every
    for _ in range(steps):
        if rng.random() < EVERYTHING:
            api, version = turns.pop(0)
        else:
            api = rng.choices(list(theme), list(theme.values()))[0]
            version = rng.randint(*served[api])
        made.append(step_of(api, version, world))
    for i, step in enumerate(made):
        step.number = i
    return Program(
        title,
        world.prefix,
        made,
        groups=tuple(world.classic + world.consumer),
        topics=tuple(world.topics) + tuple(world.later),
        transactional_ids=tuple(world.transactional),
    )
