"""Admission: what the API server adds to, or refuses of, an object that is well-formed.

Source: kubernetes plugin/pkg/admission (NamespaceLifecycle, ServiceAccount, Priority,
DefaultTolerationSeconds, DefaultStorageClass, DefaultIngressClass, LimitRanger, PodSecurity,
ResourceQuota). What completes an object comes before it is validated, what refuses it after.

# Simplified: Configurations of validating and mutating webhooks are kept and shown, but no webhook
# is ever called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get
from simulator.timing import SECOND

from . import addresses, limits, podsecurity, policies, quota, status
from .kinds import Kind

if TYPE_CHECKING:
    from .server import ApiServer

NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"
TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
TOKEN_SECONDS = 3607
ACCOUNT_WAIT_US = 2 * SECOND
"""Ten looks, 100 to 200 ms apart; a creation's moment is known to the second."""
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
DEFAULT_INGRESS_CLASS = "ingressclass.kubernetes.io/is-default-class"
IMMORTAL = ("default", "kube-system", "kube-public")


def complete(api: ApiServer, row: Kind, obj: Object, old: Object | None, dry_run: bool) -> None:
    """Complete an object in place before it is checked, or refuse it with a StatusError."""
    if old is None:
        _namespace_lifecycle(api, row, obj)
    if row.kind == "Pod" and old is None:
        limits.fill(api, obj)
        _service_account(api, obj)
        _priority(api, obj)
        _tolerations(obj["spec"])
        _runtime_class(api, obj)
    elif row.kind == "Service":
        addresses.allocate(api, obj, old, dry_run)
    elif row.kind == "PersistentVolumeClaim" and old is None:
        _storage_class(api, obj)
    elif row.kind == "Ingress" and old is None:
        _ingress_class(api, obj)
    elif row.kind == "Job" and old is None:
        _job_selector(api, obj)


def refuse(
    api: ApiServer, row: Kind, obj: Object, old: Object | None, dry_run: bool, sub: str = ""
) -> None:
    """Refuse an object that is well-formed but not allowed here; a StatusError.

    sub: "scale" for a write by that subresource, which no policy of the object itself is about.
    """
    if old is None and row.kind in ("Pod", "PersistentVolumeClaim"):
        limits.refuse(api, obj)
    if old is None and row.kind == "Pod":
        podsecurity.refuse(api, obj)
    elif row.kind == "Namespace":
        wrong = podsecurity.label_problems(obj)
        if wrong:
            raise status.invalid(row.kind, row.group, obj["metadata"]["name"], wrong)
    elif row.kind == "PriorityClass":
        _one_default_priority(api, obj, old)
    template = obj["spec"] if row.kind == "Pod" and old is None else _template(row, obj)
    if template:
        podsecurity.warn(api, template, obj["metadata"]["namespace"])
    if sub != "scale":
        policies.admit(api, row, obj, old)
    if row.namespaced and row.kind not in ("Event", "Lease"):
        quota.admit(api, row, obj, old, dry_run)


def _template(row: Kind, obj: Object) -> dict[str, Any]:
    """Give the spec of the pods that a workload makes; {} for what makes none."""
    if row.group not in ("apps", "batch") and row.kind != "ReplicationController":
        return {}
    path = ("spec", "jobTemplate") if row.kind == "CronJob" else ()
    found: dict[str, Any] = get(obj, *path, "spec", "template", "spec", default={})
    return found


def admit_delete(api: ApiServer, row: Kind, old: Object) -> None:
    """Refuse that an object goes: some namespaces never do, others a policy keeps."""
    name = old["metadata"]["name"]
    if row.kind == "Namespace" and name in IMMORTAL:
        raise status.forbidden("namespaces", "", name, "this namespace may not be deleted")
    policies.admit(api, row, None, old)


def _one_default_priority(api: ApiServer, obj: Object, old: Object | None) -> None:
    """Refuse a second class that pods have by default."""
    if not obj.get("globalDefault") or (old or {}).get("globalDefault"):
        return
    name = obj["metadata"].get("name") or ""
    for one in api.store.list("PriorityClass"):
        if one.get("globalDefault") and one["metadata"]["name"] != name:
            why = (
                f"PriorityClass {one['metadata']['name']} is already marked as default. "
                "Only one default can exist"
            )
            raise status.forbidden("priorityclasses", "scheduling.k8s.io", name, why)


def _namespace_lifecycle(api: ApiServer, row: Kind, obj: Object) -> None:
    """Refuse to create anything in a namespace that is not there or is going."""
    if not row.namespaced:
        return
    name = obj["metadata"]["namespace"]
    namespace = api.store.get("Namespace", "", name)
    if namespace is None:
        raise status.not_found("namespaces", "", name)
    if namespace["metadata"].get("deletionTimestamp"):
        why = f"unable to create new content in namespace {name} because it is being terminated"
        error = status.forbidden(row.plural, row.group, obj["metadata"].get("name") or "", why)
        error.details["causes"] = [
            {
                "reason": "NamespaceTerminating",
                "message": f"namespace {name} is being terminated",
                "field": "metadata.namespace",
            }
        ]
        raise error


def _priority(api: ApiServer, pod: Object) -> None:
    """Turn a pod's priority class into its number."""
    spec = pod["spec"]
    name = spec.get("priorityClassName")
    found: Object | None = None
    if name:
        found = api.store.get("PriorityClass", "", name)
        if found is None:
            why = f"no PriorityClass with name {name} was found"
            raise status.forbidden("pods", "", pod["metadata"].get("name") or "", why)
    else:
        classes = [c for c in api.store.list("PriorityClass") if c.get("globalDefault")]
        if classes:
            found = min(classes, key=lambda c: (c["value"], c["metadata"]["name"]))
            spec["priorityClassName"] = found["metadata"]["name"]
    number = found["value"] if found else 0
    if spec.get("priority") not in (None, number):
        given = spec["priority"]
        why = f"the integer value of priority ({given}) must not be provided in pod spec; "
        why += f"priority admission controller computed {number} from the given PriorityClass name"
        raise status.forbidden("pods", "", pod["metadata"].get("name") or "", why)
    spec["priority"] = number
    spec["preemptionPolicy"] = (found or {}).get("preemptionPolicy") or "PreemptLowerPriority"


def _runtime_class(api: ApiServer, pod: Object) -> None:
    """Give a pod the overhead and the nodes of its runtime class; refuse one that is not there."""
    spec = pod["spec"]
    name = spec.get("runtimeClassName")
    found = api.store.get("RuntimeClass", "", name) if name else None
    overhead = get(found, "overhead", "podFixed", default={})
    why = ""
    if name and found is None:
        why = f'RuntimeClass "{name}" not found'
    elif spec.get("overhead") and not overhead:
        why = "Pod Overhead set without corresponding RuntimeClass defined Overhead"
    elif spec.get("overhead") and spec["overhead"] != overhead:
        why = "Pod's Overhead doesn't match RuntimeClass's defined Overhead"
    scheduling: dict[str, Any] = (found or {}).get("scheduling") or {}
    selector = spec.get("nodeSelector") or {}
    for key, value in sorted((scheduling.get("nodeSelector") or {}).items()):
        if selector.get(key, value) != value:
            why = why or (
                f"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; "
                f"pod.spec.nodeSelector[{key}] = {selector[key]}"
            )
    if why:
        meta = pod["metadata"]
        raise status.forbidden("pods", "", meta.get("name") or "", f"pod rejected: {why}")
    if overhead:
        spec["overhead"] = dict(overhead)
    if scheduling.get("nodeSelector"):
        spec["nodeSelector"] = {**selector, **scheduling["nodeSelector"]}
    own = list(spec.get("tolerations") or ())
    spec["tolerations"] = own + [one for one in scheduling.get("tolerations") or ()
                                 if one not in own]  # fmt: skip


def _service_account(api: ApiServer, pod: Object) -> None:
    """Give a pod its service account, and mount the account's token into each container."""
    spec, meta = pod["spec"], pod["metadata"]
    if "kubernetes.io/config.mirror" in (meta.get("annotations") or {}):
        return
    name = spec.get("serviceAccountName") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = name
    account = api.store.get("ServiceAccount", meta["namespace"], name)
    if account is None and name == "default" and _is_new(api, meta["namespace"]):
        account = {}
    if account is None:
        why = (
            f"error looking up service account {meta['namespace']}/{name}: "
            f'serviceaccount "{name}" not found'
        )
        raise status.forbidden("pods", "", meta.get("name") or "", why)
    if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
        spec["imagePullSecrets"] = [dict(one) for one in account["imagePullSecrets"]]
    mount = spec.get("automountServiceAccountToken")
    if mount is None:
        mount = account.get("automountServiceAccountToken")
    if mount is not False:
        _mount_token(api, pod)


def _is_new(api: ApiServer, namespace: str) -> bool:
    """Tell whether the controller that gives a namespace its account may still be about to do so.

    # Simplified: A pod that is made right after its namespace does not wait until the namespace has
    # its default service account, for which the real API server looks ten times.
    """
    made = api.store.need("Namespace", "", namespace)["metadata"]["creationTimestamp"]
    since = max(0, api.engine.now_us - ACCOUNT_WAIT_US)
    return bool(made >= api.engine.timestamp(since))


def _mount_token(api: ApiServer, pod: Object) -> None:
    spec = pod["spec"]
    volumes = spec.get("volumes") or []
    given = [str(volume.get("name") or "") for volume in volumes]
    name = next((one for one in given if one.startswith("kube-api-access-")), "")
    added = False
    for container in [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]:
        mounts = container.get("volumeMounts") or []
        if any(mount.get("mountPath") == TOKEN_PATH for mount in mounts):
            continue
        if not name:
            suffix = api.engine.streams.hex(10, "token", pod["metadata"].get("name") or "")
            name = "kube-api-access-" + "".join(
                "bcdfghjklmnpqrst"[int(digit, 16)] for digit in suffix[:5]
            )
            added = True
        mount = {"name": name, "readOnly": True, "mountPath": TOKEN_PATH}
        container["volumeMounts"] = [*mounts, mount]
    if added:
        spec["volumes"] = [*volumes, _token_volume(name)]


def _token_volume(name: str) -> dict[str, Any]:
    namespace = {
        "path": "namespace",
        "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
    }
    return {
        "name": name,
        "projected": {
            "defaultMode": 0o644,
            "sources": [
                {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
                {
                    "configMap": {
                        "name": "kube-root-ca.crt",
                        "items": [{"key": "ca.crt", "path": "ca.crt"}],
                    }
                },
                {"downwardAPI": {"items": [namespace]}},
            ],
        },
    }


def _tolerations(spec: dict[str, Any]) -> None:
    """Let a pod stay five minutes on a node that is not ready or not reachable."""
    tolerations = list(spec.get("tolerations") or ())
    for key in (NOT_READY, UNREACHABLE):
        if not any(_tolerates(toleration, key) for toleration in tolerations):
            tolerations.append(
                {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
            )
    spec["tolerations"] = tolerations


def _tolerates(toleration: dict[str, Any], key: str) -> bool:
    named = toleration.get("key") or ""
    return named in (key, "") and toleration.get("effect") in ("NoExecute", "", None)


def _storage_class(api: ApiServer, claim: Object) -> None:
    """Give a claim that names no class the default one: the newest, if there are several."""
    if claim["spec"].get("storageClassName") is not None:
        return
    if "volume.beta.kubernetes.io/storage-class" in (claim["metadata"].get("annotations") or {}):
        return
    defaults = [
        one
        for one in api.store.list("StorageClass")
        if (one["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true"
    ]
    if defaults:
        newest = max(one["metadata"]["creationTimestamp"] for one in defaults)
        names = [
            one["metadata"]["name"]
            for one in defaults
            if one["metadata"]["creationTimestamp"] == newest
        ]
        claim["spec"]["storageClassName"] = min(names)


def _ingress_class(api: ApiServer, ingress: Object) -> None:
    """Give an Ingress that names no class the default one; several of those are refused."""
    if ingress["spec"].get("ingressClassName") is not None:
        return
    meta = ingress["metadata"]
    if "kubernetes.io/ingress.class" in (meta.get("annotations") or {}):
        return
    defaults = [
        one["metadata"]["name"]
        for one in api.store.list("IngressClass")
        if (one["metadata"].get("annotations") or {}).get(DEFAULT_INGRESS_CLASS) == "true"
    ]
    if len(defaults) > 1:
        count = len(defaults)
        why = f"Internal error occurred: {count} default IngressClasses were found, only 1 allowed"
        raise status.forbidden("ingresses", "networking.k8s.io", meta.get("name") or "", why)
    if defaults:
        ingress["spec"]["ingressClassName"] = defaults[0]


def settle(row: Kind, obj: Object) -> None:
    """Fill in what reading a stored object fills in, after it was checked.

    # Simplified: A Job without labels has those of its pods at once, not from its first status on.
    """
    if row.kind == "Job" and not obj["metadata"].get("labels"):
        labels = get(obj, "spec", "template", "metadata", "labels")
        if labels:
            obj["metadata"]["labels"] = dict(labels)


def _job_selector(api: ApiServer, job: Object) -> None:
    """Give a Job the selector and labels by which it finds its own pods, made from its uid."""
    meta, spec = job["metadata"], job["spec"]
    if spec.get("manualSelector"):
        return
    name = meta.get("name") or ""  # one without is refused later
    uid = api.engine.streams.uid("Job", meta["namespace"], name, api.store.version)
    meta["uid"] = uid
    labels = {
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": name,
        "controller-uid": uid,
        "job-name": name,
    }
    template = spec["template"].setdefault("metadata", {})
    template["labels"] = {**(template.get("labels") or {}), **labels}
    spec.setdefault("selector", {})
    spec["selector"] = {
        **spec["selector"],
        "matchLabels": {
            **(spec["selector"].get("matchLabels") or {}),
            "batch.kubernetes.io/controller-uid": uid,
        },
    }
