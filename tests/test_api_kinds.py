"""Kinds that are asked, and those of flow control, certificates and storage capacity."""

from __future__ import annotations

import base64

import pytest

from simulator.kubernetes.api.status import StatusError

from .kube import Cluster

REVIEW = """\
apiVersion: authorization.k8s.io/v1
kind: {kind}
spec:
  {who}
  resourceAttributes: {{verb: list, resource: pods, namespace: default}}
"""
SCHEMA = """\
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata: {name: tea}
spec:
  priorityLevelConfiguration: {name: LEVEL}
  rules:
  - subjects: [{kind: Group, group: {name: drinkers}}]
    nonResourceRules: [{verbs: [get], nonResourceURLs: [/tea]}]
"""
REQUEST = """\
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {{name: tea}}
spec:
  request: {text}
  signerName: kubernetes.io/kube-apiserver-client
  usages: [client auth]
"""


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    return Cluster(2)


def review(cluster: Cluster, kind: str, who: str = "") -> str:
    cluster.file("review.yaml", REVIEW.format(kind=kind, who=who))
    return cluster.says("kubectl create -f review.yaml -o jsonpath={.status.allowed}")


def test_a_review_is_answered_and_not_kept(cluster: Cluster) -> None:
    assert review(cluster, "SelfSubjectAccessReview") == "true"
    assert review(cluster, "SubjectAccessReview", "user: nobody") == "false"
    cluster.says("kubectl create clusterrolebinding b --clusterrole=view --user=nobody")
    assert review(cluster, "SubjectAccessReview", "user: nobody") == "true"
    assert cluster.lab.engine.store.list("SubjectAccessReview") == []


def test_a_review_of_nobody_is_refused(cluster: Cluster) -> None:
    assert "at least one of user or group must be specified" in review(
        cluster, "SubjectAccessReview"
    )


def test_every_cluster_has_its_flow_schemas(cluster: Cluster) -> None:
    lines = cluster.says("kubectl get flowschemas").splitlines()
    assert len(lines) == 14
    assert lines[3].split()[:3] == ["exempt", "exempt", "1"]


@pytest.mark.parametrize(("level", "missing"), [("exempt", "False"), ("nosuch", "True")])
def test_a_flow_schema_says_whether_its_level_is_there(
    cluster: Cluster, level: str, missing: str
) -> None:
    cluster.file("schema.yaml", SCHEMA.replace("LEVEL", level).replace("tea}", level + "}"))
    cluster.says("kubectl apply -f schema.yaml")
    row = cluster.says(f"kubectl get flowschema {level}").splitlines()[-1].split()
    if level == "nosuch":
        assert row[2:4] == ["1000", "<none>"]
    assert row[-1] == missing


def test_a_certificate_request_waits_and_knows_who_asked(cluster: Cluster) -> None:
    pem = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
    cluster.file("csr.yaml", REQUEST.format(text=base64.b64encode(pem.encode()).decode()))
    assert cluster.says("kubectl apply -f csr.yaml").endswith("/tea created\n")
    row = cluster.says("kubectl get csr").splitlines()[-1].split()
    assert row[2:] == ["kubernetes.io/kube-apiserver-client", "kubernetes-admin", "<none>",
                       "Pending"]  # fmt: skip


def test_what_is_no_certificate_request_is_refused(cluster: Cluster) -> None:
    cluster.file("csr.yaml", REQUEST.format(text=base64.b64encode(b"ab").decode()))
    said = cluster.says("kubectl create -f csr.yaml")
    assert said == (
        'The CertificateSigningRequest "tea" is invalid: spec.request: Invalid value: '
        "[]byte{0x61, 0x62}: PEM block type must be CERTIFICATE REQUEST\n"
    )


def test_all_kinds_of_the_server_are_listed(cluster: Cluster) -> None:
    said = cluster.says("kubectl api-resources")
    for kind in ("CSIStorageCapacity", "TokenReview", "LocalSubjectAccessReview",
                 "PriorityLevelConfiguration", "SelfSubjectReview"):  # fmt: skip
        assert kind in said


def test_no_kind_without_a_spec_breaks_the_lab() -> None:
    cluster = Cluster(5)
    for row in cluster.api.kinds():
        body = {"apiVersion": row.api_version, "kind": row.kind, "metadata": {"name": "bare"}}
        try:
            cluster.api.create(body, "kubectl")
        except StatusError:
            continue
    cluster.wait(180)
    assert "bare" in cluster.says("kubectl get nodes")
    cluster.says("kubectl delete node bare")
    cluster.wait(60)


def test_every_kind_without_a_name_is_refused_in_words(cluster: Cluster) -> None:
    for row in cluster.api.kinds():
        if row.kind.endswith("Review") or "create" not in row.verbs:
            continue
        body = {"apiVersion": row.api_version, "kind": row.kind, "metadata": {}}
        for more in ({}, {"spec": {"template": {"spec": {}}}}):
            with pytest.raises(StatusError):
                cluster.api.create({**body, **more}, "kubectl")
