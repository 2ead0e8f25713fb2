"""A checkpointed stream is stopped and started while events come: Delta has each once, and none of an aborted transaction."""
import json

from confluent_kafka import Producer
from pyspark.sql.functions import *  # noqa: F403

from events import create_topic, event, send
from lake import kafka, parsed, spark_in
from proof import BOOTSTRAP, check, midway, own, prove, same

TOPIC, RUNS, AT_ONCE = own("user_events"), 4, 500
ABORTED = 10**6  # user ids from here on


def events(users):
    return [event(user, "view", 1.0, "2025-01-04T10:00:00Z") for user in users]


def transaction(users, commit):
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "transactional.id": own("stack")})
    producer.init_transactions(60)
    producer.begin_transaction()
    for one in events(users):
        producer.produce(TOPIC, key=str(one["user_id"]), value=json.dumps(one))
    same(producer.flush(60), 0, "events left")
    if commit:
        producer.commit_transaction(60)
    else:
        producer.abort_transaction(60)


def start(spark, directory):
    records = kafka(spark.readStream, TOPIC, startingOffsets="earliest", maxOffsetsPerTrigger=300,
                    **{"kafka.isolation.level": "read_committed"})
    return parsed(records, "partition", "offset").writeStream.format("delta").outputMode("append") \
        .option("checkpointLocation", f"{directory}/checkpoints/user_events") \
        .start(f"{directory}/delta/bronze/user_events")


def stop(query, when_all_is_in):
    """Ends the query in the middle of its work, or when it has read everything; answers how many batches it had."""
    if when_all_is_in:
        query.processAllAvailable()
    while query.isActive and not query.recentProgress:
        query.awaitTermination(0.1)
    batches = len(query.recentProgress)
    query.stop()
    check(query.exception() is None, f"query ended: {query.exception()}")
    return batches


def body(directory):
    create_topic(TOPIC, partitions=3)
    spark = spark_in(directory)
    users = iter(range(ABORTED))

    def more():
        return [next(users) for _ in range(AT_ONCE)]

    batches = 0
    for run in range(RUNS):
        send(TOPIC, events(more()))
        query = start(spark, directory)
        if run == 1:
            midway()
            transaction(range(ABORTED, ABORTED + 50), commit=False)
        send(TOPIC, events(more()))
        if run == 2:
            transaction(more(), commit=True)
        batches += stop(query, when_all_is_in=run == RUNS - 1)

    sent = next(users)
    rows = spark.read.format("delta").load(f"{directory}/delta/bronze/user_events")
    same(rows.filter(col("user_id") >= ABORTED).count(), 0, "rows of the aborted transaction")
    same(rows.count(), sent, "rows")
    same(rows.select("user_id").distinct().count(), sent, "events")
    same(rows.select("partition", "offset").distinct().count(), sent, "places")
    return f"{sent} events over {RUNS} runs of {batches} batches, each once, none aborted"


prove(body)
