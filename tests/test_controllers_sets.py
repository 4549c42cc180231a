"""StatefulSets and DaemonSets in a running cluster."""

from __future__ import annotations

from typing import Any

import yaml

from simulator.lab import Lab
from simulator.plain import copy
from tests.cluster_world import events, is_ready, make_lab, one, pods, run


def stateful(replicas: int = 3, **spec: Any) -> str:
    """Write a StatefulSet of nginx."""
    labels = {"app": "db"}
    container = {"name": "db", "image": "nginx:1.27"}
    return yaml.safe_dump(
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "db", "namespace": "default"},
            "spec": {
                "replicas": replicas,
                "serviceName": "db",
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
                **spec,
            },
        }
    )


def daemon(**spec: Any) -> str:
    """Write a DaemonSet of nginx."""
    labels = {"app": "agent"}
    container = {"name": "agent", "image": "nginx:1.27"}
    pod = {"containers": [container], **spec.pop("pod", {})}
    return yaml.safe_dump(
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "agent", "namespace": "default"},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
                **spec,
            },
        }
    )


def set_image(lab: Lab, kind: str, name: str, image: str) -> None:
    """Do `kubectl set image`."""
    fresh = copy(one(lab, kind, name))
    fresh["spec"]["template"]["spec"]["containers"][0]["image"] = image
    lab.engine.api.update(fresh)


def names(lab: Lab) -> list[str]:
    """Give the names of all pods."""
    return [each["metadata"]["name"] for each in pods(lab)]


def test_stateful_pods_come_in_order_and_keep_their_names() -> None:
    """Each waits until the one before is ready; a deleted one comes back as itself."""
    lab = make_lab(stateful())
    for _ in range(100):
        run(lab, 0.1)
        found = pods(lab)
        assert all(is_ready(each) for each in found[:-1])
        assert names(lab) == ["db-0", "db-1", "db-2"][: len(found)]
    assert len(found) == 3
    uid = one(lab, "Pod", "db-1")["metadata"]["uid"]
    lab.engine.api.delete("Pod", "default", "db-1")
    run(lab, 40)
    assert names(lab) == ["db-0", "db-1", "db-2"]
    again = one(lab, "Pod", "db-1")
    assert again["metadata"]["uid"] != uid
    assert again["spec"]["hostname"] == "db-1"
    assert again["spec"]["subdomain"] == "db"
    assert "create Pod db-1 in StatefulSet db successful" in events(lab, "SuccessfulCreate")


def test_a_stateful_set_shrinks_from_the_highest_one_at_a_time() -> None:
    """db-2 is gone before db-1 is touched."""
    lab = make_lab(stateful())
    run(lab, 15)
    lab.engine.api.patch("StatefulSet", "default", "db", {"spec": {"replicas": 1}}, "merge")
    for _ in range(100):
        run(lab, 0.1)
        ending = [each for each in pods(lab) if each["metadata"].get("deletionTimestamp")]
        assert len(ending) <= 1
    assert names(lab) == ["db-0"]


def test_a_stateful_update_goes_from_the_highest_down_to_the_partition() -> None:
    """Below the partition nothing changes, and what dies there comes back old."""
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
    lab = make_lab(stateful(updateStrategy=strategy))
    run(lab, 15)
    before = one(lab, "StatefulSet", "db")["status"]["currentRevision"]
    set_image(lab, "StatefulSet", "db", "nginx:1.27-alpine")
    run(lab, 90)
    images = [each["spec"]["containers"][0]["image"] for each in pods(lab)]
    assert images == ["nginx:1.27", "nginx:1.27-alpine", "nginx:1.27-alpine"]
    status = one(lab, "StatefulSet", "db")["status"]
    assert status["currentRevision"] == before != status["updateRevision"]
    assert status["updatedReplicas"] == 2
    lab.engine.api.delete("Pod", "default", "db-0")
    run(lab, 40)
    assert one(lab, "Pod", "db-0")["spec"]["containers"][0]["image"] == "nginx:1.27"
    rest = {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 0}}}}
    lab.engine.api.patch("StatefulSet", "default", "db", rest, "merge")
    run(lab, 60)
    status = one(lab, "StatefulSet", "db")["status"]
    assert status["currentRevision"] == status["updateRevision"]
    assert status["updatedReplicas"] == status["currentReplicas"] == 3


def test_a_parallel_stateful_set_waits_for_nobody() -> None:
    """All at once."""
    lab = make_lab(stateful(podManagementPolicy="Parallel"))
    run(lab, 0.2)
    assert names(lab) == ["db-0", "db-1", "db-2"]


def test_a_set_whose_pods_name_is_taken_says_how_many_it_has() -> None:
    lab = make_lab(stateful(2))
    run(lab, 30)
    pod = copy(one(lab, "Pod", "db-1"))
    pod["metadata"]["labels"]["app"] = "other"  # no longer the set's, but its name is still there
    lab.engine.api.update(pod)
    run(lab, 5)
    assert one(lab, "StatefulSet", "db")["status"]["replicas"] == 1
    lab.engine.api.delete("Pod", "default", "db-1")
    run(lab, 60)
    assert one(lab, "StatefulSet", "db")["status"]["readyReplicas"] == 2


def test_a_stateful_pod_of_a_dead_node_is_not_replaced_until_the_node_is_back() -> None:
    """Two of one name must never run: Terminating it stays."""
    lab = make_lab(stateful())
    run(lab, 15)
    node = one(lab, "Pod", "db-1")["spec"]["nodeName"]
    uid = one(lab, "Pod", "db-1")["metadata"]["uid"]
    lab.engine.machines.power_off(node)
    run(lab, 600)
    stuck = one(lab, "Pod", "db-1")
    assert stuck["metadata"]["uid"] == uid
    assert stuck["metadata"]["deletionTimestamp"]
    lab.engine.machines.power_on(node)
    run(lab, 90)
    assert one(lab, "Pod", "db-1")["metadata"]["uid"] != uid
    assert all(is_ready(each) for each in pods(lab))


def test_a_daemon_set_has_one_pod_on_every_node_that_it_tolerates() -> None:
    """Not on the control plane, unless it tolerates that; also on cordoned nodes."""
    lab = make_lab(daemon())
    run(lab, 10)
    nodes = sorted(each["spec"]["nodeName"] for each in pods(lab))
    assert nodes == ["worker-1", "worker-2", "worker-3"]
    status = one(lab, "DaemonSet", "agent")["status"]
    assert status["desiredNumberScheduled"] == status["numberReady"] == 3
    assert status["numberAvailable"] == status["updatedNumberScheduled"] == 3
    everywhere = {"tolerations": [{"operator": "Exists"}]}
    lab = make_lab(daemon(pod=everywhere))
    run(lab, 25)
    assert len(pods(lab)) == 4


def test_a_daemon_follows_the_labels_of_nodes() -> None:
    """A node that gets the label gets the pod, and loses it with the label."""
    lab = make_lab(daemon(pod={"nodeSelector": {"disk": "ssd"}}))
    run(lab, 5)
    assert pods(lab) == []
    label = {"metadata": {"labels": {"disk": "ssd"}}}
    lab.engine.api.patch("Node", None, "worker-2", label, "merge")
    run(lab, 5)
    assert [each["spec"]["nodeName"] for each in pods(lab)] == ["worker-2"]
    label["metadata"]["labels"]["disk"] = "hdd"
    lab.engine.api.patch("Node", None, "worker-2", label, "merge")
    run(lab, 40)
    assert pods(lab) == []


def test_a_daemon_update_replaces_one_pod_after_the_other() -> None:
    """maxUnavailable 1: two of three are always ready."""
    lab = make_lab(daemon())
    run(lab, 10)
    set_image(lab, "DaemonSet", "agent", "nginx:1.27-alpine")
    for _ in range(300):
        run(lab, 0.2)
        assert sum(is_ready(each) for each in pods(lab)) >= 2
    images = {each["spec"]["containers"][0]["image"] for each in pods(lab)}
    assert images == {"nginx:1.27-alpine"}
    assert len(lab.engine.store.list("ControllerRevision")) == 2


def test_a_daemon_update_with_surge_never_leaves_a_node_without_a_ready_pod() -> None:
    """maxSurge 1: the new pod comes first, on one node at a time."""
    rolling = {"maxSurge": 1, "maxUnavailable": 0}
    lab = make_lab(daemon(updateStrategy={"type": "RollingUpdate", "rollingUpdate": rolling}))
    run(lab, 10)
    set_image(lab, "DaemonSet", "agent", "nginx:1.27-alpine")
    most = 0
    for _ in range(300):
        run(lab, 0.2)
        serving = {each["spec"].get("nodeName") for each in pods(lab) if is_ready(each)}
        assert serving >= {"worker-1", "worker-2", "worker-3"}
        most = max(most, sum("deletionTimestamp" not in p["metadata"] for p in pods(lab)))
    assert most == 4
    images = [each["spec"]["containers"][0]["image"] for each in pods(lab)]
    assert images == ["nginx:1.27-alpine"] * 3


def test_daemons_stay_on_a_node_that_is_lost() -> None:
    """They tolerate it for ever."""
    lab = make_lab(daemon())
    run(lab, 10)
    lab.engine.machines.power_off("worker-1")
    run(lab, 700)
    assert all("deletionTimestamp" not in each["metadata"] for each in pods(lab))
    assert len(pods(lab)) == 3
