"""Guests: they order something every second, whether the kitchen keeps up or not."""

import itertools
import time

import redis

queue = redis.Redis(host="queue", decode_responses=True)

for number in itertools.count(1):
    waiting = queue.rpush("orders", f"soup-{number}")
    print(f"ordered soup-{number}, {waiting} wait", flush=True)
    time.sleep(1)
