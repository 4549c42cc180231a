"""From a host and a port, as a program names them, to the container that answers, or the error.

Names and addresses are looked up as in life: localhost, machines of the local network and their
published ports, containers of a user-defined Docker network by name, pods through their
resolv.conf, and services through the rules of kube-proxy on the machine that the connection
leaves from or comes in by.

A way that was found is kept as a plan until something that it rests on changes.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from simulator.plain import Object, get

from .dns import DNS_IP, DNS_POD, DOMAIN, LOOKUP_US, Answer, ClusterDns, Resolver, resolver_of
from .ends import Ends
from .hosts import LOOPBACK
from .ingress import Ingresses
from .plan import Plan, Way
from .policy import End
from .proxy import Proxy
from .public import Internet
from .route import Route, Source
from .rules import Backend, Rule, local_nodes, port_of

if TYPE_CHECKING:
    from simulator.engine import Engine

__all__ = ["Network", "Route", "Source"]

LOOPBACK_RTT_US = 30
"""Round trip of a machine with itself (assumed)."""
MAX_PLANS = 4096
KEPT_ERRORS = (None, "timeout")
"""Errors that only a change in the store or of a link can end; a port may open without one."""
WATCHED = ("Pod", "Container", "EndpointSlice", "Service", "Machine", "Node", "NetworkPolicy",
           "Namespace")  # fmt: skip

Key = tuple[str | None, str | None, str, int]


class Network(Ends):
    """The links, and what can be reached over them."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.proxy = Proxy(engine)
        self.dns = ClusterDns(engine, self.proxy)
        self.ingresses = Ingresses(engine, self)
        self.internet = Internet(engine)
        self._plans: dict[Key, Plan] = {}
        self._luck = engine.streams.stream("entry")
        for kind in WATCHED:
            self._store.watch(kind, self._forget)

    # Asking

    def connect(self, source: Source, host: str, port: int, client: str = "") -> Route:
        """Find what answers at a host and port; draws to balance, and for what gets lost."""
        machine = source.machine
        if machine is not None and not self._engine.machines.is_up(machine):
            return Route("unreachable")
        key = (machine, source.container["Id"] if source.container else None, host, port)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._kept(key, self._plan(source, host.lower().rstrip("."), port))
        return self._follow(plan, client)

    def to_service(
        self, source: Source, namespace: str, name: str, client: str = "", port: int | None = None
    ) -> Route:
        """Connect to a service's port (the first) by whatever way leads there from a source.

        Somebody outside of the cluster comes in by one of its nodes.
        """
        key = (source.machine, namespace, f"service {name}", port or 0)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._kept(key, self._service_from(source, f"{namespace}/{name}", port))
        return self._follow(plan, client)

    def to_endpoint(self, source: Source, key: str, port: int | str) -> Route:
        """Connect to a pod behind a service, past kube-proxy, as ingress controllers do."""
        machine = source.machine or ""
        place = (machine, source.container["Id"] if source.container else None, f"@{key}/{port}", 0)
        plan = self._plans.get(place)
        if plan is None:
            rule = self.proxy.rule(key)
            row = port_of(rule, port) if rule else None
            if rule is None or row is None:
                return Route("refused", places=[f"service/{key}"])
            way = self.way_of(source)
            way.places = [f"service/{key}"]
            found, error = self.proxy.candidates(rule, row, machine, "Cluster")
            plan = self._choice(way, rule, row["port"], found, error)
            plan.in_turn, plan.place = True, f"ingress {machine} {key} {port}"
            self._kept(place, plan)
        return self._follow(plan, "")

    def lookup(self, source: Source, name: str) -> Answer:
        """Look a name up as a program in a container or on a machine does."""
        pod = self.pod_of(source)
        if pod is None:
            return self.dns.lookup(Resolver([]), name)
        resolver = resolver_of(pod)
        if not self._asks(source, pod, resolver):
            return Answer(name)
        return self.dns.lookup(resolver, name)

    def dns_answers(self, source: Source) -> bool:
        """Say whether the resolver of a pod answers at all."""
        pod = self.pod_of(source)
        return pod is None or self._asks(source, pod, resolver_of(pod))

    def echo(self, source: Source, address: str) -> int | None:
        """Send one ICMP echo request: the round trip in microseconds, or None for no answer."""
        way = self.way_of(source)
        if address.startswith("127."):
            return LOOPBACK_RTT_US
        target = self.machine_with(way, address)
        if target is None and self.proxy.by_address(address) is None:
            return self.internet.rtt_us(source, address)
        if target is None or not self.reaches(source.machine, target):
            return None
        share = self.loss(source.machine, target)
        if share > 0 and self._engine.streams.stream("loss").random() < 1 - (1 - share) ** 2:
            return None
        return self.rtt_us(source.machine, target)

    # Planning

    def _plan(self, source: Source, host: str, port: int) -> Plan:
        if host in LOOPBACK:
            return self._fixed(self._loopback(source, port))
        mode = str(get(source.container, "HostConfig", "NetworkMode", default=""))
        if mode.startswith("container:") and source.pod is None:
            source = Source(source.machine, next(iter(self._sharing(source)), None))
        pod = self.pod_of(source)
        if not _is_address(host):
            host = self.hosts.listed(source.container, host) or host
        if pod is not None and not _is_address(host):
            return self._named(source, pod, host, port)
        if pod is None:
            found = self.hosts.on_network(source.container, host) if source.container else None
            machine = self.hosts.named(host) or self.hosts.beyond(
                source.container, source.machine, host
            )
            if machine is None and found is not None:
                return self._fixed(self.to_container(self.way_of(source), found, port))
            if machine is not None:
                return self._to_machine(self.way_of(source), machine, port)
            if not _is_address(host) and self.proxy.by_address(host) is None:
                return self._fixed(Route("dns"))
        return self._to_address(self.way_of(source), host, port)

    def _named(self, source: Source, pod: Object, host: str, port: int) -> Plan:
        """Look a name up as the pod does, then go on with what it stands for."""
        resolver = resolver_of(pod)
        if not self._asks(source, pod, resolver):
            return self._fixed(Route("dns"))
        answer = self.dns.lookup(resolver, host)
        if not answer.addresses:
            return self._fixed(Route("dns"))
        each = LOOKUP_US + self.rtt_us(source.machine, self.dns.host())
        parts = []
        for address in answer.addresses:
            way = self.way_of(source)
            way.delay_us = each * answer.asked
            rule = self.proxy.rule(answer.service) if answer.service else None
            if rule is not None and rule["headless"]:
                way.places = [f"service/{answer.service}"]
            parts.append(self._to_address(way, address, port))
        plan = Plan(parts=parts, keep=all(part.keep for part in parts))
        return parts[0] if len(parts) == 1 else plan

    def _asks(self, source: Source, pod: Object, resolver: Resolver) -> bool:
        """Say whether a pod's questions get to their resolver and are answered."""
        if DNS_IP not in resolver.servers:
            return bool(resolver.servers)
        if not self.dns.is_up(source.machine or ""):
            return False
        server = End(self._engine.machines.ip(self.dns.host()), DNS_POD)
        return self.policies.allow(self.end_of(source), server, 53, "UDP")

    def _to_address(self, way: Way, address: str, port: int) -> Plan:
        service = self.proxy.by_address(address)
        machine = way.source.machine
        if service is not None:
            key, external = service
            if machine is not None and self.is_node(machine):
                policy = "Cluster" if external else ""
                return self._on_node(way, machine, key, port, policy)
            return self._enter(way, key, port) if external else self._fixed(Route("timeout"))
        named = self.hosts.named(address)
        if named is not None:
            return self._to_machine(way, named, port)
        knows_pods = machine is None or self.is_node(machine)
        if knows_pods and self._store.by("Pod", "ip", address):
            return self._fixed(self.to_pods(way, address, port), way)
        found = self.hosts.at(machine, address)
        if found is not None:
            return self._fixed(self.to_container(way, found, port), way)
        return self._fixed(Route("timeout", places=way.places))

    def _loopback(self, source: Source, port: int) -> Route:
        way = self.way_of(source)
        if source.container is None or (
            get(source.container, "HostConfig", "NetworkMode") == "host"
        ):
            route = self._follow(self._to_machine(way, source.machine or "", port), "")
            published = self._engine.docker.networks.published(source.machine or "", port)
            if route.error == "refused" and published is not None:
                return replace(route, error="reset")  # docker-proxy takes it, and finds nobody
            return route
        pod = get(source.container, "drydock", "pod", "uid")
        siblings = self._store.by("Container", "pod", pod) if pod else self._sharing(source)
        for sibling in siblings:
            if self._engine.programs.open_port(sibling["Id"], port) is not None:
                return self.to_container(way, sibling, port, loopback=True)
        return Route("refused")

    def _sharing(self, source: Source) -> list[Object]:
        """Give the containers of one network namespace (`--network container:web`), owner first."""
        owner = source.container
        mode = str(get(owner, "HostConfig", "NetworkMode", default=""))
        if mode.startswith("container:"):
            owner = self._engine.docker.find(source.machine or "", mode.partition(":")[2])
        if owner is None:
            return []
        names = [f"container:{owner['Id']}", f"container:{owner['Name'].lstrip('/')}"]
        return [owner, *[
            one for one in self._store.list("Container", source.machine)
            if get(one, "HostConfig", "NetworkMode") in names
        ]]  # fmt: skip

    def _to_machine(self, way: Way, machine: str, port: int) -> Plan:
        """Reach a published port, or a node port, of a machine."""
        source = way.source
        if not self.reaches(source.machine, machine):
            return self._fixed(Route("timeout", machine, places=way.places))
        found = self.hosts.behind(machine, port, source.machine == machine)
        if found is not None:
            return self._fixed(self.to_container(way, found[0], found[1]), way)
        service = self.proxy.by_node_port(port)
        if service is not None and self.is_node(machine):
            return self._through(way, machine, service[0], service[1])
        if not self.policies.allow(way.end, End(self._engine.machines.ip(machine)), port):
            return self._fixed(Route("timeout", machine, places=way.places))
        rtt = self.rtt_us(source.machine, machine)
        return self._fixed(Route("refused", machine, None, port, way.places, rtt, way.delay_us))

    def _service_from(self, source: Source, key: str, port: int | None) -> Plan:
        """Reach a service by whatever way leads there from a source."""
        rule = self.proxy.rule(key)
        if rule is None:
            return self._fixed(Route("dns"))
        row = port_of(rule, port)
        way = self.way_of(source)
        if rule["type"] == "ExternalName":
            namespace, _, name = key.partition("/")
            found = self.dns.ask(f"{name}.{namespace}.svc.{DOMAIN}").addresses
            number = port or (int(row["port"]) if row else 80)
            return self._to_address(way, found[0], number) if found else self._fixed(Route("dns"))
        if row is None and not rule["headless"]:
            return self._fixed(Route("timeout"))
        if row is None or rule["headless"]:
            way.places = [f"service/{key}"]
            rows = [one for one in (row["backends"] if row else rule["loose"]) if one["ready"]]
            parts = [self._fixed(self.to_pods(way, one["ip"], one["port"]), way) for one in rows]
            return Plan(parts=parts) if parts else self._fixed(Route("dns", places=way.places))
        number = int(row["port"])
        if source.machine is not None and self.is_node(source.machine):
            return self._on_node(way, source.machine, key, number, "")
        return self._enter(way, key, number)

    def _enter(self, way: Way, key: str, port: int) -> Plan:
        """Come in from outside by one of the nodes that a balancer finds healthy.

        # Simplified: A load balancer, and whoever calls a service from outside, stops using a node
        at the moment at which it can no longer be reached.
        """
        rule = self.proxy.rule(key)
        row = port_of(rule, port) if rule else None
        if rule is None:
            return self._fixed(Route("timeout", places=[f"service/{key}"]))
        nodes = self.entries(way.source.machine)
        if row and rule["outer"] == "Local" and rule["type"] != "ClusterIP":
            healthy = local_nodes(rule, row)
            nodes = [node for node in nodes if node in healthy]
        if not nodes:
            return self._fixed(Route("timeout", places=[f"service/{key}"]))
        return Plan(nodes=nodes, inside=[None] * len(nodes), port=port, way=way, rule=rule)

    def _through(self, way: Way, node: str, key: str, port: int) -> Plan:
        """Come in by a node, whose kube-proxy forwards the connection."""
        rule = self.proxy.on_node(key, node) or {}
        policy = rule.get("outer", "Cluster") if rule.get("type") != "ClusterIP" else ""
        # Under the Cluster policy the node puts its own address in the place of the client's.
        end = way.end if policy == "Local" else End(self._engine.machines.ip(node))
        inside = replace(way, end=end, rtt_us=self.rtt_us(way.source.machine, node), forwarded=True)
        return self._on_node(inside, node, key, port, policy)

    def _on_node(self, way: Way, node: str, key: str, port: int, policy: str) -> Plan:
        """Balance as a node's kube-proxy does.   policy: "" stands for the internal one."""
        rule = self.proxy.on_node(key, node)
        row = port_of(rule, port) if rule else None
        way = replace(way, node=node, places=[*way.places, f"service/{key}"])
        settled = self.proxy.is_settled(key)
        if rule is None or row is None:
            route = Route("refused" if rule else "timeout", places=way.places)
            return Plan(route, keep=settled and not rule)
        found, error = self.proxy.candidates(rule, row, node, policy or rule["internal"])
        plan = self._choice(way, rule, port, found, error)
        plan.keep = settled
        return plan

    def _choice(
        self, way: Way, rule: Rule, port: int, backends: list[Backend], error: str | None
    ) -> Plan:
        if error is not None:
            return Plan(Route(error, places=way.places, rtt_us=way.rtt_us))
        place = f"{way.node or ''} {rule['key']} {port}"
        routes: list[Route | None] = [None] * len(backends)
        return Plan(way=way, rule=rule, place=place, backends=backends, routes=routes)

    # Following a plan

    def _follow(self, plan: Plan, client: str) -> Route:
        if plan.parts:
            plan = plan.parts[self._engine.streams.stream("dns").below(len(plan.parts))]
        if plan.nodes:
            plan = self._entered(plan, client)
        if plan.route is not None:
            route = plan.route
            if route.container and route.error is None and not self._listens(route):
                route = replace(route, error="refused")
        else:
            route = self._chosen(plan, client)
        if self.state["loss"] and plan.way is not None and route.error is None:
            return self._over(route, plan.way)
        return route

    def _entered(self, plan: Plan, client: str) -> Plan:
        """Choose the node to come in by: any, or always the same one for a client that sticks."""
        count, index = len(plan.nodes), 0
        if count > 1 and client and plan.rule.get("affinityS"):
            index = int(self._engine.streams.hex(8, "entry", plan.rule["uid"], client), 16) % count
        elif count > 1:
            index = self._luck.below(count)
        found = plan.inside[index]
        if found is None:
            assert plan.way is not None
            found = self._through(plan.way, plan.nodes[index], plan.rule["key"], plan.port)
            if found.keep:
                plan.inside[index] = found
        return found

    def _chosen(self, plan: Plan, client: str) -> Route:
        backends = plan.backends
        if plan.in_turn:
            index = self.ingresses.turn(plan.place, len(backends))
        elif client and plan.rule["affinityS"]:
            index = self.proxy.sticky(plan.rule, plan.place, client, backends)
        else:
            index = self.proxy.choose(plan.place, len(backends))
        route = plan.routes[index]
        if route is None or (route.container and not self._listens(route)):
            assert plan.way is not None
            one = backends[index]
            route = self.to_backend(plan.way, one["ip"], one["port"])
            if route.error in KEPT_ERRORS:
                plan.routes[index] = route
        return route

    def _over(self, route: Route, way: Way) -> Route:
        """Send a connection over links that lose packets."""
        delay = 0
        hops = [way.source.machine, *([way.node] if way.node else []), route.machine]
        for one, other in pairwise(hops):
            drawn = self.loss_delay_us(one, other)
            if drawn is None:
                return replace(route, error="timeout")
            delay += drawn
        return replace(route, delay_us=route.delay_us + delay) if delay else route

    def _listens(self, route: Route) -> bool:
        return self._engine.programs.open_port(route.container or "", route.port) is not None

    # What is kept

    def _fixed(self, route: Route, way: Way | None = None) -> Plan:
        return Plan(route, way=way, keep=route.error in KEPT_ERRORS)

    def _kept(self, key: Key, plan: Plan) -> Plan:
        if plan.keep:
            if len(self._plans) >= MAX_PLANS:
                self._plans.clear()
            self._plans[key] = plan
        return plan

    def changed(self, machine: str) -> None:
        """A link has changed: whom it joins is to be found out again."""
        self._plans.clear()
        self._entries.clear()
        planes: list[str] = self._engine.cluster.state["planes"]
        nodes = [machine]
        if machine in planes:
            nodes = [node["metadata"]["name"] for node in self._store.list("Node")]
        for node in nodes:
            if self.is_node(node):
                hears = any(self.joined(node, plane) for plane in planes)
                self.proxy.cut_changed(node, not hears)

    def _forget(self, change: str, obj: Object, old: Object | None) -> None:
        self._plans.clear()
        if obj["kind"] in ("Node", "Machine"):
            self._entries.clear()


def _is_address(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)
