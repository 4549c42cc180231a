"""The cluster autoscaler: machines come when pods have no room, and go when they are idle."""

from __future__ import annotations

from simulator.lab import Lab
from tests.cluster_world import deployment, events, is_ready, make_lab, one, pods, run

CPU = {"resources": {"requests": {"cpu": "1500m"}}}
GROUP = {"max": 3, "machine": {"name": "rented", "cpu": 4, "memory": "8Gi"}}


def crowded(replicas: int = 6, seed: int = 7) -> Lab:
    """One worker of 4 CPUs, which takes two of the pods."""
    cluster = {"version": "v1.32.4", "autoscaler": GROUP}
    text = deployment(replicas=replicas, container=CPU)
    return make_lab(text, workers=1, seed=seed, cluster=cluster)


def test_pods_without_room_bring_new_machines_within_minutes() -> None:
    lab = crowded()
    run(lab, 30)
    assert [name for name in lab.engine.machines.names() if "rented" in name] == [
        "rented-1",
        "rented-2",
    ]
    assert "machine/rented-1" in view(lab)
    told = events(lab, "TriggeredScaleUp", "web-")
    assert told == ["pod triggered scale-up: [{rented 0->2 (max: 3)}]"] * 4
    run(lab, 150)
    assert lab.engine.store.get("Node", "", "rented-1") is None
    run(lab, 180)
    assert all(map(is_ready, pods(lab)))
    assert one(lab, "Node", "rented-2", "")["status"]["allocatable"]["cpu"] == "4"


def view(lab: Lab) -> dict[str, object]:
    """Give the picture as it is now."""
    found = lab.view()
    found.refresh()
    return dict(found.values)


def test_no_more_machines_come_than_the_group_may_have() -> None:
    lab = crowded(replicas=12)
    run(lab, 400)
    assert len([name for name in lab.engine.machines.names() if "rented" in name]) == 3
    assert sum(map(is_ready, pods(lab))) == 8
    assert "pod didn't trigger scale-up: 1 max node group size reached" in events(
        lab, "NotTriggerScaleUp"
    )


def test_a_pod_that_would_not_fit_onto_a_new_machine_brings_none() -> None:
    cluster = {"version": "v1.32.4", "autoscaler": GROUP}
    huge = {"resources": {"requests": {"cpu": "40"}}}
    lab = make_lab(deployment(replicas=1, container=huge), workers=1, cluster=cluster)
    run(lab, 60)
    assert lab.engine.table("cluster-autoscaler")["machines"] == []
    assert events(lab, "NotTriggerScaleUp", "web-") == [
        "pod didn't trigger scale-up: 1 Insufficient cpu"
    ]


def test_idle_machines_go_after_ten_minutes_with_all_that_was_on_them() -> None:
    lab = crowded()
    run(lab, 400)
    scaled = one(lab, "Deployment", "web")
    lab.engine.api.update({**scaled, "spec": {**scaled["spec"], "replicas": 1}})
    run(lab, 560)
    assert lab.engine.store.get("Node", "", "rented-1") is not None
    run(lab, 300)
    assert lab.engine.machines.names() == ["control-plane", "worker-1"]
    assert [node["metadata"]["name"] for node in lab.engine.store.list("Node")] == [
        "control-plane",
        "worker-1",
    ]
    assert not lab.engine.store.list("Container", "rented-1")
    assert "machine/rented-1" not in view(lab)
    assert events(lab, "ScaleDown", "rented-1")[-1] == "node removed by cluster autoscaler"
    run(lab, 120)
    assert sum(map(is_ready, pods(lab))) == 1


def test_a_lab_with_rented_machines_resumes_from_a_keyframe() -> None:
    lab, again = crowded(), crowded()
    run(lab, 900)
    run(again, 300)
    again.engine = type(again.engine)(again.scenario, again.seed, again.engine.keyframe())
    run(again, 600)
    assert again.digest() == lab.digest()
