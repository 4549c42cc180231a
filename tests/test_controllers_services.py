"""Endpoints of services, and budgets that evictions must keep."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from simulator.kubernetes.api.status import StatusError
from simulator.lab import Lab
from simulator.plain import copy
from tests.cluster_world import apply, deployment, make_lab, one, pod, pods, run, service


def slices(lab: Lab, name: str = "web") -> list[Any]:
    """Give the endpoint slices of a service."""
    found = lab.engine.store.list("EndpointSlice", "default")
    return [s for s in found if s["metadata"]["labels"]["kubernetes.io/service-name"] == name]


def budget(**spec: Any) -> str:
    """Write a budget for the pods of web."""
    body = {"selector": {"matchLabels": {"app": "web"}}, **spec}
    meta = {"name": "web", "namespace": "default"}
    return yaml.safe_dump(
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta, "spec": body}
    )


def test_slices_name_the_service_and_the_old_list_says_the_same() -> None:
    """One slice of ready endpoints, with their nodes; Endpoints beside it."""
    lab = make_lab(deployment(replicas=2) + "---\n" + service(port=80))
    run(lab, 10)
    found = slices(lab)
    assert len(found) == 1
    assert found[0]["ports"] == [{"name": "", "protocol": "TCP", "port": 80}]
    assert found[0]["addressType"] == "IPv4"
    rows = found[0]["endpoints"]
    assert [row["conditions"] for row in rows] == [
        {"ready": True, "serving": True, "terminating": False}
    ] * 2
    old = one(lab, "Endpoints", "web")["subsets"]
    assert [a["ip"] for a in old[0]["addresses"]] == sorted(row["addresses"][0] for row in rows)


def test_a_terminating_pod_is_not_ready_at_once() -> None:
    """It leaves the traffic while it still runs."""
    hook = {"lifecycle": {"preStop": {"sleep": {"seconds": 20}}}}
    lab = make_lab(deployment(replicas=2, container=hook) + "---\n" + service())
    run(lab, 10)
    name = pods(lab)[0]["metadata"]["name"]
    lab.engine.api.delete("Pod", "default", name)
    run(lab, 0.2)
    row = next(r for r in slices(lab)[0]["endpoints"] if r["targetRef"]["name"] == name)
    assert row["conditions"] == {"ready": False, "serving": True, "terminating": True}
    assert one(lab, "Pod", name)["status"]["containerStatuses"][0]["state"]["running"]


def test_named_ports_are_looked_up_and_services_follow_their_selector() -> None:
    """An edited selector changes the endpoints."""
    named = {"ports": [{"name": "http", "containerPort": 80}]}
    text = service().replace("port: 80", "port: 8080\n    targetPort: http")
    lab = make_lab(deployment(replicas=1, container=named) + "---\n" + text)
    run(lab, 10)
    assert slices(lab)[0]["ports"][0]["port"] == 80
    fresh = copy(one(lab, "Service", "web"))
    fresh["spec"]["selector"] = {"app": "nobody"}
    lab.engine.api.update(fresh)
    run(lab, 1)
    assert [s.get("endpoints") or [] for s in slices(lab)] == [[]]


def test_a_slice_holds_a_hundred_endpoints() -> None:
    """The hundred and first begins another one."""
    lab = make_lab(deployment(replicas=120) + "---\n" + service(), workers=6)
    run(lab, 20)
    sizes = sorted(len(each["endpoints"]) for each in slices(lab))
    assert sum(sizes) == 120
    assert max(sizes) <= 100
    assert len(sizes) == 2


def test_a_budget_counts_and_refuses_one_eviction_too_many() -> None:
    """Three pods, two must stay: the second eviction is refused until the first is replaced."""
    lab = make_lab(deployment(replicas=3) + "---\n" + budget(minAvailable=2))
    run(lab, 10)
    status = one(lab, "PodDisruptionBudget", "web")["status"]
    assert (status["disruptionsAllowed"], status["currentHealthy"], status["desiredHealthy"]) == (
        1,
        3,
        2,
    )
    first, second = pods(lab)[:2]
    lab.engine.api.evict("default", first["metadata"]["name"])
    with pytest.raises(StatusError) as refusal:
        lab.engine.api.evict("default", second["metadata"]["name"])
    assert refusal.value.code == 429
    assert refusal.value.message == (
        "Cannot evict pod as it would violate the pod's disruption budget."
    )
    run(lab, 15)
    assert one(lab, "PodDisruptionBudget", "web")["status"]["disruptionsAllowed"] == 1
    lab.engine.api.evict("default", second["metadata"]["name"])


def test_max_unavailable_is_taken_of_what_there_should_be() -> None:
    """A percentage rounds up, of the deployment's replicas."""
    lab = make_lab(deployment(replicas=7) + "---\n" + budget(maxUnavailable="30%"))
    run(lab, 15)
    status = one(lab, "PodDisruptionBudget", "web")["status"]
    assert (status["expectedPods"], status["desiredHealthy"]) == (7, 4)
    assert status["disruptionsAllowed"] == 3


def test_a_pod_without_a_controller_cannot_be_counted_by_percentage() -> None:
    """The condition says why."""
    lab = make_lab(budget(maxUnavailable=1))
    labelled = yaml.safe_load(pod("web", {"image": "nginx:1.27"}))
    labelled["metadata"]["labels"] = {"app": "web"}
    apply(lab, yaml.safe_dump(labelled))
    run(lab, 10)
    status = one(lab, "PodDisruptionBudget", "web")["status"]
    assert status["conditions"][0]["reason"] == "SyncFailed"
    assert status["disruptionsAllowed"] == 0


def test_endpoints_written_by_hand_are_mirrored_to_slices() -> None:
    """Where a service has no selector; they go with the Endpoints."""
    lab = make_lab()
    apply(
        lab,
        """
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {ports: [{port: 5432}]}}
---
apiVersion: v1
kind: Endpoints
metadata: {name: db, labels: {tier: data}}
subsets:
- addresses: [{ip: 192.0.2.42}]
  notReadyAddresses: [{ip: 192.0.2.43}]
  ports: [{port: 5432}]
""",
    )
    run(lab, 1)
    (found,) = slices(lab, "db")
    manager = "endpointslicemirroring-controller.k8s.io"
    assert found["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"] == manager
    assert found["metadata"]["labels"]["tier"] == "data"
    assert found["ports"] == [{"name": "", "port": 5432, "protocol": "TCP"}]
    assert [row["conditions"] for row in found["endpoints"]] == [{"ready": True}, {"ready": False}]
    lab.engine.api.delete("Endpoints", "default", "db")
    run(lab, 1)
    assert slices(lab, "db") == []


def test_a_balancer_that_keeps_to_local_pods_has_a_port_for_their_health() -> None:
    lab = make_lab()
    apply(
        lab,
        """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}
""",
    )
    spec = one(lab, "Service", "web")["spec"]
    assert 30000 <= spec["healthCheckNodePort"] <= 32767
    assert spec["healthCheckNodePort"] != spec["ports"][0]["nodePort"]
