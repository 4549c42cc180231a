"""The cells of one object of each kind, narrow columns first, then the wide ones.

Source: kubernetes v1.32 pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from . import selectors
from .podstatus import pod_line

if TYPE_CHECKING:
    from .tables import Clock

Cells = list[str]
NONE, UNSET, UNKNOWN = "<none>", "<unset>", "<unknown>"
ROLE = "node-role.kubernetes.io/"


def name_of(obj: Object) -> str:
    """Give an object's name."""
    return str(obj["metadata"]["name"])


def _number(obj: Object, *path: str) -> str:
    return str(get(obj, *path, default=0))


def yes_or_no(value: Any) -> str:
    """Write a truth in small letters."""
    return "true" if value else "false"


def template_cells(obj: Object, *path: str) -> Cells:
    """Name the containers and images of a template."""
    containers = get(obj, *path, "spec", "containers", default=[])
    return [
        ",".join(c["name"] for c in containers),
        ",".join(c.get("image") or "" for c in containers),
    ]


def selector_text(selector: Any) -> str:
    """Write a LabelSelector on one line; `<none>` for one that selects all or nothing."""
    return str(selectors.of_object(selector)) or NONE if selector else NONE


def labels_text(labels: Any) -> str:
    """Write labels on one line, by key."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or NONE


def pod(obj: Object, clock: Clock) -> Cells:
    """Cells of a Pod."""
    line = pod_line(obj)
    restarts = str(line.restarts)
    if line.restarts and line.last_restart:
        restarts += f" ({clock.since(line.last_restart)} ago)"
    gates = obj["spec"].get("readinessGates") or []
    conditions = {c["type"]: c["status"] for c in get(obj, "status", "conditions", default=[])}
    passed = sum(conditions.get(gate["conditionType"]) == "True" for gate in gates)
    return [
        name_of(obj),
        f"{line.ready}/{line.total}",
        line.status,
        restarts,
        clock.age(obj),
        get(obj, "status", "podIP") or NONE,
        obj["spec"].get("nodeName") or NONE,
        get(obj, "status", "nominatedNodeName") or NONE,
        f"{passed}/{len(gates)}" if gates else NONE,
    ]


def deployment(obj: Object, clock: Clock) -> Cells:
    """Cells of a Deployment."""
    return [
        name_of(obj),
        f"{_number(obj, 'status', 'readyReplicas')}/{_number(obj, 'spec', 'replicas')}",
        _number(obj, "status", "updatedReplicas"),
        _number(obj, "status", "availableReplicas"),
        clock.age(obj),
        *template_cells(obj, "spec", "template"),
        selector_text(obj["spec"].get("selector")),
    ]


def replica_set(obj: Object, clock: Clock) -> Cells:
    """Cells of a ReplicaSet or ReplicationController."""
    selector = obj["spec"].get("selector")
    legacy = obj["kind"] == "ReplicationController"
    return [
        name_of(obj),
        _number(obj, "spec", "replicas"),
        _number(obj, "status", "replicas"),
        _number(obj, "status", "readyReplicas"),
        clock.age(obj),
        *template_cells(obj, "spec", "template"),
        labels_text(selector) if legacy else selector_text(selector),
    ]


def stateful_set(obj: Object, clock: Clock) -> Cells:
    """Cells of a StatefulSet."""
    return [
        name_of(obj),
        f"{_number(obj, 'status', 'readyReplicas')}/{_number(obj, 'spec', 'replicas')}",
        clock.age(obj),
        *template_cells(obj, "spec", "template"),
    ]


def daemon_set(obj: Object, clock: Clock) -> Cells:
    """Cells of a DaemonSet."""
    return [
        name_of(obj),
        _number(obj, "status", "desiredNumberScheduled"),
        _number(obj, "status", "currentNumberScheduled"),
        _number(obj, "status", "numberReady"),
        _number(obj, "status", "updatedNumberScheduled"),
        _number(obj, "status", "numberAvailable"),
        labels_text(get(obj, "spec", "template", "spec", "nodeSelector")),
        clock.age(obj),
        *template_cells(obj, "spec", "template"),
        selector_text(obj["spec"].get("selector")),
    ]


def job(obj: Object, clock: Clock) -> Cells:
    """Cells of a Job."""
    state = obj.get("status") or {}
    done = state.get("succeeded", 0)
    completions, parallelism = obj["spec"].get("completions"), obj["spec"].get("parallelism") or 0
    if completions is not None:
        progress = f"{done}/{completions}"
    else:
        progress = f"{done}/1 of {parallelism}" if parallelism > 1 else f"{done}/1"
    duration = ""
    if state.get("startTime"):
        if state.get("completionTime"):
            duration = clock.between(state["startTime"], state["completionTime"])
        else:
            duration = clock.since(state["startTime"])
    return [
        name_of(obj),
        _job_status(obj),
        progress,
        duration,
        clock.age(obj),
        *template_cells(obj, "spec", "template"),
        selector_text(obj["spec"].get("selector")),
    ]


def _job_status(obj: Object) -> str:
    true = {
        c["type"] for c in get(obj, "status", "conditions", default=[]) if c["status"] == "True"
    }
    if "Complete" in true:
        return "Complete"
    if "Failed" in true:
        return "Failed"
    if obj["metadata"].get("deletionTimestamp"):
        return "Terminating"
    if "Suspended" in true:
        return "Suspended"
    if "FailureTarget" in true:
        return "FailureTarget"
    return "SuccessCriteriaMet" if "SuccessCriteriaMet" in true else "Running"


def cron_job(obj: Object, clock: Clock) -> Cells:
    """Cells of a CronJob."""
    spec = obj["spec"]
    last = get(obj, "status", "lastScheduleTime")
    return [
        name_of(obj),
        str(spec.get("schedule")),
        spec.get("timeZone") or NONE,
        "True" if spec.get("suspend") else "False",
        str(len(get(obj, "status", "active", default=[]))),
        clock.since(last) if last else NONE,
        clock.age(obj),
        *template_cells(obj, "spec", "jobTemplate", "spec", "template"),
        selector_text(get(spec, "jobTemplate", "spec", "selector")),
    ]


def service(obj: Object, clock: Clock) -> Cells:
    """Cells of a Service."""
    spec = obj["spec"]
    return [
        name_of(obj),
        str(spec.get("type")),
        spec.get("clusterIP") or NONE,
        external_address(obj),
        service_ports(spec.get("ports")) or NONE,
        clock.age(obj),
        labels_text(spec.get("selector")),
    ]


def external_address(obj: Object) -> str:
    """Say where a Service is reached from outside."""
    spec = obj["spec"]
    given = ",".join(spec.get("externalIPs") or ())
    if spec.get("type") == "ExternalName":
        return str(spec.get("externalName") or "")
    if spec.get("type") == "LoadBalancer":
        ingress = get(obj, "status", "loadBalancer", "ingress", default=[])
        found = ",".join(one.get("ip") or one.get("hostname") or "" for one in ingress)
        if found and given:
            return f"{found},{given}"
        return found or given or "<pending>"
    return given or NONE


def service_ports(ports: Any) -> str:
    """Write a Service's ports (`80:30080/TCP,443/TCP`)."""
    return ",".join(
        f"{p['port']}:{p['nodePort']}/{p['protocol']}"
        if p.get("nodePort")
        else f"{p['port']}/{p['protocol']}"
        for p in ports or ()
    )


def endpoints(obj: Object, clock: Clock) -> Cells:
    """Cells of an Endpoints object."""
    return [name_of(obj), endpoints_text(obj.get("subsets")), clock.age(obj)]


def endpoints_text(subsets: Any, limit: int = 3) -> str:
    """Write the first addresses of an Endpoints object and how many more there are."""
    found = []
    for subset in subsets or ():
        for port in subset.get("ports") or [{}]:
            for address in subset.get("addresses") or ():
                number = f":{port['port']}" if port.get("port") else ""
                found.append(address["ip"] + number)
    return shortened(found, limit)


def shortened(found: list[str], limit: int = 3) -> str:
    """Join a few texts and say how many more there are."""
    if not found:
        return NONE
    text = ",".join(found[:limit])
    return f"{text} + {len(found) - limit} more..." if len(found) > limit else text


def endpoint_slice(obj: Object, clock: Clock) -> Cells:
    """Cells of an EndpointSlice."""
    ports = [str(p["port"]) if p.get("port") else "*" for p in obj.get("ports") or ()]
    addresses = [
        address for point in obj.get("endpoints") or () for address in point.get("addresses") or ()
    ]
    return [
        name_of(obj),
        str(obj.get("addressType")),
        shortened(ports) if obj.get("ports") else UNSET,
        shortened(addresses) if obj.get("endpoints") else UNSET,
        clock.age(obj),
    ]


def ingress(obj: Object, clock: Clock) -> Cells:
    """Cells of an Ingress."""
    spec = obj["spec"]
    hosts = [rule.get("host") or "" for rule in spec.get("rules") or ()]
    hosts = [host for host in hosts if host]
    shown = "*" if not hosts else shortened(hosts)
    balancer = get(obj, "status", "loadBalancer", "ingress", default=[])
    addresses = ",".join(one.get("ip") or one.get("hostname") or "" for one in balancer)
    return [
        name_of(obj),
        spec.get("ingressClassName") or NONE,
        shown,
        addresses,
        "80, 443" if spec.get("tls") else "80",
        clock.age(obj),
    ]


def ingress_class(obj: Object, clock: Clock) -> Cells:
    """Cells of an IngressClass."""
    found = get(obj, "spec", "parameters")
    text = NONE
    if found:
        group = f".{found['apiGroup']}" if found.get("apiGroup") else ""
        text = f"{found['kind']}{group}/{found['name']}"
    return [name_of(obj), get(obj, "spec", "controller", default=""), text, clock.age(obj)]


def network_policy(obj: Object, clock: Clock) -> Cells:
    """Cells of a NetworkPolicy."""
    return [name_of(obj), selector_text(get(obj, "spec", "podSelector")), clock.age(obj)]


def autoscaler(obj: Object, clock: Clock) -> Cells:
    """Cells of a HorizontalPodAutoscaler."""
    spec = obj["spec"]
    target = spec["scaleTargetRef"]
    return [
        name_of(obj),
        f"{target['kind']}/{target['name']}",
        metrics_text(obj),
        str(spec["minReplicas"]) if spec.get("minReplicas") is not None else UNSET,
        str(spec["maxReplicas"]),
        _number(obj, "status", "currentReplicas"),
        clock.age(obj),
    ]


def metrics_text(obj: Object) -> str:
    """Write what an autoscaler measures and what it wants (`cpu: 12%/80%`)."""
    current = get(obj, "status", "currentMetrics", default=[]) or []
    found = []
    for n, metric in enumerate(obj["spec"].get("metrics") or ()):
        kind = metric["type"]
        source = metric.get(kind[0].lower() + kind[1:]) or {}
        now = current[n] if n < len(current) else {}
        now = (now.get(kind[0].lower() + kind[1:]) or {}).get("current") or {}
        target = source.get("target") or {}
        if target.get("averageUtilization") is not None:
            have = now.get("averageUtilization")
            have_text = f"{have}%" if have is not None else UNKNOWN
            text = f"{have_text}/{target['averageUtilization']}%"
        elif target.get("averageValue") is not None:
            average = "" if kind in ("Resource", "ContainerResource", "Pods") else " (avg)"
            text = f"{now.get('averageValue') or UNKNOWN}/{target['averageValue']}{average}"
        else:
            text = f"{now.get('value') or UNKNOWN}/{target.get('value')}"
        name = source.get("name")
        found.append(f"{name}: {text}" if kind in ("Resource", "ContainerResource") else text)
    if not found:
        return NONE
    more = f" + {len(found) - 2} more..." if len(found) > 2 else ""
    return ", ".join(found[:2]) + more


def disruption_budget(obj: Object, clock: Clock) -> Cells:
    """Cells of a PodDisruptionBudget."""
    spec = obj["spec"]
    lowest, missing = spec.get("minAvailable"), spec.get("maxUnavailable")
    return [
        name_of(obj),
        "N/A" if lowest is None else str(lowest),
        "N/A" if missing is None else str(missing),
        _number(obj, "status", "disruptionsAllowed"),
        clock.age(obj),
    ]


def node(obj: Object, clock: Clock) -> Cells:
    """Cells of a Node."""
    ready = [c for c in get(obj, "status", "conditions", default=[]) if c["type"] == "Ready"]
    state = "Unknown"
    if ready:
        state = "Ready" if ready[0]["status"] == "True" else "NotReady"
    if obj["spec"].get("unschedulable"):
        state += ",SchedulingDisabled"
    info = get(obj, "status", "nodeInfo", default={})
    addresses = {a["type"]: a["address"] for a in get(obj, "status", "addresses", default=[])}
    return [
        name_of(obj),
        state,
        node_roles(obj),
        clock.age(obj),
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", NONE),
        addresses.get("ExternalIP", NONE),
        info.get("osImage") or UNKNOWN,
        info.get("kernelVersion") or UNKNOWN,
        info.get("containerRuntimeVersion") or UNKNOWN,
    ]


def node_roles(obj: Object) -> str:
    """Name a node's roles, from its labels."""
    found = set()
    for key, value in sorted((obj["metadata"].get("labels") or {}).items()):
        if key.startswith(ROLE) and key != ROLE:
            found.add(key[len(ROLE) :])
        elif key == "kubernetes.io/role" and value:
            found.add(value)
    return ",".join(sorted(found)) or NONE
