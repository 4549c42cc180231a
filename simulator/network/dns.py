"""Cluster DNS: what CoreDNS answers, and how a pod's resolver asks it.

Records as in the specification of Kubernetes' DNS-based service discovery, version 1.1.0, and
CoreDNS' plugin `kubernetes` with kubeadm's Corefile (pods insecure, then `forward` to the node's
resolver).
# Simplified: CoreDNS runs on the machines of the control plane; its pods are not shown.
# Simplified: Every lookup is a new one; no resolver keeps answers for their 30 s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from .rules import Backend, Rule

if TYPE_CHECKING:
    from simulator.engine import Engine

    from .proxy import Proxy

DOMAIN = "cluster.local"
DNS_IP = "10.96.0.10"
NDOTS = 5
LOOKUP_US = 200
"""What CoreDNS needs for an answer from its cache of the store (assumed)."""
MAX_ALIASES = 8

_POD_NAME = re.compile(r"\d{1,3}(-\d{1,3}){3}")


@dataclass(slots=True)
class Resolver:
    """A resolv.conf: who is asked, what is appended to names, and to which names."""

    servers: list[str]
    search: list[str] = field(default_factory=list)
    ndots: int = 1
    options: list[str] = field(default_factory=list)

    def names(self, name: str) -> list[str]:
        """Give the full names to ask for, in order, as glibc's resolver does."""
        if name.endswith("."):
            return [name[:-1]]
        searched = [f"{name}.{suffix}" for suffix in self.search]
        return [name, *searched] if name.count(".") >= self.ndots else [*searched, name]


@dataclass(slots=True)
class Answer:
    """What a name stands for.

    name: the full name that had an answer. service: "ns/name" of the service behind it. ports:
    of SRV records, [port, target name]. aliases: the CNAMEs followed. asked: queries sent.
    """

    name: str = ""
    addresses: list[str] = field(default_factory=list)
    service: str = ""
    ports: list[tuple[int, str]] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    asked: int = 1

    @property
    def found(self) -> bool:
        """Say whether the name exists."""
        return bool(self.addresses or self.ports)


def resolver_of(pod: Object) -> Resolver:
    """Give the resolv.conf that the kubelet writes for a pod (pkg/kubelet/network/dns)."""
    spec = pod.get("spec") or {}
    policy = spec.get("dnsPolicy") or "ClusterFirst"
    if policy == "ClusterFirst" and spec.get("hostNetwork"):
        policy = "Default"
    if policy in ("ClusterFirst", "ClusterFirstWithHostNet"):
        namespace = pod["metadata"]["namespace"]
        search = [f"{namespace}.svc.{DOMAIN}", f"svc.{DOMAIN}", DOMAIN]
        found = Resolver([DNS_IP], search, NDOTS, [f"ndots:{NDOTS}"])
    elif policy == "Default":
        found = Resolver([NODE_RESOLVER])
    else:
        found = Resolver([])
    config = spec.get("dnsConfig") or {}
    found.servers = _unique(found.servers + list(config.get("nameservers") or ()))
    found.search = _unique(found.search + list(config.get("searches") or ()))
    options = {one.partition(":")[0]: one for one in found.options}
    for one in config.get("options") or ():
        value = f":{one['value']}" if one.get("value") is not None else ""
        options[one["name"]] = one["name"] + value
    found.options = list(options.values())
    ndots = options.get("ndots", "ndots:1").partition(":")[2]
    found.ndots = int(ndots) if ndots.isdigit() else 1
    return found


DNS_POD: Object = {
    "metadata": {"namespace": "kube-system", "name": "coredns", "labels": {"k8s-app": "kube-dns"}},
    "spec": {
        "containers": [
            {
                "name": "coredns",
                "ports": [
                    {"name": "dns", "containerPort": 53, "protocol": "UDP"},
                    {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
                ],
            }
        ]
    },
}
"""What network policies see of CoreDNS."""

NODE_RESOLVER = "192.168.1.1"
"""The resolver of the local network, which knows its machines by name."""


class ClusterDns:
    """CoreDNS: answers names of the cluster from the store, and others like a node would."""

    def __init__(self, engine: Engine, proxy: Proxy) -> None:
        self._engine = engine
        self._store = engine.store
        self._proxy = proxy

    def is_up(self, machine: str) -> bool:
        """Say whether a machine gets an answer from the service kube-dns."""
        service = self._store.get("Service", "kube-system", "kube-dns")
        if service is None or get(service, "spec", "clusterIP") != DNS_IP:
            return False
        return self._engine.cluster.reaches(machine)

    def host(self) -> str:
        """Name the machine on which CoreDNS runs."""
        planes: list[str] = self._engine.cluster.state["planes"]
        up = [plane for plane in planes if self._engine.machines.is_up(plane)]
        return next(iter(up or planes), "")

    def lookup(self, resolver: Resolver, name: str) -> Answer:
        """Look a name up as a program in a pod does, through its resolv.conf."""
        in_cluster = DNS_IP in resolver.servers
        answer = Answer(name)
        for asked, full in enumerate(resolver.names(name.lower()), 1):
            answer = self.ask(full) if in_cluster else self._forward(full)
            answer.asked = asked
            if answer.found:
                break
        return answer

    def ask(self, name: str) -> Answer:
        """Answer one full name."""
        answer = Answer(name)
        for _ in range(MAX_ALIASES):
            if name != DOMAIN and not name.endswith(f".{DOMAIN}"):
                found = self._forward(name)
                answer.addresses = found.addresses
                return answer
            alias = self._answer(name[: -len(DOMAIN) - 1], answer)
            if alias is None:
                return answer
            answer.aliases.append(alias)
            name = alias
        return answer

    def _answer(self, name: str, answer: Answer) -> str | None:
        """Fill in what a name of the cluster stands for; gives another name if it is an alias."""
        parts = name.split(".")
        kind = parts[-1]
        if kind == "pod" and len(parts) == 3 and _POD_NAME.fullmatch(parts[0]):
            if self._store.get("Namespace", "", parts[1]) is not None:
                answer.addresses = [parts[0].replace("-", ".")]
            return None
        if kind != "svc" or len(parts) < 3:
            return None
        namespace, service = parts[-2], parts[-3]
        found = self._store.get("Service", namespace, service)
        if found is None:
            return None
        if get(found, "spec", "type") == "ExternalName":
            name = str(get(found, "spec", "externalName", default="")).rstrip(".")
            return name.lower() if len(parts) == 3 else None
        rule = self._proxy.rule(f"{namespace}/{service}")
        if rule is not None:
            answer.service = rule["key"]
            self._of_service(rule, parts[:-3], answer)
        return None

    def _of_service(self, rule: Rule, before: list[str], answer: Answer) -> None:
        if len(before) == 2 and before[0].startswith("_") and before[1].startswith("_"):
            self._srv(rule, before[0][1:], before[1][1:], answer)
        elif not rule["headless"]:
            answer.addresses = rule["ips"] if not before else []
        elif len(before) <= 1:
            rows = [one for one in _endpoints(rule) if not before or host_of(one) == before[0]]
            answer.addresses = _unique([one["ip"] for one in rows])

    def _srv(self, rule: Rule, port: str, protocol: str, answer: Answer) -> None:
        namespace, _, name = rule["key"].partition("/")
        suffix = f"{name}.{namespace}.svc.{DOMAIN}"
        for row in rule["ports"]:
            if row["name"] != port or row["protocol"].lower() != protocol:
                continue
            if rule["headless"]:
                ready = [one for one in row["backends"] if one["ready"]]
                answer.ports += [(one["port"], f"{host_of(one)}.{suffix}") for one in ready]
            else:
                answer.ports.append((row["port"], suffix))

    def _forward(self, name: str) -> Answer:
        """Ask the resolver of the local network."""
        machine = self._engine.machines.get(name)
        return Answer(name, [str(machine["status"]["ip"])] if machine else [])


def host_of(backend: Backend) -> str:
    """Give the first label of an endpoint's own name."""
    return backend["hostname"] or str(backend["ip"]).replace(".", "-")


def _endpoints(rule: Rule) -> list[Backend]:
    """Give the ready endpoints of a headless service; one without ports has them as well."""
    found: list[Backend] = []
    for row in rule["ports"] or [{"backends": rule["loose"]}]:
        found += [one for one in row["backends"] if one["ready"]]
    return found


def _unique(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
