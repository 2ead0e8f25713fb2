"""A Spark with Delta, as the tutorial configures it, in a scratch directory; and the shape of events in it."""
import os

from proof import BOOTSTRAP, ROOT, at_end

os.environ["SPARK_CONF_DIR"] = str(ROOT / "examples" / "data-stack" / "conf")


def spark_in(directory, app="KafkaStreaming"):
    """The session; a second call after `stop` makes a new one."""
    from pyspark.sql import SparkSession
    spark = SparkSession.builder \
        .appName(app) \
        .config("spark.local.dir", str(directory / "local")) \
        .config("spark.sql.warehouse.dir", str(directory / "warehouse")) \
        .getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    if stop not in at_end:
        at_end.append(stop)
    return spark


def stop():
    from pyspark.sql import SparkSession
    spark = SparkSession.getActiveSession()
    if spark is not None:
        for query in spark.streams.active:
            query.stop()
        spark.stop()


def kafka(reader, topic, **options):
    """Spark's Kafka source on a topic: of spark.read or spark.readStream."""
    return reader.format("kafka").option("kafka.bootstrap.servers", BOOTSTRAP).option("subscribe", topic) \
        .options(**options).load()


def event_schema():
    from pyspark.sql.types import DoubleType, LongType, StringType, StructType, TimestampType
    return StructType().add("user_id", LongType()).add("action", StringType()).add("amount", DoubleType()) \
        .add("timestamp", TimestampType()).add("session_id", StringType())


def parsed(records, *kept):
    """Events out of Kafka records, with columns of the record beside them."""
    from pyspark.sql.functions import col, from_json
    return records.select(from_json(col("value").cast("string"), event_schema()).alias("event"), *kept) \
        .select("event.*", *kept)
