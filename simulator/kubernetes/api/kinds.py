"""The table of kinds: what the API server knows, and by which words kubectl finds it.

Source: the API resource lists of Kubernetes 1.32 (names, short names, categories).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
READ_VERBS = ("get", "list")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.   store: its name in the store.   generation: counts changes of its spec."""

    kind: str
    plural: str
    group: str = ""
    version: str = "v1"
    short: tuple[str, ...] = ()
    namespaced: bool = True
    categories: tuple[str, ...] = ()
    status: bool = False
    scale: bool = False
    generation: bool = False
    verbs: tuple[str, ...] = ALL_VERBS
    custom: bool = False
    versions: tuple[str, ...] = ()

    @property
    def singular(self) -> str:
        """The singular word."""
        return self.kind.lower()

    @property
    def api_version(self) -> str:
        """`apps/v1`, `v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def store(self) -> str:
        """Its `kind` in the store: custom kinds are told apart by their group."""
        return f"{self.kind}.{self.group}" if self.custom else self.kind

    @property
    def resource(self) -> str:
        """The plural with its group, as messages name it (`deployments.apps`)."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def served(self) -> tuple[str, ...]:
        """All versions of the group in which this kind may be written."""
        return (self.version, *self.versions)


def _core() -> list[Kind]:
    cluster = {"namespaced": False}
    return [
        Kind("Binding", "bindings", verbs=("create",)),
        Kind("ComponentStatus", "componentstatuses", short=("cs",), verbs=READ_VERBS, **cluster),  # type: ignore[arg-type]
        Kind("ConfigMap", "configmaps", short=("cm",)),
        Kind("Endpoints", "endpoints", short=("ep",)),
        Kind("Event", "events", short=("ev",)),
        Kind("LimitRange", "limitranges", short=("limits",)),
        Kind("Namespace", "namespaces", short=("ns",), namespaced=False, status=True),
        Kind("Node", "nodes", short=("no",), namespaced=False, status=True),
        Kind("PersistentVolumeClaim", "persistentvolumeclaims", short=("pvc",), status=True),
        Kind("PersistentVolume", "persistentvolumes", short=("pv",), namespaced=False, status=True),
        Kind("Pod", "pods", short=("po",), categories=("all",), status=True),
        Kind("PodTemplate", "podtemplates"),
        Kind("ReplicationController", "replicationcontrollers", short=("rc",), categories=("all",),
             status=True, scale=True, generation=True),
        Kind("ResourceQuota", "resourcequotas", short=("quota",), status=True),
        Kind("Secret", "secrets"),
        Kind("ServiceAccount", "serviceaccounts", short=("sa",)),
        Kind("Service", "services", short=("svc",), categories=("all",), status=True),
    ]  # fmt: skip


def _apps() -> list[Kind]:
    every = ("all",)
    return [
        Kind("ControllerRevision", "controllerrevisions", "apps"),
        Kind("DaemonSet", "daemonsets", "apps", short=("ds",), categories=every, status=True,
             generation=True),
        Kind("Deployment", "deployments", "apps", short=("deploy",), categories=every, status=True,
             scale=True, generation=True),
        Kind("ReplicaSet", "replicasets", "apps", short=("rs",), categories=every, status=True,
             scale=True, generation=True),
        Kind("StatefulSet", "statefulsets", "apps", short=("sts",), categories=every, status=True,
             scale=True, generation=True),
        Kind("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling", "v2",
             short=("hpa",), categories=every, status=True, versions=("v1",)),
        Kind("CronJob", "cronjobs", "batch", short=("cj",), categories=every, status=True,
             generation=True),
        Kind("Job", "jobs", "batch", categories=every, status=True, generation=True),
    ]  # fmt: skip


def _others() -> list[Kind]:
    rbac = "rbac.authorization.k8s.io"
    storage = "storage.k8s.io"
    net = "networking.k8s.io"
    ask = ("create",)
    return [
        Kind("MutatingWebhookConfiguration", "mutatingwebhookconfigurations",
             "admissionregistration.k8s.io", namespaced=False, generation=True),
        Kind("ValidatingWebhookConfiguration", "validatingwebhookconfigurations",
             "admissionregistration.k8s.io", namespaced=False, generation=True),
        Kind("ValidatingAdmissionPolicy", "validatingadmissionpolicies",
             "admissionregistration.k8s.io", namespaced=False, status=True, generation=True),
        Kind("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings",
             "admissionregistration.k8s.io", namespaced=False, generation=True),
        Kind("CustomResourceDefinition", "customresourcedefinitions", "apiextensions.k8s.io",
             short=("crd", "crds"), namespaced=False, categories=("api-extensions",), status=True,
             generation=True),
        Kind("APIService", "apiservices", "apiregistration.k8s.io", namespaced=False,
             categories=("api-extensions",), status=True),
        Kind("SelfSubjectReview", "selfsubjectreviews", "authentication.k8s.io", namespaced=False,
             verbs=ask),
        Kind("TokenReview", "tokenreviews", "authentication.k8s.io", namespaced=False, verbs=ask),
        Kind("LocalSubjectAccessReview", "localsubjectaccessreviews", "authorization.k8s.io",
             verbs=ask),
        Kind("SubjectAccessReview", "subjectaccessreviews", "authorization.k8s.io",
             namespaced=False, verbs=ask),
        Kind("SelfSubjectAccessReview", "selfsubjectaccessreviews", "authorization.k8s.io",
             namespaced=False, verbs=ask),
        Kind("SelfSubjectRulesReview", "selfsubjectrulesreviews", "authorization.k8s.io",
             namespaced=False, verbs=ask),
        Kind("CertificateSigningRequest", "certificatesigningrequests", "certificates.k8s.io",
             short=("csr",), namespaced=False, status=True),
        Kind("Lease", "leases", "coordination.k8s.io"),
        Kind("EndpointSlice", "endpointslices", "discovery.k8s.io", generation=True),
        Kind("FlowSchema", "flowschemas", "flowcontrol.apiserver.k8s.io", namespaced=False,
             status=True, generation=True),
        Kind("PriorityLevelConfiguration", "prioritylevelconfigurations",
             "flowcontrol.apiserver.k8s.io", namespaced=False, status=True, generation=True),
        Kind("NodeMetrics", "nodes", "metrics.k8s.io", "v1beta1", namespaced=False,
             verbs=READ_VERBS),
        Kind("PodMetrics", "pods", "metrics.k8s.io", "v1beta1", verbs=READ_VERBS),
        Kind("IngressClass", "ingressclasses", net, namespaced=False, generation=True),
        Kind("Ingress", "ingresses", net, short=("ing",), status=True, generation=True),
        Kind("NetworkPolicy", "networkpolicies", net, short=("netpol",), generation=True),
        Kind("RuntimeClass", "runtimeclasses", "node.k8s.io", namespaced=False),
        Kind("PodDisruptionBudget", "poddisruptionbudgets", "policy", short=("pdb",), status=True,
             generation=True),
        Kind("ClusterRoleBinding", "clusterrolebindings", rbac, namespaced=False),
        Kind("ClusterRole", "clusterroles", rbac, namespaced=False),
        Kind("RoleBinding", "rolebindings", rbac),
        Kind("Role", "roles", rbac),
        Kind("PriorityClass", "priorityclasses", "scheduling.k8s.io", short=("pc",),
             namespaced=False, generation=True),
        Kind("CSIDriver", "csidrivers", storage, namespaced=False),
        Kind("CSINode", "csinodes", storage, namespaced=False),
        Kind("CSIStorageCapacity", "csistoragecapacities", storage),
        Kind("StorageClass", "storageclasses", storage, short=("sc",), namespaced=False),
        Kind("VolumeAttachment", "volumeattachments", storage, namespaced=False, status=True),
    ]  # fmt: skip


BUILTIN: tuple[Kind, ...] = tuple(
    sorted([*_core(), *_apps(), *_others()], key=lambda kind: (kind.group, kind.plural))
)
"""Every kind that a new cluster serves, in the order of `kubectl api-resources`."""

_BY_KIND = {kind.kind: kind for kind in BUILTIN}


def builtin(kind: str) -> Kind:
    """Give a built-in kind by its name; raises KeyError."""
    return _BY_KIND[kind]


def find(word: str, kinds: Iterable[Kind] = BUILTIN) -> Kind | None:
    """Find a kind by what people type: `deploy`, `Deployment`, `deployments.apps`, `pods.v1.`.

    Plurals, then singulars, then short names, each without regard to case, as kubectl does.
    """
    rows = list(kinds)
    typed = word.lower()
    name, _, rest = typed.partition(".")
    if rest:
        for row in rows:
            places = (
                row.group,
                f"{row.version}.{row.group}",
                *(f"{v}.{row.group}" for v in row.versions),
            )
            if name in (row.plural, row.singular, *row.short) and rest in places:
                return row
        return None
    for words in (
        lambda row: (row.plural,),
        lambda row: (row.singular,),
        lambda row: row.short,
    ):
        for row in rows:
            if typed in words(row):
                return row
    return None


def in_category(category: str, kinds: Iterable[Kind] = BUILTIN) -> list[Kind]:
    """Give the kinds of a category (`all`), in kubectl's order."""
    return [kind for kind in kinds if category in kind.categories]


def of_object(api_version: str, kind: str, kinds: Iterable[Kind] = BUILTIN) -> Kind | None:
    """Find the kind of a manifest; None when the server serves no such version or kind."""
    group, _, version = api_version.rpartition("/")
    for row in kinds:
        if row.kind == kind and row.group == group and version in row.served:
            return row
    return None
