"""kubectl top: what nodes and pods use.   Source: kubectl v0.32 pkg/cmd/top."""

from __future__ import annotations

import re

from simulator.kubernetes.api.kinds import builtin
from simulator.kubernetes.api.quantity import bytes_of, milli_cpu
from simulator.kubernetes.api.status import StatusError
from simulator.plain import get

from .errors import KubectlError
from .session import Session
from .tabwriter import table


def _check(session: Session) -> None:
    """Refuse where the cluster has no metrics-server."""
    session.check_server()
    cluster = session.engine.scenario.data.get("cluster") or {}
    if "metrics-server" not in (cluster.get("addons") or ()):
        raise KubectlError("Metrics API not available")


def top_node(session: Session) -> int:
    """Show what nodes use."""
    _check(session)
    names = session.args
    nodes = [session.api.get("Node", "", n) for n in names] or session.select(builtin("Node"))
    rows = []
    for node in nodes:
        name = node["metadata"]["name"]
        used = session.engine.metrics.node_usage(name)
        if used is None:
            if names:
                raise StatusError(404, "NotFound", f'nodemetrics.metrics.k8s.io "{name}" not found')
            rows.append([name, "<unknown>", "<unknown>", "<unknown>", "<unknown>"])
            continue
        allocatable = get(node, "status", "allocatable", default={})
        cpu, memory = milli_cpu(allocatable.get("cpu")), bytes_of(allocatable.get("memory"))
        rows.append(
            [
                name,
                f"{used['cpu_milli']}m",
                f"{used['cpu_milli'] * 100 // cpu if cpu else 0}%",
                f"{used['memory_bytes'] >> 20}Mi",
                f"{used['memory_bytes'] * 100 // memory if memory else 0}%",
            ]
        )
    if all(row[1] == "<unknown>" for row in rows):
        raise KubectlError("metrics not available yet")
    head = ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"]
    session.out(
        table(([] if session.flag("no-headers") else [head]) + _sorted(session, rows, 1, 3))
    )
    return 0


def top_pod(session: Session) -> int:
    """Show what pods use."""
    _check(session)
    everywhere = bool(session.flag("all-namespaces"))
    row = builtin("Pod")
    named = session.args[:1]
    pods = [session.get(row, name) for name in named] or session.select(row, everywhere)
    if not pods:
        session.err(
            "No resources found\n"
            if everywhere
            else f"No resources found in {session.namespace} namespace.\n"
        )
        return 0
    rows = []
    for pod in pods:
        meta = pod["metadata"]
        used = session.engine.metrics.pod_usage(meta["namespace"], meta["name"])
        if used is None:
            continue
        each = used["containers"] if session.flag("containers") else {"": used}
        for name, one in each.items():
            cells = [meta["name"], *([name] if name else [])]
            cells += [f"{one['cpu_milli']}m", f"{one['memory_bytes'] >> 20}Mi"]
            rows.append([meta["namespace"], *cells] if everywhere else cells)
    if not rows:
        if session.args:
            name = f"{pods[0]['metadata']['namespace']}/{pods[0]['metadata']['name']}"
            raise StatusError(404, "NotFound", f'podmetrics.metrics.k8s.io "{name}" not found')
        raise KubectlError(
            "Metrics not available for pod "
            + (
                f"{pods[0]['metadata']['namespace']}/{pods[0]['metadata']['name']}, "
                f"age: {session.clock.age(pods[0])}"
            )
        )
    head = ["POD" if session.flag("containers") else "NAME", "CPU(cores)", "MEMORY(bytes)"]
    if session.flag("containers"):
        head.insert(1, "NAME")
    head = ["NAMESPACE", *head] if everywhere else head
    session.out(
        table(([] if session.flag("no-headers") else [head]) + _sorted(session, rows, -2, -1))
    )
    return 0


def _sorted(session: Session, rows: list[list[str]], cpu: int, memory: int) -> list[list[str]]:
    by = session.flag("sort-by")
    if not by:
        return rows
    if by not in ("cpu", "memory"):
        raise KubectlError("--sort-by accepts only cpu or memory")
    column = cpu if by == "cpu" else memory
    return sorted(rows, key=lambda row: -int(re.sub(r"\D", "", row[column]) or 0))
