"""Reads the catalogue's YAML and makes images from it, one platform at a time, when asked.

A family (`python`) has versions and variants; a tag is `[version][-variant]`. A variant is a list
of steps over another image (`from`), so images that share a base share its very layers. A step is
either `layer: NAME` (a row of the `layers` table) or the text of an instruction without a layer.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from simulator.docker import layer as layers
from simulator.docker import tree
from simulator.docker.catalogue.files import read_files

FOLDER = Path(__file__).parent
UNAME = {"amd64": "x86_64", "arm64": "aarch64", "arm/v7": "armv7l", "arm": "armv7l"}
DEBIAN_ARCH = {"amd64": "amd64", "arm64": "arm64", "arm/v7": "armhf", "arm": "armhf"}
SIZE_PERCENT = {"amd64": 100, "arm64": 99, "arm/v7": 87}
"""Compressed size against amd64: python:3.12-slim-bookworm, 45.4 / 45.1 / 39.6 MB (repo-info)."""
DEFAULT_PLATFORMS = ["linux/amd64", "linux/arm64", "linux/arm/v7"]
DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Published:
    """An image as the hub offers it for one platform."""

    platform: str
    config: dict[str, Any]
    layers: tuple[layers.Layer, ...]
    manifest: dict[str, Any]


@lru_cache(maxsize=1)
def _data() -> tuple[dict[str, Any], dict[str, Any]]:
    """Read all tables: families by repository, layer rows by name."""
    families: dict[str, Any] = {}
    rows: dict[str, Any] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(FOLDER.glob("*.yaml")):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        families.update(data.get("images", {}))
        rows.update(data.get("layers", {}))
    return families, rows


def repositories() -> list[str]:
    """List the catalogue's repositories, normalised (`docker.io/library/python`)."""
    return sorted(_data()[0])


@lru_cache(maxsize=1)
def _about() -> dict[str, list[Any]]:
    text = (Path(__file__).parent / "about.yaml").read_text(encoding="utf-8")
    rows: dict[str, list[Any]] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return rows


def about(repository: str) -> tuple[int, str]:
    """Give the stars of a repository of the hub ("library/nginx") and a line about it."""
    stars, text = _about().get(repository, [0, ""])
    return int(stars), str(text)


def tags(repository: str) -> list[str]:
    """List the tags of a repository that a person would look for; more are answered when asked."""
    family = _data()[0].get(repository)
    if family is None:
        return []
    names = []
    for variant in family["variants"]:
        plain = [n for n in variant["names"] if re.fullmatch(r"[a-z0-9.-]*", n)]
        for version in family.get("versions", {}):
            names += [f"{version}-{n}" if n else str(version) for n in plain]
        names += [n or "latest" for n in plain]
    return sorted(names)


def published(repository: str, tag: str) -> tuple[Published, ...]:
    """Return the image of a tag for each of its platforms; () when there is no such tag."""
    try:
        found = _find(repository, tag)
        _steps(repository, tag)
    except KeyError:
        return ()  # no such tag, or none that stands on such a base
    platforms = found[1].get("platforms", DEFAULT_PLATFORMS)
    return tuple(_build(repository, tag, platform) for platform in platforms)


def _find(repository: str, tag: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Match a tag: the variables it sets and the variant's row; KeyError when nothing fits."""
    family = _data()[0][repository]
    versions = {str(key): str(value) for key, value in family.get("versions", {}).items()}
    head, _, rest = tag.partition("-")
    version, variant = (head, rest) if _version(head, versions) else ("", tag)
    full = _version(version, versions) if version else ""
    if not version:
        newest = str(family.get("latest", next(iter(versions), "")))
        full = _version(newest, versions) or newest
        variant = "" if tag == "latest" else tag
    minor = next((v for v in versions if full == v or full.startswith(v + ".")), full)
    for row in family["variants"]:
        for name in row["names"]:
            match = re.fullmatch(name, variant)
            if match is not None and (not row.get("only") or minor in map(str, row["only"])):
                found = {k: v for k, v in match.groupdict().items() if v is not None}
                names = {**row.get("set", {}), **found}
                names.update(version=full, minor=minor, major=full.split(".")[0])
                return {k: str(v) for k, v in names.items()}, row
    raise KeyError(tag)


def _version(text: str, versions: dict[str, str]) -> str:
    """Complete a version: `3` and `3.12` to the newest patch; "" when it was never published."""
    if text in versions:
        return versions[text]
    if text[:1] == "v" and text[1:2].isdigit():
        text = text[1:]
        versions = {key.removeprefix("v"): value for key, value in versions.items()}
    if text in versions:
        return versions[text]
    if not re.fullmatch(r"\d+(\.\d+)*", text):
        return ""
    for minor, newest in versions.items():
        if newest.startswith(text + "."):
            return newest
        if text.startswith(minor + ".") and _numbers(text) <= _numbers(newest):
            return text
    return ""


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


@lru_cache(maxsize=4096)
def _build(repository: str, tag: str, platform: str) -> Published:
    """Make the image of one platform by carrying out its steps."""
    config: dict[str, Any] = {"Env": [DEFAULT_PATH]}
    history: list[dict[str, Any]] = []
    stack: list[layers.Layer] = []
    created = ""
    for step, names, level in _steps(repository, tag):
        created = _created(level)
        if isinstance(step, dict):
            arch = platform.partition("/")[2]
            name = _fill(step["layer"], names)
            made = _layer(name, arch, json.dumps(names, sort_keys=True))
            stack.append(made)
            history.append({"created_by": made["createdBy"], "empty_layer": False})
        else:
            _instruct(config, history, _fill(step, names))
        history[-1]["created"] = created
    document = layers.make_config(platform, config, history, [row["diffID"] for row in stack])
    document["created"] = created
    return Published(platform, document, tuple(stack), layers.make_manifest(document, stack))


def _created(level: int) -> str:
    """Date a step of an official image: what stands on a base is built a day after it.

    # Simplified: All official images were built in the middle of December 2025.
    """
    return f"2025-12-{15 + level:02d}T20:37:20Z"


def _steps(repository: str, tag: str) -> list[tuple[Any, dict[str, str], int]]:
    """List the steps of a tag, its base's first: step, variables, bases below it."""
    names, row = _find(repository, tag)
    steps: list[tuple[Any, dict[str, str], int]] = []
    if "from" in row:
        base, _, base_tag = _fill(row["from"], names).rpartition(":")
        steps = _steps(base, base_tag)
    level = 1 + max((below for _, _, below in steps), default=-1)
    return steps + [(step, names, level) for step in row.get("steps", [])]


def _fill(text: str, names: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: names.get(m[1], m[0]), text)


def _instruct(config: dict[str, Any], history: list[dict[str, Any]], line: str) -> None:
    """Apply an instruction that makes no layer, such as ENV or CMD."""
    word, _, rest = line.partition(" ")
    if word == "ENV":
        name = rest.partition("=")[0]
        config["Env"] = [e for e in config["Env"] if e.partition("=")[0] != name] + [rest]
    elif word in ("CMD", "ENTRYPOINT"):
        config["Cmd" if word == "CMD" else "Entrypoint"] = json.loads(rest)
        if word == "ENTRYPOINT":
            config.pop("Cmd", None)
    elif word == "EXPOSE":
        for port in rest.split():
            config.setdefault("ExposedPorts", {})[port] = {}
        rest = "map[" + " ".join(f"{port}:{{}}" for port in rest.split()) + "]"
    elif word == "VOLUME":
        config.setdefault("Volumes", {}).update({path: {} for path in json.loads(rest)})
    elif word == "LABEL":
        name, _, value = rest.partition("=")
        config.setdefault("Labels", {})[name] = value
    else:
        config[{"WORKDIR": "WorkingDir", "USER": "User", "STOPSIGNAL": "StopSignal"}[word]] = rest
    history.append({"created_by": f"{word} {rest}", "empty_layer": True})


def layer_by_origin(origin: str) -> layers.Layer:
    """Make again a catalogue layer from the `origin` text that a lab has kept."""
    name, arch, names = origin.split("|", 2)
    return _layer(name, arch, names)


@lru_cache(maxsize=4096)
def _layer(name: str, arch: str, names_json: str) -> layers.Layer:
    """Make one layer for one architecture from its row."""
    row = _data()[1][name]
    names = json.loads(names_json)
    text = {**names, "arch": arch, "uname": UNAME[arch], "debarch": DEBIAN_ARCH[arch]}
    used = {key: value for key, value in sorted(text.items()) if "{" + key + "}" in str(row)}
    seed = f"{name}|{arch}|{json.dumps(used, sort_keys=True)}"
    created = _fill(row["created_by"], text)
    if row.get("empty"):
        return {
            **layers.make_layer({}),
            "origin": f"{name}|{arch}|{names_json}",
            "createdBy": created,
        }
    compressed = _for_arch(row["compressed"], arch)
    unpacked = _for_arch(row["unpacked"], arch) if "unpacked" in row else compressed * 26 // 10
    files = read_files(_fill(row.get("files", ""), text), seed, arch)
    for include in row.get("include", []):
        shared = _data()[1][include]
        files = {**read_files(_fill(shared["files"], text), seed, arch), **files}
    for path, content in row.get("texts", {}).items():
        mode = 0o755 if content.startswith("#!") else 0o644
        files[path] = tree.file_entry(_fill(content, text), mode=mode)
    missing = unpacked - tree.total_size(files)
    if missing > 0 and row.get("rest"):
        count = max(1, missing // 9000)
        rest = tree.bundle_entry(missing, count, seed)
        files[tree.bundle_path(row["rest"].removesuffix("/*"), rest)] = rest
    tree.add_parents(files)
    files = dict(sorted(files.items()))
    layer = layers.make_layer(files, size=compressed)
    return {**layer, "origin": f"{name}|{arch}|{names_json}", "createdBy": created}


def _for_arch(value: Any, arch: str) -> int:
    """Pick a size for an architecture, scaled from amd64 where only that is known."""
    if isinstance(value, dict):
        if arch in value:
            return int(value[arch])
        value = value["amd64"]
    return int(value) * SIZE_PERCENT.get(arch, 95) // 100
