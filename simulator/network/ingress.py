"""Ingress: which service a request is for, by its host and path, as ingress-nginx decides it.

Host: the exact one, else a wildcard of one label, else rules without a host. Path: Exact before
the longest Prefix, which counts whole elements; ImplementationSpecific is a plain prefix of the
text. Nothing fits: the default backend, and without one the controller answers 404.

Sources: networking.k8s.io/v1 (IngressRule, HTTPIngressPath), v1.32; ingress-nginx 1.12 for what is
specific to an implementation, its annotations and its retries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get
from simulator.timing import SECOND

from .route import Route, Source

if TYPE_CHECKING:
    from simulator.engine import Engine

    from .resolve import Network

CONTROLLER = "k8s.io/ingress-nginx"
NAMESPACE, NAME = "ingress-nginx", "ingress-nginx-controller"
DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"
OLD_CLASS = "kubernetes.io/ingress.class"
ANNOTATION = "nginx.ingress.kubernetes.io/"
TRIES = 3
"""proxy-next-upstream-tries: endpoints that are tried when one does not answer."""
CONNECT_US = 5 * SECOND
"""proxy-connect-timeout."""


@dataclass(slots=True)
class Match:
    """The backend of a request: a service's port, and the path to ask it for."""

    ingress: str
    service: str
    port: int | str
    path: str


@dataclass(slots=True)
class Forward:
    """What an ingress controller does with a request: an answer of its own, or a route.

    status: 0 when a backend answers. waited_us: time lost with endpoints that did not.
    """

    status: int = 0
    route: Route | None = None
    path: str = "/"
    waited_us: int = 0


class Ingresses:
    """The Ingresses of class nginx.   Table "ingress": {"turns": {place: count}}."""

    def __init__(self, engine: Engine, network: Network) -> None:
        self._store = engine.store
        self._network = network
        self.state: dict[str, Any] = engine.table("ingress")
        self.state.setdefault("turns", {})
        self._rows: list[Object] | None = None
        for kind in ("Ingress", "IngressClass"):
            engine.store.watch(kind, self._forget)

    def mine(self) -> list[Object]:
        """Give the Ingresses that the controller serves, oldest first."""
        if self._rows is None:
            classes = [
                one
                for one in self._store.list("IngressClass")
                if get(one, "spec", "controller") == CONTROLLER
            ]
            names = {one["metadata"]["name"]: is_default(one) for one in classes}
            rows = [one for one in self._store.list("Ingress") if _is_of(one, names)]
            rows.sort(key=_age)
            self._rows = rows
        return self._rows

    def match(self, host: str, path: str) -> Match | None:
        """Find the backend for a host and a path; None when no rule and no default fits."""
        host = host.partition(":")[0].lower()
        path = path.partition("?")[0] or "/"
        for fits in (_same_host, _wildcard_host, _no_host):
            rows = [
                (ingress, one)
                for ingress in self.mine()
                for rule in get(ingress, "spec", "rules") or ()
                if fits(str(rule.get("host") or ""), host)
                for one in get(rule, "http", "paths") or ()
            ]
            found = _best(rows, path)
            if found is not None:
                return found
            if rows:
                return self._default([ingress for ingress, _ in rows], path)
        return self._default(self.mine(), path)

    def forward(self, source: Source, request: dict[str, Any]) -> Forward:
        """Route a request {"host", "path"} on from the controller's container."""
        match = self.match(str(request.get("host") or ""), str(request.get("path") or "/"))
        if match is None:
            return Forward(404)
        key = match.service
        if self._store.get("Service", *key.split("/", 1)) is None:
            return Forward(503, Route("refused", places=[f"service/{key}"]))
        waited, route = 0, Route("refused", places=[f"service/{key}"])
        for _ in range(TRIES):
            route = self._endpoint(source, match)
            if route.error is None:
                return Forward(0, route, match.path, waited)
            if route.error == "timeout":
                waited += CONNECT_US
            elif route.machine is None:
                return Forward(503, route)  # it has no endpoints at all
        return Forward(504 if route.error == "timeout" else 502, route, match.path, waited)

    def turn(self, place: str, count: int) -> int:
        """Choose the next endpoint in turn: the controller's load-balance: round_robin."""
        turn = int(self.state["turns"].get(place, -1)) + 1
        self.state["turns"][place] = turn
        return turn % count

    def _endpoint(self, source: Source, match: Match) -> Route:
        namespace, _, name = match.service.partition("/")
        service = self._store.get("Service", namespace, name)
        if get(service, "spec", "type") == "ExternalName":
            port = match.port if isinstance(match.port, int) else 80
            return self._network.connect(source, str(get(service, "spec", "externalName")), port)
        return self._network.to_endpoint(source, match.service, match.port)

    def _default(self, ingresses: list[Object], path: str) -> Match | None:
        for ingress in ingresses:
            backend = get(ingress, "spec", "defaultBackend")
            if backend:
                return _match(ingress, backend, path)
        return None

    def _forget(self, change: str, obj: Object, old: Object | None) -> None:
        self._rows = None


def is_default(ingress_class: Object) -> bool:
    """Say whether an IngressClass is for Ingresses that name none."""
    return bool(get(ingress_class, "metadata", "annotations", DEFAULT_CLASS) == "true")


def _is_of(ingress: Object, classes: dict[str, bool]) -> bool:
    name = get(ingress, "spec", "ingressClassName")
    name = name or get(ingress, "metadata", "annotations", OLD_CLASS)
    return name in classes if name else any(classes.values())


def _age(ingress: Object) -> tuple[str, str, str]:
    meta = ingress["metadata"]
    return meta.get("creationTimestamp") or "", meta["namespace"], meta["name"]


def _same_host(rule: str, host: str) -> bool:
    return bool(rule) and rule == host


def _wildcard_host(rule: str, host: str) -> bool:
    first, dot, rest = host.partition(".")
    return rule.startswith("*.") and bool(first and dot) and rule[2:] == rest


def _no_host(rule: str, host: str) -> bool:
    return not rule


def _best(rows: list[tuple[Object, Object]], path: str) -> Match | None:
    """Choose among the paths of one host: exact ones, then by length; patterns if any has them."""
    patterns = any(_has_patterns(ingress) for ingress, _ in rows)
    fitting = []
    for ingress, row in rows:
        kind, text = row.get("pathType") or "ImplementationSpecific", str(row.get("path") or "/")
        found = re.match(text, path, re.IGNORECASE) if patterns and kind != "Exact" else None
        plain = not patterns or kind == "Exact"
        if found or (plain and fits_path(kind, text, path)):
            fitting.append((kind == "Exact", len(text), ingress, row, found))
    if not fitting:
        return None
    _, _, ingress, row, found = max(fitting, key=lambda one: one[:2])
    target = get(ingress, "metadata", "annotations", ANNOTATION + "rewrite-target")
    if target:
        path = found.expand(re.sub(r"\$(\d)", r"\\\1", target)) if found else str(target)
    return _match(ingress, row["backend"], path)


def _has_patterns(ingress: Object) -> bool:
    annotations = get(ingress, "metadata", "annotations") or {}
    return annotations.get(ANNOTATION + "use-regex") == "true" or bool(
        annotations.get(ANNOTATION + "rewrite-target")
    )


def fits_path(kind: str, rule: str, path: str) -> bool:
    """Say whether a path fits a rule's path of a type."""
    if kind == "Exact":
        return path == rule
    if kind == "Prefix":
        prefix = rule.rstrip("/")
        return path == prefix or path.startswith(prefix + "/") or not prefix
    return path.startswith(rule)


def _match(ingress: Object, backend: Object, path: str) -> Match:
    meta = ingress["metadata"]
    service = backend.get("service") or {}
    port = service.get("port") or {}
    key = f"{meta['namespace']}/{service.get('name') or ''}"
    number: int | str = port.get("number") or port.get("name") or 80
    return Match(f"{meta['namespace']}/{meta['name']}", key, number, path)
