"""kubectl describe for network policies, endpoints, endpoint slices and ingress classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.kubernetes.api.table_rows import selector_text
from simulator.plain import Object

from .describe_text import events, labels, notes
from .tabwriter import tabulate

if TYPE_CHECKING:
    from .session import Session

NONE, UNSET = "<none>", "<unset>"


def _head(obj: Object, extra: str = "") -> str:
    meta = obj["metadata"]
    out = f"Name:\t{meta['name']}\n"
    out += f"Namespace:\t{meta['namespace']}\n" if meta.get("namespace") else ""
    out += extra + labels("Labels", meta.get("labels"))
    return out + notes("Annotations", meta.get("annotations"))


def network_policy(_: Session, obj: Object) -> str:
    """Describe a NetworkPolicy."""
    spec = obj["spec"]
    created = str(obj["metadata"].get("creationTimestamp") or "")
    when = created.replace("T", " ").replace("Z", " +0000 UTC")
    chosen = spec.get("podSelector") or {}
    who = selector_text(chosen)
    if who == NONE:
        who += " (Allowing the specific traffic to all pods in this namespace)"
    types = spec.get("policyTypes") or ["Ingress"]
    out = _head(obj, f"Created on:\t{when}\n") + f"Spec:\n  PodSelector:     {who}\n"
    for kind, field, peers in (("Ingress", "ingress", "from"), ("Egress", "egress", "to")):
        if kind in types:
            out += f"  Allowing {field} traffic:\n{_rules(spec.get(field) or [], field, peers)}"
        else:
            out += f"  Not affecting {field} traffic\n"
    return tabulate(out + f"  Policy Types: {', '.join(types)}\n")


def _rules(rules: list[Object], field: str, peers: str) -> str:
    """Write what a direction of a policy lets through."""
    if not rules:
        return f"    {NONE} (Selected pods are isolated for {field} connectivity)\n"
    word = peers.title()
    end = "source" if peers == "from" else "destination"
    out = []
    for rule in rules:
        text = ""
        for port in rule.get("ports") or ():
            number = port.get("port", "<nil>")
            text += f"    To Port: {number}/{port.get('protocol') or 'TCP'}\n"
        text = text or "    To Port: <any> (traffic allowed to all ports)\n"
        found = "".join(f"    {word}:\n{_peer(peer)}" for peer in rule.get(peers) or ())
        out.append(text + (found or f"    {word}: <any> (traffic not restricted by {end})\n"))
    return "    ----------\n".join(out)


def _peer(peer: Object) -> str:
    block = peer.get("ipBlock")
    if block:
        cut = ", ".join(block.get("except") or ())
        return f"      IPBlock:\n        CIDR: {block['cidr']}\n        Except: {cut}\n"
    titles = (("NamespaceSelector", "namespaceSelector"), ("PodSelector", "podSelector"))
    return "".join(
        f"      {title}: {selector_text(peer[field])}\n"
        for title, field in titles
        if peer.get(field) is not None
    )


def endpoints(session: Session, obj: Object) -> str:
    """Describe Endpoints."""
    out = _head(obj) + "Subsets:\n"
    for subset in obj.get("subsets") or ():
        for title, field in (
            ("Addresses", "addresses"),
            ("NotReadyAddresses", "notReadyAddresses"),
        ):
            found = ",".join(one["ip"] for one in subset.get(field) or ())
            out += f"  {title}:\t{found or NONE}\n"
        if subset.get("ports"):
            out += "  Ports:\n    Name\tPort\tProtocol\n    ----\t----\t--------\n"
        for port in subset.get("ports") or ():
            name = port.get("name") or UNSET
            out += f"    {name}\t{port['port']}\t{port.get('protocol')}\n"
        out += "\n"
    return tabulate(out + events(session, obj["metadata"]["uid"]))


def endpoint_slice(session: Session, obj: Object) -> str:
    """Describe an EndpointSlice."""
    out = _head(obj) + f"AddressType:\t{obj.get('addressType')}\n"
    ports = obj.get("ports") or ()
    out += (
        "Ports:\n  Name\tPort\tProtocol\n  ----\t----\t--------\n" if ports else f"Ports: {UNSET}\n"
    )
    for port in ports:
        number = UNSET if port.get("port") is None else port["port"]
        out += f"  {port.get('name') or UNSET}\t{number}\t{port.get('protocol')}\n"
    found = obj.get("endpoints") or ()
    out += "Endpoints:\n" if found else f"Endpoints: {NONE}\n"
    for one in found:
        ready = (one.get("conditions") or {}).get("ready")
        shown = UNSET if ready is None else str(ready).lower()
        out += f"  - Addresses:\t{', '.join(one.get('addresses') or ()) or NONE}\n"
        out += f"    Conditions:\n      Ready:\t{shown}\n"
        out += f"    Hostname:\t{one.get('hostname') or UNSET}\n"
        target = one.get("targetRef")
        out += f"    TargetRef:\t{target['kind']}/{target['name']}\n" if target else ""
        out += f"    NodeName:\t{one.get('nodeName') or UNSET}\n"
        out += f"    Zone:\t{one.get('zone') or UNSET}\n"
    return tabulate(out + events(session, obj["metadata"]["uid"]))


def ingress_class(session: Session, obj: Object) -> str:
    """Describe an IngressClass."""
    out = _head(obj) + f"Controller:\t{obj['spec'].get('controller')}\n"
    given = obj["spec"].get("parameters")
    if given:
        out += "Parameters:\n"
        out += f"  APIGroup:\t{given['apiGroup']}\n" if given.get("apiGroup") else ""
        out += f"  Kind:\t{given['kind']}\n  Name:\t{given['name']}\n"
    return tabulate(out + events(session, obj["metadata"]["uid"]))


DESCRIBERS: dict[str, Callable[[Session, Object], str]] = {
    "NetworkPolicy": network_policy,
    "Endpoints": endpoints,
    "EndpointSlice": endpoint_slice,
    "IngressClass": ingress_class,
}
