"""The objects of metrics.k8s.io, which metrics-server makes of its last sample.

Source: sigs.k8s.io/metrics-server pkg/api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object
from simulator.timing import SECOND

from . import status
from .kinds import Kind

if TYPE_CHECKING:
    from simulator.engine import Engine

GROUP = "metrics.k8s.io"


def objects(engine: Engine, row: Kind, namespace: str | None) -> list[Object]:
    """Give the NodeMetrics or PodMetrics; ServiceUnavailable without a metrics-server."""
    cluster = engine.scenario.data.get("cluster") or {}
    if "metrics-server" not in (cluster.get("addons") or ()):
        raise status.StatusError(
            503, "ServiceUnavailable", "the server is currently unable to handle the request"
        )
    if row.kind == "NodeMetrics":
        names = [node["metadata"] for node in engine.store.list("Node")]
        found = [(meta, engine.metrics.node_usage(meta["name"])) for meta in names]
        return [{**_head(engine, row, meta, used), "usage": _usage(used)}
                for meta, used in found if used]  # fmt: skip
    pods = [pod["metadata"] for pod in engine.store.list("Pod", namespace)]
    seen = [(meta, engine.metrics.pod_usage(meta["namespace"], meta["name"])) for meta in pods]
    return [
        {
            **_head(engine, row, meta, used),
            "containers": [
                {"name": name, "usage": _usage(one)} for name, one in used["containers"].items()
            ],
        }
        for meta, used in seen
        if used
    ]


def one(engine: Engine, row: Kind, namespace: str | None, name: str) -> Object:
    """Give one of them; NotFound."""
    found = [o for o in objects(engine, row, namespace) if o["metadata"]["name"] == name]
    if not found:
        shown = f"{namespace}/{name}" if row.namespaced else name
        text = f'{row.kind.lower()}.{GROUP} "{shown}" not found'
        raise status.NotFoundError(404, "NotFound", text)
    return found[0]


def _head(engine: Engine, row: Kind, meta: Object, used: dict[str, Any]) -> dict[str, Any]:
    kept = {key: meta[key] for key in ("name", "namespace", "labels") if key in meta}
    return {
        "kind": row.kind,
        "apiVersion": row.api_version,
        "metadata": {**kept, "creationTimestamp": engine.timestamp()},
        "timestamp": engine.timestamp(used["at_us"]),
        "window": f"{used.get('window_us', 15 * SECOND) / SECOND:g}s",
    }


def _usage(used: dict[str, Any]) -> dict[str, str]:
    return {"cpu": f"{used['cpu_milli'] * 10**6}n", "memory": f"{used['memory_bytes'] >> 10}Ki"}
