"""kubectl describe of quotas, limits, policies and what else the documentation describes."""

from __future__ import annotations

import pytest
import yaml

from .kube import Cluster

RANGE = """\
apiVersion: v1
kind: LimitRange
metadata: {name: cups, namespace: default}
spec:
  limits:
  - type: Container
    default: {cpu: 1, memory: 512Mi}
    defaultRequest: {cpu: 500m}
    max: {memory: 1Gi}
"""
QUOTA = """\
apiVersion: v1
kind: ResourceQuota
metadata: {name: pots, namespace: default}
spec: {hard: {pods: "2", configmaps: "9"}, scopes: []}
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: lid, namespace: default}
spec:
  podSelector: {matchLabels: {app: tea}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector: {matchLabels: {access: "true"}}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports: [{protocol: TCP, port: 80}]
  - {}
"""
CRON = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: brew, namespace: default}
spec:
  schedule: "*/5 * * * *"
  jobTemplate:
    spec:
      template:
        spec: {restartPolicy: Never, containers: [{name: pot, image: "busybox:1.36"}]}
"""
CLASS = """\
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: guests}
value: 7
description: Guests drink first.
"""
ADDRESSES = """\
apiVersion: v1
kind: Endpoints
metadata: {name: far, namespace: default}
subsets: [{addresses: [{ip: 10.9.8.7}], ports: [{port: 1}]}]
"""
SAID = {
    RANGE: """\
Name:       cups
Namespace:  default
Type        Resource  Min  Max  Default Request  Default Limit  Max Limit/Request Ratio
----        --------  ---  ---  ---------------  -------------  -----------------------
Container   cpu       -    -    500m             1              -
Container   memory    -    1Gi  512Mi            512Mi          -
""",
    POLICY: """\
Name:         lid
Namespace:    default
Created on:   2026-01-05 09:00:01 +0000 UTC
Labels:       <none>
Annotations:  <none>
Spec:
  PodSelector:     app=tea
  Allowing ingress traffic:
    To Port: 80/TCP
    From:
      PodSelector: access=true
    From:
      IPBlock:
        CIDR: 10.0.0.0/8
        Except: 10.1.0.0/16
    ----------
    To Port: <any> (traffic allowed to all ports)
    From: <any> (traffic not restricted by source)
  Allowing egress traffic:
    <none> (Selected pods are isolated for egress connectivity)
  Policy Types: Ingress, Egress
""",
    CLASS: """\
Name:              guests
Value:             7
GlobalDefault:     false
PreemptionPolicy:  PreemptLowerPriority
Description:       Guests drink first.
Annotations:       <none>
Events:            <none>
""",
    ADDRESSES: """\
Name:         far
Namespace:    default
Labels:       <none>
Annotations:  <none>
Subsets:
  Addresses:          10.9.8.7
  NotReadyAddresses:  <none>
  Ports:
    Name     Port  Protocol
    ----     ----  --------
    <unset>  1     TCP

Events:  <none>
""",
}


@pytest.mark.parametrize("text", SAID)
def test_an_object_is_described_in_its_kinds_own_form(text: str) -> None:
    cluster = Cluster(1)
    made = cluster.api.create(yaml.safe_load(text))
    said = cluster.says(f"kubectl describe {made['kind']} {made['metadata']['name']}")
    assert said == SAID[text]


def test_a_quota_and_its_namespace_say_what_is_used() -> None:
    cluster = Cluster(1)
    for text in (QUOTA, RANGE):
        cluster.api.create(yaml.safe_load(text))
    cluster.run("kubectl create configmap leaf --from-literal=a=b")
    cluster.wait(10)
    quota = cluster.says("kubectl describe quota pots")
    space = cluster.says("kubectl describe namespace default")
    assert quota.startswith("Name:       pots\nNamespace:  default\nResource    Used  Hard\n")
    assert "\nconfigmaps  2     9\n" in quota
    assert "\nResource Quotas\n  Name:       pots\n  Resource    Used  Hard\n" in space
    assert "\n Container  memory    -    1Gi  512Mi            512Mi" in space


def test_a_cron_job_is_described_with_the_jobs_that_it_makes() -> None:
    cluster = Cluster(1)
    cluster.api.create(yaml.safe_load(CRON))
    said = cluster.says("kubectl describe cronjob brew")
    rows = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    assert rows["Schedule"].strip() == "*/5 * * * *"
    assert rows["Concurrency Policy"].strip() == "Allow"
    assert rows["Starting Deadline Seconds"].strip() == "<unset>"
    assert "\nPod Template:\n" in said
    assert rows["Active Jobs"].strip() == "<none>"


def test_what_a_limit_range_filled_in_is_noted_on_the_pod() -> None:
    cluster = Cluster(1)
    cluster.api.create(yaml.safe_load(RANGE))
    cluster.run("kubectl run tea --image=nginx:1.27")
    pod = cluster.api.get("Pod", "default", "tea")
    note = pod["metadata"]["annotations"]["kubernetes.io/limit-ranger"]
    assert note == (
        "LimitRanger plugin set: cpu, memory request for container tea; "
        "cpu, memory limit for container tea"
    )


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: counter, namespace: default}
spec:
  rules:
  - host: tea.example.com
    http:
      paths:
      - {path: /web, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
      - {path: /cup, pathType: Prefix, backend: {service: {name: cup, port: {number: 81}}}}
      - path: /art
        pathType: Prefix
        backend: {resource: {apiGroup: k8s.example.com, kind: Store, name: icons}}
"""


def test_an_ingress_names_the_addresses_behind_its_rules() -> None:
    cluster = Cluster(1)
    cluster.api.create(yaml.safe_load(INGRESS))
    cluster.run("kubectl run web --image=nginx:1.27 --port=80 --expose")
    cluster.wait(20)
    address = cluster.api.get("Pod", "default", "web")["status"]["podIP"]
    said = cluster.says("kubectl describe ingress counter")
    assert f"/web   web:80 ({address}:80)\n" in said
    assert '/cup   cup:81 (<error: services "cup" not found>)\n' in said
    assert "/art   APIGroup: k8s.example.com, Kind: Store, Name: icons\n" in said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            {"azureFile": {"secretName": "s", "shareName": "k"}},
            "    Type:             AzureFile (an Azure File Service mount on the host and bind "
            "mount to the pod)\n    SecretName:       s\n    SecretNamespace:  \n"
            "    ShareName:        k\n    ReadOnly:         false\n",
        ),
        (
            {"nfs": {"server": "far", "path": "/"}},
            "    Type:      NFS (an NFS mount that lasts the lifetime of a pod)\n"
            "    Server:    far\n    Path:      /\n    ReadOnly:  false\n",
        ),
    ],
)
def test_a_volume_says_where_its_data_is(source: dict[str, object], said: str) -> None:
    cluster = Cluster(1)
    spec = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteMany"], **source}
    body = {"apiVersion": "v1", "kind": "PersistentVolume", "spec": spec}
    cluster.api.create({**body, "metadata": {"name": "box"}})
    assert f"\nSource:\n{said}" in cluster.says("kubectl describe pv box")


def test_a_stateful_sets_claims_name_the_class_of_their_old_annotation() -> None:
    cluster = Cluster(1)
    marks = {"volume.beta.kubernetes.io/storage-class": "fast"}
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    template = {"containers": [{"name": "pot", "image": "nginx:1.27"}]}
    spec = {
        "serviceName": "pot",
        "selector": {"matchLabels": {"app": "pot"}},
        "template": {"metadata": {"labels": {"app": "pot"}}, "spec": template},
        "volumeClaimTemplates": [{"metadata": {"name": "d", "annotations": marks}, "spec": claim}],
    }
    body = {"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": spec}
    cluster.api.create({**body, "metadata": {"name": "pot", "namespace": "default"}})
    assert "\n  StorageClass:  fast\n" in cluster.says("kubectl describe sts pot")
