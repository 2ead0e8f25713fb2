#!/usr/bin/env python3
"""Writes the stream into the bronze table as it came, and says in the consumer group `bronze` how far the table is.

    bronze.py              until all is in that is there
    bronze.py --follow     for ever
"""
import sys

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, from_json, max

from stack import BOOTSTRAP, BRONZE, LAKE, TOPIC

GROUP = "bronze"
SCHEMA = "user_id LONG, action STRING, amount DOUBLE, timestamp TIMESTAMP, session_id STRING"

spark = SparkSession.builder.appName("bronze").getOrCreate()
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})


def write(batch, number):
    """The table first, then the group: what the group has committed is in the table, wherever a crash comes."""
    query = spark.sparkContext.getLocalProperty("sql.streaming.queryId")
    batch.persist()  # read from Kafka once, used twice
    batch.write.format("delta").mode("append") \
        .option("txnAppId", query).option("txnVersion", number) \
        .save(BRONZE)
    ends = batch.groupBy("topic", "partition").agg(max("offset").alias("last")).collect()
    batch.unpersist()
    offsets = [TopicPartition(r["topic"], r["partition"], r["last"] + 1) for r in ends]
    if offsets:
        admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(GROUP, offsets)])[GROUP].result(30)


records = spark.readStream.format("kafka") \
    .option("kafka.bootstrap.servers", BOOTSTRAP) \
    .option("subscribe", TOPIC) \
    .option("startingOffsets", "earliest") \
    .option("maxOffsetsPerTrigger", 100000) \
    .load()
query = records \
    .select(from_json(col("value").cast("string"), SCHEMA).alias("event"), "topic", "partition", "offset",
            col("timestamp").alias("kafka_timestamp")) \
    .select("event.*", "topic", "partition", "offset", "kafka_timestamp") \
    .writeStream \
    .foreachBatch(write) \
    .option("checkpointLocation", f"{LAKE}/checkpoints/bronze") \
    .trigger(**({"processingTime": "10 seconds"} if "--follow" in sys.argv else {"availableNow": True})) \
    .start()
query.awaitTermination()
print(f"bronze has {spark.read.format('delta').load(BRONZE).count()} rows")
