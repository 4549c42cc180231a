"""The scheduler: where pods go, what it says when they go nowhere, and what wakes them."""

from __future__ import annotations

import random

import pytest

from simulator.kubernetes.scheduler import plugins
from simulator.kubernetes.scheduler.cache import Cache
from simulator.kubernetes.scheduler.decide import decide
from simulator.kubernetes.scheduler.framework import Decision, feasible_to_find
from simulator.kubernetes.scheduler.podinfo import pod_info, pod_requests
from simulator.kubernetes.scheduler.queue import backoff_us
from simulator.store import Store
from simulator.timing import SECOND
from tests.scheduling import HOST, ZONE, Cluster, node, pod, random_node, random_pod

FAILED = "preemption: 0/{n} nodes are available: {n} No preemption victims found for incoming pod."


def outcome(decision: Decision, start: int) -> dict[str, object]:
    found: dict[str, object] = {
        "node": decision.node,
        "feasible": list(decision.feasible),
        "totals": [int(total) for total in decision.totals],
        "scores": {one.plugin: [int(x) for x in one.normalized] for one in decision.scores},
        "start": start,
    }
    if not decision.feasible:
        found["rejected"] = {
            name: (status.reasons, status.code, status.plugin)
            for name, status in decision.rejected.items()
        }
        found["message"] = decision.message()
    return found


@pytest.mark.parametrize("seed", range(8))
def test_columns_decide_as_the_plain_loop_does(seed: int) -> None:
    r = random.Random(seed)
    store = Store(lambda *parts: "-".join(map(str, parts)), lambda: "")
    for n in range(r.choice([4, 9, 60, 140])):
        store.create(random_node(r, n))
    selector = {"selector": {"app": "web"}}
    store.create({"kind": "Service", "metadata": {"name": "s", "namespace": "default"},
                  "spec": selector})  # fmt: skip
    profile = plugins.profile({"percentageOfNodesToScore": r.choice([0, 10])})
    loop, columns = Cache(store), Cache(store)
    starts = [0, 0]
    for cache in (loop, columns):
        cache.rebuild({})

    for n in range(60):
        info = pod_info(random_pod(r, n))
        a, starts[0] = decide(info, loop, profile, lambda k, n=n: n % k, starts[0], columns=False)
        b, starts[1] = decide(info, columns, profile, lambda k, n=n: n % k, starts[1], columns=True)
        assert outcome(a, starts[0]) == outcome(b, starts[1])
        for cache in (loop, columns):
            if a.node:
                cache.add_pod(info, a.node)
            elif n % 7 == 0 and cache.where:
                cache.remove_pod(min(cache.where))


def test_pods_are_bound_and_it_is_told() -> None:
    cluster = Cluster(node("n1"), node("n2"))
    cluster.add(pod("web-1"), pod("web-2"))

    cluster.run(1)

    assert {cluster.node_of("web-1"), cluster.node_of("web-2")} == {"n1", "n2"}
    assert f"Successfully assigned default/web-1 to {cluster.node_of('web-1')}" in cluster.events(
        "Scheduled"
    )


def test_a_pod_without_a_cluster_waits_for_the_first_node() -> None:
    cluster = Cluster()
    cluster.add(pod("web"))
    cluster.run(1)
    assert cluster.why("web") == "no nodes available to schedule pods"

    cluster.add(node("n1"))
    cluster.run(12)

    assert cluster.node_of("web") == "n1"


def test_the_reasons_are_counted_and_sorted() -> None:
    taints = [{"key": "a", "value": "b", "effect": "NoSchedule"}]
    cluster = Cluster(node("n1"), node("n2", taints=taints), node("n3", unschedulable=True))
    cluster.add(pod("big", cpu="9"))

    cluster.run(1)

    assert cluster.why("big") == (
        "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {a: b}, "
        "1 node(s) were unschedulable. preemption: 0/3 nodes are available: "
        "1 No preemption victims found for incoming pod, "
        "2 Preemption is not helpful for scheduling."
    )
    assert cluster.events("FailedScheduling") == [cluster.why("big")]


def test_a_rejected_pod_is_woken_when_another_leaves() -> None:
    cluster = Cluster(node("n1", cpu="1"))
    cluster.add(pod("first", cpu="1"))
    cluster.run(1)
    cluster.add(pod("second", cpu="1"))
    cluster.run(60)
    assert cluster.node_of("second") is None
    assert cluster.why("second") == (
        "0/1 nodes are available: 1 Insufficient cpu. " + FAILED.format(n=1)
    )

    cluster.store.delete("Pod", "default", "first")
    cluster.run(1)

    assert cluster.node_of("second") == "n1"


def test_an_event_that_cannot_help_wakes_nobody() -> None:
    cluster = Cluster(node("n1"), node("n2", cpu="1"))
    cluster.add(pod("big", cpu="5"))
    cluster.run(20)
    tried = cluster.scheduler.queue.pods["default/big"]["attempts"]

    cluster.store.change("Node", "", "n2", lambda n: n["metadata"]["labels"].update(x="y"))
    cluster.run(20)
    assert cluster.scheduler.queue.pods["default/big"]["attempts"] == tried

    cluster.store.change("Node", "", "n2", lambda n: n["status"]["allocatable"].update(cpu="8"))
    cluster.run(20)
    assert cluster.node_of("big") == "n2"


def test_a_waiting_pod_is_tried_again_after_five_minutes() -> None:
    cluster = Cluster(node("n1"))
    cluster.add(pod("big", cpu="5"))
    cluster.run(5 * 60 - 5)
    assert cluster.scheduler.queue.pods["default/big"]["attempts"] == 1

    cluster.run(60)

    assert cluster.scheduler.queue.pods["default/big"]["attempts"] == 2


def test_back_off_doubles_from_one_second_to_ten() -> None:
    assert [backoff_us(n) // SECOND for n in (1, 2, 3, 4, 5, 30)] == [1, 2, 4, 8, 10, 10]


def test_a_gate_holds_a_pod_back_until_it_is_taken_away() -> None:
    cluster = Cluster(node("n1"))
    cluster.add(pod("web", schedulingGates=[{"name": "example.com/wait"}]))
    cluster.run(30)
    assert cluster.node_of("web") is None

    cluster.store.change("Pod", "default", "web", lambda p: p["spec"].pop("schedulingGates"))
    cluster.run(1)

    assert cluster.node_of("web") == "n1"


def test_the_more_important_pod_goes_first() -> None:
    cluster = Cluster(node("n1", cpu="1"))
    cluster.add(pod("low", cpu="1", priority=1), pod("high", cpu="1", priority=2))

    cluster.run(0.5)

    assert (cluster.node_of("high"), cluster.node_of("low")) == ("n1", None)


def test_a_pod_of_another_scheduler_is_left_alone() -> None:
    cluster = Cluster(node("n1"))
    cluster.add(pod("web", schedulerName="mine"))

    cluster.run(5)

    assert cluster.node_of("web") is None
    assert cluster.why("web") == ""


def fill(cluster: Cluster, *pods: dict) -> None:
    cluster.add(*pods)
    cluster.run(1)
    cluster.bind_all()


def test_preemption_takes_the_smallest_loss_and_nominates_the_node() -> None:
    cluster = Cluster(node("n1", cpu="2"), node("n2", cpu="2", labels={"disk": "ssd"}))
    fill(
        cluster,
        pod("a", cpu="2", priority=5, nodeSelector={HOST: "n1"}),
        pod("b", cpu="1", priority=1, nodeSelector={HOST: "n2"}),
        pod("c", cpu="1", priority=1, nodeSelector={HOST: "n2"}),
    )
    cluster.add(pod("vip", cpu="1", priority=9))
    cluster.run(0.5)

    going = [
        one["metadata"]["name"]
        for one in cluster.store.list("Pod")
        if one["metadata"].get("deletionTimestamp")
    ]
    assert going == ["c"]
    assert cluster.pod("vip")["status"]["nominatedNodeName"] == "n2"
    uid = cluster.pod("vip")["metadata"]["uid"]
    assert cluster.events("Preempted") == [f"Preempted by pod {uid} on node n2"]
    conditions = {c["type"]: c["reason"] for c in cluster.pod("c")["status"]["conditions"]
                  if "reason" in c}  # fmt: skip
    assert conditions["DisruptionTarget"] == "PreemptionByScheduler"

    cluster.add(pod("thief", cpu="1", priority=8))
    cluster.store.delete("Pod", "default", "c")
    cluster.run(5)
    assert cluster.node_of("vip") == "n2"
    assert cluster.node_of("thief") is None


def test_preemption_prefers_pods_that_no_budget_protects() -> None:
    cluster = Cluster(node("n1", cpu="1"), node("n2", cpu="1"))
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "db", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "db"}}, "minAvailable": 1},
        "status": {"disruptionsAllowed": 0},
    }
    fill(
        cluster,
        budget,
        pod("db", cpu="1", labels={"app": "db"}),
        pod("web", cpu="1", priority=3),
    )
    cluster.add(pod("vip", cpu="1", priority=9))
    cluster.run(0.5)

    assert cluster.pod("web")["metadata"].get("deletionTimestamp")
    assert not cluster.pod("db")["metadata"].get("deletionTimestamp")


def test_a_pod_that_never_preempts_says_so() -> None:
    cluster = Cluster(node("n1", cpu="1"))
    fill(cluster, pod("web", cpu="1"))
    cluster.add(pod("vip", cpu="1", priority=9, preemptionPolicy="Never"))
    cluster.run(1)

    assert cluster.why("vip") == (
        "0/1 nodes are available: 1 Insufficient cpu. "
        "preemption: not eligible due to preemptionPolicy=Never."
    )


def test_a_pod_named_for_one_node_looks_at_no_other() -> None:
    field = {"key": "metadata.name", "operator": "In", "values": ["n2"]}
    terms = {"nodeSelectorTerms": [{"matchFields": [field]}]}
    wish = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    cluster = Cluster(node("n1"), node("n2", cpu="1"), node("n3"))
    cluster.add(pod("agent", affinity=wish), pod("agent-big", cpu="2", affinity=wish))
    cluster.run(1)

    assert cluster.node_of("agent") == "n2"
    assert cluster.why("agent-big").startswith(
        "0/3 nodes are available: 1 Insufficient cpu, "
        "2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption:"
    )


def test_a_hard_spread_keeps_zones_level() -> None:
    spread = [
        {
            "maxSkew": 1,
            "topologyKey": ZONE,
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"app": "web"}},
        }
    ]
    cluster = Cluster(node("n1", zone="a"), node("n2", zone="b"), node("n3", zone="c"))
    for n in range(6):
        cluster.add(pod(f"web-{n}", topologySpreadConstraints=spread))
    cluster.run(2)

    nodes = sorted(str(cluster.node_of(f"web-{n}")) for n in range(6))
    assert nodes == ["n1", "n1", "n2", "n2", "n3", "n3"]


def test_pods_that_keep_apart_fill_the_machines_once() -> None:
    term = {"topologyKey": HOST, "labelSelector": {"matchLabels": {"app": "web"}}}
    apart = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    cluster = Cluster(node("n1"), node("n2"))
    for n in range(3):
        cluster.add(pod(f"web-{n}", affinity=apart))
    cluster.run(1)

    placed = [cluster.node_of(f"web-{n}") for n in range(3)]
    assert sorted(filter(None, placed)) == ["n1", "n2"]
    left = placed.index(None)
    assert cluster.why(f"web-{left}").startswith(
        "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules."
    )


def claim(name: str, **spec: object) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"resources": {"requests": {"storage": "1Gi"}}, **spec},
        "status": {"phase": "Pending"},
    }


def with_claim(name: str) -> dict:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": name}}
    return pod(f"uses-{name}", volumes=[volume])


def test_a_pod_waits_for_its_claims() -> None:
    cluster = Cluster(node("n1"))
    cluster.add(claim("data", storageClassName="fast"), with_claim("data"), with_claim("none"))
    cluster.run(1)
    hopeless = "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."

    assert cluster.why("uses-data") == (
        "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. " + hopeless
    )
    assert cluster.why("uses-none") == (
        '0/1 nodes are available: persistentvolumeclaim "none" not found. ' + hopeless
    )


def test_a_claim_that_waits_for_its_consumer_gets_the_pods_node() -> None:
    cluster = Cluster(node("n1"))
    cluster.add(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "late"},
            "provisioner": "example.com/disk",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
        claim("data", storageClassName="late"),
        with_claim("data"),
    )
    cluster.run(3)
    wanted = cluster.store.need("PersistentVolumeClaim", "default", "data")
    assert wanted["metadata"]["annotations"]["volume.kubernetes.io/selected-node"] == "n1"
    assert cluster.node_of("uses-data") is None

    cluster.store.update({**wanted, "status": {"phase": "Bound"}})
    cluster.run(2)

    assert cluster.node_of("uses-data") == "n1"


def test_every_decision_leaves_a_table_of_node_by_plugin() -> None:
    cluster = Cluster(node("n1"), node("n2", unschedulable=True), node("n3", cpu="8"))
    cluster.add(pod("web"))
    cluster.run(1)

    decision = cluster.scheduler.decision("default", "web")
    assert decision is not None
    assert decision["node"] == cluster.node_of("web")
    rows = {row["node"]: row for row in decision["table"]}
    assert rows["n2"]["reason"] == "node(s) were unschedulable"
    for name in ("n1", "n3"):
        weighted = [score["weighted"] for score in rows[name]["scores"]]
        assert rows[name]["total"] == sum(weighted)
    assert rows["n3"]["total"] > rows["n1"]["total"]


def test_fifty_decisions_are_kept() -> None:
    cluster = Cluster(*(node(f"n{n}") for n in range(12)))
    for n in range(70):
        cluster.add(pod(f"web-{n:02}"))
    cluster.run(5)

    assert len(cluster.engine.table("scheduler")["decisions"]) == 50
    assert cluster.scheduler.decision("default", "web-69") is not None


def test_the_scheduler_goes_on_from_a_keyframe() -> None:
    straight = Cluster(*(node(f"n{n}", zone="abc"[n % 3], cpu="2") for n in range(4)))
    straight.add(*(pod(f"web-{n:02}") for n in range(25)), pod("vip", cpu="2", priority=5))
    straight.run(0.02)
    resumed = Cluster(keyframe=straight.engine.keyframe())

    for cluster in (straight, resumed):
        cluster.run(40)
        cluster.store.delete("Pod", "default", "web-03")
        cluster.run(20)

    assert straight.engine.digest() == resumed.engine.digest()
    assert straight.store.dump() == resumed.store.dump()


def test_few_enough_nodes_are_all_looked_at() -> None:
    assert [feasible_to_find(n) for n in (5, 99, 100, 1000, 5000, 10000)] == [
        5, 99, 100, 420, 500, 500,
    ]  # fmt: skip
    assert feasible_to_find(1000, 70) == 700


def test_a_pod_requests_its_largest_step() -> None:
    def part(cpu: str, **more: str) -> dict:
        return {"resources": {"requests": {"cpu": cpu}}, **more}

    spec = {
        "containers": [part("100m"), part("200m")],
        "initContainers": [part("50m", restartPolicy="Always"), part("600m"), part("10m")],
        "overhead": {"cpu": "5m"},
    }

    assert pod_requests(spec) == {"cpu": 655}


def test_a_profile_may_fill_nodes_up_instead() -> None:
    profiles = [{}, {"schedulerName": "packing", "strategy": "MostAllocated",
                     "weights": {"NodeResourcesFit": 5}}]  # fmt: skip
    cluster = Cluster(node("n1"), node("n2"), profiles=profiles)
    fill(cluster, pod("first"))
    here = cluster.node_of("first")

    fill(cluster, pod("packed", schedulerName="packing"), pod("spread"))

    assert cluster.node_of("packed") == here
    assert cluster.node_of("spread") != here
    assert cluster.scheduler.profiles["packing"].weights["NodeResourcesFit"] == 5


def volume(name: str, node_name: str, size: str = "2Gi", **spec: object) -> dict:
    term = {"matchExpressions": [{"key": HOST, "operator": "In", "values": [node_name]}]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "labels": spec.pop("labels", {})},
        "spec": {
            "capacity": {"storage": size},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "late",
            "nodeAffinity": {"required": {"nodeSelectorTerms": [term]}},
            **spec,
        },
        "status": {"phase": "Available"},
    }


LATE = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "late"},
    "provisioner": "kubernetes.io/no-provisioner",
    "volumeBindingMode": "WaitForFirstConsumer",
}


def test_a_pod_goes_where_the_smallest_volume_that_fits_is() -> None:
    cluster = Cluster(node("n1"), node("n2"), node("n3"))
    wanted = claim("data", storageClassName="late", accessModes=["ReadWriteOnce"])
    cluster.add(LATE, volume("big", "n2", "9Gi"), volume("small", "n2"), wanted)
    cluster.add(volume("tiny", "n1", "10Mi"), with_claim("data"))
    cluster.run(1)

    reserved = cluster.store.need("PersistentVolume", "", "small")["spec"]["claimRef"]
    assert (reserved["namespace"], reserved["name"]) == ("default", "data")
    decision = cluster.scheduler.decision("default", "uses-data")
    assert decision is not None
    reasons = {row["node"]: row["reason"] for row in decision["table"]}
    missing = "node(s) didn't find available persistent volumes to bind"
    assert reasons == {"n1": missing, "n2": None, "n3": missing}


def test_a_pod_stays_with_its_bound_volume() -> None:
    cluster = Cluster(node("n1"), node("n2"))
    bound = claim("data", volumeName="disk")
    bound["status"] = {"phase": "Bound"}
    cluster.add(volume("disk", "n2"), bound, with_claim("data"))
    cluster.run(2)
    assert cluster.node_of("uses-data") == "n2"

    lost = claim("old", volumeName="gone")
    lost["status"] = {"phase": "Bound"}
    cluster.add(lost, with_claim("old"))
    cluster.run(1)
    assert "bound to non-existent pv(s)" in cluster.why("uses-old")


def test_a_claim_for_one_pod_is_given_to_one_pod() -> None:
    cluster = Cluster(node("n1"), node("n2"))
    alone = claim("data", volumeName="disk", accessModes=["ReadWriteOncePod"])
    alone["status"] = {"phase": "Bound"}
    disk = volume("disk", "n1")
    del disk["spec"]["nodeAffinity"]
    second = with_claim("data")
    second["metadata"]["name"] = "second"
    cluster.add(disk, alone, with_claim("data"))
    cluster.run(2)
    cluster.add(second)
    cluster.run(1)

    assert cluster.node_of("uses-data")
    assert cluster.node_of("second") is None
    assert "ReadWriteOncePod access mode" in cluster.why("second")


@pytest.mark.parametrize("seed", range(6))
def test_no_node_ever_holds_more_than_it_has(seed: int) -> None:
    r = random.Random(seed)
    cluster = Cluster(*(random_node(r, n) for n in range(r.choice([3, 8, 60]))))
    for n in range(80):
        made = random_pod(r, n)
        made["spec"]["priority"] = r.choice([0, 0, 0, 5, 9])
        del made["metadata"]["uid"]
        cluster.add(made)
        if r.random() < 0.2:
            cluster.run(r.random())
        if r.random() < 0.1:
            placed = [p["metadata"]["name"] for p in cluster.store.list("Pod")]
            cluster.store.delete("Pod", "default", r.choice(placed))
    cluster.run(30)

    fresh = Cache(cluster.store)
    fresh.rebuild(cluster.scheduler.binder.nodes())
    for info in fresh.nodes.values():
        assert len(info.pods) <= info.allowed_pods
        for name, amount in info.requested.items():
            assert amount <= info.allocatable.get(name, 0)
        kept = cluster.scheduler.cache.nodes[info.name]
        assert sorted(kept.pods) == sorted(info.pods)
        assert {k: v for k, v in kept.requested.items() if v} == {
            k: v for k, v in info.requested.items() if v
        }
        ports = [port for one in info.pods.values() for port in one.ports]
        assert len(ports) == len(set(ports))
