"""Bring 1,000 nodes and 10,000 pods up: wall time, memory, and the pods' way in simulated time.

Prints one line a stage. Ends with 1 when it takes 60 s or more.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from simulator import SECOND, Lab, Scenario, relax_garbage_collection

LIMIT_S = 60.0
LIMIT_SIMULATED_S = 900


def deployment(name: str, replicas: int) -> dict[str, Any]:
    """Give a Deployment of small web servers."""
    container = {
        "name": "web",
        "image": "nginx:1.27",
        "ports": [{"containerPort": 80}],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [container]},
            },
        },
    }


def ready(lab: Lab) -> int:
    """Count the pods that their Deployments call available."""
    found = lab.engine.store.list("Deployment", "default")
    return sum((one.get("status") or {}).get("availableReplicas", 0) for one in found)


def memory_mib() -> float:
    """Give the most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Run it once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--deployments", type=int, default=20)
    parser.add_argument("--scenario", default="big")
    options = parser.parse_args()

    relax_garbage_collection()  # as the server and `manage.py lab` do
    begin = time.perf_counter()
    lab = Lab(Scenario.load(options.scenario), 7)
    made = time.perf_counter()
    nodes = lab.engine.store.count("Node")
    print(
        f"{options.scenario}: {nodes:,} nodes made in {made - begin:.2f} s, {memory_mib():.0f} MiB"
    )
    lab.advance(5 * SECOND)
    each = options.pods // options.deployments
    for n in range(options.deployments):
        lab.engine.api.create(deployment(f"web-{n:02}", each))
    wanted = each * options.deployments
    while ready(lab) < wanted and lab.now_us < LIMIT_SIMULATED_S * SECOND:
        lab.advance(lab.now_us + 5 * SECOND)
    end = time.perf_counter()
    fired, done = lab.engine.calendar.fired, ready(lab)
    print(f"  {done:,} of {wanted:,} pods available after {lab.now_us / SECOND:.0f} simulated s")
    print(f"  {end - begin:.2f} s in all ({time.process_time():.2f} s of CPU), {fired:,} events")
    print(f"  {memory_mib():.0f} MiB")
    return int(done < wanted or end - begin >= LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
