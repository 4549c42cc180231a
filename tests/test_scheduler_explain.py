"""Why a pod is where it is: for every pod, waiting or bound, kept or asked again."""

from __future__ import annotations

import pytest

from simulator.errors import DrydockError
from simulator.kubernetes.scheduler.explain import explain
from tests.scheduling import Cluster, node, pod
from tests.server import Server

TAINT = {"taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]}


def test_a_waiting_pod_is_told_which_filter_said_no_on_each_node() -> None:
    cluster = Cluster(node("n1", cpu="1"), node("n2", **TAINT), node("n3", unschedulable=True))
    cluster.add(pod("big", cpu="2"))
    cluster.run(1)
    told = explain(cluster.engine, "default", "big")
    assert {row["node"]: (row["plugin"], row["reason"]) for row in told["table"]} == {
        "n1": ("NodeResourcesFit", "Insufficient cpu"),
        "n2": ("TaintToleration", "node(s) had untolerated taint {gpu: yes}"),
        "n3": ("NodeUnschedulable", "node(s) were unschedulable"),
    }
    assert told["node"] is None and told["message"].startswith("0/3 nodes are available")
    assert sum(one["count"] for one in told["reasons"]) == 3
    assert [one["name"] for one in told["filters"]][:3] == [
        "NodeUnschedulable", "NodeName", "TaintToleration",
    ]  # fmt: skip


def test_a_pod_that_preempted_others_remembers_whom() -> None:
    cluster = Cluster(node("n1", cpu="2"))
    cluster.add(pod("low", cpu="2"))
    cluster.run(1)
    cluster.bind_all()
    cluster.add(pod("vip", cpu="2", priority=10))
    cluster.run(2)
    cluster.store.delete("Pod", "default", "low")
    cluster.run(60)
    assert cluster.node_of("vip") == "n1"
    told = explain(cluster.engine, "default", "vip")
    assert told["node"] == "n1"
    assert told["preempted"] == {"node": "n1", "victims": ["default/low"]}


def test_a_pod_that_names_its_node_is_told_so_of_all_others() -> None:
    cluster = Cluster(node("n1"), node("n2"))
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n2"]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    cluster.add(pod("agent", affinity={"nodeAffinity": required}))
    cluster.run(1)
    told = explain(cluster.engine, "default", "agent")
    assert told["node"] == "n2" == cluster.node_of("agent")
    other = next(row for row in told["table"] if row["node"] == "n1")
    assert other["plugin"] == "NodeAffinity" and not other["passed"]


def test_a_decision_that_is_not_kept_is_asked_again_without_changing_anything() -> None:
    cluster = Cluster(*(node(f"n{n:03}", cpu="2" if n else "8") for n in range(120)))
    for n in range(70):
        cluster.add(pod(f"web-{n:02}"))
    cluster.run(5)
    before = cluster.engine.digest()
    told = explain(cluster.engine, "default", "web-00")
    assert (told["asked"], told["bound"]) == ("now", cluster.node_of("web-00"))
    assert len(told["table"]) == told["nodes"] == 120
    assert told["table"][0]["node"] == told["node"] == "n000"
    assert all(row["total"] == sum(s["weighted"] for s in row["scores"]) for row in told["table"])
    assert cluster.engine.digest() == before


def test_a_decision_is_forgotten_with_its_pod() -> None:
    cluster = Cluster(node("n1"))
    cluster.add(pod("web"))
    cluster.run(1)
    cluster.store.delete("Pod", "default", "web")
    assert cluster.scheduler.decision("default", "web") is None
    with pytest.raises(DrydockError, match='pods "web" not found'):
        explain(cluster.engine, "default", "web")


def test_a_page_reads_the_table_of_any_pod(server: Server) -> None:
    lab = server.lab(paused=True)
    lab.post("/advance", {"seconds": 30})
    lab.type("kubectl create deployment web --image=nginx --replicas=2")
    lab.post("/advance", {"seconds": 30})
    objects = lab.get("/snapshot")["objects"]
    pods = [o["metadata"] for o in objects if o["kind"] == "Pod"]
    assert len(pods) > 2
    for meta in pods:
        code, told = lab.call("GET", f"/decision?pod={meta['namespace']}/{meta['name']}&now=1")
        assert code == 200 or "static pod" in told["hint"], told
    assert lab.call("GET", "/decision?pod=default/none")[0] == 404
    assert lab.call("GET", "/decision")[0] == 400
