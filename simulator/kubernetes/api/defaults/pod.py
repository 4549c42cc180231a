"""Defaults of pods and pod templates.   Source: kubernetes v1.32 pkg/apis/core/v1/defaults.go."""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.api.quantity import parse
from simulator.plain import Object

Spec = dict[str, Any]

MODE = 0o644


def fill(obj: Object) -> None:
    """Fill in a pod."""
    spec: Spec = obj.setdefault("spec", {})
    for container in _containers(spec):
        _requests_from_limits(container)
    spec.setdefault("enableServiceLinks", True)
    fill_spec(spec)


def fill_pod_template(obj: Object) -> None:
    """Fill in a PodTemplate object."""
    fill_template(obj.setdefault("template", {}))


def fill_template(template: Object) -> None:
    """Fill in the template of a workload."""
    template.setdefault("metadata", {})
    template["metadata"].setdefault("creationTimestamp", None)
    fill_spec(template.setdefault("spec", {}))


def fill_spec(spec: Spec) -> None:
    """Fill in a pod's spec."""
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("schedulerName", "default-scheduler")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("securityContext", {})
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    for container in _containers(spec):
        _container(container, bool(spec.get("hostNetwork")))
    for volume in spec.get("volumes") or ():
        _volume(volume)


def _containers(spec: Spec) -> list[Spec]:
    """Give all containers of a pod, the init and ephemeral ones too."""
    return [
        container
        for group in ("initContainers", "containers", "ephemeralContainers")
        for container in spec.get(group) or ()
        if isinstance(container, dict)
    ]


def _container(container: Spec, host_network: bool) -> None:
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    container.setdefault("resources", {})
    if not container.get("imagePullPolicy"):
        container["imagePullPolicy"] = pull_policy(str(container.get("image") or ""))
    for port in container.get("ports") or ():
        port.setdefault("protocol", "TCP")
        if host_network and not port.get("hostPort") and port.get("containerPort"):
            port["hostPort"] = port["containerPort"]
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(name) is not None:
            _probe(container[name])
    for hook in (container.get("lifecycle") or {}).values():
        if isinstance(hook, dict):
            _http_get(hook)
    for variable in container.get("env") or ():
        source = variable.get("valueFrom") or {}
        if source.get("fieldRef") is not None:
            source["fieldRef"].setdefault("apiVersion", "v1")
        if source.get("resourceFieldRef") is not None:
            source["resourceFieldRef"].setdefault("divisor", "0")


def pull_policy(image: str) -> str:
    """Give the policy for an image that names none: Always for `latest` or no tag."""
    if "@" in image:
        return "IfNotPresent"
    tag = image.rpartition("/")[2].partition(":")[2]
    return "Always" if tag in ("", "latest") else "IfNotPresent"


def _probe(probe: Spec) -> None:
    probe.setdefault("timeoutSeconds", 1)
    probe.setdefault("periodSeconds", 10)
    probe.setdefault("successThreshold", 1)
    probe.setdefault("failureThreshold", 3)
    if probe.get("grpc") is not None:
        probe["grpc"].setdefault("service", "")
    _http_get(probe)


def _http_get(handler: Spec) -> None:
    get = handler.get("httpGet")
    if get is not None:
        get.setdefault("path", "/")
        get.setdefault("scheme", "HTTP")


def _requests_from_limits(container: Spec) -> None:
    resources = container.get("resources") or {}
    limits = resources.get("limits") or {}
    if limits:
        requests = resources.setdefault("requests", {})
        for name, amount in limits.items():
            requests.setdefault(name, amount)


def _volume(volume: Spec) -> None:
    if len(volume) < 2:
        volume["emptyDir"] = {}
    for source in ("secret", "configMap", "downwardAPI", "projected"):
        if volume.get(source) is not None:
            volume[source].setdefault("defaultMode", MODE)
    if volume.get("hostPath") is not None:
        volume["hostPath"].setdefault("type", "")
    for item in (volume.get("downwardAPI") or {}).get("items") or ():
        _field_ref(item)
    for source in (volume.get("projected") or {}).get("sources") or ():
        if source.get("serviceAccountToken") is not None:
            source["serviceAccountToken"].setdefault("expirationSeconds", 3600)
        for item in (source.get("downwardAPI") or {}).get("items") or ():
            _field_ref(item)
    template = (volume.get("ephemeral") or {}).get("volumeClaimTemplate")
    if template is not None:
        template.setdefault("metadata", {"creationTimestamp": None})
        template.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")


def _field_ref(item: Spec) -> None:
    if item.get("fieldRef") is not None:
        item["fieldRef"].setdefault("apiVersion", "v1")


def first_status(pod: Object) -> Object:
    """Give the status of a new pod; a gate is told at once.

    Source: kubernetes pkg/registry/core/pod/strategy.go (applySchedulingGatedCondition).
    """
    status: Object = {"phase": "Pending", "qosClass": qos_class(pod["spec"])}
    if pod["spec"].get("schedulingGates"):
        status["conditions"] = [
            {
                "type": "PodScheduled",
                "status": "False",
                "lastProbeTime": None,
                "lastTransitionTime": None,
                "reason": "SchedulingGated",
                "message": "Scheduling is blocked due to non-empty scheduling gates",
            }
        ]
    return status


def qos_class(spec: Spec) -> str:
    """Tell a pod's class of service: Guaranteed, Burstable or BestEffort.

    Source: kubernetes pkg/apis/core/helper/qos/qos.go.
    """
    any_set, all_equal = False, True
    for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]:
        resources = container.get("resources") or {}
        for name in ("cpu", "memory"):
            limit = parse((resources.get("limits") or {}).get(name, 0)).nanos
            request = parse((resources.get("requests") or {}).get(name, 0)).nanos
            any_set = any_set or limit > 0 or request > 0
            all_equal = all_equal and limit > 0 and request in (0, limit)
    if not any_set:
        return "BestEffort"
    return "Guaranteed" if all_equal else "Burstable"
