"""`docker commit`: a container's writable layer becomes the top layer of a new image."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulator.docker import layer as layers
from simulator.docker import reference
from simulator.docker.reference import ReferenceError_
from simulator.plain import Object, copy

from .errors import DockerError

if TYPE_CHECKING:
    from simulator.engine import Engine

KEPT = ("Env", "Cmd", "Entrypoint", "WorkingDir", "User", "ExposedPorts", "Labels", "Volumes",
        "Healthcheck", "StopSignal", "StopTimeout")  # fmt: skip


def commit_container(
    engine: Engine,
    container: Object,
    name: str,
    message: str,
    changes: list[str],
    author: str = "",
) -> Object:
    """Add the image and answer it; DockerError 400 for a wrong name or change."""
    machine = container["metadata"]["namespace"]
    names = []
    if name:
        try:
            names = [reference.parse(name).normalised]
        except ReferenceError_ as error:
            raise DockerError(400, str(error)) from error
    files, whiteouts = engine.docker.files.layer(container["Id"])
    below = [engine.images.layer(diff_id) for diff_id in container["drydock"]["layers"]]
    stack = [*below, layers.make_layer(dict(sorted(files.items())), whiteouts)]
    config = {key: copy(container["Config"][key]) for key in KEPT if container["Config"].get(key)}
    for change in changes:
        apply_change(config, change)
    image = engine.images.find(machine, container["Image"])
    history = list(image["drydock"]["history"]) if image else []
    command = " ".join([container["Path"], *container["Args"]])
    history.append({"created_by": command, "comment": message, "empty_layer": False})
    diff_ids = [layer["diffID"] for layer in stack]
    document = layers.make_config(container["drydock"]["platform"], config, history, diff_ids)
    if author:
        document["author"] = author
    return engine.images.add(machine, document, stack, names, comment=message)


def apply_change(config: dict[str, Any], text: str) -> None:
    """Apply one `--change` (CMD, ENTRYPOINT, ENV, EXPOSE, USER, WORKDIR, LABEL)."""
    word, _, rest = text.strip().partition(" ")
    word = word.upper()
    if word in ("CMD", "ENTRYPOINT"):
        try:
            value = json.loads(rest)
        except ValueError:
            value = ["/bin/sh", "-c", rest]
        config["Cmd" if word == "CMD" else "Entrypoint"] = value
    elif word == "ENV":
        name, _, value = rest.partition("=" if "=" in rest else " ")
        env = [row for row in config.get("Env", []) if row.partition("=")[0] != name]
        config["Env"] = [*env, f"{name}={value}"]
    elif word == "EXPOSE":
        port = rest if "/" in rest else f"{rest}/tcp"
        config["ExposedPorts"] = {**config.get("ExposedPorts", {}), port: {}}
    elif word == "LABEL":
        name, _, value = rest.partition("=")
        config["Labels"] = {**config.get("Labels", {}), name: value}
    elif word in ("USER", "WORKDIR", "STOPSIGNAL"):
        key = {"USER": "User", "WORKDIR": "WorkingDir", "STOPSIGNAL": "StopSignal"}[word]
        config[key] = rest
    else:
        raise DockerError(400, f"{word} is not a valid change command")
