"""A cluster of nodes and pods for tests of the scheduler: short words for long objects."""

from __future__ import annotations

import random
from typing import Any
from unittest.mock import patch

from simulator import components
from simulator.engine import Engine
from simulator.kubernetes.api.events import Events
from simulator.kubernetes.api.server import ApiServer
from simulator.kubernetes.scheduler.scheduler import Scheduler
from simulator.plain import Object
from simulator.scenario import Scenario
from simulator.store import Store
from simulator.timing import SECOND

HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def node(name: str, cpu: str = "4", memory: str = "8Gi", zone: str = "a", **spec: Any) -> Object:
    labels = {HOST: name, ZONE: zone, **spec.pop("labels", {})}
    images = spec.pop("images", [])
    allocatable = {"cpu": cpu, "memory": memory, "pods": spec.pop("pods", "110")}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
        "status": {"allocatable": allocatable, "images": images},
    }


def pod(name: str, cpu: str = "500m", priority: int = 0, **spec: Any) -> Object:
    labels = spec.pop("labels", {"app": "web"})
    container = {
        "name": "main",
        "image": "web:1",
        "resources": {"requests": {"cpu": cpu, "memory": "128Mi"}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": labels},
        "spec": {
            "schedulerName": "default-scheduler",
            "priority": priority,
            "containers": [container],
            **spec,
        },
        "status": {"phase": "Pending"},
    }


def build(engine: Engine) -> None:
    """Make only the components that the scheduler works with: nothing else touches pods."""
    engine.api = ApiServer(engine)
    engine.events = Events(engine)
    engine.scheduler = Scheduler(engine)


class Cluster:
    """A real engine with an API server and a scheduler, but no kubelets and controllers."""

    def __init__(
        self,
        *nodes: Object,
        keyframe: bytes | None = None,
        profiles: list[dict[str, Any]] | None = None,
    ) -> None:
        scenario = Scenario.load("laptop")
        if profiles:
            scenario = Scenario({**scenario.data, "cluster": {"scheduler": profiles}})
        with patch.object(components, "build", build):
            self.engine = Engine(scenario, 7, keyframe)
        self.scheduler: Scheduler = self.engine.scheduler
        self.store: Store = self.engine.store
        for one in nodes:
            self.store.create(one)

    def add(self, *objects: Object) -> None:
        for one in objects:
            self.store.create(one)

    def run(self, seconds: float) -> None:
        self.engine.calendar.run_before(self.engine.now_us + round(seconds * SECOND))

    def pod(self, name: str) -> Object:
        return self.store.need("Pod", "default", name)

    def node_of(self, name: str) -> str | None:
        found: str | None = self.pod(name)["spec"].get("nodeName")
        return found

    def why(self, name: str) -> str:
        """Give the message of the pod's PodScheduled condition."""
        for condition in self.pod(name)["status"].get("conditions") or ():
            if condition["type"] == "PodScheduled":
                return str(condition.get("message") or "")
        return ""

    def events(self, reason: str) -> list[str]:
        return [e["message"] for e in self.store.list("Event") if e["reason"] == reason]

    def bind_all(self) -> None:
        """Say that every bound pod runs, as kubelets would."""
        for one in self.store.list("Pod"):
            if one["spec"].get("nodeName"):
                status = {**one["status"], "phase": "Running"}
                self.store.update({**one, "status": status})


def random_node(r: random.Random, n: int) -> Object:
    taints = []
    if r.random() < 0.2:
        effect = r.choice(["NoSchedule", "PreferNoSchedule", "NoExecute"])
        taints.append({"key": "team", "value": r.choice("xy"), "effect": effect})
    if r.random() < 0.2:
        taints.append({"key": "soft", "effect": "PreferNoSchedule"})
    made = node(
        f"n{n}",
        cpu=r.choice(["2", "4", "8"]),
        memory=r.choice(["4Gi", "8Gi"]),
        zone=r.choice("abc"),
        pods=r.choice(["4", "110"]),
        labels={"disk": r.choice(["ssd", "hdd"])} if r.random() < 0.5 else {},
        taints=taints,
        unschedulable=r.random() < 0.1,
        images=[{"names": ["web:1"], "sizeBytes": 500_000_000}] if r.random() < 0.5 else [],
    )
    if r.random() < 0.4:
        made["status"]["allocatable"]["example.com/gpu"] = "4"
    if r.random() < 0.1:
        del made["metadata"]["labels"][ZONE]
    return made


def random_pod(r: random.Random, n: int) -> Object:
    app = r.choice(["web", "db", "job"])
    made = pod(f"p{n}", labels={"app": app})
    made["metadata"]["uid"] = f"uid-{n}"
    spec = made["spec"]
    requests = {}
    if r.random() < 0.7:
        requests["cpu"] = r.choice(["100m", "500m", "1"])
    if r.random() < 0.7:
        requests["memory"] = r.choice(["100Mi", "512Mi"])
    if r.random() < 0.1:
        requests["example.com/gpu"] = "1"
    spec["containers"][0]["resources"] = {"requests": requests}
    if r.random() < 0.1:
        spec["containers"][0]["ports"] = [{"containerPort": 80, "hostPort": 8080}]
    if r.random() < 0.3:
        spec["tolerations"] = [
            r.choice([{"key": "team", "operator": "Exists"}, {"key": "team", "value": "x"}])
        ]
    if r.random() < 0.2:
        spec["nodeSelector"] = {"disk": "ssd"}
    if r.random() < 0.3:
        spec["affinity"] = random_affinity(r)
    if r.random() < 0.3:
        spec["topologySpreadConstraints"] = [
            {
                "maxSkew": r.choice([1, 2]),
                "topologyKey": key,
                "whenUnsatisfiable": r.choice(["DoNotSchedule", "ScheduleAnyway"]),
                "labelSelector": {"matchLabels": {"app": app}},
                "nodeTaintsPolicy": r.choice(["Honor", "Ignore"]),
            }
            for key in r.sample([ZONE, HOST], r.choice([1, 2]))
        ]
    return made


def random_affinity(r: random.Random) -> Object:
    hard = "requiredDuringSchedulingIgnoredDuringExecution"
    soft = "preferredDuringSchedulingIgnoredDuringExecution"
    out: dict[str, Any] = {}
    if r.random() < 0.5:
        ssd = {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
        out["nodeAffinity"] = {soft: [{"weight": r.randint(1, 100), "preference": ssd}]}
    for kind in ("podAffinity", "podAntiAffinity"):
        labels = {"matchLabels": {"app": r.choice(["web", "db"])}}
        term = {"topologyKey": r.choice([ZONE, HOST]), "labelSelector": labels}
        if r.random() < 0.2:
            out[kind] = {hard: [term]}
        elif r.random() < 0.4:
            out[kind] = {soft: [{"weight": r.randint(1, 100), "podAffinityTerm": term}]}
    return out
