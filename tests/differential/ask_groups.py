"""Requests of consumer groups, classic and new: members, offsets, what administrators ask."""

from program import Keep, Slot
from sensible import sensible

MEMBER_ID_REQUIRED = 79
CHOSEN = [f"AAAAAAAAAAAAAAAAAAAAA{i}" for i in range(3)]


def classic(world):
    return world.rng.choice(world.classic_members)


def offsets(world, version=0):
    rng = world.rng
    return [
        {
            **world.named(t),
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


@sensible("JoinGroup")
def join(world, version):
    rng, member = world.rng, classic(world)
    protocols = [{"Name": n, "Metadata": rng.choice((b"", b"m"))} for n in world.some(("range", "roundrobin"))]
    body = {
        "GroupId": member.group,
        "SessionTimeoutMs": 30000,
        "RebalanceTimeoutMs": 60000,
        "MemberId": member.id,
        "ProtocolType": "consumer",
        "Protocols": protocols,
        "GroupInstanceId": member.instance,
        "Reason": rng.choice((None, "why")),
    }
    keep = [
        Keep(f"{member.name}.id", ("MemberId",), codes=(0, MEMBER_ID_REQUIRED)),
        Keep(f"{member.name}.epoch", ("GenerationId",)),
        Keep(f"{member.name}.protocol", ("ProtocolName",)),
    ]
    return body, keep, {"line": member.name, "may_wait": True}


@sensible("SyncGroup")
def sync(world, version):
    member = classic(world)
    assignments = [{"MemberId": m.id, "Assignment": f"for {m.name}".encode()} for m in world.classic_members]
    body = {
        "GroupId": member.group,
        "GenerationId": member.epoch,
        "MemberId": member.id,
        "GroupInstanceId": member.instance,
        "ProtocolType": "consumer",
        "ProtocolName": Slot(f"{member.name}.protocol", "range"),
        "Assignments": assignments if world.rng.random() < 0.8 else [],
    }
    return body, [], {"line": member.name, "may_wait": True}


@sensible("Heartbeat")
def heartbeat(world, version):
    member = classic(world)
    return {
        "GroupId": member.group,
        "GenerationId": member.epoch,
        "MemberId": member.id,
        "GroupInstanceId": member.instance,
    }, []


@sensible("LeaveGroup")
def leave(world, version):
    leaving = world.some(world.classic_members)
    members = [
        {
            "MemberId": m.id if not m.instance or world.rng.random() < 0.5 else "",
            "GroupInstanceId": m.instance,
            "Reason": "done",
        }
        for m in leaving
    ]
    return {"GroupId": leaving[0].group, "MemberId": leaving[0].id, "Members": members}, []


@sensible("OffsetCommit")
def commit(world, version):
    rng = world.rng
    member = rng.choice(world.classic_members + world.consumer_members)
    body = {"GroupId": member.group, "Topics": offsets(world)}
    if rng.random() < 0.5:
        body |= {"GenerationIdOrMemberEpoch": member.epoch, "MemberId": member.id, "GroupInstanceId": member.instance}
    return body, []


@sensible("OffsetFetch")
def fetch(world, version):
    rng = world.rng

    def topics():
        return (
            None
            if rng.random() < 0.3
            else [
                {**world.named(t), "PartitionIndexes": world.some(range(world.topics[t]))}
                for t in world.some(world.topics)
            ]
        )

    groups = []
    for group in world.some(world.classic + world.consumer):
        groups.append({"GroupId": group, "Topics": topics()})
        if rng.random() < 0.3:
            member = rng.choice(world.classic_members + world.consumer_members)
            groups[-1] |= {"MemberId": member.id, "MemberEpoch": member.epoch}
    single = topics()
    for topic in single or []:
        del topic["TopicId"]  # they came with the requests for several groups
    return {
        "GroupId": groups[0]["GroupId"],
        "Topics": single if version >= 2 else single or [],
        "Groups": groups,
        "RequireStable": rng.random() < 0.5,
    }, []


@sensible("OffsetDelete")
def delete_offsets(world, version):
    return {
        "GroupId": world.rng.choice(world.classic + world.consumer),
        "Topics": [
            {"Name": t, "Partitions": [{"PartitionIndex": p} for p in world.some(range(world.topics[t]))]}
            for t in world.some(world.topics)
        ],
    }, []


@sensible("FindCoordinator")
def find(world, version):
    kind = world.rng.choice((0, 1))
    keys = world.some(world.transactional if kind else world.classic + world.consumer)
    return {"Key": keys[0], "KeyType": kind if version else 0, "CoordinatorKeys": keys}, []


@sensible("DescribeGroups")
def describe(world, version):
    return {
        "Groups": world.some(world.classic + world.consumer),
        "IncludeAuthorizedOperations": world.rng.random() < 0.3,
    }, []


@sensible("ListGroups")
def listing(world, version):
    rng = world.rng
    return {
        "StatesFilter": (
            world.some(("Stable", "Empty", "PreparingRebalance", "CompletingRebalance", "stable"))
            if rng.random() < 0.4
            else []
        ),
        "TypesFilter": world.some(("classic", "consumer", "Classic")) if rng.random() < 0.4 else [],
    }, []


@sensible("DeleteGroups")
def delete(world, version):
    return {"GroupsNames": world.some(world.classic + world.consumer + [world.prefix + "nobody"])}, []


@sensible("ConsumerGroupHeartbeat")
def consumer_heartbeat(world, version):
    rng = world.rng
    place = rng.randrange(len(world.consumer_members))
    member = world.consumer_members[place]
    kind = rng.random()
    chosen = Slot(f"{member.name}.id", CHOSEN[place])
    keep = [
        Keep(f"{member.name}.id", ("MemberId",)),
        Keep(f"{member.name}.epoch", ("MemberEpoch",)),
        Keep(f"{member.name}.owned", ("Assignment", "TopicPartitions")),
    ]
    body = {"GroupId": member.group, "MemberId": chosen, "InstanceId": member.instance}
    if kind < 0.35:
        body |= {
            "MemberEpoch": 0,
            "RebalanceTimeoutMs": 60000,
            "SubscribedTopicNames": world.some(world.topics),
            "TopicPartitions": [],
            "ServerAssignor": rng.choice((None, None, "range", "uniform")),
        }
    elif kind < 0.45:
        body["MemberEpoch"] = -2 if member.instance and rng.random() < 0.5 else -1
    else:
        body["MemberEpoch"] = member.epoch
        if rng.random() < 0.6:
            body["TopicPartitions"] = Slot(f"{member.name}.owned", [])
        if rng.random() < 0.2:
            body["SubscribedTopicNames"] = world.some(world.topics)
    return body, keep


@sensible("ConsumerGroupDescribe")
def consumer_describe(world, version):
    return {
        "GroupIds": world.some(world.consumer + world.classic),
        "IncludeAuthorizedOperations": world.rng.random() < 0.3,
    }, []
