"""Pods that the scheduler places in a second, with the default plugins, on one core.

For each size: nodes in three zones, pods of one ReplicaSet waiting (so that the default spreading
counts them), and the median of several rounds, in CPU seconds. A round reads each pod, decides
and keeps the scheduler's books: the part whose cost grows with the cluster. Ends with 1 when a
size is below its goal.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from simulator.kubernetes.scheduler import plugins
from simulator.kubernetes.scheduler.cache import Cache
from simulator.kubernetes.scheduler.decide import decide
from simulator.kubernetes.scheduler.podinfo import pod_info
from simulator.store import Store
from tests.scheduling import node, pod

GOALS = {100: 5_000, 1_000: 3_000, 5_000: 1_500}
"""Nodes -> pods a second."""
PODS, ROUNDS = 1_000, 5

OWNER: Any = {
    "apiVersion": "apps/v1",
    "kind": "ReplicaSet",
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {"replicas": PODS, "selector": {"matchLabels": {"app": "web"}}},
}


def one_round(nodes: int) -> float:
    """Place the pods on an empty cluster; answers the CPU seconds it took."""
    store = Store(lambda *parts: "-".join(map(str, parts)), lambda: "2026-01-05T09:00:00Z")
    for n in range(nodes):
        store.create(node(f"node-{n:04}", cpu="32", memory="128Gi", zone="abc"[n % 3]))
    owner = store.create(OWNER)
    reference = {"kind": "ReplicaSet", "name": "web", "controller": True}
    reference["uid"] = owner["metadata"]["uid"]
    waiting = [pod(f"web-{n}", cpu="100m") for n in range(PODS)]
    for one in waiting:
        one["metadata"]["ownerReferences"] = [reference]
    cache, profile, draw = Cache(store), plugins.profile({}), random.Random(7)
    cache.rebuild({})
    start = 0
    decide(pod_info(waiting[0]), cache, profile, draw.randrange)
    begin = time.process_time()
    for one in waiting:
        info = pod_info(one)
        decision, start = decide(info, cache, profile, draw.randrange, start)
        cache.add_pod(info, decision.node)
    return time.process_time() - begin


def main() -> int:
    """Measure each size."""
    short = False
    for nodes, goal in GOALS.items():
        rates = [PODS / one_round(nodes) for _ in range(ROUNDS)]
        rate = statistics.median(rates)
        print(f"{nodes:>5,} nodes: {rate:>6,.0f} pods/s (median of {ROUNDS}; best "
              f"{max(rates):,.0f}; goal {goal:,})")  # fmt: skip
        short = short or rate < goal
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
