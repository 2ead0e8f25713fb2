#!/usr/bin/env python3
"""Makes one day of the silver table from bronze, clean and without duplicates; again and again with the same result.

    silver.py 2026-01-30
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, current_timestamp, to_date

from stack import BRONZE, SILVER

day = sys.argv[1]
spark = SparkSession.builder.appName("silver").getOrCreate()

# Read raw data from Bronze
bronze_df = spark.read.format("delta").load(BRONZE)

# Clean and validate
silver_df = bronze_df \
    .dropDuplicates(["user_id", "timestamp"]) \
    .filter(col("amount") > 0) \
    .filter(col("timestamp").isNotNull()) \
    .withColumn("processed_at", current_timestamp()) \
    .withColumn("date", to_date(col("timestamp"))) \
    .filter(col("date") == day)

# Write to Silver with partitioning
silver_df.write \
    .format("delta") \
    .mode("overwrite") \
    .option("replaceWhere", f"date = '{day}'") \
    .partitionBy("date") \
    .save(SILVER)

print(f"silver has {spark.read.format('delta').load(SILVER).filter(col('date') == day).count()} rows of {day}")
