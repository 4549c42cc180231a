"""Turns a container of a pod's spec into the body of a container engine's create call.

Sources: pkg/kubelet/kuberuntime/kuberuntime_container.go, pkg/kubelet/cm/helpers_linux.go and
pkg/kubelet/qos/policy.go, v1.32; names as cri-dockerd gives them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api import quantity
from simulator.kubernetes.kubelet import security
from simulator.kubernetes.kubelet.environment import environment, expand
from simulator.kubernetes.kubelet.identity import hostname_of
from simulator.network.dns import resolver_of
from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

CPU_PERIOD_US = 100_000
MIN_SHARES, SHARES_PER_CPU = 2, 1024
GUARANTEED_OOM, BEST_EFFORT_OOM = -997, 1000


def container_name(pod: Object, container: Object, attempt: int) -> str:
    """Name a container as `docker ps` on the node shows it."""
    meta = pod["metadata"]
    name, namespace, uid = meta["name"], meta["namespace"], meta["uid"]
    return f"k8s_{container['name']}_{name}_{namespace}_{uid}_{attempt}"


def create_body(engine: Engine, pod: Object, container: Object, ip: str) -> dict[str, Any]:
    """Make the body of `POST /containers/create`; raises ConfigError."""
    values = environment(engine, pod, container, ip)
    body: dict[str, Any] = {
        "Image": container["image"],
        "Env": [f"{name}={text}" for name, text in values.items()],
        "Labels": _labels(pod, container),
        "Hostname": hostname_of(pod),
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": _host_config(engine, pod, container),
    }
    if container.get("command"):
        body["Entrypoint"] = [expand(str(word), values) for word in container["command"]]
    if container.get("args"):
        body["Cmd"] = [expand(str(word), values) for word in container["args"]]
    if container.get("workingDir"):
        body["WorkingDir"] = container["workingDir"]
    if container.get("tty"):
        body["Tty"] = True
    if container.get("stdin"):
        body["OpenStdin"] = True
    security.check_non_root(engine, pod, container)
    user = security.user_of(pod, container, security.image_user(engine, pod, container))
    if user:
        body["User"] = user
    return body


def _labels(pod: Object, container: Object) -> dict[str, str]:
    meta = pod["metadata"]
    return {
        "io.kubernetes.container.name": container["name"],
        "io.kubernetes.pod.name": meta["name"],
        "io.kubernetes.pod.namespace": meta["namespace"],
        "io.kubernetes.pod.uid": meta["uid"],
        "io.kubernetes.docker.type": "container",
    }


def _host_config(engine: Engine, pod: Object, container: Object) -> dict[str, Any]:
    resources = container.get("resources") or {}
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    host: dict[str, Any] = {"RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}}
    if pod["spec"].get("hostNetwork"):
        host["NetworkMode"] = "host"
    resolver = resolver_of(pod)
    host.update(Dns=resolver.servers, DnsSearch=resolver.search, DnsOptions=resolver.options)
    cpu = quantity.milli_cpu(requests.get("cpu", limits.get("cpu")))
    host["CpuShares"] = max(MIN_SHARES, cpu * SHARES_PER_CPU // 1000)
    if limits.get("cpu"):
        host["CpuPeriod"] = CPU_PERIOD_US
        host["CpuQuota"] = max(1000, quantity.milli_cpu(limits["cpu"]) * CPU_PERIOD_US // 1000)
    if limits.get("memory"):
        host["Memory"] = host["MemorySwap"] = quantity.bytes_of(limits["memory"])
    host["OomScoreAdj"] = oom_score(engine, pod, requests)
    groups = security.groups_of(pod)
    if groups:
        host["GroupAdd"] = groups
    context = container.get("securityContext") or {}
    if context.get("privileged"):
        host["Privileged"] = True
    if context.get("readOnlyRootFilesystem"):
        host["ReadonlyRootfs"] = True
    capabilities = context.get("capabilities") or {}
    if capabilities.get("add"):
        host["CapAdd"] = list(capabilities["add"])
    if capabilities.get("drop"):
        host["CapDrop"] = list(capabilities["drop"])
    return host


def oom_score(engine: Engine, pod: Object, requests: dict[str, Any]) -> int:
    """Give the OOM score adjustment: the higher, the earlier the kernel kills."""
    qos = get(pod, "status", "qosClass", default="BestEffort")
    if pod["spec"].get("priorityClassName") == "system-node-critical" or qos == "Guaranteed":
        return GUARANTEED_OOM
    if qos == "BestEffort":
        return BEST_EFFORT_OOM
    machine = engine.machines.get(pod["spec"].get("nodeName") or "")
    memory = machine["spec"]["memory"] if machine else 1 << 33
    score = 1000 - 1000 * quantity.bytes_of(requests.get("memory")) // memory
    return int(min(max(score, 1000 + GUARANTEED_OOM), BEST_EFFORT_OOM - 1))
