"""Layers and image configs: the content-addressed parts of an image, as pure functions.

Imitates the OCI image specification: a layer is a set of changed files and whiteouts; its diffID
names the uncompressed content, its digest the compressed blob; a chainID names a stack of layers;
an image ID is the digest of the config. All of it depends on content only.

# Simplified: Real image configs hold the time of the build, so real image IDs change when nothing
# else did; here equal inputs give an equal image ID, whenever and wherever they are built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.docker import digest as digests
from simulator.docker import tree
from simulator.docker.tree import Files

Layer = dict[str, Any]
"""`digest`, `diffID`, `size` (compressed bytes), `unpacked` (bytes), `files`, `whiteouts`."""

CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"

COMPRESSION_TENTHS = 26
"""Bytes on disk for ten compressed ones: median ratio 2.6 (Zhao et al., IEEE CLUSTER 2019)."""
HEADER_BYTES = 32
"""Compressed bytes that each entry of an archive costs (assumed, fits nginx's tiny layers)."""


def make_layer(files: Files, whiteouts: Sequence[str] = (), *, size: int | None = None) -> Layer:
    """Make a layer from changed files and removed paths.

    size: compressed bytes where they are known; otherwise estimated from the content.
    """
    if not files and not whiteouts:
        return {
            "digest": digests.EMPTY_LAYER_DIGEST,
            "diffID": digests.EMPTY_DIFF_ID,
            "size": digests.EMPTY_LAYER_SIZE,
            "unpacked": 0,
            "files": {},
            "whiteouts": [],
        }
    diff_id = digests.of({"files": files, "whiteouts": list(whiteouts)})
    unpacked = tree.total_size(files)
    if size is None:
        size = unpacked * 10 // COMPRESSION_TENTHS + HEADER_BYTES * (len(files) + len(whiteouts))
        size += 64
    return {
        "digest": digests.of_text("gzip\0" + diff_id),
        "diffID": diff_id,
        "size": size,
        "unpacked": unpacked,
        "files": files,
        "whiteouts": list(whiteouts),
    }


def chain_id(diff_ids: Sequence[str]) -> str:
    """Name a stack of layers. Source: OCI image-spec config.md, "Layer ChainID"."""
    chain = ""
    for diff_id in diff_ids:
        chain = diff_id if not chain else digests.of_text(f"{chain} {diff_id}")
    return chain


def make_config(
    platform: str,
    config: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    diff_ids: Sequence[str],
) -> dict[str, Any]:
    """Make an OCI image config document.

    platform: `os/arch[/variant]`; config: Env, Cmd, Entrypoint ...; history: `created_by` and
    `empty_layer` of each instruction.
    """
    system, _, rest = platform.partition("/")
    architecture, _, variant = rest.partition("/")
    document: dict[str, Any] = {
        "architecture": architecture or "amd64",
        "os": system,
        "config": dict(config),
        "rootfs": {"type": "layers", "diff_ids": list(diff_ids)},
        "history": [
            {key: value for key, value in line.items() if value not in (None, False, "")}
            for line in history
        ],
    }
    if variant:
        document["variant"] = variant
    return document


def make_manifest(config: Mapping[str, Any], layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make the manifest that ties a config to its compressed layers."""
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {
            "mediaType": CONFIG_TYPE,
            "digest": digests.of(config),
            "size": len(digests.canonical(config)),
        },
        "layers": [
            {"mediaType": LAYER_TYPE, "digest": layer["digest"], "size": layer["size"]}
            for layer in layers
        ],
    }


def make_index(manifests: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Make the index (manifest list) over (platform, manifest) pairs."""
    rows = []
    for platform, manifest in manifests:
        parts = platform.split("/")
        about = {"architecture": parts[1], "os": parts[0]}
        if len(parts) > 2:
            about["variant"] = parts[2]
        rows.append(
            {
                "mediaType": MANIFEST_TYPE,
                "digest": digests.of(manifest),
                "size": len(digests.canonical(manifest)),
                "platform": about,
            }
        )
    return {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": rows}


def platform_of(document: Mapping[str, Any]) -> str:
    """Return `os/arch[/variant]` of a config document or of an index row's `platform`."""
    variant = document.get("variant")
    return f"{document['os']}/{document['architecture']}" + (f"/{variant}" if variant else "")


def merge(layers: Sequence[Mapping[str, Any]]) -> Files:
    """Lay layers over each other, lowest first, and return the files that a container sees."""
    files: Files = {}
    for layer in layers:
        files = tree.apply(files, layer["files"], layer["whiteouts"])
    return files
