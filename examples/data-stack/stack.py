"""Where things are; every program beside this one asks here."""
import os
from pathlib import Path

BOOTSTRAP = os.environ.get("BOOTSTRAP", "127.0.0.1:9092")
REGISTRY = os.environ.get("REGISTRY", "http://127.0.0.1:8081")
LAKE = Path(os.environ.get("LAKE", "lake")).resolve()
BRONZE, SILVER = f"{LAKE}/bronze/user_events", f"{LAKE}/silver/user_events"
TOPIC, AVRO_TOPIC = "user_events", "user_events_avro"
