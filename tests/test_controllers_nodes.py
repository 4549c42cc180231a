"""Nodes that fail, and what becomes of their pods."""

from __future__ import annotations

from simulator.lab import Lab
from simulator.timing import since_start
from tests.cluster_world import (
    apply,
    condition,
    deployment,
    events,
    is_ready,
    make_lab,
    one,
    pod,
    pods,
    ready_addresses,
    run,
    service,
)


def taints(lab: Lab, node: str) -> list[tuple[str, str]]:
    """Give a node's taints as (key without its prefix, effect)."""
    rows = one(lab, "Node", node, "")["spec"].get("taints") or []
    return [(row["key"].rpartition("/")[2], row["effect"]) for row in rows]


def test_a_dead_node_is_noticed_after_the_grace_period_and_given_up_after_five_minutes() -> None:
    """50 s (checked every 5 s) to Unknown, then 300 s of toleration."""
    lab = make_lab(deployment() + "---\n" + service())
    run(lab, 20)
    lab.engine.machines.power_off("worker-2")
    run(lab, 45)
    assert condition(one(lab, "Node", "worker-2", ""), "Ready")["status"] == "True"
    assert len(ready_addresses(lab, "web")) == 3
    run(lab, 20)
    ready = condition(one(lab, "Node", "worker-2", ""), "Ready")
    assert (ready["status"], ready["reason"]) == ("Unknown", "NodeStatusUnknown")
    assert ready["message"] == "Kubelet stopped posting node status."
    assert taints(lab, "worker-2") == [
        ("unreachable", "NoSchedule"),
        ("unreachable", "NoExecute"),
    ]
    assert len(ready_addresses(lab, "web")) == 2
    noticed_us = since_start(lab.engine.start, ready["lastTransitionTime"]) or 0
    run(lab, (noticed_us + 298_000_000 - lab.now_us) / 1e6)
    assert len(pods(lab)) == 3
    run(lab, 15)
    assert len(pods(lab)) == 4  # the lost one stays, terminating, until its node is back
    assert len(ready_addresses(lab, "web")) == 3
    lost = [each for each in pods(lab) if each["spec"]["nodeName"] == "worker-2"]
    assert lost[0]["metadata"]["deletionTimestamp"]
    name = lost[0]["metadata"]["name"]
    assert events(lab, "TaintManagerEviction") == [f"Marking for deletion Pod default/{name}"]


def test_a_node_that_comes_back_loses_its_taints_and_its_leftovers() -> None:
    """Pods given up meanwhile are removed once their kubelet speaks again."""
    lab = make_lab(deployment())
    run(lab, 20)
    lab.engine.machines.power_off("worker-2")
    run(lab, 400)
    lab.engine.machines.power_on("worker-2")
    run(lab, 60)
    assert taints(lab, "worker-2") == []
    assert condition(one(lab, "Node", "worker-2", ""), "Ready")["status"] == "True"
    assert len(pods(lab)) == 3
    assert all(is_ready(each) for each in pods(lab))
    uids = [each["metadata"]["uid"] for each in pods(lab)]
    left = lab.engine.store.list("Container", "worker-2")
    assert all(container["drydock"]["pod"]["uid"] in uids for container in left)


def test_a_short_power_cut_restarts_the_containers_in_place() -> None:
    """Back within the grace: the same pod, one restart more, a new address."""
    lab = make_lab(deployment())
    run(lab, 20)
    before = next(each for each in pods(lab) if each["spec"]["nodeName"] == "worker-2")
    lab.engine.machines.power_off("worker-2")
    run(lab, 2)
    lab.engine.machines.power_on("worker-2")
    run(lab, 60)
    after = one(lab, "Pod", before["metadata"]["name"])
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    status = after["status"]["containerStatuses"][0]
    assert status["restartCount"] == 1
    assert status["lastState"]["terminated"]["exitCode"] == 255
    assert is_ready(after)
    assert events(lab, "SandboxChanged")


def test_when_most_of_a_small_cluster_is_lost_evictions_stop() -> None:
    """Three of four nodes silent: the network is suspected, not the nodes.

    Nodes found out before the zone counts as disrupted are still given up, as upstream does.
    """
    lab = make_lab(deployment())
    run(lab, 20)
    for machine in ("worker-1", "worker-2", "worker-3"):
        lab.engine.network.cut(machine)
    run(lab, 800)
    deleted = [each for each in pods(lab) if "deletionTimestamp" in each["metadata"]]
    assert len(deleted) < 3
    assert lab.engine.table("node-lifecycle")["zones"][""]["state"] == "PartialDisruption"
    for machine in ("worker-1", "worker-2", "worker-3"):
        lab.engine.network.heal(machine)
    run(lab, 60)
    assert all(is_ready(each) for each in pods(lab))
    assert len(pods(lab)) == 3


def test_without_its_control_plane_a_cluster_goes_on_but_does_not_heal() -> None:
    """Pods keep running; nobody replaces one that goes; afterwards all is made good."""
    lab = make_lab(deployment())
    run(lab, 20)
    lab.engine.machines.power_off("control-plane")
    run(lab, 5)
    assert not lab.engine.cluster.is_up()
    problem = lab.engine.cluster.problem("worker-1")
    assert problem is not None and ":6443" in problem
    lab.engine.machines.power_off("worker-3")
    run(lab, 900)
    assert len(pods(lab)) == 3
    assert condition(one(lab, "Node", "worker-3", ""), "Ready")["status"] == "True"
    lab.engine.machines.power_on("control-plane")
    run(lab, 500)
    assert condition(one(lab, "Node", "worker-3", ""), "Ready")["status"] == "Unknown"
    alive = [each for each in pods(lab) if not each["metadata"].get("deletionTimestamp")]
    assert len(alive) == 3
    assert all(is_ready(each) for each in alive)


def test_pods_of_a_removed_node_are_collected() -> None:
    """A pod whose Node object is gone for 40 s is failed and removed."""
    lab = make_lab(deployment(replicas=3))
    run(lab, 20)
    lab.engine.machines.power_off("worker-1")
    lab.engine.api.delete("Node", None, "worker-1")
    run(lab, 90)
    assert len(pods(lab)) == 3
    assert all(each["spec"]["nodeName"] != "worker-1" for each in pods(lab))


def test_a_namespace_goes_with_all_that_is_in_it() -> None:
    """And the name can be used again."""
    lab = make_lab()
    apply(lab, "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}")
    run(lab, 2)
    assert one(lab, "ServiceAccount", "default", "shop")
    apply(lab, deployment().replace("namespace: default", "namespace: shop"))
    run(lab, 10)
    assert len(pods(lab, "shop")) == 3
    lab.engine.api.delete("Namespace", None, "shop")
    run(lab, 1)
    assert one(lab, "Namespace", "shop", "")["status"]["phase"] == "Terminating"
    run(lab, 60)
    assert lab.engine.store.get("Namespace", "", "shop") is None
    for kind in ("Pod", "ReplicaSet", "Deployment", "ServiceAccount", "ConfigMap"):
        assert lab.engine.store.list(kind, "shop") == []


def test_a_taint_sends_away_those_who_do_not_bear_it_and_spares_the_others() -> None:
    """NoExecute by hand: at once, after the seconds borne, or never."""
    lab = make_lab(workers=1)
    bears = {"key": "maintenance", "operator": "Exists", "effect": "NoExecute"}
    for name, tolerations in {
        "none": [],
        "short": [{**bears, "tolerationSeconds": 20}],
        "ever": [bears],
    }.items():
        apply(lab, pod(name, {"image": "nginx:1.27"}, tolerations=tolerations))
    run(lab, 10)
    taint = {"spec": {"taints": [{"key": "maintenance", "effect": "NoExecute"}]}}
    lab.engine.api.patch("Node", None, "worker-1", taint, "merge")
    run(lab, 10)
    assert [each["metadata"]["name"] for each in pods(lab)] == ["ever", "short"]
    run(lab, 20)
    assert [each["metadata"]["name"] for each in pods(lab)] == ["ever"]


def test_a_taint_that_goes_in_time_spares_the_pod() -> None:
    """The deletion is called off."""
    lab = make_lab(deployment())
    run(lab, 20)
    lab.engine.network.cut("worker-1")
    run(lab, 200)
    lab.engine.network.heal("worker-1")
    run(lab, 300)
    assert len(pods(lab)) == 3
    assert all(is_ready(each) for each in pods(lab))
    name = next(p for p in pods(lab) if p["spec"]["nodeName"] == "worker-1")["metadata"]["name"]
    assert events(lab, "TaintManagerEviction") == [f"Cancelling deletion of Pod default/{name}"]


def test_a_control_plane_that_is_cut_off_and_joined_again_finds_its_nodes() -> None:
    """The kubelets take up the thread by themselves."""
    lab = make_lab(deployment())
    run(lab, 20)
    lab.engine.network.cut("control-plane")
    run(lab, 200)
    lab.engine.network.heal("control-plane")
    run(lab, 30)
    nodes = lab.engine.store.list("Node")
    assert all(condition(node, "Ready")["status"] == "True" for node in nodes)
    assert all(is_ready(each) for each in pods(lab))
