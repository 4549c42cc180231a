"""Takes one order after the other from the queue, and works on it."""

import socket
import time

import redis

me = socket.gethostname()
queue = redis.Redis(host="queue", decode_responses=True)


def work(order):
    name, _, seconds = order.partition(":")
    print(f"{me} begins {name}", flush=True)
    time.sleep(float(seconds or 2))
    queue.sadd("done", name)
    print(f"{me} has done {name}", flush=True)


print(f"{me} waits for orders", flush=True)
while True:
    _, order = queue.blpop("orders")
    work(order)
