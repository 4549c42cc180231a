"""kubectl describe node: conditions, capacity, the pods on it and what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api.quantity import bytes_of, bytes_text, cpu_text, milli_cpu
from simulator.kubernetes.api.table_rows import node_roles
from simulator.plain import Object, get

from .describe_text import events, labels, moment, notes
from .tabwriter import tabulate

if TYPE_CHECKING:
    from .session import Session


def node(session: Session, obj: Object) -> str:
    """Describe a node."""
    meta, spec, state = obj["metadata"], obj["spec"], obj.get("status") or {}
    out = f"Name:\t{meta['name']}\nRoles:\t{node_roles(obj)}\n"
    out += labels("Labels", meta.get("labels")) + notes("Annotations", meta.get("annotations"))
    out += f"CreationTimestamp:\t{moment(meta['creationTimestamp'])}\n"
    out += _taints(spec.get("taints"))
    out += f"Unschedulable:\t{str(bool(spec.get('unschedulable'))).lower()}\n"
    out += _lease(session, meta["name"])
    if state.get("conditions"):
        out += _conditions(state["conditions"])
    out += "Addresses:\n"
    out += "".join(f"  {a['type']}:\t{a['address']}\n" for a in state.get("addresses") or ())
    for title in ("Capacity", "Allocatable"):
        amounts = state.get(title.lower()) or {}
        out += f"{title}:\n" + "".join(f"  {k}:\t{v}\n" for k, v in sorted(amounts.items()))
    out += _system(state.get("nodeInfo") or {})
    if spec.get("podCIDR"):
        out += f"PodCIDR:\t{spec['podCIDR']}\n"
        out += f"PodCIDRs:\t{','.join(spec.get('podCIDRs') or [spec['podCIDR']])}\n"
    if spec.get("providerID"):
        out += f"ProviderID:\t{spec['providerID']}\n"
    pods = _pods(session, meta["name"])
    out += _pod_table(session, pods, state) + _totals(pods, state)
    return tabulate(out + events(session, meta["uid"], meta["name"]))


def _taints(taints: Any) -> str:
    lines = [
        f"{t['key']}={t['value']}:{t['effect']}" if t.get("value") else f"{t['key']}:{t['effect']}"
        for t in taints or ()
    ]
    return "Taints:\t" + ("\n\t".join(sorted(lines)) or "<none>") + "\n"


def _lease(session: Session, name: str) -> str:
    lease = session.engine.store.get("Lease", "kube-node-lease", name)
    if lease is None:
        return 'Lease:\tFailed to get lease: leases.coordination.k8s.io "' + name + '" not found\n'
    spec = lease.get("spec") or {}
    return (
        f"Lease:\n  HolderIdentity:\t{spec.get('holderIdentity') or '<unset>'}\n"
        f"  AcquireTime:\t{moment(spec['acquireTime']) if spec.get('acquireTime') else '<unset>'}\n"
        f"  RenewTime:\t{moment(spec['renewTime']) if spec.get('renewTime') else '<unset>'}\n"
    )


def _conditions(conditions: list[dict[str, Any]]) -> str:
    out = "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n"
    out += "  ----\t------\t-----------------\t------------------\t------\t-------\n"
    return out + "".join(
        f"  {c['type']} \t{c['status']} \t{moment(c.get('lastHeartbeatTime'))} \t"
        f"{moment(c.get('lastTransitionTime'))} \t{c.get('reason', '')} \t{c.get('message', '')}\n"
        for c in conditions
    )


def _system(info: dict[str, Any]) -> str:
    fields = (
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
        ("Kube-Proxy Version", "kubeProxyVersion"),
    )
    return "System Info:\n" + "".join(f"  {t}:\t{info.get(f) or ''}\n" for t, f in fields)


def _pods(session: Session, name: str) -> list[Object]:
    return [
        pod
        for pod in session.engine.store.by("Pod", "node", name)
        if get(pod, "status", "phase") not in ("Succeeded", "Failed")
    ]


def amounts_of(pod: Object, side: str) -> dict[str, int]:
    """Sum what a pod requests or is limited to, in thousandths of a unit."""
    total: dict[str, int] = {}
    for one in pod["spec"].get("containers") or ():
        for name, amount in ((one.get("resources") or {}).get(side) or {}).items():
            total[name] = total.get(name, 0) + _milli(name, amount)
    for one in pod["spec"].get("initContainers") or ():
        for name, amount in ((one.get("resources") or {}).get(side) or {}).items():
            value = _milli(name, amount)
            if one.get("restartPolicy") == "Always":
                total[name] = total.get(name, 0) + value
            else:
                total[name] = max(total.get(name, 0), value)
    return total


def _milli(name: str, amount: str) -> int:
    return milli_cpu(amount) if name == "cpu" else bytes_of(amount) * 1000


def _text(name: str, milli: int) -> str:
    return cpu_text(milli) if name == "cpu" else bytes_text(milli // 1000)


def _share(name: str, milli: int, state: Object) -> str:
    """Write an amount and its share of the node (`100m (5%)`)."""
    whole = get(state, "allocatable", name) or get(state, "capacity", name)
    total = _milli(name, whole) if whole else 0
    percent = milli * 100 // total if total else 0
    return f"{_text(name, milli)} ({percent}%)"


def _pod_table(session: Session, pods: list[Object], state: Object) -> str:
    out = f"Non-terminated Pods:\t({len(pods)} in total)\n"
    out += "  Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n"
    out += "  ---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n"
    for pod in pods:
        requests, limits = amounts_of(pod, "requests"), amounts_of(pod, "limits")
        cells = [
            _share(name, side.get(name, 0), state)
            for name in ("cpu", "memory")
            for side in (requests, limits)
        ]
        meta = pod["metadata"]
        out += f"  {meta['namespace']}\t{meta['name']}\t\t" + "\t".join(cells)
        out += f"\t{session.clock.age(pod)}\n"
    return out


def _totals(pods: list[Object], state: Object) -> str:
    out = "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n"
    out += "  Resource\tRequests\tLimits\n  --------\t--------\t------\n"
    sums: dict[str, dict[str, int]] = {"requests": {}, "limits": {}}
    for pod in pods:
        for side, total in sums.items():
            for name, milli in amounts_of(pod, side).items():
                total[name] = total.get(name, 0) + milli
    known = ("cpu", "memory", "ephemeral-storage", "hugepages-1Gi", "hugepages-2Mi")
    allocatable = state.get("allocatable") or {}
    for name in known:
        if name in ("cpu", "memory", "ephemeral-storage") or name in allocatable:
            shares = [
                _share(name, sums[side].get(name, 0), state) for side in ("requests", "limits")
            ]
            out += f"  {name}\t{shares[0]}\t{shares[1]}\n"
    return out
