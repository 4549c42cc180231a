"""Resource quotas: what they count, and that they count anew when something goes."""

from __future__ import annotations

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
