"""A small cluster for tests of the API and of kubectl: a laptop, a control plane, two workers."""

from __future__ import annotations

from typing import Any

from simulator.lab import Lab
from simulator.scenario import Scenario
from simulator.scenario_check import check_text

SCENARIO = """
name: test-cluster
machine: laptop
machines:
  - {name: laptop, role: laptop, arch: amd64, cpu: 4, memory: 8Gi, disk: 64Gi, link: 1Gbps}
  - {name: cp, role: control-plane, arch: amd64, cpu: 2, memory: 4Gi, disk: 64Gi, link: 1Gbps}
  - {name: w1, role: worker, arch: amd64, cpu: 4, memory: 8Gi, disk: 64Gi, link: 1Gbps}
  - {name: w2, role: worker, arch: amd64, cpu: 4, memory: 8Gi, disk: 64Gi, link: 1Gbps}
"""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: nginx:1.27
"""


class Cluster:
    """A lab, and lines typed into it."""

    def __init__(self, seconds: int = 5) -> None:
        self.lab = Lab(Scenario(check_text(SCENARIO, "test.yaml")), 1)
        self.api: Any = self.lab.engine.api
        self.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Let simulated time pass."""
        self.lab.advance(self.lab.now_us + round(seconds * 1_000_000))

    def file(self, path: str, text: str) -> None:
        """Write a workspace file."""
        self.lab.do({"file": {"path": path, "text": text}})

    def run(self, line: str, limit_s: int = 120) -> tuple[str, int | None]:
        """Type a line and let it end; answers its output and exit code (None: still running)."""
        result = self.lab.do({"terminal": line})
        for _ in range(limit_s):
            if result["exit_code"] is not None:
                break
            self.wait(1)
            result = self.lab.entry(result["entry"])
        return result["output"], result["exit_code"]

    def says(self, line: str) -> str:
        """Type a line and give its output."""
        return self.run(line)[0]


def pod(name: str = "p", **spec: Any) -> dict[str, Any]:
    """Give a pod of one container."""
    containers = [{"name": "c", "image": "nginx:1.27"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": containers, **spec},
    }
