"""ImageLocality: prefer nodes that have the pod's images already.

Source: pkg/scheduler/framework/plugins/imagelocality/image_locality.go, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from simulator.kubernetes.scheduler.columns import image_name
from simulator.kubernetes.scheduler.framework import MAX_SCORE, NO_NODES, Cycle, Ints, Plugin
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo

MIB = 1024 * 1024
MIN_BYTES, MAX_BYTES_PER_CONTAINER = 23 * MIB, 1000 * MIB
"""Below the first, images count nothing; above the second, nothing more."""


def locality_score(images: Iterable[tuple[int, int]], nodes: int, containers: int) -> int:
    """Give 0..100 for the images that are there.

    images: (bytes, nodes that have it) for each container whose image is on the node.   An image
    counts by the share of nodes that have it, so that one node does not draw all pods.
    """
    total = sum(scaled_size(size, have, nodes) for size, have in images)
    highest = MAX_BYTES_PER_CONTAINER * containers
    clamped = min(max(total, MIN_BYTES), highest)
    return MAX_SCORE * (clamped - MIN_BYTES) // (highest - MIN_BYTES)


def scaled_size(size: int, have: int, nodes: int) -> int:
    """Scale an image's size by the share of nodes that have it."""
    return int(float(size) * (have / nodes))


class ImageLocality(Plugin):
    """Score by bytes that need no pulling."""

    name = "ImageLocality"
    scores = True

    def pre_score(self, cycle: Cycle, nodes: Sequence[NodeInfo]) -> Any:
        """Count on how many nodes each image is; the columns know it, where they are used."""
        if nodes is NO_NODES:
            return {}
        everywhere = cycle.cache.node_list()
        names = dict.fromkeys(_images(cycle))
        return {name: sum(name in node.images for node in everywhere) for name in names}

    def score(self, cycle: Cycle, node: NodeInfo) -> int:
        """Rate a node by the images it has."""
        names, have = _images(cycle), cycle.data[self.name]
        there = [(node.images[name], have[name]) for name in names if name in node.images]
        return locality_score(there, len(cycle.cache.nodes), len(names))

    def score_rows(self, cycle: Cycle, rows: Ints) -> Ints:
        """Rate rows."""
        columns, names = cycle.cache.columns, _images(cycle)
        total = np.zeros(len(rows), np.int64)
        for name in names:
            sizes, have = columns.image(name)
            if have:
                share = have / len(columns.nodes)
                total += (sizes[rows].astype(np.float64) * share).astype(np.int64)
        if not total.any():
            return total
        highest = MAX_BYTES_PER_CONTAINER * len(names)
        clamped = np.minimum(np.maximum(total, MIN_BYTES), highest)
        result: Ints = MAX_SCORE * (clamped - MIN_BYTES) // (highest - MIN_BYTES)
        return result


def _images(cycle: Cycle) -> list[str]:
    spec = cycle.pod.spec
    containers = (*(spec.get("initContainers") or ()), *(spec.get("containers") or ()))
    return [image_name(container.get("image") or "") for container in containers]
