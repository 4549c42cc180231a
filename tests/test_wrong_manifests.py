"""Deliberately wrong manifests, each with the words in which upstream refuses it."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator import Scenario, check_manifests
from simulator.kubernetes.api.status import StatusError

from .kube import Cluster

FOLDER = Path(__file__).parent / "data" / "kubernetes" / "wrong"
MESSAGES: dict[str, str] = json.loads((FOLDER / "messages.json").read_text("utf-8"))
GOOD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: tea}
spec:
  selector: {matchLabels: {app: tea}}
  template:
    metadata: {labels: {app: tea}}
    spec:
      containers:
      - name: cup
        image: example.com/nobody/knows:this
        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {path: /, port: 8080}}
"""


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """Give a cluster in which nothing is ever made."""
    return Cluster(1)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_wrong_manifest_is_refused_in_upstreams_words(name: str, cluster: Cluster) -> None:
    text = (FOLDER / name).read_text("utf-8")
    one = Cluster(1) if "---" in text else cluster
    one.file("wrong.yaml", text)  # one file for all: a workspace holds 200
    output, code = one.run("kubectl apply -f /home/student/wrong.yaml")
    said = [line for line in output.strip().split("\n") if not line.endswith(" created")]
    assert "\n".join(said).replace("/home/student/wrong.yaml", name) == MESSAGES[name]
    assert code == 1


def test_every_wrong_manifest_has_its_message() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.yaml")) == sorted(MESSAGES)


def test_an_image_that_nobody_knows_has_a_stand_in_that_serves_its_ports() -> None:
    found = check_manifests(GOOD, "tea.yaml", Scenario.load("three-nodes"))
    assert found["ready"] == ["Deployment/tea"]
    assert found["refused"] == found["not_ready"] == []


def test_a_refusal_is_told_in_the_servers_words_and_in_kubectls() -> None:
    text = (
        GOOD
        + "---\n"
        + GOOD.replace("tea", "mug").replace("spec:\n  sel", "spec:\n  cup: 1\n  sel")
    )
    found = check_manifests(text, "two.yaml", Scenario.load("three-nodes"))
    words = (
        'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: '
        'unknown field "spec.cup"'
    )
    shown = f'Error from server (BadRequest): error when creating "two.yaml": {words}\n'
    assert found["refused"] == [{"object": "Deployment/mug", "message": words, "kubectl": shown}]
    assert found["applied"] == ["Deployment/tea"]


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("", "apiVersion not set"),
        ("apiVersion: apps/v1 or extensions/v1beta1", "unexpected GroupVersion string: apps/v1 or"),
    ],
)
def test_an_object_that_kubectl_cannot_recognize_is_refused_by_its_name(
    version: str, words: str
) -> None:
    text = GOOD + "---\n" + GOOD.replace("apiVersion: apps/v1", version).replace("tea", "mug")
    found = check_manifests(text, "two.yaml", Scenario.load("three-nodes"))
    (refused,) = found["refused"]
    assert refused["object"] == "Deployment/mug"
    assert f"error validating data: {words}" in refused["message"]
    assert found["applied"] == ["Deployment/tea"]


AUTOSCALER = """\
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: kettle}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: tea}
  maxReplicas: 3
  metrics:
    - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
"""


def test_an_autoscaler_is_ready_when_it_can_tell_how_many_pods_its_target_needs() -> None:
    scenario = Scenario.load("three-nodes")
    alone = check_manifests(AUTOSCALER, "kettle.yaml", scenario)["not_ready"]
    unmeasured = check_manifests(GOOD + AUTOSCALER, "kettle.yaml", scenario)["not_ready"]
    asking = GOOD.rstrip() + "\n        resources: {requests: {cpu: 100m}}\n"
    assert "FailedGetScale" in alone[0]["why"]
    assert 'deployments.apps "tea" not found' in alone[0]["why"]
    assert "missing request for cpu in container cup of Pod tea-" in unmeasured[0]["why"]
    assert check_manifests(asking + AUTOSCALER, "kettle.yaml", scenario)["not_ready"] == []


def test_a_claim_that_waits_for_a_pod_says_so() -> None:
    claim = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: sugar}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
"""
    found = check_manifests(claim, "claim.yaml", Scenario.load("three-nodes"))
    why = "Pending: waiting for first consumer to be created before binding"
    assert found["not_ready"] == [{"object": "PersistentVolumeClaim/sugar", "why": why}]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    rows = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for step, inner in rows:
        found.append((*path, step))
        if isinstance(inner, dict | list):
            found += _places(inner, (*path, step))
    return found


def test_a_half_written_manifest_is_refused_in_words_and_never_breaks_the_server(
    cluster: Cluster,
) -> None:
    drawn = random.Random(4)
    texts = [(FOLDER / name).read_text("utf-8") for name in sorted(MESSAGES)]
    whole = [doc for text in texts for doc in _documents(text)]
    refused = 0
    for _ in range(4000):
        obj = copy.deepcopy(drawn.choice(whole))
        places = [path for path in _places(obj) if path[0] not in ("apiVersion", "kind")]
        *outer, last = drawn.choice(places)
        inner = obj
        for step in outer:
            inner = inner[step]
        inner[last] = drawn.choice([None, {}, [], 0, -1, "", [None], {"a": None}, "a/b", True])
        try:
            cluster.api.create(obj, "kubectl", dry_run=True)
        except StatusError:
            refused += 1
    assert refused > 2000


def _documents(text: str) -> list[dict[str, Any]]:
    try:
        found = list(yaml.safe_load_all(text))
    except yaml.YAMLError:
        return []
    return [doc for doc in found if isinstance(doc, dict) and isinstance(doc.get("metadata"), dict)]
