"""The machines' part of the view, and which keys a change of one object also changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.plain import Object, get

from .docker import Rendered

if TYPE_CHECKING:
    from simulator.engine import Engine

WORDS = {"on": "On", "off": "Off", "booting": "Booting"}


def machine(engine: Engine, obj: Object) -> Rendered:
    """Draw a machine; a node's word is kubectl's STATUS of it."""
    name, spec, status = obj["metadata"]["name"], obj["spec"], obj["status"]
    node = engine.store.get("Node", "", name)
    state = WORDS[status["power"]]
    if node is not None:
        state = node_word(node) if status["power"] != "booting" else "Booting"
    return {
        f"machine/{name}": {
            "name": name,
            "role": spec["role"],
            "arch": spec["arch"],
            "cpu": spec["cpu"],
            "memory": spec["memory"],
            "link_mbps": status.get("linkMbps", spec["linkMbps"]),
            "power": status["power"],
            "state": state,
            "reachable": status.get("reachable", True),
            "ip": status["ip"],
            "memory_used": None if node is not None else memory_used(engine, name),
            "docker": spec["docker"],
            "node": node is not None,
            "zone": spec["zone"],
        }
    }


def memory_used(engine: Engine, name: str) -> int:
    """Sum up what containers and virtual machines hold of a machine's memory, in bytes."""
    containers = [c for c in engine.store.list("Container", name) if c["State"]["Running"]]
    held = sum(int(engine.programs.usage(c["Id"])["memory_bytes"]) for c in containers)
    return held + sum(int(vm["spec"]["memory"]) for vm in engine.store.list("VirtualMachine", name))


def node_word(node: Object) -> str:
    """Give a node's STATUS as kubectl prints it."""
    ready = "Unknown"
    for condition in get(node, "status", "conditions") or ():
        if condition["type"] == "Ready":
            ready = "Ready" if condition["status"] == "True" else "NotReady"
    cordoned = ",SchedulingDisabled" if get(node, "spec", "unschedulable") else ""
    return ready + cordoned


def virtual_machine(engine: Engine, obj: Object) -> Rendered:
    """Draw a virtual machine with the phases of its boot."""
    meta, status = obj["metadata"], obj["status"]
    phases = [
        {"name": one["name"], "start_us": one["startUs"], "end_us": one["endUs"]}
        for one in status["phases"]
    ]
    return {
        f"vm/{meta['namespace']}/{meta['name']}": {
            "name": meta["name"],
            "machine": meta["namespace"],
            "state": status["state"],
            "phases": phases,
            "started_us": status["startedUs"],
            "ready_us": status["readyUs"],
            "memory": obj["spec"]["memory"],
            "disk": obj["spec"]["disk"],
        }
    }


RENDER = {
    "Machine": machine,
    "VirtualMachine": virtual_machine,
}


def also_dirty(engine: Engine, obj: Object) -> Iterator[tuple[str, str, str]]:
    """Name the objects whose drawing depends on this one."""
    meta = obj["metadata"]
    if obj["kind"] == "Node":
        yield "Machine", "", meta["name"]
    elif obj["kind"] == "EndpointSlice":
        name = (meta.get("labels") or {}).get("kubernetes.io/service-name")
        if name:
            yield "Service", meta["namespace"], name
    elif obj["kind"] == "Container":
        pod = get(obj, "drydock", "pod")
        if pod:
            yield "Pod", pod["namespace"], pod["name"]
        else:
            yield "Machine", "", meta["namespace"]
    elif obj["kind"] == "VirtualMachine":
        yield "Machine", "", meta["namespace"]
