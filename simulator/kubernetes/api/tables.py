"""The printer columns and rows of every kind, as `kubectl get` shows them.

A column with `wide` is shown with `-o wide` only. Source: kubernetes v1.32
pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from simulator.plain import Object, get
from simulator.timing import since_start

from . import table_rows as rows
from . import table_rows_more as more
from .age import human_duration
from .kinds import Kind

Cells = list[str]
Rows = Callable[[Object, "Clock"], Cells]

NONE, UNKNOWN = "<none>", "<unknown>"


class Clock:
    """Tells ages.   start: the calendar time of t = 0.   now_us: simulated time."""

    def __init__(self, start: datetime, now_us: int) -> None:
        self._start = start
        self.now_us = now_us

    def since(self, timestamp: str | None) -> str:
        """Give how long ago a moment was, `<unknown>` for none."""
        at_us = since_start(self._start, timestamp)
        return UNKNOWN if at_us is None else human_duration(self.now_us - at_us)

    def between(self, first: str, last: str) -> str:
        """Give the time between two moments."""
        a, b = since_start(self._start, first), since_start(self._start, last)
        return human_duration((b or 0) - (a or 0))

    def age(self, obj: Object) -> str:
        """Give an object's age."""
        return self.since(obj["metadata"].get("creationTimestamp"))


class Table:
    """The columns of one kind: names, which are wide, and the rows of an object."""

    def __init__(self, columns: str, row: Rows) -> None:
        narrow, _, wide = columns.partition(" | ")
        self.names = _split(narrow)
        self.wide = _split(wide)
        self._row = row

    def columns(self, wide: bool) -> Cells:
        """Name the columns."""
        return [*self.names, *self.wide] if wide else list(self.names)

    def row(self, obj: Object, clock: Clock, wide: bool) -> Cells:
        """Give the cells of an object."""
        cells = self._row(obj, clock)
        return cells if wide else cells[: len(self.names)]


def _split(text: str) -> Cells:
    return [name.replace("_", " ") for name in text.split()]


def _default(obj: Object, clock: Clock) -> Cells:
    created = obj["metadata"].get("creationTimestamp") or ""
    return [obj["metadata"]["name"], created]


def _plain(obj: Object, clock: Clock) -> Cells:
    return [obj["metadata"]["name"], clock.age(obj)]


TABLES: dict[str, Table] = {
    "Pod": Table(
        "NAME READY STATUS RESTARTS AGE | IP NODE NOMINATED_NODE READINESS_GATES", rows.pod
    ),
    "Deployment": Table(
        "NAME READY UP-TO-DATE AVAILABLE AGE | CONTAINERS IMAGES SELECTOR", rows.deployment
    ),
    "ReplicaSet": Table(
        "NAME DESIRED CURRENT READY AGE | CONTAINERS IMAGES SELECTOR", rows.replica_set
    ),
    "ReplicationController": Table(
        "NAME DESIRED CURRENT READY AGE | CONTAINERS IMAGES SELECTOR", rows.replica_set
    ),
    "StatefulSet": Table("NAME READY AGE | CONTAINERS IMAGES", rows.stateful_set),
    "DaemonSet": Table(
        "NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE_SELECTOR AGE "
        "| CONTAINERS IMAGES SELECTOR",
        rows.daemon_set,
    ),
    "Job": Table("NAME STATUS COMPLETIONS DURATION AGE | CONTAINERS IMAGES SELECTOR", rows.job),
    "CronJob": Table(
        "NAME SCHEDULE TIMEZONE SUSPEND ACTIVE LAST_SCHEDULE AGE | CONTAINERS IMAGES SELECTOR",
        rows.cron_job,
    ),
    "Service": Table("NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE | SELECTOR", rows.service),
    "Endpoints": Table("NAME ENDPOINTS AGE", rows.endpoints),
    "EndpointSlice": Table("NAME ADDRESSTYPE PORTS ENDPOINTS AGE", rows.endpoint_slice),
    "Ingress": Table("NAME CLASS HOSTS ADDRESS PORTS AGE", rows.ingress),
    "IngressClass": Table("NAME CONTROLLER PARAMETERS AGE", rows.ingress_class),
    "NetworkPolicy": Table("NAME POD-SELECTOR AGE", rows.network_policy),
    "HorizontalPodAutoscaler": Table(
        "NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE", rows.autoscaler
    ),
    "PodDisruptionBudget": Table(
        "NAME MIN_AVAILABLE MAX_UNAVAILABLE ALLOWED_DISRUPTIONS AGE", rows.disruption_budget
    ),
    "Node": Table(
        "NAME STATUS ROLES AGE VERSION | INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION "
        "CONTAINER-RUNTIME",
        rows.node,
    ),
    "Namespace": Table("NAME STATUS AGE", more.namespace),
    "ConfigMap": Table("NAME DATA AGE", more.config_map),
    "Secret": Table("NAME TYPE DATA AGE", more.secret),
    "ServiceAccount": Table("NAME SECRETS AGE", more.service_account),
    "PersistentVolumeClaim": Table(
        "NAME STATUS VOLUME CAPACITY ACCESS_MODES STORAGECLASS VOLUMEATTRIBUTESCLASS AGE "
        "| VOLUMEMODE",
        more.claim,
    ),
    "PersistentVolume": Table(
        "NAME CAPACITY ACCESS_MODES RECLAIM_POLICY STATUS CLAIM STORAGECLASS "
        "VOLUMEATTRIBUTESCLASS REASON AGE | VOLUMEMODE",
        more.volume,
    ),
    "StorageClass": Table(
        "NAME PROVISIONER RECLAIMPOLICY VOLUMEBINDINGMODE ALLOWVOLUMEEXPANSION AGE",
        more.storage_class,
    ),
    "VolumeAttachment": Table("NAME ATTACHER PV NODE ATTACHED AGE", more.volume_attachment),
    "CSIDriver": Table("NAME AGE", _plain),
    "CSINode": Table("NAME DRIVERS AGE", more.csi_node),
    "Lease": Table("NAME HOLDER AGE", more.lease),
    "Event": Table(
        "LAST_SEEN TYPE REASON OBJECT MESSAGE | SUBOBJECT SOURCE FIRST_SEEN COUNT NAME", more.event
    ),
    "PriorityClass": Table("NAME VALUE GLOBAL-DEFAULT AGE PREEMPTIONPOLICY", more.priority_class),
    "ResourceQuota": Table("NAME AGE REQUEST LIMIT", more.resource_quota),
    "LimitRange": Table("NAME CREATED_AT", _default),
    "ControllerRevision": Table("NAME CONTROLLER REVISION AGE", more.revision),
    "PodTemplate": Table("NAME CONTAINERS IMAGES POD_LABELS", more.pod_template),
    "Role": Table("NAME CREATED_AT", _default),
    "ClusterRole": Table("NAME CREATED_AT", _default),
    "RoleBinding": Table("NAME ROLE AGE | USERS GROUPS SERVICEACCOUNTS", more.role_binding),
    "ClusterRoleBinding": Table("NAME ROLE AGE | USERS GROUPS SERVICEACCOUNTS", more.role_binding),
    "CustomResourceDefinition": Table("NAME CREATED_AT", _default),
    "RuntimeClass": Table("NAME HANDLER AGE", more.runtime_class),
    "ValidatingAdmissionPolicy": Table("NAME VALIDATIONS PARAMKIND AGE", more.admission_policy),
    "ValidatingAdmissionPolicyBinding": Table(
        "NAME POLICYNAME PARAMREF AGE", more.admission_binding
    ),
    "CertificateSigningRequest": Table(
        "NAME AGE SIGNERNAME REQUESTOR REQUESTEDDURATION CONDITION", more.certificate_request
    ),
    "FlowSchema": Table(
        "NAME PRIORITYLEVEL MATCHINGPRECEDENCE DISTINGUISHERMETHOD AGE MISSINGPL", more.flow_schema
    ),
    "PriorityLevelConfiguration": Table(
        "NAME TYPE NOMINALCONCURRENCYSHARES QUEUES HANDSIZE QUEUELENGTHLIMIT AGE",
        more.priority_level,
    ),
    "MutatingWebhookConfiguration": Table("NAME WEBHOOKS AGE", more.webhooks),
    "ValidatingWebhookConfiguration": Table("NAME WEBHOOKS AGE", more.webhooks),
    "APIService": Table("NAME SERVICE AVAILABLE AGE", more.api_service),
}

TABLES["Scale"] = Table("NAME DESIRED AVAILABLE AGE", more.scale)

_OTHER = Table("NAME AGE", _plain)


def table_of(row: Kind, definition: Object | None = None) -> Table:
    """Give the table of a kind; a custom kind's columns come from its definition."""
    if row.custom:
        return _custom(row, definition)
    return TABLES.get(row.kind, _OTHER)


def _custom(row: Kind, definition: Object | None) -> Table:
    versions = get(definition, "spec", "versions", default=[])
    version: dict[str, Any] = next((v for v in versions if v["name"] == row.version), {})
    columns: list[dict[str, Any]] = version.get("additionalPrinterColumns") or []
    if not columns:
        return _OTHER
    names = [c["name"].upper().replace(" ", "_") for c in columns if not c.get("priority")]
    wide = [c["name"].upper().replace(" ", "_") for c in columns if c.get("priority")]
    ordered = sorted(columns, key=lambda c: bool(c.get("priority")))

    def cells(obj: Object, clock: Clock) -> Cells:
        return [obj["metadata"]["name"], *(_custom_cell(obj, c, clock) for c in ordered)]

    return Table(" ".join(["NAME", *names]) + (" | " + " ".join(wide) if wide else ""), cells)


def _custom_cell(obj: Object, column: dict[str, Any], clock: Clock) -> str:
    from .jsonpath import JsonPathError, values

    try:
        found = values("{" + column["jsonPath"] + "}", obj)
    except JsonPathError:
        return ""
    if not found or found[0] is None:
        return ""
    if column.get("type") == "date":
        return clock.since(str(found[0]))
    text = found[0]
    return ("true" if text else "false") if isinstance(text, bool) else str(text)
