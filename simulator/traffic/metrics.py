"""metrics-server: CPU and memory of pods and nodes, one sample every 15 s.

CPU of a pod is the work its requests and background did since the sample before, over that time.
Table "metrics": {"pods": {"ns/name": sample}, "nodes": {name: sample}, "cpu": {container: us}}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

RESOLUTION_US = 15 * SECOND
"""metrics-server's default --metric-resolution."""
NODE_CPU = 0.08
NODE_MEMORY = 600 << 20
"""What a node's own system uses, in cores and bytes (assumed)."""


class Metrics:
    """Samples usage; `pod_usage` and `node_usage` give the last sample."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.state: dict[str, Any] = engine.table("metrics")
        for key in ("pods", "nodes", "cpu"):
            self.state.setdefault(key, {})
        engine.calendar.on("metrics.sample", self._sample)
        engine.at_setup(self._setup)

    def _setup(self) -> None:
        if self._engine.cluster.exists():
            self._engine.calendar.after(RESOLUTION_US, "metrics.sample")

    def pod_usage(self, namespace: str, name: str) -> dict[str, Any] | None:
        """Give {"cpu_milli", "memory_bytes", "at_us", "window_us", "containers"} or None."""
        found: dict[str, Any] | None = self.state["pods"].get(f"{namespace}/{name}")
        return found

    def node_usage(self, name: str) -> dict[str, Any] | None:
        """Give {"cpu_milli", "memory_bytes", "at_us"} or None."""
        found: dict[str, Any] | None = self.state["nodes"].get(name)
        return found

    def _sample(self, _: object) -> None:
        engine = self._engine
        engine.calendar.after(RESOLUTION_US, "metrics.sample")
        now = engine.now_us
        pods: dict[str, Any] = {}
        cpu: dict[str, int] = {}
        nodes: dict[str, list[float]] = {}
        for node in engine.store.list("Node"):
            if engine.machines.is_up(node["metadata"]["name"]):
                nodes[node["metadata"]["name"]] = [NODE_CPU * 1000, float(NODE_MEMORY)]
        for pod in engine.store.list("Pod"):
            node = get(pod, "spec", "nodeName")
            if node not in nodes or get(pod, "status", "phase") != "Running":
                continue
            sample = self._pod(pod, cpu, now)
            if sample is not None:
                pods[f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"] = sample
                nodes[node][0] += sample["cpu_milli"]
                nodes[node][1] += sample["memory_bytes"]
        self.state["pods"], self.state["cpu"] = pods, cpu
        self.state["nodes"] = {
            name: {"cpu_milli": round(used[0]), "memory_bytes": round(used[1]), "at_us": now}
            for name, used in nodes.items()
        }
        engine.touch("metrics")

    def _pod(self, pod: Object, cpu: dict[str, int], now: int) -> dict[str, Any] | None:
        """Sample one pod; None until it has been up for a whole window."""
        containers: dict[str, Any] = {}
        for container in self._engine.store.by("Container", "pod", pod["metadata"]["uid"]):
            if not container["State"]["Running"]:
                continue
            number = container["Id"]
            usage = self._engine.programs.usage(number)
            done = self._engine.traffic.queues.cpu_us(number)
            before = self.state["cpu"].get(number)
            cpu[number] = done
            if before is None:
                continue
            busy = max(0, done - before) / RESOLUTION_US
            milli = round(1000 * (busy + usage["cpu_cores_background"]))
            quota = int(get(container, "HostConfig", "CpuQuota", default=0) or 0)
            if quota > 0:
                period = int(get(container, "HostConfig", "CpuPeriod", default=0) or 100_000)
                milli = min(milli, 1000 * quota // period)
            name = get(container, "drydock", "pod", "container", default="")
            containers[name] = {"cpu_milli": milli, "memory_bytes": usage["memory_bytes"]}
        if not containers:
            return None
        return {
            "at_us": now,
            "window_us": RESOLUTION_US,
            "containers": containers,
            "cpu_milli": sum(c["cpu_milli"] for c in containers.values()),
            "memory_bytes": sum(c["memory_bytes"] for c in containers.values()),
        }
