"""Resource quotas: what they count, and that they count anew when something goes."""

from __future__ import annotations

import json

import pytest

from simulator.kubernetes.api.status import StatusError
from tests.cluster_world import apply, deployment, events, make_lab, one, pod, pods, run

QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: small, namespace: default}
spec: {hard: {pods: "2", requests.cpu: "1", count/configmaps: "5"}}
"""
HALF = {"resources": {"requests": {"cpu": "500m"}}, "command": ["sleep", "3600"]}


def test_a_quota_says_what_is_used_as_soon_as_it_exists() -> None:
    lab = make_lab(pod("a", HALF))
    run(lab, 10)
    apply(lab, QUOTA)
    run(lab, 1)
    status = one(lab, "ResourceQuota", "small")["status"]
    assert status["hard"] == {"pods": "2", "requests.cpu": "1", "count/configmaps": "5"}
    assert status["used"] == {"pods": "1", "requests.cpu": "500m", "count/configmaps": "1"}


def test_what_a_deleted_pod_used_can_be_used_again() -> None:
    lab = make_lab(pod("a", HALF) + "---\n" + pod("b", HALF))
    run(lab, 10)
    apply(lab, QUOTA)
    run(lab, 1)
    with pytest.raises(StatusError, match=r"exceeded quota: small, requested: pods=1,"):
        apply(lab, pod("c", HALF))
    lab.engine.api.delete("Pod", "default", "a", grace_s=0)
    run(lab, 1)
    assert one(lab, "ResourceQuota", "small")["status"]["used"]["pods"] == "1"
    apply(lab, pod("c", HALF))


def test_a_pod_that_has_ended_counts_no_more() -> None:
    lab = make_lab(pod("a", {**HALF, "command": ["sleep", "20"]}, restartPolicy="Never"))
    apply(lab, QUOTA)
    run(lab, 5)
    assert one(lab, "ResourceQuota", "small")["status"]["used"]["requests.cpu"] == "500m"
    run(lab, 40)
    assert one(lab, "Pod", "a")["status"]["phase"] == "Succeeded"
    assert one(lab, "ResourceQuota", "small")["status"]["used"]["requests.cpu"] == "0"


def test_a_deployment_over_quota_is_completed_when_the_quota_grows() -> None:
    lab = make_lab(QUOTA + "---\n" + deployment(replicas=3, container=HALF | {"command": None}))
    run(lab, 20)
    assert len(pods(lab)) == 2
    assert "exceeded quota: small" in events(lab, "FailedCreate")[0]
    hard = {"pods": "9", "requests.cpu": "9"}
    lab.engine.api.patch("ResourceQuota", "default", "small", {"spec": {"hard": hard}})
    run(lab, 120)
    assert len(pods(lab)) == 3


def limited(lab, message: str, manifest: str) -> None:
    """Expect that a manifest is refused so."""
    with pytest.raises(StatusError) as caught:
        apply(lab, manifest)
    assert caught.value.message.endswith(message)


def quota(**spec: object) -> str:
    """Give a quota called q."""
    return (
        f"{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: q}}, spec: {json.dumps(spec)}}}"
    )


def test_a_quota_with_scopes_counts_only_the_pods_in_them() -> None:
    lab = make_lab()
    apply(lab, quota(hard={"pods": "1"}, scopes=["BestEffort"]))
    apply(lab, pod("a", HALF))
    apply(lab, pod("b", HALF))
    apply(lab, pod("c", {"command": ["sleep", "9"]}))
    limited(lab, "exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1",
            pod("d", {"command": ["sleep", "9"]}))  # fmt: skip


def test_a_quota_may_be_about_pods_of_some_priority() -> None:
    lab = make_lab()
    rule = {"scopeName": "PriorityClass", "operator": "In", "values": ["system-node-critical"]}
    apply(lab, quota(hard={"pods": "0"}, scopeSelector={"matchExpressions": [rule]}))
    apply(lab, pod("a", HALF))
    limited(lab, "limited: pods=0", pod("b", HALF, priorityClassName="system-node-critical"))


def test_init_containers_count_where_they_ask_for_more() -> None:
    lab = make_lab()
    apply(lab, quota(hard={"requests.cpu": "1"}))
    big = {"name": "i", "image": "busybox:1.36", "resources": {"requests": {"cpu": "2"}}}
    limited(lab, "requested: requests.cpu=2, used: requests.cpu=0, limited: requests.cpu=1",
            pod("a", HALF, initContainers=[big]))  # fmt: skip


def test_a_service_that_becomes_a_node_port_is_counted() -> None:
    lab = make_lab()
    apply(lab, quota(hard={"services.nodeports": "0"}))
    apply(lab, "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}")
    with pytest.raises(StatusError, match=r"requested: services\.nodeports=1"):
        lab.engine.api.patch("Service", "default", "s", {"spec": {"type": "NodePort"}})


def test_a_limit_range_may_bound_the_limit_by_the_request() -> None:
    lab = make_lab()
    apply(
        lab,
        """
apiVersion: v1
kind: LimitRange
metadata: {name: l}
spec: {limits: [{type: Container, maxLimitRequestRatio: {memory: "2"}}]}
""",
    )
    sizes = {"limits": {"memory": "300Mi"}, "requests": {"memory": "100Mi"}}
    limited(lab, "memory max limit to request ratio per Container is 2, but provided ratio is "
            "3.000000", pod("a", {"resources": sizes}))  # fmt: skip


def test_a_runtime_class_gives_its_pods_overhead_and_nodes() -> None:
    lab = make_lab()
    apply(
        lab,
        """
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: kata}
handler: kata
overhead: {podFixed: {cpu: 250m}}
scheduling: {nodeSelector: {runtime: kata}, tolerations: [{key: kata, operator: Exists}]}
""",
    )
    apply(lab, quota(hard={"requests.cpu": "700m"}))
    limited(lab, "requested: requests.cpu=750m, used: requests.cpu=0, limited: requests.cpu=700m",
            pod("a", HALF, runtimeClassName="kata"))  # fmt: skip
    limited(lab, "pod rejected: conflict: runtimeClass.scheduling.nodeSelector[runtime] = kata; "
            "pod.spec.nodeSelector[runtime] = x",
            pod("a", HALF, runtimeClassName="kata", nodeSelector={"runtime": "x"}))  # fmt: skip
    lab.engine.api.delete("ResourceQuota", "default", "q")
    apply(lab, pod("a", HALF, runtimeClassName="kata"))
    spec = one(lab, "Pod", "a")["spec"]
    assert spec["overhead"] == {"cpu": "250m"}
    assert spec["nodeSelector"] == {"runtime": "kata"}
    assert {"key": "kata", "operator": "Exists"} in spec["tolerations"]
