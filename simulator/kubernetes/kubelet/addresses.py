"""Addresses of pods: each node has a range of its own, and gives them out in turn.

Imitates the host-local plugin of the container network interface: the next free address after
the last one given, the first being the bridge's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.engine import Engine

FIRST, LAST = 2, 254


def pod_cidr(index: int) -> str:
    """Give the range of the node with this number: 10.244.N.0/24, further ones from 10.128."""
    if index < 256:
        return f"10.244.{index}.0/24"
    index -= 256
    return f"10.{128 + index // 256}.{index % 256}.0/24"


class Addresses:
    """Table "kubelet.addresses": {node: {"cidr", "last": number, "used": {address: pod uid}}}."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.nodes: dict[str, dict[str, Any]] = engine.table("kubelet.addresses")

    def add_node(self, name: str) -> str:
        """Give a new node its range; answers it as a CIDR."""
        if name not in self.nodes:
            cidr = pod_cidr(len(self.nodes))
            self.nodes[name] = {"cidr": cidr, "last": FIRST - 1, "used": {}}
        return str(self.nodes[name]["cidr"])

    def take(self, node: str, uid: str, host_network: bool = False) -> str:
        """Give a pod an address; "" when the range is used up."""
        if host_network:
            return self.engine.machines.ip(node)
        row = self.nodes[node]
        prefix = row["cidr"].rpartition(".")[0]
        count = LAST - FIRST + 1
        for step in range(1, count + 1):
            number = FIRST + (row["last"] - FIRST + step) % count
            address = f"{prefix}.{number}"
            if address not in row["used"]:
                row["last"] = number
                row["used"][address] = uid
                return address
        return ""

    def give_back(self, node: str, uid: str) -> None:
        """Take a pod's address back."""
        used = self.nodes[node]["used"]
        for address in [address for address, owner in used.items() if owner == uid]:
            del used[address]
