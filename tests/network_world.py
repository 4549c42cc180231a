"""Who asks whom over the network, for its tests."""

from __future__ import annotations

from simulator.lab import Lab
from simulator.network.route import Route, Source
from simulator.plain import Object
from tests.cluster_world import one, pod

SLEEP = {"command": ["sleep", "100000"]}


def client(name: str = "client", node: str | None = "worker-1", **spec: object) -> str:
    """Write a pod that does nothing but ask."""
    return pod(name, SLEEP, node, **spec)


def container_of(lab: Lab, name: str, namespace: str = "default") -> Object:
    """Give the running container of a pod."""
    uid = one(lab, "Pod", name, namespace)["metadata"]["uid"]
    found = lab.engine.store.by("Container", "pod", uid)
    return next(row for row in found if row["State"]["Running"])


def inside(lab: Lab, name: str = "client", namespace: str = "default") -> Source:
    """Stand in a pod."""
    container = container_of(lab, name, namespace)
    return Source(container["metadata"]["namespace"], container)


def ask(lab: Lab, host: str, port: int = 80, source: Source | None = None, who: str = "") -> Route:
    """Connect from a pod, or from wherever."""
    return lab.engine.network.connect(source or inside(lab), host, port, who)


def pod_of(route: Route) -> str:
    """Name the pod at the end of a route."""
    return next(
        (place.rpartition("/")[2] for place in route.places if place.startswith("pod/")), ""
    )
