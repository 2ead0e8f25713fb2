#!/usr/bin/env python3
"""Sends what twenty users do in some hours of a day, keyed by user; each sixth event twice, as senders do that retry.

    send_events.py 2026-01-30 0 12       from 00:00 to 12:00, an event an hour of each user
"""
import json
import sys
from datetime import datetime, timedelta, timezone

from kafka import KafkaProducer

from stack import BOOTSTRAP, TOPIC


def events(day, first_hour, end_hour):
    midnight = datetime.fromisoformat(day).replace(tzinfo=timezone.utc)
    for hour in range(first_hour, end_hour):
        for user in range(20):
            event = {
                'user_id': 12345 + user,
                'action': 'purchase' if (hour + user) % 3 == 0 else 'view',
                'amount': 1.5 + user,
                'timestamp': (midnight + timedelta(hours=hour, minutes=user)).isoformat(),
                'session_id': f's{user}-{hour // 6}',
            }
            yield event
            if (hour * 20 + user) % 6 == 0:
                yield event


def main(day, first_hour, end_hour):
    producer = KafkaProducer(
        bootstrap_servers=[BOOTSTRAP],
        value_serializer=lambda v: json.dumps(v).encode('utf-8'),
        acks='all',  # Wait for all replicas
        retries=3,
        max_in_flight_requests_per_connection=1  # Ordering guarantee
    )
    sent = []
    for event in events(day, int(first_hour), int(end_hour)):
        at = datetime.fromisoformat(event['timestamp'])
        sent.append(producer.send(TOPIC, key=str(event['user_id']).encode(), value=event,
                                  timestamp_ms=int(at.timestamp() * 1000)))
    producer.flush()  # Ensure delivery
    for acknowledged in sent:
        acknowledged.get(timeout=10)
    print(f"{len(sent)} events of {day} are on disk")


if __name__ == "__main__":
    main(*sys.argv[1:])
