"""Manual commits: an event processed but not committed when its consumer is killed comes again, a committed one does not."""
import subprocess
import sys

from events import create_topic, event, send
from proof import BOOTSTRAP, own, prove, same

TOPIC, GROUP = own("user_events"), own("user-analytics-group")

CONSUMER = r"""
import os, signal, sys
from confluent_kafka import Consumer
bootstrap, topic, group, count, last_is_committed = sys.argv[1:]
consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest",
                     "enable.auto.commit": False, "session.timeout.ms": 6000, "heartbeat.interval.ms": 1000})
consumer.subscribe([topic])
left = int(count)
while left:
    message = consumer.poll(1.0)
    if message is None or message.error():
        continue
    print(message.offset(), flush=True)
    left -= 1
    if left or last_is_committed == "True":
        consumer.commit(message, asynchronous=False)
os.kill(os.getpid(), signal.SIGKILL)
"""


def process_and_die(count, last_is_committed):
    done = subprocess.run([sys.executable, "-c", CONSUMER, BOOTSTRAP, TOPIC, GROUP, str(count), str(last_is_committed)],
                          text=True, stdout=subprocess.PIPE, timeout=90)
    same(done.returncode, -9, "end of the consumer")
    return [int(offset) for offset in done.stdout.split()]


def body(_):
    create_topic(TOPIC)
    send(TOPIC, [event(i, "view", 1.0, "2025-01-04T10:00:00Z") for i in range(20)])
    same(process_and_die(5, last_is_committed=False), [0, 1, 2, 3, 4], "the first consumer")
    same(process_and_die(3, last_is_committed=True), [4, 5, 6], "the second")
    same(process_and_die(2, last_is_committed=True), [7, 8], "the third")
    return "one event again after SIGKILL before its commit, none after it"


prove(body)
