"""API priority and fairness: the levels and schemas that every cluster has.

Source: k8s.io/apiserver pkg/apis/flowcontrol/bootstrap/default.go, v1.32.
# Simplified: Requests do not wait for each other, so that flow schemas only say what they would do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

API = "flowcontrol.apiserver.k8s.io/v1"
LEVELS = (
    # name, shares, lendable percent, queues, hand size, queue length (0: Reject)
    ("catch-all", 5, 0, 0, 0, 0),
    ("global-default", 20, 50, 128, 6, 50),
    ("leader-election", 10, 0, 16, 4, 50),
    ("node-high", 40, 25, 64, 6, 50),
    ("system", 30, 33, 64, 6, 50),
    ("workload-high", 40, 50, 128, 6, 50),
    ("workload-low", 100, 90, 128, 6, 50),
)
_EVERYONE = ("system:unauthenticated", "system:authenticated")
_CONTROL_PLANE = ("endpoint-controller", "endpointslice-controller",
                  "endpointslicemirroring-controller")  # fmt: skip
SCHEMAS: tuple[tuple[str, str, int, str, list[Object]], ...] = (
    # name, level, precedence, distinguisher, subjects
    ("exempt", "exempt", 1, "", [{"kind": "Group", "group": {"name": "system:masters"}}]),
    ("probes", "exempt", 2, "", [{"kind": "Group", "group": {"name": n}} for n in _EVERYONE]),
    ("system-leader-election", "leader-election", 100, "ByUser",
     [{"kind": "User", "user": {"name": f"system:kube-{n}"}}
      for n in ("controller-manager", "scheduler")]),
    ("endpoint-controller", "workload-high", 150, "ByUser",
     [{"kind": "ServiceAccount", "serviceAccount": {"name": n, "namespace": "kube-system"}}
      for n in _CONTROL_PLANE]),
    ("workload-leader-election", "leader-election", 200, "ByUser",
     [{"kind": "ServiceAccount", "serviceAccount": {"name": "*", "namespace": "kube-system"}}]),
    ("system-node-high", "node-high", 400, "ByUser",
     [{"kind": "Group", "group": {"name": "system:nodes"}}]),
    ("system-nodes", "system", 500, "ByUser",
     [{"kind": "Group", "group": {"name": "system:nodes"}}]),
    ("kube-controller-manager", "workload-high", 800, "ByNamespace",
     [{"kind": "User", "user": {"name": "system:kube-controller-manager"}}]),
    ("kube-scheduler", "workload-high", 800, "ByNamespace",
     [{"kind": "User", "user": {"name": "system:kube-scheduler"}}]),
    ("kube-system-service-accounts", "workload-high", 900, "ByNamespace",
     [{"kind": "ServiceAccount", "serviceAccount": {"name": "*", "namespace": "kube-system"}}]),
    ("service-accounts", "workload-low", 9000, "ByUser",
     [{"kind": "Group", "group": {"name": "system:serviceaccounts"}}]),
    ("global-default", "global-default", 9900, "ByUser",
     [{"kind": "Group", "group": {"name": n}} for n in _EVERYONE]),
    ("catch-all", "catch-all", 10000, "ByUser",
     [{"kind": "Group", "group": {"name": n}} for n in _EVERYONE]),
)  # fmt: skip
EVERYTHING = [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "clusterScope": True,
               "namespaces": ["*"]}]  # fmt: skip
EVERY_URL = [{"verbs": ["*"], "nonResourceURLs": ["*"]}]
PROBES = [{"verbs": ["get"], "nonResourceURLs": ["/healthz", "/readyz", "/livez"]}]


def objects() -> list[Object]:
    """Give what a new cluster has."""
    exempt = {"type": "Exempt", "exempt": {"lendablePercent": 0, "nominalConcurrencyShares": 0}}
    made = [_object("PriorityLevelConfiguration", "exempt", exempt)]
    for name, shares, lends, queues, hand, length in LEVELS:
        response: Object = {"type": "Reject"}
        if queues:
            queuing = {"queues": queues, "handSize": hand, "queueLengthLimit": length}
            response = {"type": "Queue", "queuing": queuing}
        limited = {
            "nominalConcurrencyShares": shares, "lendablePercent": lends, "limitResponse": response,
        }  # fmt: skip
        level = {"type": "Limited", "limited": limited}
        made.append(_object("PriorityLevelConfiguration", name, level))
    for name, level_name, precedence, way, subjects in SCHEMAS:
        rule: Object = {"subjects": subjects, "nonResourceRules": EVERY_URL}
        if name == "probes":
            rule["nonResourceRules"] = PROBES
        else:
            rule["resourceRules"] = EVERYTHING
        spec: Object = {
            "matchingPrecedence": precedence,
            "priorityLevelConfiguration": {"name": level_name},
            "rules": [rule],
        }
        if way:
            spec["distinguisherMethod"] = {"type": way}
        made.append(_object("FlowSchema", name, spec))
    return made


def _object(kind: str, name: str, spec: dict[str, Any]) -> Object:
    note = {"apf.kubernetes.io/autoupdate-spec": "true"}
    meta = {"name": name, "annotations": note}
    return {"apiVersion": API, "kind": kind, "metadata": meta, "spec": spec}


def dangling(engine: Engine, schema: Object) -> Object:
    """Give the condition that says whether a schema's level is there."""
    name = get(schema, "spec", "priorityLevelConfiguration", "name", default="")
    there = engine.store.get("PriorityLevelConfiguration", "", name) is not None
    end = "and it exists" if there else "but there is no such object"
    return {
        "type": "Dangling",
        "status": "False" if there else "True",
        "lastTransitionTime": engine.timestamp(),
        "reason": "Found" if there else "NotFound",
        "message": "This FlowSchema references the PriorityLevelConfiguration object named "
        f'"{name}" {end}',
    }
