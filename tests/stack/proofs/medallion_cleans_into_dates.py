"""Bronze takes everything once in bounded batches; silver drops duplicates and bad rows and lies by date."""
import builtins

from pyspark.sql.functions import *  # noqa: F403

from events import create_topic, event, send
from lake import kafka, parsed, spark_in
from proof import check, own, prove, same

TOPIC = own("user_events")
DAYS = ("2025-01-03", "2025-01-04", "2025-01-05")


def events():
    good = [event(u, "purchase" if u % 2 else "view", 1.0 + u, f"{day}T10:{u:02d}:00Z") for day in DAYS for u in range(50)]
    bad = [event(900, "purchase", -5.0, "2025-01-03T11:00:00Z"), event(901, "refund", 0.0, "2025-01-03T11:00:00Z"),
           event(902, "purchase", 5.0, None)]
    return good + good[:40] + bad


def body(directory):
    create_topic(TOPIC, partitions=2)
    sent = send(TOPIC, events())
    spark = spark_in(directory, "Medallion")
    raw = kafka(spark.readStream, TOPIC, startingOffsets="earliest", maxOffsetsPerTrigger=100, includeHeaders=True)
    query = parsed(raw, "partition", "offset") \
        .writeStream.format("delta").outputMode("append") \
        .option("checkpointLocation", f"{directory}/checkpoints/bronze") \
        .trigger(availableNow=True) \
        .start(f"{directory}/delta/bronze/user_events")
    check(query.awaitTermination(150), "bronze did not end")
    check(query.exception() is None, f"bronze ended: {query.exception()}")
    batches = [p["numInputRows"] for p in query.recentProgress if p["numInputRows"]]
    check(len(batches) >= 2 and builtins.max(batches) <= 100, f"batches are not bounded: {batches}")

    # Read raw data from Bronze
    bronze_df = spark.read.format("delta").load(f"{directory}/delta/bronze/user_events")

    # Clean and validate
    silver_df = bronze_df \
        .dropDuplicates(["user_id", "timestamp"]) \
        .filter(col("amount") > 0) \
        .filter(col("timestamp").isNotNull()) \
        .withColumn("processed_at", current_timestamp()) \
        .withColumn("date", to_date(col("timestamp")))

    # Write to Silver with partitioning
    silver_df.write \
        .format("delta") \
        .mode("append") \
        .partitionBy("date") \
        .save(f"{directory}/delta/silver/user_events")

    same(bronze_df.select("partition", "offset").distinct().count(), sent, "places in bronze")
    same(bronze_df.count(), sent, "rows in bronze")
    silver = spark.read.format("delta").load(f"{directory}/delta/silver/user_events")
    same({str(r["date"]): r["count"] for r in silver.groupBy("date").count().collect()}, dict.fromkeys(DAYS, 50),
         "rows in silver by date")
    folders = sorted(p.name for p in (directory / "delta/silver/user_events").glob("date=*"))
    same(folders, [f"date={day}" for day in DAYS], "folders of silver")
    return f"{sent} rows in {len(batches)} batches to bronze, 150 in 3 dates to silver"


prove(body)
