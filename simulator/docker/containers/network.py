"""Networks of one Docker host: bridge, host, none and the user's own; addresses and host ports.

Imitates libnetwork's bridge driver and its address manager: the default bridge is 172.17.0.0/16,
further networks take 172.18.0.0/16 and up; a container gets the next free address.
# Simplified: Docker networks carry IPv4 only.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from simulator.errors import AlreadyExists
from simulator.plain import Object

from .errors import DockerError
from .names import is_valid_name

if TYPE_CHECKING:
    from simulator.engine import Engine

PREDEFINED = ("bridge", "host", "none")
EPHEMERAL = (32768, 60999)


class Networks:
    """Store kind "Network"; table "docker.network": {machine: {"hosts": ..., "ports": ...}}."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self._table = engine.table("docker.network")

    # Networks

    def ensure(self, machine: str) -> None:
        """Make the three predefined networks of a host that has none yet."""
        if self._store.get("Network", machine, "bridge") is not None:
            return
        bridge = {
            "com.docker.network.bridge.default_bridge": "true",
            "com.docker.network.bridge.enable_icc": "true",
            "com.docker.network.bridge.enable_ip_masquerade": "true",
            "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
            "com.docker.network.bridge.name": "docker0",
            "com.docker.network.driver.mtu": "1500",
        }
        pools = [{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}]
        self._make(machine, "bridge", "bridge", pools, bridge, {}, False)
        self._make(machine, "host", "host", None, {}, {}, False)
        self._make(machine, "none", "null", None, {}, {}, False)

    def create(self, machine: str, body: dict[str, Any]) -> Object:
        """Create a network from `POST /networks/create`; raises DockerError."""
        self.ensure(machine)
        name, driver = str(body.get("Name") or ""), str(body.get("Driver") or "bridge")
        if not is_valid_name(name + "_"):
            raise DockerError(
                400, f"invalid network name: {name!r} is not [a-zA-Z0-9][a-zA-Z0-9_.-]+"
            )
        if name in PREDEFINED:
            raise DockerError(403, f"operation is not permitted on predefined {name} network")
        if driver in ("host", "null"):
            word = "host" if driver == "host" else "null"
            raise DockerError(403, f'only one instance of "{word}" network is allowed')
        if driver not in ("bridge", "macvlan", "ipvlan"):
            raise DockerError(
                404,
                f"could not find plugin {driver} in v1 plugin registry: "
                f'plugin "{driver}" not found',
            )
        if self._store.get("Network", machine, name) is not None:
            raise DockerError(409, f"network with name {name} already exists")
        asked = ((body.get("IPAM") or {}).get("Config")) or []
        pools = [self._pool(machine, asked[0] if asked else {})]
        made = self._make(
            machine, name, driver, pools, body.get("Options") or {}, body.get("Labels") or {},
            bool(body.get("Internal")), bool(body.get("Attachable")),
            configured=bool(asked and asked[0].get("Subnet")),
        )  # fmt: skip
        self._engine.docker.events.network(machine, made, "create")
        return made

    def find(self, machine: str, ref: str) -> Object | None:
        """Find a network by name, id or the beginning of an id."""
        exact = self._store.get("Network", machine, ref)
        if exact is not None:
            return exact
        found = [n for n in self._store.list("Network", machine) if n["Id"].startswith(ref)]
        return found[0] if ref and len(found) == 1 else None

    def need(self, machine: str, ref: str) -> Object:
        """Find a network; DockerError 404 when there is none."""
        found = self.find(machine, ref)
        if found is None:
            raise DockerError(404, f"network {ref} not found")
        return found

    def all(self, machine: str) -> list[Object]:
        """Give a host's networks, by name."""
        return self._store.list("Network", machine)

    def remove(self, machine: str, ref: str) -> str:
        """Remove a network that nobody uses; answers its name."""
        network = self.need(machine, ref)
        if network["Name"] in PREDEFINED:
            raise DockerError(
                403, f"{network['Name']} is a pre-defined network and cannot be removed"
            )
        if network["Containers"]:
            users = " ".join(
                f'name:"{row["Name"]}" id:"{key[:12]}"'
                for key, row in sorted(network["Containers"].items())
            )
            raise DockerError(
                403,
                f"error while removing network: network {network['Name']} has active endpoints "
                f"({users})",
            )
        self._store.delete("Network", machine, network["Name"])
        self._engine.docker.events.network(machine, network, "destroy")
        return str(network["Name"])

    def _make(
        self, machine: str, name: str, driver: str, pools: Any, options: dict[str, str],
        labels: dict[str, str], internal: bool, attachable: bool = False,
        configured: bool = False,
    ) -> Object:  # fmt: skip
        number = self._count(machine, "networks")
        try:
            return self._store.create(
                {
                    "apiVersion": "docker/v1",
                    "kind": "Network",
                    "metadata": {"name": name, "namespace": machine},
                    "Name": name,
                    "Id": self._engine.streams.hex(64, "network", machine, name, number),
                    "Created": self._engine.timestamp_nano(),
                    "Scope": "local",
                    "Driver": driver,
                    "EnableIPv4": True,
                    "EnableIPv6": False,
                    "IPAM": {"Driver": "default", "Options": None, "Config": pools},
                    "Internal": internal,
                    "Attachable": attachable,
                    "Ingress": False,
                    "ConfigFrom": {"Network": ""},
                    "ConfigOnly": False,
                    "Containers": {},
                    "Options": options,
                    "Labels": labels,
                    "drydock": {"configured": configured},
                }
            )
        except AlreadyExists as error:  # pragma: no cover - checked before
            raise DockerError(409, f"network with name {name} already exists") from error

    def _pool(self, machine: str, asked: dict[str, str]) -> dict[str, str]:
        """Give the asked subnet, or the next one that overlaps no other."""
        used = [
            ipaddress.ip_network(row["Subnet"])
            for network in self.all(machine)
            for row in network["IPAM"]["Config"] or []
        ]
        if asked.get("Subnet"):
            try:
                subnet = ipaddress.ip_network(asked["Subnet"])
            except ValueError as error:
                raise DockerError(400, f"invalid subnet {asked['Subnet']}: {error}") from error
            if any(subnet.overlaps(other) for other in used):
                raise DockerError(
                    403, "invalid pool request: Pool overlaps with other one on this address space"
                )
        else:
            pools = [f"172.{n}.0.0/16" for n in range(18, 32)]
            pools += [f"192.168.{n}.0/20" for n in range(0, 256, 16)]
            free = (ipaddress.ip_network(text) for text in pools)
            found = next((p for p in free if not any(p.overlaps(u) for u in used)), None)
            if found is None:
                raise DockerError(500, "all predefined address pools have been fully subnetted")
            subnet = found
        return {"Subnet": str(subnet), "Gateway": asked.get("Gateway") or str(subnet[1])}

    # Endpoints

    def connect(self, container: Object, ref: str, endpoint: dict[str, Any]) -> dict[str, Any]:
        """Give a container an address in a network; answers its row of `Networks`."""
        machine, key = container["metadata"]["namespace"], container["Id"]
        network = self.need(machine, ref)
        name = container["Name"].lstrip("/")
        wrong = _complaint(network, (endpoint.get("IPAMConfig") or {}).get("IPv4Address"))
        if wrong:
            raise DockerError(400, f"invalid config for network {network['Name']}: invalid "
                              f"endpoint settings:\n{wrong}")  # fmt: skip
        subnet = ((network["IPAM"]["Config"] or [{}])[0]).get("Subnet")
        address, length, gateway = "", 0, ""
        if subnet:
            pool = ipaddress.ip_network(subnet)
            wish = (endpoint.get("IPAMConfig") or {}).get("IPv4Address")
            address = self._address(machine, network, pool, wish)
            length, gateway = pool.prefixlen, network["IPAM"]["Config"][0]["Gateway"]
        mac = _mac(address)
        number = self._count(machine, "endpoints")
        endpoint_id = self._engine.streams.hex(64, "endpoint", machine, key, number)
        row = {
            "IPAMConfig": endpoint.get("IPAMConfig"),
            "Links": None,
            "Aliases": endpoint.get("Aliases"),
            "MacAddress": mac,
            "DriverOpts": None,
            "GwPriority": 0,
            "NetworkID": network["Id"],
            "EndpointID": endpoint_id,
            "Gateway": gateway,
            "IPAddress": address,
            "IPPrefixLen": length,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "DNSNames": self._dns_names(container, network, endpoint),
        }

        def edit(fresh: Object) -> None:
            fresh["Containers"][key] = {
                "Name": name,
                "EndpointID": endpoint_id,
                "MacAddress": mac,
                "IPv4Address": f"{address}/{length}" if address else "",
                "IPv6Address": "",
            }

        self._store.change("Network", machine, network["Name"], edit)
        self._engine.docker.events.network(machine, network, "connect", container)
        return row

    def disconnect(self, container: Object) -> None:
        """Give back all addresses of a container that has stopped."""
        for name in container["NetworkSettings"]["Networks"]:
            self.leave(container, name)

    def leave(self, container: Object, name: str) -> None:
        """Take a container out of one network."""
        machine, key = container["metadata"]["namespace"], container["Id"]
        network = self._store.get("Network", machine, name)
        if network is not None and key in network["Containers"]:
            self._store.change("Network", machine, name, lambda n: n["Containers"].pop(key))
            self._engine.docker.events.network(machine, network, "disconnect", container)

    def resolve(self, container: Object, name: str) -> list[str]:
        """Answer a name as Docker's DNS does inside a container: only on user-defined networks."""
        machine = container["metadata"]["namespace"]
        found = []
        links = [str(row).partition(":") for row in container["HostConfig"].get("Links") or []]
        name = next((other for other, _, alias in links if alias == name), name)
        for network in sorted(container["NetworkSettings"]["Networks"]):
            if network in PREDEFINED:
                continue
            stored = self._store.get("Network", machine, network)
            for key in sorted(stored["Containers"]) if stored else []:
                other = self._store.get("Container", machine, key)
                row = other["NetworkSettings"]["Networks"].get(network) if other else None
                if row and name in (row.get("DNSNames") or []) and row["IPAddress"]:
                    found.append(row["IPAddress"])
        return found

    def by_address(self, machine: str, address: str) -> str | None:
        """Name the container (id) that has an address in one of a host's networks."""
        for network in self.all(machine):
            for key, row in sorted(network["Containers"].items()):
                if row["IPv4Address"].partition("/")[0] == address:
                    return str(key)
        return None

    def _dns_names(
        self, container: Object, network: Object, endpoint: dict[str, Any]
    ) -> list[str] | None:
        if network["Name"] in PREDEFINED:
            return None
        names = [container["Name"].lstrip("/"), *(endpoint.get("Aliases") or [])]
        names += [container["Id"][:12], container["Config"]["Hostname"]]
        return list(dict.fromkeys(name for name in names if name))

    def _address(self, machine: str, network: Object, pool: Any, wish: str | None) -> str:
        """Give the wished address, or the next free one after the last that was given."""
        used = {row["IPv4Address"].partition("/")[0] for row in network["Containers"].values()}
        used.add(network["IPAM"]["Config"][0]["Gateway"])
        if wish:
            if wish in used:
                raise DockerError(403, "Address already in use")
            return wish
        for number in range(2, pool.num_addresses - 1):
            if str(pool[number]) not in used:
                return str(pool[number])
        raise DockerError(500, "no available IPv4 addresses on this network's address pools")

    # Host ports

    def publish(self, container: Object) -> dict[str, Any]:
        """Take the host ports that a container asks for; answers `NetworkSettings.Ports`."""
        machine, key = container["metadata"]["namespace"], container["Id"]
        taken = self._row(machine)["ports"]
        ports: dict[str, Any] = {}
        exposed = container["Config"].get("ExposedPorts") or {}
        bindings = container["HostConfig"]["PortBindings"] or {}
        everything = container["HostConfig"].get("PublishAllPorts")
        try:
            for port in sorted({**exposed, **bindings}, key=lambda p: (int(p.split("/")[0]), p)):
                wishes = bindings.get(port)
                if wishes is None and everything:
                    wishes = [{"HostIp": "", "HostPort": ""}]
                ports[port] = None if not wishes else []
                for wish in wishes or []:
                    ports[port] += self._bind(container, port, wish, taken, key)
        except DockerError:
            self.unpublish(machine, key)
            raise
        return ports

    def _bind(
        self, container: Object, port: str, wish: dict[str, str], taken: dict[str, str], key: str
    ) -> list[dict[str, str]]:
        protocol = port.partition("/")[2] or "tcp"
        address = wish.get("HostIp") or "0.0.0.0"
        low, _, high = (wish.get("HostPort") or "0").partition("-")
        number, last = int(low), int(high or low)
        choice = range(number, last + 1) if number else range(*EPHEMERAL)
        free = next((n for n in choice if not _clash(taken, address, n, protocol)), None)
        if free is not None:
            number = free
        else:
            why = (
                f"Bind for {address}:{number} failed: port is already allocated"
                if last == number else "all ports are allocated"
            )  # fmt: skip
            name = container["Name"].lstrip("/")
            endpoint = self._engine.streams.hex(64, "endpoint", key, port)
            raise DockerError(
                500,
                "failed to set up container networking: driver failed programming external "
                f"connectivity on endpoint {name} ({endpoint}): {why}",
            )
        taken[f"{address}:{number}/{protocol}"] = key
        rows = [{"HostIp": address, "HostPort": str(number)}]
        if not wish.get("HostIp"):
            rows.append({"HostIp": "::", "HostPort": str(number)})
        return rows

    def unpublish(self, machine: str, key: str) -> None:
        """Give back the host ports of a container."""
        taken = self._ports(machine)
        for place in [place for place, owner in taken.items() if owner == key]:
            del taken[place]

    def published(self, machine: str, port: int, protocol: str = "tcp") -> list[Any] | None:
        """Say who answers on a host port: [container id, its port]; None for nobody."""
        taken = self._ports(machine)
        for place in (f"0.0.0.0:{port}/{protocol}", f"127.0.0.1:{port}/{protocol}"):
            owner = taken.get(place)
            container = self._store.get("Container", machine, owner) if owner else None
            ports = container["NetworkSettings"]["Ports"] if container else {}
            for inside, rows in ports.items():
                if any(row["HostPort"] == str(port) for row in rows or []):
                    return [owner, int(inside.partition("/")[0])]
        return None

    def _ports(self, machine: str) -> dict[str, str]:
        row = self._table.get(machine)
        return row["ports"] if row is not None else {}

    def _row(self, machine: str) -> dict[str, Any]:
        fresh = {"networks": 0, "endpoints": 0, "ports": {}}
        return self._table.setdefault(machine, fresh)  # type: ignore[no-any-return]

    def _count(self, machine: str, what: str) -> int:
        row = self._row(machine)
        row[what] += 1
        return int(row[what])


def _clash(taken: dict[str, str], address: str, port: int, protocol: str) -> bool:
    if address == "0.0.0.0":
        return any(place.endswith(f":{port}/{protocol}") for place in taken)
    return f"{address}:{port}/{protocol}" in taken or f"0.0.0.0:{port}/{protocol}" in taken


def _mac(address: str) -> str:
    """Give the hardware address: 28.x draws it; here it is made from the IPv4 address."""
    if not address:
        return ""
    return "02:42:" + ":".join(f"{int(part):02x}" for part in address.split("."))


def _complaint(network: Object, wish: str | None) -> str:
    """Say why a container may not have an address of its choice in a network; "" if it may.

    Source: moby daemon/container_operations.go, validateEndpointSettings.
    """
    if not wish:
        return ""
    if network["Name"] in PREDEFINED:
        return "user specified IP address is supported on user defined networks only"
    if not network["drydock"]["configured"]:
        return ("user specified IP address is supported only when connecting to networks with user "
                "configured subnets")  # fmt: skip
    subnet = ipaddress.ip_network(network["IPAM"]["Config"][0]["Subnet"])
    try:
        inside = ipaddress.ip_address(wish) in subnet
    except ValueError:
        return f"invalid IPv4 address: {wish}"
    return "" if inside else f"no configured subnet contains IP address {wish}"
