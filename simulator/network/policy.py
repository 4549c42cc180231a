"""NetworkPolicy: which connections of pods are let through.

A pod that no policy selects for a direction is open in it; one that some do is closed but for
what any of them allows. A connection needs the leave of both ends. What is not allowed is
dropped, so that the client waits until it gives up.

Source: the semantics of networking.k8s.io/v1 NetworkPolicySpec, v1.32.
# Simplified: Every cluster has a network plugin that enforces policies, at the moment they change.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api import selectors
from simulator.plain import Object, canonical, get

if TYPE_CHECKING:
    from simulator.engine import Engine

Peer = dict[str, Any]
PortRule = dict[str, Any]


@dataclass(slots=True)
class End:
    """One end of a connection: a pod, or only an address (a machine, somebody outside)."""

    ip: str
    pod: Object | None = None


class Policies:
    """The NetworkPolicies of a cluster."""

    def __init__(self, engine: Engine) -> None:
        self._store = engine.store
        self._by_namespace: dict[str, list[Object]] | None = None
        engine.store.watch("NetworkPolicy", self._forget)

    def any(self) -> bool:
        """Say whether there is any policy at all."""
        return self._store.count("NetworkPolicy") > 0

    def allow(self, source: End, target: End, port: int, protocol: str = "TCP") -> bool:
        """Say whether a connection between two ends is let through."""
        if not self.any():
            return True
        if source.pod is not None and source.pod is target.pod:
            return True
        return self._allows("Egress", source, target, target, port, protocol) and self._allows(
            "Ingress", target, source, target, port, protocol
        )

    def _allows(
        self, direction: str, own: End, other: End, target: End, port: int, protocol: str
    ) -> bool:
        """Say whether the policies that select one end allow the other, in one direction."""
        if own.pod is None:
            return True
        policies = [one for one in self.selecting(own.pod) if direction in _types(one)]
        if not policies:
            return True
        peers, field = ("from", "ingress") if direction == "Ingress" else ("to", "egress")
        for policy in policies:
            namespace = policy["metadata"]["namespace"]
            for rule in get(policy, "spec", field) or ():
                fits = any(self._is_peer(one, other, namespace) for one in rule.get(peers) or ())
                if (fits or not rule.get(peers)) and _has_port(rule, target.pod, port, protocol):
                    return True
        return False

    def selecting(self, pod: Object) -> list[Object]:
        """Give the policies that select a pod."""
        if self._by_namespace is None:
            self._by_namespace = {}
            for policy in self._store.list("NetworkPolicy"):
                namespace = policy["metadata"]["namespace"]
                self._by_namespace.setdefault(namespace, []).append(policy)
        meta = pod["metadata"]
        return [
            policy
            for policy in self._by_namespace.get(meta["namespace"], ())
            if _selects(policy["spec"].get("podSelector") or {}, meta.get("labels"))
        ]

    def _is_peer(self, peer: Peer, other: End, namespace: str) -> bool:
        if peer.get("ipBlock"):
            return in_block(peer["ipBlock"], other.ip)
        if other.pod is None:
            return False
        meta = other.pod["metadata"]
        if peer.get("namespaceSelector") is not None:
            found = self._store.get("Namespace", "", meta["namespace"])
            labels = (found["metadata"].get("labels") or {}) if found else {}
            if not _selects(peer["namespaceSelector"], labels):
                return False
        elif meta["namespace"] != namespace:
            return False
        return peer.get("podSelector") is None or _selects(peer["podSelector"], meta.get("labels"))

    def _forget(self, change: str, obj: Object, old: Object | None) -> None:
        self._by_namespace = None


def in_block(block: dict[str, Any], ip: str) -> bool:
    """Say whether an address is in an ipBlock and not in its exceptions."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    if address not in ipaddress.ip_network(block["cidr"], strict=False):
        return False
    excepted = [ipaddress.ip_network(one, strict=False) for one in block.get("except") or ()]
    return not any(address in one for one in excepted)


def _types(policy: Object) -> list[str]:
    spec = policy.get("spec") or {}
    if spec.get("policyTypes"):
        return list(spec["policyTypes"])
    return ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def _has_port(rule: dict[str, Any], pod: Object | None, port: int, protocol: str) -> bool:
    rows: list[PortRule] = rule.get("ports") or []
    return not rows or any(_is_port(row, pod, port, protocol) for row in rows)


def _is_port(row: PortRule, pod: Object | None, port: int, protocol: str) -> bool:
    if (row.get("protocol") or "TCP") != protocol:
        return False
    wanted = row.get("port")
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return wanted <= port <= int(row.get("endPort") or wanted)
    spec = (pod or {}).get("spec") or {}
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    return any(
        one.get("name") == wanted
        and one["containerPort"] == port
        and (one.get("protocol") or "TCP") == protocol
        for container in containers
        for one in container.get("ports") or ()
    )


def _selects(selector: dict[str, Any], labels: dict[str, str] | None) -> bool:
    return _parsed(canonical(selector)).matches(labels or {})


@lru_cache(maxsize=1024)
def _parsed(text: bytes) -> selectors.Selector:
    import orjson

    return selectors.of_object(orjson.loads(text))
