"""Delta's time travel, MERGE and OPTIMIZE on a gold table whose rows and updates come from Kafka, parted by time."""
import time

from delta.tables import DeltaTable
from pyspark.sql.functions import *  # noqa: F403

from events import create_topic, event, send
from lake import kafka, parsed, spark_in
from proof import check, own, prove, same

TOPIC = own("user_events")


def two_times():
    """Ten events, and four more of a later time; returns a time in between, in milliseconds."""
    send(TOPIC, [event(u, "purchase", 10.0, "2025-01-03T10:00:00Z") for u in range(10)])
    time.sleep(0.5)  # record timestamps are the producer's clock
    between = int(time.time() * 1000)
    time.sleep(0.5)
    send(TOPIC, [event(u, "purchase", 70.0, "2025-01-03T12:00:00Z") for u in range(8, 12)])
    return between


def body(directory):
    create_topic(TOPIC)
    between = two_times()
    spark = spark_in(directory, "Gold")
    path = f"{directory}/delta/gold/user_metrics"

    def metrics(**options):
        return parsed(kafka(spark.read, TOPIC, **options)) \
            .select("user_id", to_date("timestamp").alias("date"), col("amount").alias("revenue"))

    metrics(startingOffsets="earliest", endingTimestamp=str(between)).write.format("delta").save(path)  # version 0
    for user in range(101, 106):  # versions 1 to 5
        metrics(startingOffsets="earliest", endingTimestamp=str(between)).limit(1) \
            .withColumn("user_id", lit(user).cast("long")).write.format("delta").mode("append").save(path)
    travel(spark, path)

    # MERGE for upserts (SCD Type 1)
    updates_df = metrics(startingTimestamp=str(between))
    target = DeltaTable.forPath(spark, path)

    target.alias("target").merge(
        updates_df.alias("updates"),
        "target.user_id = updates.user_id AND target.date = updates.date"
    ).whenMatchedUpdateAll() \
     .whenNotMatchedInsertAll() \
     .execute()

    done = target.history(1).first()["operationMetrics"]
    same((done["numTargetRowsUpdated"], done["numTargetRowsInserted"]), ("2", "2"), "updated and inserted")
    revenue = {r["user_id"]: r["revenue"] for r in spark.read.format("delta").load(path).collect()}
    same([revenue[u] for u in (7, 8, 9, 10, 11)], [10.0, 70.0, 70.0, 70.0, 70.0], "revenue")
    files = optimize(spark, path)
    same(spark.read.format("delta").load(path).count(), 17, "rows after OPTIMIZE")
    return f"10 and 15 rows by time and version, 2 updated, 2 inserted, {files} files made one"


def travel(spark, path):
    first = DeltaTable.forPath(spark, path).history().where("version = 0").first()["timestamp"]
    # Time travel - query historical data
    df_then = spark.read.format("delta") \
        .option("timestampAsOf", str(first)) \
        .load(path)
    same(df_then.count(), 10, "rows at the first version's time")

    # Or by version
    df_v5 = spark.read.format("delta") \
        .option("versionAsOf", 5) \
        .load(path)
    same(df_v5.count(), 15, "rows of version 5")


def optimize(spark, path):
    before = len(spark.read.format("delta").load(path).inputFiles())
    # Optimize and Z-order
    spark.sql(f"OPTIMIZE delta.`{path}` ZORDER BY (user_id)")
    same(len(spark.read.format("delta").load(path).inputFiles()), 1, "files after OPTIMIZE")
    check(before > 1, "there was one file before")
    return before


prove(body)
