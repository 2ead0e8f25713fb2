# Read by Spark at its start. Without it Spark asks what address this machine's name has, which not every machine knows.
export SPARK_LOCAL_HOSTNAME=localhost
