"""dbt's incremental model and its tests on Delta: a second day is added to gold, the first stays.

Silver is filled by batch reads between offsets: to the end, then from the offsets where the first read ended.
"""
import json
import os
import shutil
import subprocess

from pyspark.sql.functions import *  # noqa: F403

import lake
from events import create_topic, event, send
from proof import ROOT, check, own, prove, same

TOPIC = own("user_events")


def load_silver(directory, starting):
    """Appends the records from there on to silver; returns where the next read starts, in Spark's notation."""
    spark = lake.spark_in(directory, "Silver")
    records = lake.kafka(spark.read, TOPIC, startingOffsets=starting, endingOffsets="latest")
    rows = lake.parsed(records, "partition", "offset")
    ends = {r["partition"]: r["last"] + 1 for r in
            rows.groupBy("partition").agg(max("offset").alias("last")).collect()}
    rows.drop("partition", "offset").withColumn("date", to_date(col("timestamp"))) \
        .write.format("delta").mode("append").partitionBy("date").save(f"{directory}/silver/user_events")
    lake.stop()  # dbt brings its own Spark
    return json.dumps({TOPIC: ends})


def dbt(directory, *arguments):
    done = subprocess.run(["dbt", "--no-use-colors", *arguments], cwd=directory / "dbt", text=True, timeout=400,
                          env={**os.environ, "LAKE": str(directory)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout)
    check(done.returncode == 0, f"dbt {arguments[0]}: {done.stdout[-500:]}")
    return done.stdout


def body(directory):
    create_topic(TOPIC)
    send(TOPIC, [event(u, action, 10.0 * (u + 1), f"2025-01-03T10:{minute:02d}:00Z", f"s{u}-{minute // 10}")
                 for u in range(5) for minute, action in enumerate(["view", "purchase"] * 10)])
    next_day = load_silver(directory, "earliest")
    shutil.copytree(ROOT / "examples" / "data-stack" / "dbt", directory / "dbt")
    dbt(directory, "deps")
    dbt(directory, "build")

    send(TOPIC, [event(u, "purchase", 1.0, "2025-01-04T09:00:00Z") for u in range(5)])
    load_silver(directory, next_day)
    told = dbt(directory, "build")
    check("PASS=6" in told and "ERROR=0" in told, "the second build did not pass both models and four tests")

    gold = lake.spark_in(directory, "Gold").read.format("delta").load(f"{directory}/warehouse/gold.db/user_metrics_daily")
    found = {r["date_user_id"]: (r["event_count"], r["total_revenue"], r["session_count"]) for r in gold.collect()}
    expected = {f"2025-01-03_{u}": (20, 100.0 * (u + 1), 2) for u in range(5)}
    same(found, expected | {f"2025-01-04_{u}": (1, 1.0, 1) for u in range(5)}, "gold")
    return f"2 builds of 2 models and 4 tests, {len(found)} rows of gold"


prove(body)
