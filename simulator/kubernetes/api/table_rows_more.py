"""The cells of configuration, storage, policy and cluster kinds; the others are in table_rows.

Source: kubernetes v1.32 pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from ..storage_class import class_of
from .age import human_duration
from .table_rows import NONE, UNSET, Cells, labels_text, name_of, template_cells, yes_or_no

if TYPE_CHECKING:
    from .tables import Clock

MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def namespace(obj: Object, clock: Clock) -> Cells:
    """Cells of a Namespace."""
    return [name_of(obj), get(obj, "status", "phase", default=""), clock.age(obj)]


def scale(obj: Object, clock: Clock) -> Cells:
    """Cells of a Scale."""
    asked, there = obj["spec"].get("replicas", 0), obj["status"].get("replicas", 0)
    return [name_of(obj), str(asked), str(there), clock.age(obj)]


def admission_policy(obj: Object, clock: Clock) -> Cells:
    """Cells of a ValidatingAdmissionPolicy."""
    kind = get(obj, "spec", "paramKind", default={})
    shown = f"{kind['apiVersion']}/{kind['kind']}" if kind else UNSET
    count = len(get(obj, "spec", "validations", default=[]))
    return [name_of(obj), str(count), shown, clock.age(obj)]


def admission_binding(obj: Object, clock: Clock) -> Cells:
    """Cells of a ValidatingAdmissionPolicyBinding."""
    spec = obj.get("spec") or {}
    reference = spec.get("paramRef") or {}
    named = [part for part in (reference.get("namespace"), reference.get("name")) if part]
    shown = "/".join(named) if named else UNSET
    return [name_of(obj), spec.get("policyName") or "", shown, clock.age(obj)]


def webhooks(obj: Object, clock: Clock) -> Cells:
    """Cells of a configuration of webhooks."""
    return [name_of(obj), str(len(obj.get("webhooks") or ())), clock.age(obj)]


def certificate_request(obj: Object, clock: Clock) -> Cells:
    """Cells of a CertificateSigningRequest."""
    spec = obj.get("spec") or {}
    seconds = spec.get("expirationSeconds")
    duration = human_duration(int(seconds) * 1_000_000) if seconds else NONE
    words = [c["type"] for c in get(obj, "status", "conditions", default=[])]
    if get(obj, "status", "certificate", default=""):
        words.append("Issued")
    return [
        name_of(obj), clock.age(obj), spec.get("signerName") or NONE, spec.get("username") or "",
        duration, ",".join(words) or "Pending",
    ]  # fmt: skip


def flow_schema(obj: Object, clock: Clock) -> Cells:
    """Cells of a FlowSchema."""
    spec = obj.get("spec") or {}
    missing = "?"
    for condition in get(obj, "status", "conditions", default=[]):
        if condition["type"] == "Dangling":
            missing = condition["status"]
    level = get(spec, "priorityLevelConfiguration", "name", default=NONE)
    way = get(spec, "distinguisherMethod", "type", default=NONE)
    return [name_of(obj), level, str(spec.get("matchingPrecedence")), way, clock.age(obj), missing]


def priority_level(obj: Object, clock: Clock) -> Cells:
    """Cells of a PriorityLevelConfiguration."""
    spec = obj.get("spec") or {}
    shares = get(spec, "limited", "nominalConcurrencyShares", default=NONE)
    queuing = get(spec, "limited", "limitResponse", "queuing", default={})
    cells = [str(queuing.get(key, NONE)) for key in ("queues", "handSize", "queueLengthLimit")]
    return [name_of(obj), spec.get("type") or NONE, str(shares), *cells, clock.age(obj)]


def config_map(obj: Object, clock: Clock) -> Cells:
    """Cells of a ConfigMap."""
    count = len(obj.get("data") or {}) + len(obj.get("binaryData") or {})
    return [name_of(obj), str(count), clock.age(obj)]


def secret(obj: Object, clock: Clock) -> Cells:
    """Cells of a Secret."""
    return [name_of(obj), str(obj.get("type")), str(len(obj.get("data") or {})), clock.age(obj)]


def service_account(obj: Object, clock: Clock) -> Cells:
    """Cells of a ServiceAccount."""
    return [name_of(obj), str(len(obj.get("secrets") or ())), clock.age(obj)]


def access_modes(modes: Any) -> str:
    """Write access modes short, in upstream's order."""
    return ",".join(short for mode, short in MODES.items() if mode in (modes or ()))


def claim(obj: Object, clock: Clock) -> Cells:
    """Cells of a PersistentVolumeClaim."""
    spec = obj["spec"]
    phase = get(obj, "status", "phase", default="")
    if obj["metadata"].get("deletionTimestamp"):
        phase = "Terminating"
    capacity, modes = "", ""
    if spec.get("volumeName"):
        modes = access_modes(get(obj, "status", "accessModes"))
        capacity = str(get(obj, "status", "capacity", "storage", default=""))
    return [
        name_of(obj), phase, spec.get("volumeName") or "", capacity, modes,
        class_of(obj), spec.get("volumeAttributesClassName") or UNSET,
        clock.age(obj), spec.get("volumeMode") or UNSET,
    ]  # fmt: skip


def volume(obj: Object, clock: Clock) -> Cells:
    """Cells of a PersistentVolume."""
    spec = obj["spec"]
    owner = spec.get("claimRef") or {}
    phase = get(obj, "status", "phase", default="")
    if obj["metadata"].get("deletionTimestamp"):
        phase = "Terminating"
    return [
        name_of(obj), str(get(spec, "capacity", "storage", default="")),
        access_modes(spec.get("accessModes")), spec.get("persistentVolumeReclaimPolicy") or "",
        phase, f"{owner.get('namespace')}/{owner.get('name')}" if owner else "",
        class_of(obj), spec.get("volumeAttributesClassName") or UNSET,
        get(obj, "status", "reason", default=""), clock.age(obj), spec.get("volumeMode") or UNSET,
    ]  # fmt: skip


def storage_class(obj: Object, clock: Clock) -> Cells:
    """Cells of a StorageClass."""
    annotations = obj["metadata"].get("annotations") or {}
    default = annotations.get("storageclass.kubernetes.io/is-default-class") == "true"
    return [
        name_of(obj) + (" (default)" if default else ""),
        str(obj.get("provisioner")),
        str(obj.get("reclaimPolicy") or "Delete"),
        str(obj.get("volumeBindingMode") or UNSET),
        yes_or_no(obj.get("allowVolumeExpansion")),
        clock.age(obj),
    ]


def volume_attachment(obj: Object, clock: Clock) -> Cells:
    """Cells of a VolumeAttachment."""
    spec = obj["spec"]
    return [
        name_of(obj),
        spec["attacher"],
        get(spec, "source", "persistentVolumeName", default=""),
        spec["nodeName"],
        yes_or_no(get(obj, "status", "attached")),
        clock.age(obj),
    ]


def csi_node(obj: Object, clock: Clock) -> Cells:
    """Cells of a CSINode."""
    return [name_of(obj), str(len(get(obj, "spec", "drivers", default=[]))), clock.age(obj)]


def lease(obj: Object, clock: Clock) -> Cells:
    """Cells of a Lease."""
    return [name_of(obj), get(obj, "spec", "holderIdentity", default=""), clock.age(obj)]


def event(obj: Object, clock: Clock) -> Cells:
    """Cells of an Event."""
    involved = obj["involvedObject"]
    first = obj.get("firstTimestamp") or obj.get("eventTime")
    last = obj.get("lastTimestamp") or first
    source = obj.get("source") or {}
    who = source.get("component") or obj.get("reportingComponent") or ""
    if source.get("host"):
        who += f", {source['host']}"
    return [
        clock.since(last),
        str(obj.get("type")),
        str(obj.get("reason")),
        f"{involved['kind'].lower()}/{involved['name']}",
        str(obj.get("message") or "").strip(),
        involved.get("fieldPath") or "",
        who,
        clock.since(first),
        str(obj.get("count") or 1),
        name_of(obj),
    ]


def priority_class(obj: Object, clock: Clock) -> Cells:
    """Cells of a PriorityClass."""
    return [
        name_of(obj),
        str(obj.get("value", 0)),
        yes_or_no(obj.get("globalDefault")),
        clock.age(obj),
        str(obj.get("preemptionPolicy") or ""),
    ]


def resource_quota(obj: Object, clock: Clock) -> Cells:
    """Cells of a ResourceQuota."""
    hard = get(obj, "status", "hard", default={})
    used = get(obj, "status", "used", default={})
    texts: dict[bool, list[str]] = {True: [], False: []}
    for name in sorted(hard):
        texts[name.startswith("limits.")].append(f"{name}: {used.get(name, '0')}/{hard[name]}")
    return [name_of(obj), clock.age(obj), ", ".join(texts[False]), ", ".join(texts[True])]


def revision(obj: Object, clock: Clock) -> Cells:
    """Cells of a ControllerRevision."""
    owner = next(iter(obj["metadata"].get("ownerReferences") or ()), None)
    text = NONE
    if owner:
        group = owner["apiVersion"].partition("/")[0] if "/" in owner["apiVersion"] else ""
        text = f"{owner['kind'].lower()}{'.' + group if group else ''}/{owner['name']}"
    return [name_of(obj), text, str(obj.get("revision", 0)), clock.age(obj)]


def pod_template(obj: Object, clock: Clock) -> Cells:
    """Cells of a PodTemplate."""
    return [
        name_of(obj),
        *template_cells(obj, "template"),
        labels_text(get(obj, "template", "metadata", "labels")),
    ]


def role_binding(obj: Object, clock: Clock) -> Cells:
    """Cells of a RoleBinding or ClusterRoleBinding."""
    reference = obj["roleRef"]
    by: dict[str, list[str]] = {"User": [], "Group": [], "ServiceAccount": []}
    for subject in obj.get("subjects") or ():
        name = subject["name"]
        if subject["kind"] == "ServiceAccount":
            name = f"{subject.get('namespace', '')}/{name}"
        by.setdefault(subject["kind"], []).append(name)
    who = [", ".join(by[kind]) for kind in ("User", "Group", "ServiceAccount")]
    return [name_of(obj), f"{reference['kind']}/{reference['name']}", clock.age(obj), *who]


def runtime_class(obj: Object, clock: Clock) -> Cells:
    """Cells of a RuntimeClass."""
    return [name_of(obj), str(obj.get("handler")), clock.age(obj)]


def api_service(obj: Object, clock: Clock) -> Cells:
    """Cells of an APIService."""
    service = get(obj, "spec", "service")
    conditions = get(obj, "status", "conditions", default=[])
    available = next((c["status"] for c in conditions if c["type"] == "Available"), "Unknown")
    where = f"{service['namespace']}/{service['name']}" if service else "Local"
    return [name_of(obj), where, available, clock.age(obj)]
