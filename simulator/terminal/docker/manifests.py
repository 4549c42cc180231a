"""`docker manifest inspect`: what a registry holds under a name, without pulling it."""

from __future__ import annotations

import json

from simulator.docker import reference
from simulator.docker.layer import make_index, make_manifest
from simulator.docker.reference import ReferenceError_
from simulator.docker.registry.errors import RegistryError

from .client import Client


def inspect(c: Client) -> int:
    """Show a manifest, or the list of manifests of an image for several platforms.

    # Simplified: Of `docker manifest` there is `inspect`; lists are made by `docker buildx build
    # --platform`, and `create`, `annotate`, `push` and `rm` are refused.
    """
    try:
        ref = reference.parse(c.args[-1])
    except ReferenceError_ as error:
        c.err(f"{error}\n")
        return 1
    if len(c.args) > 1:
        c.err(f"No such manifest: {ref.normalised}\n")
        return 1
    try:
        offers = c.engine.hub.offers(c.machine, ref)
    except RegistryError as error:
        gone = "manifest unknown" in error.message or "denied" in error.message
        c.err(f"no such manifest: {ref.normalised}\n" if gone else f"{error.message}\n")
        return 1
    manifests = [(offer.platform, make_manifest(offer.document, offer.layers)) for offer in offers]
    lone = len(offers) == 1 and offers[0].digest == offers[0].manifest_digest
    shown = manifests[0][1] if lone else make_index(manifests)
    c.out(json.dumps(shown, indent=3) + "\n")
    return 0
