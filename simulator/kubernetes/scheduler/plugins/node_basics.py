"""NodeUnschedulable, NodeName, NodePorts: may anything, this pod, these ports be here?

Source: pkg/scheduler/framework/plugins/{nodeunschedulable,nodename,nodeports}, v1.32.
"""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.scheduler.framework import (
    SKIP,
    UNRESOLVABLE,
    Cycle,
    Mask,
    Plugin,
    Status,
)
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.plugins.taint_toleration import tolerates

UNSCHEDULABLE_TAINT = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}

CORDONED = Status(("node(s) were unschedulable",), UNRESOLVABLE)
OTHER_NODE = Status(("node(s) didn't match the requested node name",), UNRESOLVABLE)
PORT_TAKEN = Status(("node(s) didn't have free ports for the requested pod ports",))


class NodeUnschedulable(Plugin):
    """Keep pods off cordoned nodes, unless they tolerate the taint that stands for it."""

    name = "NodeUnschedulable"
    filters = True
    wakes = ("Node/Add", "Node/Update")
    tells_by_node = True

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a cordoned node."""
        if node.unschedulable and not self._tolerated(cycle):
            return CORDONED
        return None

    def rejects(self, cycle: Cycle) -> Mask | None:
        """Reject the cordoned rows."""
        columns = cycle.cache.columns
        if not columns.any_unschedulable or self._tolerated(cycle):
            return None
        return columns.unschedulable

    def _tolerated(self, cycle: Cycle) -> bool:
        return tolerates(cycle.pod.spec.get("tolerations") or (), UNSCHEDULABLE_TAINT)


class NodeName(Plugin):
    """Obey a node name that the pod came with."""

    name = "NodeName"
    filters = True

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject every other node."""
        wanted = cycle.pod.spec.get("nodeName")
        return OTHER_NODE if wanted and wanted != node.name else None

    def rejects(self, cycle: Cycle) -> Mask | None:
        """Reject every other row."""
        return super().rejects(cycle) if cycle.pod.spec.get("nodeName") else None


class NodePorts(Plugin):
    """Give each host port of a node to one pod at a time."""

    name = "NodePorts"
    filters = True
    wakes = ("Pod/Delete", "Node/Add", "Node/Update")
    tells_by_node = True

    def pre_filter(self, cycle: Cycle) -> Any:
        """Skip pods without host ports."""
        return None if cycle.pod.ports else SKIP

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a node on which a wanted port is taken."""
        return PORT_TAKEN if node.has_port_conflict(cycle.pod.ports) else None
