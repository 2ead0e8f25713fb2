"""Structured Streaming from "latest": windows close by the watermark into Delta, with exact counts and sums."""
import builtins

from pyspark.sql.functions import *  # noqa: F403  shadows sum, as in the programs people write

from events import create_topic, event, send
from lake import event_schema, spark_in
from proof import BOOTSTRAP, check, eventually, midway, own, prove, same

TOPIC = own("user_events")


def start(spark, directory):
    schema = event_schema()

    # Read from Kafka
    df = spark.readStream \
        .format("kafka") \
        .option("kafka.bootstrap.servers", BOOTSTRAP) \
        .option("subscribe", TOPIC) \
        .option("startingOffsets", "latest") \
        .load()

    # Parse JSON and window aggregation
    events = df.select(
        from_json(col("value").cast("string"), schema).alias("event")
    ).select("event.*")

    # Windowed aggregation (5-minute windows)
    windowed = events \
        .withWatermark("timestamp", "10 minutes") \
        .groupBy(
            window(col("timestamp"), "5 minutes"),
            col("action")
        ) \
        .agg(
            count("*").alias("count"),
            sum("amount").alias("total_amount")
        )

    # Write to Delta Lake
    query = windowed.writeStream \
        .format("delta") \
        .outputMode("append") \
        .option("checkpointLocation", f"{directory}/checkpoints/user_events") \
        .option("path", f"{directory}/delta/silver/user_events_windowed") \
        .start()

    def planned():  # from then on "latest" is a number
        check(query.isActive, f"query ended: {query.exception()}")
        return (directory / "checkpoints/user_events/offsets/0").exists()

    eventually(planned, 120, "first offsets in the checkpoint")
    return query


def ten_minutes():
    """Events of 10:00 to 10:09, two windows, and what is to come out of them."""
    events, expected = [], {}
    for minute in range(10):
        for i in range(30):
            action, amount = ("purchase", 10.25) if i % 3 == 0 else ("view", 0.5)
            events.append(event(i, action, amount, f"2025-01-04T10:{minute:02d}:{i:02d}Z"))
            window_of = (f"10:{minute // 5 * 5:02d}", action)
            n, total = expected.get(window_of, (0, 0.0))
            expected[window_of] = (n + 1, total + amount)
    return events, expected


def body(directory):
    create_topic(TOPIC, partitions=3)
    send(TOPIC, [event(1, "view", 0.5, "2025-01-04T10:01:00Z")])  # before "latest"
    spark = spark_in(directory)
    query = start(spark, directory)
    events, expected = ten_minutes()
    midway()
    for at in range(0, len(events), 30):
        send(TOPIC, events[at:at + 30])
    query.processAllAvailable()
    send(TOPIC, [event(1, "view", 0.5, "2025-01-04T10:30:00Z")])  # closes both windows
    query.processAllAvailable()
    send(TOPIC, [event(2, "purchase", 1000.0, "2025-01-04T10:03:00Z"),  # too late
                 event(1, "view", 0.5, "2025-01-04T10:31:00Z")])
    query.processAllAvailable()
    rows = builtins.sum(p["numInputRows"] for p in query.recentProgress)
    query.stop()

    out = spark.read.format("delta").load(f"{directory}/delta/silver/user_events_windowed")
    found = {(r["start"], r["action"]): (r["count"], r["total_amount"]) for r in out.select(
        date_format(col("window.start"), "HH:mm").alias("start"), "action", "count", "total_amount").collect()}
    same(found, expected, "windows")  # the amounts are sums of binary fractions: exact
    same(rows, len(events) + 3, "rows read")
    return f"{rows} rows in, {len(found)} windows closed, counts and sums exact"


prove(body)
