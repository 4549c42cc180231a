"""kube-proxy: on every node, the rules that turn a service's address into one of its endpoints.

A node's rules follow the store with a delay: kube-proxy gathers changes and writes rules at most
about once a second (--iptables-min-sync-period), and each node's watch and write take their time.
Until then its connections go where the endpoints were: to a pod that has just ended, for example.

Table "proxy": {"old": {"ns/name": [[run, rule]...]}: rules as they were until that run reached a
node; "order": [[run, "ns/name"]...] to tidy up, oldest first; "run": when the last run was or will
be; "credit": pause saved up for runs in a row; "cut": {node: since}; "turns": {place: count}}.
Rules as they are now are not in the table: they follow from the store.

Sources: pkg/util/async/bounded_frequency_runner.go (burst 2) and cmd/kube-proxy, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object
from simulator.timing import MS, SECOND

from .rules import Backend, Rule, candidates, external_addresses, rule_of, service_of

if TYPE_CHECKING:
    from simulator.engine import Engine

MIN_SYNC_US = 1 * SECOND
"""--iptables-min-sync-period and --ipvs-min-sync-period."""
BURST = 2
"""Runs that may follow each other at once after a quiet time."""
LEAST_US, SPREAD_US = 15 * MS, 120 * MS
"""From a run to changed rules on a node: the watch's latency and iptables-restore (assumed)."""
ZONE_LABEL = "topology.kubernetes.io/zone"


class Proxy:
    """The kube-proxies of all nodes.

    # Simplified: The kube-proxies of all nodes count their least pause from the same moments.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        cluster = engine.scenario.data.get("cluster") or {}
        self.mode: str = cluster.get("proxyMode") or "iptables"
        self.state: dict[str, Any] = engine.table("proxy")
        for key, empty in (("old", {}), ("order", []), ("cut", {}), ("turns", {})):
            self.state.setdefault(key, empty)
        self.state.setdefault("run", -MIN_SYNC_US)
        self.state.setdefault("credit", BURST * MIN_SYNC_US)
        self._affinity: dict[str, Any] = engine.table("affinity")
        self._luck = engine.streams.stream("proxy")
        self._rules: dict[str, Rule] = {}
        self._delays: dict[str, int] = {}
        self._node_ports: dict[int, tuple[str, int]] | None = None
        self._addresses: dict[str, tuple[str, bool]] | None = None
        self._store.index("EndpointSlice", "service", lambda piece: [service_of(piece)])
        self._store.watch("EndpointSlice", self._slice_changed)
        self._store.watch("Service", self._service_changed)

    # Looking services up

    def by_address(self, address: str) -> tuple[str, bool] | None:
        """Find (service, whether the address is one for outside) by an address."""
        if self._addresses is None:
            self._addresses = {}
            for service in self._store.list("Service"):
                key = _key(service)
                self._addresses |= dict.fromkeys(external_addresses(service), (key, True))
                ip = (service.get("spec") or {}).get("clusterIP")
                if ip and ip != "None":
                    self._addresses[ip] = (key, False)
        return self._addresses.get(address)

    def by_node_port(self, port: int) -> tuple[str, int] | None:
        """Find (service, its own port) by a node port."""
        if self._node_ports is None:
            self._node_ports = {}
            for service in self._store.list("Service"):
                for one in (service.get("spec") or {}).get("ports") or ():
                    if one.get("nodePort"):
                        self._node_ports[one["nodePort"]] = (_key(service), one["port"])
        return self._node_ports.get(port)

    # Rules

    def rule(self, key: str) -> Rule | None:
        """Give the rule that follows from the store as it is now; None without such a service."""
        found = self._rules.get(key)
        if found is None:
            namespace, _, name = key.partition("/")
            service = self._store.get("Service", namespace, name)
            if service is None:
                return None
            slices = self._store.by("EndpointSlice", "service", key)
            found = self._rules[key] = rule_of(service, slices)
        return found

    def on_node(self, key: str, node: str) -> Rule | None:
        """Give the rule that a node has; {} stands for one that it has not written yet."""
        for run, rule in self.state["old"].get(key, ()):
            if not self._has_run(node, run):
                return rule  # type: ignore[no-any-return]
        return self.rule(key)

    def is_settled(self, key: str) -> bool:
        """Say whether all nodes have the newest rule of a service."""
        rows = self.state["old"].get(key)
        if not rows:
            return True
        late = rows[-1][0] + LEAST_US + SPREAD_US
        return bool(not self.state["cut"] and self._engine.now_us >= late)

    def candidates(
        self, rule: Rule, row: dict[str, Any], node: str, policy: str
    ) -> tuple[list[Backend], str | None]:
        """Give the endpoints that a node balances over, or an error."""
        found = self._store.get("Node", "", node)
        zone = (found["metadata"].get("labels") or {}).get(ZONE_LABEL) if found else None
        return candidates(rule, row, node, zone, policy)

    def _has_run(self, node: str, run: int) -> bool:
        now = self._engine.now_us
        since = self.state["cut"].get(node)
        if since is not None:
            now = min(now, since)
        return now >= run + self._delay_us(node, run)

    def _delay_us(self, node: str, run: int) -> int:
        """Give how long after a run a node has the new rules: its own luck, drawn once."""
        name = f"{node} {run}"
        found = self._delays.get(name)
        if found is None:
            if len(self._delays) > 4096:  # only a cache
                self._delays.clear()
            luck = int(self._engine.streams.hex(8, "kube-proxy", node, run), 16)
            found = self._delays[name] = LEAST_US + luck % SPREAD_US
        return found

    # Choosing

    def choose(self, place: str, count: int) -> int:
        """Choose one of `count` endpoints for a new connection.   place: node, service, port.

        iptables: each with the same chance. ipvs: one after the other (its scheduler rr).
        """
        if count == 1:
            return 0
        if self.mode == "ipvs":
            turn = int(self.state["turns"].get(place, -1)) + 1
            self.state["turns"][place] = turn
            return turn % count
        return self._luck.below(count)

    def sticky(self, rule: Rule, place: str, client: str, backends: list[Backend]) -> int:
        """Choose for a client whom session affinity keeps at its endpoint."""
        key, now = f"{rule['uid']}/{client}", self._engine.now_us
        kept = self._affinity.get(key)
        if kept is not None and now - kept[1] < rule["affinityS"] * SECOND:
            for index, one in enumerate(backends):
                if one["ip"] == kept[0]:
                    self._affinity[key] = [kept[0], now]
                    return index
        index = self.choose(place, len(backends))
        self._affinity[key] = [backends[index]["ip"], now]
        return index

    # Changes

    def cut_changed(self, node: str, is_cut: bool) -> None:
        """A node that hears nothing of the API server keeps the rules that it has."""
        now = self._engine.now_us
        if is_cut:
            self.state["cut"].setdefault(node, now)
        elif self.state["cut"].pop(node, None) is not None:
            due = max(now, int(self.state["run"]))
            self.state["order"] += [[due, key] for key in self.state["old"]]

    def _slice_changed(self, change: str, piece: Object, old: Object | None) -> None:
        for key in dict.fromkeys([service_of(piece), service_of(old) if old else ""]):
            if key:
                self._supersede(key, self._before(key, piece, old))
        self._rules.pop(service_of(piece), None)

    def _before(self, key: str, piece: Object, old: Object | None) -> Rule:
        """Give a service's rule as it was before one of its slices changed."""
        found = self._rules.pop(key, None)
        if found is not None:
            return found
        namespace, _, name = key.partition("/")
        service = self._store.get("Service", namespace, name)
        if service is None:
            return {}
        slices = {p["metadata"]["name"]: p for p in self._store.by("EndpointSlice", "service", key)}
        slices.pop(piece["metadata"]["name"], None)
        if old is not None and service_of(old) == key:
            slices[old["metadata"]["name"]] = old
        return rule_of(service, [slices[one] for one in sorted(slices)])

    def _service_changed(self, change: str, service: Object, old: Object | None) -> None:
        key = _key(service)
        self._node_ports = self._addresses = None
        before: Rule = self._rules.pop(key, {})
        if not before and old is not None:
            before = rule_of(old, self._store.by("EndpointSlice", "service", key))
        if old is None or not _same(service, old) or change == "DELETED":
            self._supersede(key, before)

    def _supersede(self, key: str, before: Rule) -> None:
        """Keep a rule for the nodes that have not heard of its change."""
        now = self._engine.now_us
        self._forget(now - LEAST_US - SPREAD_US)
        run = self._next_run(now)
        rows: list[list[Any]] = self.state["old"].setdefault(key, [])
        if rows and rows[-1][0] == run:
            return  # what lies between two changes of one run is never seen
        rows.append([run, before])
        self.state["order"].append([run, key])

    def _next_run(self, now: int) -> int:
        """Give when the rules are written next: at once, or when the least pause has passed."""
        last = int(self.state["run"])
        if last > now:
            return last
        credit = min(BURST * MIN_SYNC_US, int(self.state["credit"]) + now - last)
        wait = max(0, MIN_SYNC_US - credit)
        self.state["credit"] = max(0, credit - MIN_SYNC_US)
        self.state["run"] = now + wait
        return now + wait

    def _forget(self, until: int) -> None:
        """Drop the rules from before `until` that no node has any more."""
        order, old = self.state["order"], self.state["old"]
        while order and order[0][0] < until:
            _, key = order.pop(0)
            rows: list[list[Any]] = old.get(key) or []
            kept = [self._first_unseen(rows, node) for node in self.state["cut"]]
            rows = [row for n, row in enumerate(rows) if row[0] >= until or n in kept]
            if rows:
                old[key] = rows
            else:
                old.pop(key, None)

    def _first_unseen(self, rows: list[list[Any]], node: str) -> int:
        return next((n for n, row in enumerate(rows) if not self._has_run(node, row[0])), -1)


def _key(obj: Object) -> str:
    return f"{obj['metadata']['namespace']}/{obj['metadata']['name']}"


def _same(service: Object, old: Object) -> bool:
    """Say whether nothing changed that kube-proxy looks at."""
    return bool(
        service.get("spec") == old.get("spec") and service.get("status") == old.get("status")
    )
