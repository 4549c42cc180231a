"""The ends of a connection: what answers at an address, seen from where the connection is.

Here the links, the network policies and the containers themselves have their say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.plain import Object, get

from .hosts import Hosts
from .links import Links
from .plan import Way
from .policy import End, Policies
from .route import OUTSIDE_IP, Route, Source

if TYPE_CHECKING:
    from simulator.engine import Engine

NO_BALANCER = "node.kubernetes.io/exclude-from-external-load-balancers"
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"


class Ends(Links):
    """Finds what answers at an address of a machine, a pod or a container."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._store = engine.store
        self._store.index("Pod", "ip", lambda pod: [get(pod, "status", "podIP", default="")])
        self.hosts = Hosts(engine)
        self.policies = Policies(engine)
        self._entries: dict[str | None, list[str]] = {}

    def to_backend(self, way: Way, address: str, port: int) -> Route:
        """Reach an endpoint of a service: a pod's address, or a machine's."""
        machine = self._engine.machines.by_ip(address)
        if machine is None:
            return self.to_pods(way, address, port)
        if not self.reaches(way.node, machine):
            return Route("timeout", machine, places=way.places)
        found = self.hosts.behind(machine, port, way.node == machine)
        if found is None:
            return Route("refused", machine, None, port, way.places, way.rtt_us)
        return self.to_container(way, found[0], found[1])

    def to_pods(self, way: Way, address: str, port: int) -> Route:
        """Reach the pod that has an address; nobody answers at one that no pod has (any more)."""
        for pod in self._store.by("Pod", "ip", address):
            if get(pod, "status", "phase") not in ("Succeeded", "Failed"):
                return self.to_pod(way, pod, port)
        return Route("timeout", places=way.places)

    def to_pod(self, way: Way, pod: Object, port: int) -> Route:
        """Reach the container of a pod that listens on a port."""
        node = get(pod, "spec", "nodeName", default="")
        meta = pod["metadata"]
        places = [*way.places, f"pod/{meta['namespace']}/{meta['name']}"]
        if not self.reaches(way.node, node):
            return Route("timeout", node, places=places)
        for container in self._store.by("Container", "pod", meta["uid"]):
            if self._engine.programs.open_port(container["Id"], port) is not None:
                return self.to_container(way, container, port)
        if not self.allowed(way, pod, node, port):
            return Route("timeout", node, places=places)
        rtt = way.rtt_us + self.rtt_us(way.node, node)
        return Route("refused", node, None, port, places, rtt, way.delay_us)

    def to_container(self, way: Way, container: Object, port: int, loopback: bool = False) -> Route:
        """Reach a container, past links, policies and the address on which its program listens."""
        machine, number = container["metadata"]["namespace"], container["Id"]
        row = get(container, "drydock", "pod")
        place = f"container/{machine}/{number}"
        if row is not None:
            place = f"pod/{row['namespace']}/{row['name']}"
        places = [*way.places, place]
        if not self.reaches(way.node, machine):
            return Route("timeout", machine, places=places)
        pod = self._store.get("Pod", row["namespace"], row["name"]) if row else None
        if not loopback and not self.allowed(way, pod, machine, port):
            return Route("timeout", machine, places=places)
        if not container["State"]["Running"] or container["State"].get("Paused"):
            wrong = "timeout" if container["State"].get("Paused") else "refused"
            return Route(wrong, machine, places=places)
        server = self._engine.programs.open_port(number, port)
        rtt = way.rtt_us + self.rtt_us(way.node, machine)
        address = server.get("address") if server is not None else ""
        hidden = address == "socket" or (address == "127.0.0.1" and not loopback)
        error = "refused" if server is None or hidden else None
        return Route(error, machine, number, port, places, rtt, way.delay_us)

    def allowed(self, way: Way, pod: Object | None, node: str, port: int) -> bool:
        """Say whether network policies let a connection into a pod, or to a machine's port."""
        if not self.policies.any():
            return True
        address = get(pod, "status", "podIP") or self._engine.machines.ip(node)
        host = pod is None or bool(pod["spec"].get("hostNetwork"))
        local = way.end.pod is None and way.source.machine == node and not way.forwarded
        target = End(address, None if host or local else pod)
        return self.policies.allow(way.end, target, port)

    def machine_with(self, way: Way, address: str) -> str | None:
        """Name the machine on which an address answers echo requests; None where none does.

        A service's address is only in kube-proxy's rules for its ports: nobody answers there.
        """
        machine = self._engine.machines.by_ip(address)
        if machine is not None:
            return machine
        source = way.source.machine
        if source is None or self.is_node(source):
            for pod in self._store.by("Pod", "ip", address):
                if get(pod, "status", "phase") not in ("Succeeded", "Failed"):
                    if not self.policies.allow(way.end, End(address, pod), 0, "ICMP"):
                        return None
                    return str(get(pod, "spec", "nodeName", default="")) or None
        found = self.hosts.at(source, address)
        return source if found is not None and found["State"]["Running"] else None

    def way_of(self, source: Source) -> Way:
        """Begin a way where a connection leaves from."""
        return Way(source, self.end_of(source), source.machine)

    def end_of(self, source: Source) -> End:
        """Give what network policies see of a source."""
        pod = self.pod_of(source)
        if pod is not None and not pod["spec"].get("hostNetwork"):
            return End(get(pod, "status", "podIP", default=""), pod)
        if source.machine is None:
            return End(OUTSIDE_IP)
        return End(self._engine.machines.ip(source.machine))

    def pod_of(self, source: Source) -> Object | None:
        """Give the pod that a source is in."""
        place = source.pod
        return self._store.get("Pod", *place) if place else None

    def reaches(self, a: str | None, b: str) -> bool:
        """Say whether a machine is up and packets get there."""
        return self._engine.machines.is_up(b) and self.joined(a, b)

    def is_node(self, machine: str) -> bool:
        """Nodes have kube-proxy's rules and routes to pods; other machines have not."""
        return self._store.get("Node", "", machine) is not None

    def entries(self, machine: str | None) -> list[str]:
        """Name the nodes by which a machine, or somebody outside, can come in."""
        found = self._entries.get(machine)
        if found is None:
            found = []
            for node in self._store.list("Node"):
                labels = node["metadata"].get("labels") or {}
                name = str(node["metadata"]["name"])
                apart = NO_BALANCER in labels or CONTROL_PLANE in labels
                if not apart and self.reaches(machine, name):
                    found.append(name)
            self._entries[machine] = found
        return found
