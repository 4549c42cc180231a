"""Applying the same file again: nothing changes, and nothing is refused."""

from __future__ import annotations

import pytest

from .kube import Cluster

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: jar, namespace: default}
spec:
  containers:
  - name: jar
    image: nginx:1.27
    volumeMounts: [{name: lid, mountPath: /lid}]
  volumes: [{name: lid, emptyDir: {}}]
"""
SCALER = """\
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: jar, namespace: default}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: jar}
  maxReplicas: 3
  targetCPUUtilizationPercentage: 50
"""
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: jar, namespace: default}
spec:
  template:
    metadata: {name: jar}
    spec: {restartPolicy: Never, containers: [{name: jar, image: "nginx:1.27"}]}
"""
NAMES = {POD: "pod/jar", JOB: "job.batch/jar", SCALER: "horizontalpodautoscaler.autoscaling/jar"}


@pytest.mark.parametrize("text", NAMES)
def test_a_file_that_is_applied_again_changes_nothing(text: str) -> None:
    cluster = Cluster(1)
    cluster.file("jar.yaml", text)
    cluster.run("kubectl apply -f jar.yaml")
    cluster.wait(20)
    assert cluster.run("kubectl diff -f jar.yaml") == ("", 0)
    assert cluster.run("kubectl apply -f jar.yaml") == (f"{NAMES[text]} unchanged\n", 0)


@pytest.mark.parametrize("text", NAMES)
def test_what_was_applied_by_the_client_can_be_applied_by_the_server(text: str) -> None:
    cluster = Cluster(1)
    cluster.file("jar.yaml", text)
    cluster.run("kubectl apply -f jar.yaml")
    cluster.wait(20)
    said = cluster.run("kubectl apply --server-side -f jar.yaml")
    assert said == (f"{NAMES[text]} serverside-applied\n", 0)


def test_a_changed_autoscaler_of_the_old_version_keeps_its_new_target() -> None:
    cluster = Cluster(1)
    cluster.file("jar.yaml", SCALER)
    cluster.run("kubectl apply -f jar.yaml")
    cluster.file("jar.yaml", SCALER.replace("50", "70"))
    said = cluster.says("kubectl apply -f jar.yaml")
    (metric,) = cluster.api.get("HorizontalPodAutoscaler", "default", "jar")["spec"]["metrics"]
    assert said == f"{NAMES[SCALER]} configured\n"
    assert metric["resource"]["target"]["averageUtilization"] == 70
