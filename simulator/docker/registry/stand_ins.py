"""Images that the catalogue does not know, for scenarios that want any Dockerfile to build.

# Simplified: With `hub.stand_ins`, an unknown image of a registry is BusyBox (or, when its name
# says so, Alpine) in which any further file and user may be: its programs exist and do the
# declared unknown. An unknown version of a known image stands for the newest one, in which further
# files may be as well. Without the setting both are refused, as by a registry.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from simulator.docker import catalogue, unknown
from simulator.docker import layer as layers
from simulator.docker.catalogue import Published
from simulator.docker.reference import HUB, Reference
from simulator.docker.tree import Tree

PROGRAM = "stand-in"
"""What a stand-in image runs: see simulator/programs/families/stand_in.py."""
_VARIANTS = ("alpine", "slim")
_VERSION = re.compile(r"(v?\d[\w.]*|[a-z]+)(-[a-z]+)*[\d.]*")
"""Tags that name a version of an image, and not another content."""


def published(ref: Reference) -> tuple[Published, ...]:
    """Return what stands for an image that is not in the catalogue, for each platform."""
    variant = next((v for v in _VARIANTS if v in f"{ref.path}:{ref.tag}"), "")
    if ref.repository in catalogue.repositories() and _VERSION.fullmatch(ref.tag):
        for tag in (variant, "latest"):
            found = catalogue.published(ref.repository, tag) if tag else ()
            if found:
                return tuple(_with_unknown(image, ref, image.config["config"]) for image in found)
    system = "alpine" if variant == "alpine" else "busybox"
    base = catalogue.published(f"{HUB}/library/{system}", "latest")
    starts = {"Entrypoint": [f"/{PROGRAM}"], "Cmd": None}
    return tuple(
        _with_unknown(image, ref, {**image.config["config"], **starts}) for image in base
    )  # fmt: skip


def _with_unknown(image: Published, ref: Reference, runs: dict[str, Any]) -> Published:
    """Add a layer that may hold any file; runs: the part of the configuration that is run."""
    view = Tree({})
    unknown.mark(view, "/", ref.repository)
    extra = layers.make_layer(view.files)
    stack = (*image.layers, extra)
    document = image.config
    history = [*document["history"], {"created_by": f"{ref.repository}: contents not known"}]
    config = layers.make_config(image.platform, runs, history, [row["diffID"] for row in stack])
    return replace(image, config=config, layers=stack, manifest=layers.make_manifest(config, stack))
