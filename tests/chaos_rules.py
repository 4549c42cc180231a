"""What must hold at every change of a cluster, and what must be true when it has come to rest.

The rules are written from the outside, with the documented meaning of the objects: they share no
code with the scheduler and the controllers that they judge.
"""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.api.quantity import bytes_of, milli_cpu
from simulator.lab import Lab
from simulator.plain import Object, get
from simulator.timing import SECOND

FINISHED = ("Succeeded", "Failed")
HOST = "kubernetes.io/hostname"
STALE_US = SECOND // 2
"""Controllers act on what they saw a moment ago; what is younger does not count against them."""
CHAIN = {"ReplicaSet": "Deployment", "Pod": "ReplicaSet"}


class Watch:
    """Looks at every change of one lab; what is broken is told in `broken`."""

    def __init__(self, lab: Lab) -> None:
        self.engine = lab.engine
        self.store = lab.engine.store
        self.broken: list[str] = []
        self._nodes: dict[str, list[tuple[int, Object]]] = {}
        self._health: dict[str, int] = {}
        self._cut: dict[str, tuple[int, int]] = {}
        for node in self.store.list("Node"):
            self._nodes[node["metadata"]["name"]] = [(self.engine.now_us, node)]
        self.store.watch("*", self._changed)

    def _changed(self, change: str, obj: Object, old: Object | None) -> None:
        rule = getattr(self, f"_on_{obj['kind'].lower()}", None)
        if rule is not None:
            rule(change, obj, old)

    def _say(self, text: str) -> None:
        self.broken.append(f"{self.engine.now_us / SECOND:.3f} s: {text}")

    # Nodes: remember what they were, as a binding ends some time after its decision

    def _on_node(self, change: str, node: Object, old: Object | None) -> None:
        rows = self._nodes.setdefault(node["metadata"]["name"], [])
        rows.append((self.engine.now_us, node))

    def _versions(self, name: str, since_us: int) -> list[Object]:
        rows = self._nodes.get(name, [])
        before = [node for at, node in rows if at < since_us][-1:]
        return before + [node for at, node in rows if at >= since_us]

    # Pods

    def _on_pod(self, change: str, pod: Object, old: Object | None) -> None:
        if change == "MODIFIED" and old is not None:
            if pod["spec"].get("nodeName") and not old["spec"].get("nodeName"):
                self._bound(pod)
            if _evicted(pod) and not _evicted(old):
                self._was_evicted(pod, old)
            elif _healthy(pod) != _healthy(old) and not _evicted(pod):
                self._health[_workload(pod)] = self.engine.now_us
            if get(pod, "status", "podIP") and not get(old, "status", "podIP"):
                self._address(pod)
        elif change == "DELETED" and old is not None and _healthy(old) and not _evicted(old):
            self._health[_workload(pod)] = self.engine.now_us

    def _bound(self, pod: Object) -> None:
        """A pod is bound only to a node that passed its filters since the decision was made."""
        key, node = _key(pod), pod["spec"]["nodeName"]
        assumed = self.engine.table("scheduler")["assumed"].get(key)
        since = assumed["since_us"] if assumed else self.engine.now_us
        versions = self._versions(node, since)
        reasons = [_refusal(pod, one) for one in versions]
        if not versions or all(reasons):
            self._say(f"{key} was bound to {node}: {reasons[-1] if reasons else 'no such node'}")
        others = [
            one
            for one in self.store.by("Pod", "node", node)
            if get(one, "status", "phase") not in FINISHED and _key(one) != key
        ]
        for version in versions[-1:]:
            crowded = _crowded(pod, others, version)
            if crowded:
                self._say(f"{key} was bound to {node}: {crowded}")
        if any(_repels(pod, other) for other in others):
            self._say(f"{key} was bound to {node} against its anti-affinity")

    def _was_evicted(self, pod: Object, old: Object) -> None:
        """An eviction leaves as many healthy pods as the budget asks for."""
        if not _healthy(old):
            return
        namespace = pod["metadata"]["namespace"]
        for budget in self.store.list("PodDisruptionBudget", namespace):
            wanted = budget["spec"]["selector"]["matchLabels"]
            if not wanted.items() <= (pod["metadata"].get("labels") or {}).items():
                continue
            least = get(budget, "status", "desiredHealthy", default=0)
            left = [
                one
                for one in self.store.list("Pod", namespace)
                if wanted.items() <= (one["metadata"].get("labels") or {}).items()
                and _healthy(one)
                and _key(one) != _key(pod)
            ]
            settled = self.engine.now_us - self._health.get(_workload(pod), 0) > STALE_US
            if len(left) < least and settled:
                self._say(f"the eviction of {_key(pod)} leaves {len(left)} healthy of {least}")

    def _address(self, pod: Object) -> None:
        if pod["spec"].get("hostNetwork"):
            return
        for other in self.store.list("Pod"):
            same = get(other, "status", "podIP") == pod["status"]["podIP"]
            over = get(other, "status", "phase") in FINISHED or other["spec"].get("hostNetwork")
            if same and not over and _key(other) != _key(pod):
                self._say(f"{_key(pod)} and {_key(other)} share {pod['status']['podIP']}")

    # Services, disks

    def _on_service(self, change: str, service: Object, old: Object | None) -> None:
        if change == "DELETED":
            return
        address = service["spec"].get("clusterIP")
        for other in self.store.list("Service"):
            if address in (None, "", "None") or _key(other) == _key(service):
                continue
            if other["spec"].get("clusterIP") == address:
                self._say(f"services {_key(other)} and {_key(service)} share {address}")

    def _on_volumeattachment(self, change: str, one: Object, old: Object | None) -> None:
        if change == "DELETED":
            return
        disk = one["spec"]["source"]["persistentVolumeName"]
        for other in self.store.list("VolumeAttachment"):
            if other["spec"]["source"]["persistentVolumeName"] != disk:
                continue
            if other["spec"]["nodeName"] != one["spec"]["nodeName"]:
                nodes = sorted((other["spec"]["nodeName"], one["spec"]["nodeName"]))
                self._say(f"{disk} is attached to {' and '.join(nodes)}")

    # Rollouts

    def _on_replicaset(self, change: str, one: Object, old: Object | None) -> None:
        """The Deployment controller's own acts stay within maxSurge and maxUnavailable."""
        before = old["spec"].get("replicas", 1) if old is not None else 0
        after = one["spec"].get("replicas", 1)
        owner = _owner(one)
        found = self.store.get("Deployment", one["metadata"]["namespace"], owner.get("name", ""))
        if change == "DELETED" or found is None or found["metadata"]["uid"] != owner["uid"]:
            return
        rolling = get(found, "spec", "strategy", "rollingUpdate")
        if before == after or not rolling:
            return
        wanted = found["spec"]["replicas"]
        noted = (((old or one)["metadata"].get("annotations")) or {}).get(
            "deployment.kubernetes.io/desired-replicas"
        )
        if noted is not None and int(noted) != wanted:
            return  # it scales by what a person asked for; that has no bounds
        sets = [
            each
            for each in self.store.by("ReplicaSet", "controller", owner["uid"])
            if each["metadata"]["name"] != one["metadata"]["name"]
        ]
        if after > before:
            total = after + sum(each["spec"]["replicas"] for each in sets)
            most = wanted + _share(rolling["maxSurge"], wanted, up=True)
            if total > most:
                self._say(f"{_key(found)} asks for {total} pods, at most {most} are allowed")
        elif old is not None:
            self._shrunk(found, old, [*sets, old], before - after, rolling)

    def _shrunk(
        self, found: Object, old: Object, sets: list[Object], cut: int, rolling: Object
    ) -> None:
        wanted = found["spec"]["replicas"]
        down = _share(rolling["maxUnavailable"], wanted, up=False)
        if not down and not _share(rolling["maxSurge"], wanted, up=True):
            down = 1
        available = sum(get(one, "status", "availableReplicas", default=0) for one in sets)
        unhealthy = old["spec"]["replicas"] - get(old, "status", "availableReplicas", default=0)
        at, so_far = self._cut.get(_key(found), (-1, 0))
        so_far = so_far if at == self.engine.now_us else 0
        so_far += max(0, cut - unhealthy)
        self._cut[_key(found)] = (self.engine.now_us, so_far)
        spare = max(0, available - (wanted - down))
        if so_far > spare:
            self._say(f"{_key(found)} gives up {so_far} available pods, {spare} are to spare")


# What a pod asks of a node


def _refusal(pod: Object, node: Object) -> str:
    """Say why a node may not take a pod, whatever else is on it; "" when it may."""
    tolerations = pod["spec"].get("tolerations") or []
    for taint in node["spec"].get("taints") or []:
        hard = taint["effect"] in ("NoSchedule", "NoExecute")
        if hard and not any(_tolerates(one, taint) for one in tolerations):
            return f"taint {taint['key']}:{taint['effect']}"
    if node["spec"].get("unschedulable"):
        cordon = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
        if not any(_tolerates(one, cordon) for one in tolerations):
            return "cordoned"
    labels = node["metadata"].get("labels") or {}
    wanted = pod["spec"].get("nodeSelector") or {}
    if any(labels.get(key) != text for key, text in wanted.items()):
        return "node selector"
    path = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    for term in get(pod, "spec", *path, "nodeSelectorTerms", default=[]):
        for field in term.get("matchFields") or []:
            if node["metadata"]["name"] not in field["values"]:
                return "node affinity"
    return ""


def _tolerates(toleration: Object, taint: Object) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if toleration.get("key") not in (None, "", taint["key"]):
        return False
    exists = toleration.get("operator") == "Exists"
    return exists or toleration.get("value", "") == taint.get("value", "")


def _crowded(pod: Object, others: list[Object], node: Object) -> str:
    """Say what there is not enough of on a node with these pods; "" when all is well."""
    free = node["status"]["allocatable"]
    if len(others) + 1 > int(free["pods"]):
        return "too many pods"
    for resource, number in (("cpu", milli_cpu), ("memory", bytes_of)):
        used = sum(_asked(one, resource) for one in [*others, pod])
        if used > number(free[resource]):
            return f"{used} of {resource} asked for, {free[resource]} there"
    return ""


def _asked(pod: Object, resource: str) -> int:
    number = milli_cpu if resource == "cpu" else bytes_of
    return sum(
        number(get(one, "resources", "requests", resource, default="0"))
        for one in pod["spec"]["containers"]
    )


def _repels(pod: Object, other: Object) -> bool:
    """Say whether two pods may not share a node."""
    path = ("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    for one, two in ((pod, other), (other, pod)):
        labels = two["metadata"].get("labels") or {}
        for term in get(one, "spec", *path, default=[]):
            wanted = term["labelSelector"]["matchLabels"].items()
            if term["topologyKey"] == HOST and wanted <= labels.items():
                return True
    return False


# Small questions


def _key(obj: Object) -> str:
    return f"{obj['metadata'].get('namespace') or ''}/{obj['metadata']['name']}"


def _workload(pod: Object) -> str:
    return str((pod["metadata"].get("labels") or {}).get("app"))


def _owner(obj: Object) -> Object:
    rows = obj["metadata"].get("ownerReferences") or []
    return next((row for row in rows if row.get("controller")), {"uid": ""})


def _healthy(pod: Object) -> bool:
    if pod["metadata"].get("deletionTimestamp"):
        return False
    rows = get(pod, "status", "conditions", default=[])
    return any(row["type"] == "Ready" and row["status"] == "True" for row in rows)


def _evicted(pod: Object) -> bool:
    rows = get(pod, "status", "conditions", default=[])
    return any(row.get("reason") == "EvictionByEvictionAPI" for row in rows)


def _share(number: Any, of: int, up: bool) -> int:
    if isinstance(number, int):
        return number
    share = int(number.rstrip("%")) * of
    return -(-share // 100) if up else share // 100


# When all is mended


def at_rest(lab: Lab) -> list[str]:
    """Say what is not yet as it was asked for, or left over; nothing when the cluster is well."""
    store = lab.engine.store
    return [
        *_unready_nodes(lab),
        *_unready_workloads(lab),
        *_unready_pods(lab),
        *_orphans(lab),
        *_leftovers(lab),
        *[
            f"claim {_key(one)} is {get(one, 'status', 'phase')}"
            for one in store.list("PersistentVolumeClaim")
            if get(one, "status", "phase") != "Bound" or one["metadata"].get("deletionTimestamp")
        ],
    ]


def _unready_nodes(lab: Lab) -> list[str]:
    wrong = []
    for node in lab.engine.store.list("Node"):
        rows = get(node, "status", "conditions", default=[])
        if not any(row["type"] == "Ready" and row["status"] == "True" for row in rows):
            wrong.append(f"node {node['metadata']['name']} is not ready")
        taints = [row["key"] for row in node["spec"].get("taints") or []]
        if [key for key in taints if key != "node-role.kubernetes.io/control-plane"]:
            wrong.append(f"node {node['metadata']['name']} has taints {taints}")
    return wrong


def _unready_workloads(lab: Lab) -> list[str]:
    store, wrong = lab.engine.store, []
    for kind, name in (
        ("Deployment", "web"), ("Deployment", "api"), ("Deployment", "cache"),
        ("StatefulSet", "db"), ("DaemonSet", "agent"), ("Job", "work"),
    ):  # fmt: skip
        one = store.get(kind, "default", name)
        status = (one or {}).get("status") or {}
        if one is None:
            wrong.append(f"{kind} {name} is not there")
        elif kind == "Job":
            rows = status.get("conditions") or []
            if not any(row["type"] in ("Complete", "Failed") for row in rows):
                wrong.append(f"job {name} has not ended: {status}")
        elif kind == "DaemonSet":
            numbers = [status.get(f"{what}NumberScheduled") for what in ("desired", "current")]
            numbers += [status.get("numberReady"), status.get("updatedNumberScheduled")]
            if len({*numbers}) != 1 or not numbers[0]:
                wrong.append(f"DaemonSet {name}: {status}")
        else:
            numbers = [status.get(f"{what}eplicas", 0) for what in ("r", "readyR", "updatedR")]
            if numbers != [one["spec"]["replicas"]] * 3:
                wrong.append(f"{kind} {name} wants {one['spec']['replicas']}: {status}")
    return wrong


def _unready_pods(lab: Lab) -> list[str]:
    wrong = []
    addresses: dict[str, str] = {}
    for pod in lab.engine.store.list("Pod"):
        if get(pod, "status", "phase") in FINISHED or _owner(pod).get("kind") == "Job":
            continue
        key, address = _key(pod), get(pod, "status", "podIP")
        if not _healthy(pod):
            wrong.append(f"pod {key} is not ready")
        elif address in addresses:
            wrong.append(f"pods {key} and {addresses[address]} have the address {address}")
        addresses[address] = key
    return wrong


def _orphans(lab: Lab) -> list[str]:
    """Objects whose controller is gone, containers whose pod is gone, disks that nobody uses."""
    store, wrong = lab.engine.store, []
    for kind in ("Pod", "ReplicaSet", "Job", "ControllerRevision", "EndpointSlice"):
        for one in store.list(kind):
            for row in one["metadata"].get("ownerReferences") or []:
                found = store.get(row["kind"], one["metadata"]["namespace"], row["name"])
                if found is None or found["metadata"]["uid"] != row["uid"]:
                    wrong.append(f"{kind} {_key(one)} has lost its {row['kind']} {row['name']}")
    uids = {pod["metadata"]["uid"]: pod for pod in store.list("Pod")}
    for container in store.list("Container"):
        pod = container["drydock"].get("pod")
        if pod and pod["uid"] not in uids:
            machine = container["metadata"]["namespace"]
            wrong.append(f"container {container['Name']} on {machine} has lost its pod")
    ready = [pod["status"].get("podIP") for pod in uids.values() if _healthy(pod)]
    for piece in store.list("EndpointSlice"):
        for row in piece.get("endpoints") or []:
            if row["conditions"].get("ready") and row["addresses"][0] not in ready:
                wrong.append(f"slice {_key(piece)} names {row['addresses'][0]}, which nobody has")
    used = {
        (pod["spec"].get("nodeName"), one["persistentVolumeClaim"]["claimName"])
        for pod in uids.values()
        for one in pod["spec"].get("volumes") or []
        if "persistentVolumeClaim" in one
    }
    for one in store.list("VolumeAttachment"):
        disk = store.get("PersistentVolume", "", one["spec"]["source"]["persistentVolumeName"])
        claim = get(disk, "spec", "claimRef", "name")
        if (one["spec"]["nodeName"], claim) not in used:
            wrong.append(f"{claim} is attached to {one['spec']['nodeName']} for nobody")
    return wrong


def _leftovers(lab: Lab) -> list[str]:
    """Notes that controllers keep about pods which are gone."""
    engine, wrong = lab.engine, []
    pods = engine.store.list("Pod")
    uids, keys = {pod["metadata"]["uid"] for pod in pods}, {_key(pod) for pod in pods}
    wrong += [f"kubelet notes {u}" for u in engine.table("kubelet.pods") if u not in uids]
    wrong += [f"queue notes {k}" for k in engine.table("scheduler/queue")["pods"] if k not in keys]
    scheduler = engine.table("scheduler")
    wrong += [f"assumed notes {k}" for k in scheduler["assumed"] if k not in keys]
    wrong += [f"nominated notes {k}" for k in scheduler["nominated"] if k not in keys]
    return wrong
