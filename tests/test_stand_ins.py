"""Manifests with images that nobody knows: what their stand-ins do (`lab check-manifests`)."""

from __future__ import annotations

import json
from typing import Any

from simulator import Scenario, check_manifests


def check(*containers: dict[str, Any], **spec: Any) -> list[str]:
    """Apply one pod of such containers; answers why it is not ready."""
    named = [{"name": f"c{at}", **one} for at, one in enumerate(containers)]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "labels": {"app": "p"}},
        "spec": {"containers": named, **spec},
    }
    found = check_manifests(json.dumps(pod), "p.json", Scenario.load("three-nodes"))
    assert found["refused"] == []
    return [str(row["why"]) for row in found["not_ready"]]


def exec_probe(line: str) -> dict[str, Any]:
    """Make a readiness probe of a line of shell."""
    return {"exec": {"command": ["sh", "-c", line]}}


def test_a_probe_that_looks_into_an_unknown_programs_output_finds_it() -> None:
    probe = exec_probe("nodetool status | grep -E '^UN'")
    assert check({"image": "example.com/cassandra:1", "readinessProbe": probe}) == []


def test_a_probe_that_fails_by_itself_fails_in_a_stand_in_too() -> None:
    probe = exec_probe("test -f /tmp/healthy")
    why = check({"image": "example.com/x:1", "readinessProbe": probe})
    assert "Readiness probe failed" in why[0]


def test_a_stand_in_fits_into_its_memory_limit() -> None:
    limits = {"limits": {"memory": "6Mi"}}
    ports = [{"containerPort": 80}]
    assert check({"image": "example.com/x:1", "ports": ports, "resources": limits}) == []


def test_programs_that_an_init_container_installs_into_a_volume_run() -> None:
    volume = {"name": "w", "mountPath": "/work"}
    tool = {"image": "busybox", "command": ["/work/tool"], "volumeMounts": [volume],
            "readinessProbe": {"tcpSocket": {"port": 80}}}  # fmt: skip
    installer = {"name": "i", "image": "example.com/installer:1", "volumeMounts": [volume]}
    spec = {"volumes": [{"name": "w", "emptyDir": {}}]}
    assert check(tool, initContainers=[installer], **spec) == []
    assert "CrashLoopBackOff" in check(tool, **spec)[0]


def test_an_unknown_version_of_a_known_image_has_programs_that_the_newest_lacks() -> None:
    ping = exec_probe("mongo --eval 'db.isMaster()' | grep true")
    assert check({"image": "mongo:3.4.1", "readinessProbe": ping}) == []


def test_a_client_beside_a_server_of_the_same_image_leaves_the_port_to_the_server() -> None:
    client = "until mongo --eval 1; do sleep 1; done; sleep 1d"
    why = check(
        {"image": "mongo:3.4.1", "command": ["sh", "-c", client]},
        {"image": "mongo:3.4.1", "readinessProbe": {"tcpSocket": {"port": 27017}}},
    )
    assert why == []


def test_a_stand_in_for_zookeeper_says_that_it_is_well() -> None:
    probe = exec_probe('test "$(echo ruok | timeout 2 nc -w 2 localhost 2181)" = imok')
    ports = [{"containerPort": 2181}]
    assert check({"image": "example.com/zk:1", "ports": ports, "readinessProbe": probe}) == []


def test_a_tool_that_runs_before_the_server_leaves_it_its_port() -> None:
    script = "while ! etcdctl member list; do sleep 1; done; exec etcd --data-dir /data"
    ports = [{"containerPort": 2379}]
    probe = exec_probe("ps | grep 'etcd --data-dir' | grep -v grep")
    container = {"image": "example.com/etcd:2", "command": ["sh", "-c", script], "ports": ports}
    assert check({**container, "readinessProbe": probe}) == []


def test_an_unknown_program_at_the_end_of_a_script_stays() -> None:
    script = "prepare --all && if true; then worker --queue q; fi"
    assert check({"image": "example.com/worker:1", "command": ["sh", "-c", script]}) == []


def test_a_program_from_the_internet_runs_once_it_may() -> None:
    script = "wget -qO /bin/tool https://example.com/tool; tool; echo $? > /tmp/a; " + (
        "chmod +x /bin/tool && tool && sleep 1d"
    )
    probe = exec_probe("test $(cat /tmp/a) = 127 -o $(cat /tmp/a) = 126")
    container = {"image": "alpine:3.24", "command": ["sh", "-c", script]}
    assert check({**container, "readinessProbe": probe}) == []


CERTIFICATE = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: maker}
---
apiVersion: batch/v1
kind: Job
metadata: {name: create}
spec:
  template:
    spec:
      serviceAccountName: maker
      restartPolicy: OnFailure
      containers:
        - name: create
          image: registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.5.0
          args: [create, --host=web, --namespace=default, --secret-name=tls]
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: web, image: example.com/web, volumeMounts: [{name: tls, mountPath: /tls}]}]
  volumes: [{name: tls, secret: {secretName: tls}}]
"""
ROLE = """
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: maker}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get, create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: maker}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: maker}
subjects: [{kind: ServiceAccount, name: maker, namespace: default}]
"""


def test_the_job_that_makes_a_webhooks_certificate_makes_it_if_its_role_lets_it() -> None:
    scenario = Scenario.load("three-nodes")
    assert check_manifests(CERTIFICATE + ROLE, "tls.yaml", scenario)["not_ready"] == []
    waiting = check_manifests(CERTIFICATE, "tls.yaml", scenario)["not_ready"]
    assert [row["object"] for row in waiting] == ["Job/create", "Pod/web"]
    assert 'secret "tls" not found' in str(waiting[1]["why"])
