"""`docker inspect` of anything, and of one kind."""

from __future__ import annotations

import json
from typing import Any

from simulator.docker.daemon import is_for
from simulator.plain import Object

from .client import Client
from .optionchecks import platform_complaint
from .template import TemplateError, render, syntax_complaint, unescape

TYPES = ("config", "container", "image", "network", "node", "plugin", "secret", "service", "task",
         "volume")  # fmt: skip
HIDDEN = ("apiVersion", "kind", "metadata", "drydock")
NOUNS = {"container": "container", "image": "image", "network": "network", "volume": "volume"}


def body(obj: Object) -> dict[str, Any]:
    """Give an object as the Engine API shows it: without what only the simulator knows."""
    return {key: value for key, value in obj.items() if key not in HIDDEN}


def find_any(c: Client, ref: str, kind: str = "") -> Object | None:
    """Find a container, image, network or volume by name or id."""
    tries: list[tuple[str, Any]] = [
        ("container", c.docker.find),
        ("image", c.engine.images.find),
        ("network", c.docker.networks.find),
        ("volume", c.docker.mounts.find),
    ]
    for name, find in tries:
        if kind in ("", name):
            found = find(c.machine, ref)
            if found is not None:
                return found  # type: ignore[no-any-return]
    return None


def _other_platform(c: Client, image: Object | None, ref: str) -> str:
    """Say that an image is not of the platform that was asked for; "" if it is."""
    asked = c.line.text("platform")
    if image is None or not asked or is_for(image, asked):
        return ""
    own = image["drydock"]["platform"]
    shown = ref if ":" in ref.rpartition("/")[2] else f"{ref}:latest"
    return (f"Error response from daemon: image with reference {shown} was found but its platform "
            f"({own}) does not match the specified platform ({asked})")  # fmt: skip


def inspect(c: Client, kind: str = "") -> int:
    """Print objects as JSON, or by a template."""
    if not kind and "type" in c.line.flags and c.line.text("type") not in TYPES:
        what = f'unknown type: "{c.line.text("type")}"' if c.line.text("type") else "type is empty"
        c.err(f"{what}: must be one of " + ", ".join(f'"{name}"' for name in TYPES) + "\n")
        return 1
    wrong = platform_complaint(c.line.text("platform")) if kind == "image" else None
    if wrong:
        c.err(f"{wrong}\n")
        return 1
    kind = kind or c.line.text("type")
    if kind not in ("", *NOUNS):
        c.err(
            'Error response from daemon: This node is not a swarm manager. Use "docker swarm '
            'init" or "docker swarm join" to connect this node to swarm and try again.\n'
        )
        return 1
    found: list[dict[str, Any]] = []
    errors: list[str] = []
    for ref in c.args:
        obj = find_any(c, ref, kind)
        other = _other_platform(c, obj, ref) if kind == "image" else ""
        if obj is None or other:
            errors.append(other or _missing(kind, ref))
        else:
            found.append(body(obj))
    form = unescape(c.line.text("format"))
    wrong = syntax_complaint(form)
    if wrong:
        c.err(f"template parsing error: {wrong}\n")
        return 64
    code = 0
    if form in ("", "json"):
        if form == "json":
            c.out(json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n")
        else:
            c.out(to_text(found) + "\n")
    else:
        code = _by_template(c, form, found)
    for text in errors:
        c.err(text + "\n")
    return 1 if errors else code


def _by_template(c: Client, form: str, found: list[dict[str, Any]]) -> int:
    for obj in found:
        try:
            c.out(render(form, obj) + "\n")
        except TemplateError as error:
            c.out("\n")
            c.err(f'template parsing error: template: :1:2: executing "" at <{form.strip("{}")}>: '
                  f"{error}\n")  # fmt: skip
            return 1
    return 0


def _missing(kind: str, ref: str) -> str:
    if kind == "":
        return f"error: no such object: {ref}"
    if kind == "volume":
        return f"Error response from daemon: get {ref}: no such volume"
    if kind == "network":
        return f"Error response from daemon: network {ref} not found"
    return f"Error response from daemon: No such {kind}: {ref}" if kind == "container" \
        else f"Error response from daemon: No such image: {_tagged(ref)}"  # fmt: skip


def _tagged(ref: str) -> str:
    return ref if ":" in ref.rpartition("/")[2] else f"{ref}:latest"


def to_text(value: Any) -> str:
    """Write JSON as the client indents it: four blanks, Go's escapes."""
    text = json.dumps(value, indent=4, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
