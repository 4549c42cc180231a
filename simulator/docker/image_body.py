"""What an image is as an object: the body that `docker image inspect` shows, and its layers' rows.

Source: moby api/types/image (InspectResponse, HistoryResponseItem).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulator.docker import layer as layers
from simulator.docker.layer import Layer
from simulator.plain import Object, copy
from simulator.timing import since_start

if TYPE_CHECKING:
    from simulator.engine import Engine


def moment(engine: Engine, line: Mapping[str, Any], image: Object) -> int:
    """Give when a line of a history was made, in microseconds since the lab began."""
    known = since_start(engine.start, line.get("created"))
    return int(image["drydock"]["createdUs"]) if known is None else known


def layer_rows(
    history: Sequence[Mapping[str, Any]], stack: Sequence[Layer]
) -> list[dict[str, Any]]:
    """Say of each layer its digests, its sizes and the instruction that made it."""
    made_by = [line.get("created_by", "") for line in history if not line.get("empty_layer")]
    made_by += [""] * (len(stack) - len(made_by))
    return [
        {
            "digest": layer["digest"],
            "diffID": layer["diffID"],
            "size": layer["unpacked"],
            "compressed": layer["size"],
            "created_by": created_by,
        }
        for layer, created_by in zip(stack, made_by, strict=False)
    ]


def image_object(
    machine: str, name: str, document: Mapping[str, Any], stack: Sequence[Layer], comment: str
) -> Object:
    """Make the stored object; the names are added by the caller."""
    history = [dict(line) for line in document["history"]]
    return {
        "apiVersion": "docker/v1",
        "kind": "Image",
        "metadata": {"name": name, "namespace": machine},
        "Id": f"sha256:{name}",
        "RepoTags": [],
        "RepoDigests": [],
        "Parent": "",
        "Comment": comment,
        "Created": "",
        "DockerVersion": "",
        "Author": document.get("author", ""),
        "Architecture": document["architecture"],
        "Variant": document.get("variant", ""),
        "Os": document["os"],
        "Size": sum(layer["unpacked"] for layer in stack),
        "GraphDriver": {"Data": None, "Name": "overlay2"},
        "RootFS": {"Type": "layers", "Layers": list(document["rootfs"]["diff_ids"])},
        "Metadata": {},
        "Config": copy(document["config"]),
        "drydock": {
            "names": [],
            "digests": [],
            "platform": layers.platform_of(document),
            "history": history,
            "layers": layer_rows(history, stack),
            "createdUs": 0,
            "created": document.get("created", ""),
        },
    }
