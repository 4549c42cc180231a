"""Docker's half of the view: containers, images, transfers, builds, what is on the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

Rendered = dict[str, dict[str, Any]]
"""The keys that one object is drawn as, with their values; none when it is not drawn."""


def container(engine: Engine, obj: Object) -> Rendered:
    """Draw a container; pause containers of pods are not shown."""
    machine = obj["metadata"]["namespace"]
    state, pod = obj["State"], get(obj, "drydock", "pod")
    image = engine.store.get("Image", machine, str(obj.get("Image") or "").removeprefix("sha256:"))
    usage = engine.programs.usage(obj["Id"]) if state["Running"] else None
    return {
        f"container/{machine}/{obj['Id']}": {
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
            "listens": bool(get(obj, "NetworkSettings", "Ports")),
            "networks": sorted(get(obj, "NetworkSettings", "Networks") or {}) if not pod else [],
            "mounts": [
                {"path": one["Destination"], "type": one["Type"], "name": one.get("Name") or ""}
                for one in obj.get("Mounts") or ()
            ],
            "created_us": get(obj, "drydock", "createdUs", default=0),
            "started_us": get(obj, "drydock", "startedUs"),
            "ready_us": get(obj, "drydock", "readyUs"),
            "memory": usage["memory_bytes"] if usage else 0,
            "memory_limit": get(obj, "HostConfig", "Memory", default=0) or None,
            "reason": "OOMKilled" if state.get("OOMKilled") else state.get("Error") or None,
        }
    }


def published(obj: Object) -> list[str]:
    """Write published ports as people do, "8080->80/tcp"."""
    found = []
    for inner, bindings in sorted((get(obj, "NetworkSettings", "Ports") or {}).items()):
        found += [f"{b['HostPort']}->{inner}" for b in bindings or () if b.get("HostPort")]
    return sorted(set(found))


def layers_of(image: Object | None) -> list[str]:
    """Give an image's layer digests, base first: those by which the hub knows them too."""
    return [one["digest"] for one in get(image, "drydock", "layers") or ()]


def image(engine: Engine, obj: Object) -> Rendered:
    """Draw an image on a machine."""
    machine = obj["metadata"]["namespace"]
    layers = [
        {"digest": one["digest"], "size": one["size"], "created_by": one.get("created_by", "")}
        for one in get(obj, "drydock", "layers") or ()
    ]
    return {
        f"image/{machine}/{obj['metadata']['name']}": {
            "id": obj["metadata"]["name"],
            "machine": machine,
            "tags": list(obj.get("RepoTags") or []),
            "layers": layers,
            "size": obj.get("Size", 0),
            "arch": obj.get("Architecture", ""),
            "created": obj.get("Created", ""),
            "created_us": get(obj, "drydock", "createdUs"),
        }
    }


def transfer(engine: Engine, obj: Object) -> Rendered:
    """Draw a pull or push; the bytes of a layer that moves follow from its rate."""
    spec, status = obj["spec"], obj["status"]
    if spec["purpose"] == "build" and not status["layers"]:
        return {}
    layers = [
        {
            "digest": one["digest"],
            "size": one["size"],
            "done": one["doneBytes"],
            "as_of_us": one["asOfUs"],
            "rate": one["rate"] if one["state"] in ("downloading", "uploading") else 0,
            "state": one["state"],
        }
        for one in status["layers"]
    ]
    return {
        f"transfer/{obj['metadata']['namespace']}/{obj['metadata']['name']}": {
            "id": obj["metadata"]["name"],
            "machine": obj["metadata"]["namespace"],
            "from": spec["from"],
            "to": spec["to"],
            "direction": spec["direction"],
            "image": spec["image"].removeprefix("docker.io/library/").removeprefix("docker.io/"),
            "layers": layers,
            "mbps": status["mbps"],
            "started_us": status["startedUs"],
            "ended_us": status["endedUs"],
            "state": "active" if status["state"] == "resolving" else status["state"],
            "message": status["message"],
        }
    }


def build(engine: Engine, obj: Object) -> Rendered:
    """Draw a build with its steps; the entry that typed it, where there is one, names it."""
    spec, status = obj["spec"], obj["status"]
    steps = [
        {
            "n": row["n"],
            "name": row["name"],
            "state": row["state"],
            "start_us": row["startUs"],
            "end_us": row["endUs"],
            "digest": row["digest"],
            "why": row["why"] or row["error"],
            "lines": row["lines"],
            "kind": row["kind"],
        }
        for row in status["steps"]
    ]
    return {
        f"build/{obj['metadata']['namespace']}/{obj['metadata']['name']}": {
            "entry": spec["entry"],
            "machine": obj["metadata"]["namespace"],
            "tag": spec["tags"][0] if spec["tags"] else "",
            "source": spec["source"],
            "image": status["imageId"],
            "steps": steps,
            "state": status["state"],
            "started_us": status["startedUs"],
            "ended_us": status["endedUs"],
            "message": status["message"],
        }
    }


def repository(engine: Engine, obj: Object) -> Rendered:
    """Draw a repository of the hub, one key a tag."""
    name = obj["metadata"]["name"].removeprefix("library/")
    return {
        f"hub/{name}:{tag}": {
            "repo": name,
            "tag": tag,
            "digest": row["digest"],
            "official": obj["official"],
            "layers": [{"digest": x["digest"], "size": x["size"]} for x in row["layers"]],
            "platforms": row["platforms"],
            "size": sum(x["size"] for x in row["layers"]),
        }
        for tag, row in obj["tags"].items()
    }


RENDER = {
    "Build": build,
    "Transfer": transfer,
    "Repository": repository,
    "Container": container,
    "Image": image,
}
