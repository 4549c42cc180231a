"""Defaults of networking kinds.   Source: kubernetes v1.32 pkg/apis/{networking,discovery}/v1."""

from __future__ import annotations

from simulator.plain import Object


def network_policy(obj: Object) -> None:
    """Fill in a NetworkPolicy: it is about ingress, and about egress if it has such rules."""
    spec = obj.setdefault("spec", {})
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    for rule in [*(spec.get("ingress") or ()), *(spec.get("egress") or ())]:
        for port in (rule or {}).get("ports") or ():
            port.setdefault("protocol", "TCP")


def endpoint_slice(obj: Object) -> None:
    """Fill in an EndpointSlice."""
    for port in obj.get("ports") or ():
        port.setdefault("name", "")
        port.setdefault("protocol", "TCP")


def ingress_class(obj: Object) -> None:
    """Fill in an IngressClass."""
    parameters = (obj.get("spec") or {}).get("parameters")
    if parameters is not None:
        parameters.setdefault("scope", "Cluster")


FILLERS = {
    "NetworkPolicy": network_policy,
    "EndpointSlice": endpoint_slice,
    "IngressClass": ingress_class,
}
