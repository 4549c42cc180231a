"""Docker's half of the view: containers, images, transfers, builds, what is on the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

Rendered = tuple[str, dict[str, Any]]


def container(engine: Engine, obj: Object) -> Rendered | None:
    """Draw a container; pause containers of pods are not shown."""
    machine = obj["metadata"]["namespace"]
    state, pod = obj["State"], get(obj, "drydock", "pod")
    image = engine.store.get("Image", machine, str(obj.get("Image") or "").removeprefix("sha256:"))
    usage = engine.programs.usage(obj["Id"]) if state["Running"] else None
    return f"container/{machine}/{obj['Id']}", {
        "id": obj["Id"],
        "name": obj["Name"].lstrip("/"),
        "machine": machine,
        "image": get(obj, "Config", "Image", default=""),
        "layers": layers_of(image),
        "state": state["Status"],
        "exit_code": state["ExitCode"] if state["Status"] in ("exited", "dead") else None,
        "health": get(state, "Health", "Status"),
        "pod": f"{pod['namespace']}/{pod['name']}" if pod else None,
        "ports": published(obj),
        "created_us": get(obj, "drydock", "createdUs", default=0),
        "started_us": get(obj, "drydock", "startedUs"),
        "ready_us": get(obj, "drydock", "readyUs"),
        "memory": usage["memory_bytes"] if usage else 0,
        "memory_limit": get(obj, "HostConfig", "Memory", default=0) or None,
        "reason": "OOMKilled" if state.get("OOMKilled") else state.get("Error") or None,
    }


def published(obj: Object) -> list[str]:
    """Write published ports as people do, "8080->80/tcp"."""
    found = []
    for inner, bindings in sorted((get(obj, "NetworkSettings", "Ports") or {}).items()):
        found += [f"{b['HostPort']}->{inner}" for b in bindings or () if b.get("HostPort")]
    return sorted(set(found))


def layers_of(image: Object | None) -> list[str]:
    """Give an image's layer digests, base first."""
    return list(get(image, "RootFS", "Layers") or []) if image else []


def image(engine: Engine, obj: Object) -> Rendered | None:
    """Draw an image on a machine."""
    machine = obj["metadata"]["namespace"]
    sizes = get(obj, "drydock", "layers") or []
    layers = [
        {"digest": one["digest"], "size": one["size"], "created_by": one.get("created_by", "")}
        for one in sizes
    ] or [{"digest": d, "size": 0, "created_by": ""} for d in layers_of(obj)]
    return f"image/{machine}/{obj['metadata']['name']}", {
        "id": obj["metadata"]["name"],
        "machine": machine,
        "tags": list(obj.get("RepoTags") or []),
        "layers": layers,
        "size": obj.get("Size", 0),
        "arch": obj.get("Architecture", ""),
        "created": obj.get("Created", ""),
    }


RENDER = {
    "Container": container,
    "Image": image,
}
