"""How fast nodes of one zone may be given up, when much of the zone fails at once.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go (ComputeZoneState, ReducedQPSFunc)
and its configuration's defaults, v1.32.
"""

from __future__ import annotations

from simulator.plain import Object
from simulator.timing import SECOND

NORMAL, PARTIAL, FULL = "Normal", "PartialDisruption", "FullDisruption"
UNHEALTHY_PERCENT = 55
"""--unhealthy-zone-threshold."""
LARGE_CLUSTER = 50
"""--large-cluster-size-threshold, in nodes."""
EVICTION_WAIT_US = 10 * SECOND
"""--node-eviction-rate: 0.1 nodes a second."""
SLOW_EVICTION_WAIT_US = 100 * SECOND
"""--secondary-node-eviction-rate: 0.01 nodes a second."""


def zone_of(node: Object) -> str:
    """Name the zone of a node: region and zone by its labels; "" for none."""
    labels = node["metadata"].get("labels") or {}
    region = labels.get("topology.kubernetes.io/region") or ""
    zone = labels.get("topology.kubernetes.io/zone") or ""
    return f"{region}:{zone}" if region or zone else ""


def state_of(ready: list[bool]) -> str:
    """Judge a zone by the readiness of its nodes."""
    lost = ready.count(False)
    if lost > 0 and lost == len(ready):
        return FULL
    if lost > 2 and lost * 100 >= UNHEALTHY_PERCENT * len(ready):
        return PARTIAL
    return NORMAL


def wait_us(state: str, size: int) -> int | None:
    """Give the time between two nodes given up; None when none is.   size: nodes of the zone."""
    if state != PARTIAL:
        return EVICTION_WAIT_US
    return SLOW_EVICTION_WAIT_US if size > LARGE_CLUSTER else None
