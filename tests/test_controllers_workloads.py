"""Deployments and ReplicaSets in a running cluster: rollout, scaling, healing, rollback."""

from __future__ import annotations

from simulator.lab import Lab
from simulator.plain import Object, copy
from tests.cluster_world import (
    apply,
    condition,
    deployment,
    events,
    is_ready,
    make_lab,
    one,
    pods,
    ready_addresses,
    run,
    service,
)


def change(lab: Lab, name: str = "web", **spec: object) -> None:
    """Edit a deployment's spec as a person would."""
    fresh = copy(one(lab, "Deployment", name))
    fresh["spec"].update(spec)
    lab.engine.api.update(fresh)


def set_image(lab: Lab, image: str, name: str = "web") -> None:
    """Do `kubectl set image`."""
    fresh = copy(one(lab, "Deployment", name))
    fresh["spec"]["template"]["spec"]["containers"][0]["image"] = image
    lab.engine.api.update(fresh)


def sets(lab: Lab) -> list[Object]:
    """Give the ReplicaSets by revision."""
    found = lab.engine.store.list("ReplicaSet", "default")
    key = "deployment.kubernetes.io/revision"
    return sorted(found, key=lambda each: int(each["metadata"]["annotations"][key]))


def test_a_deployment_becomes_ready_pods_behind_its_service() -> None:
    """The whole path: Deployment, ReplicaSet, pods, containers, endpoints."""
    lab = make_lab(deployment() + "---\n" + service())
    run(lab, 10)
    found = pods(lab, app="web")
    assert len(found) == 3
    assert all(is_ready(each) for each in found)
    assert len({each["spec"]["nodeName"] for each in found}) == 3
    assert ready_addresses(lab, "web") == sorted(each["status"]["podIP"] for each in found)
    status = one(lab, "Deployment", "web")["status"]
    assert (status["readyReplicas"], status["availableReplicas"]) == (3, 3)
    name = sets(lab)[0]["metadata"]["name"]
    assert events(lab, "ScalingReplicaSet") == [f"Scaled up replica set {name} from 0 to 3"]
    progressing = condition(one(lab, "Deployment", "web"), "Progressing")
    assert progressing["reason"] == "NewReplicaSetAvailable"
    assert progressing["message"] == f'ReplicaSet "{name}" has successfully progressed.'


def test_a_deleted_pod_is_replaced_and_leaves_no_container() -> None:
    """Self-healing: the ReplicaSet makes a new one at once."""
    lab = make_lab(deployment(replicas=2))
    run(lab, 10)
    gone = pods(lab)[0]
    lab.engine.api.delete("Pod", "default", gone["metadata"]["name"])
    run(lab, 40)
    names = [each["metadata"]["name"] for each in pods(lab)]
    assert len(names) == 2
    assert gone["metadata"]["name"] not in names
    assert all(is_ready(each) for each in pods(lab))
    left = [c for c in lab.engine.store.list("Container") if c["State"]["Running"]]
    assert len(left) == 2


def test_a_rolling_update_keeps_within_surge_and_unavailable() -> None:
    """25%/25% of four: never more than five pods, never fewer than three available."""
    lab = make_lab(deployment(replicas=4))
    run(lab, 15)
    set_image(lab, "busybox:1.36")
    set_image(lab, "nginx:1.27-alpine")
    for _ in range(200):
        run(lab, 0.2)
        total = sum(each["spec"]["replicas"] for each in sets(lab))
        available = sum((each["status"].get("availableReplicas") or 0) for each in sets(lab))
        assert total <= 5
        assert available >= 3
    status = one(lab, "Deployment", "web")["status"]
    assert status["updatedReplicas"] == status["availableReplicas"] == status["replicas"] == 4
    old, new = sets(lab)
    assert (old["spec"]["replicas"], new["spec"]["replicas"]) == (0, 4)


def test_rolling_back_reuses_the_old_set_with_a_new_revision() -> None:
    """A template that was there before gets its ReplicaSet back, numbered anew."""
    lab = make_lab(deployment(replicas=2))
    run(lab, 10)
    first = sets(lab)[0]["metadata"]["name"]
    set_image(lab, "nginx:1.27-alpine")
    run(lab, 30)
    set_image(lab, "nginx:1.27")
    run(lab, 30)
    old, new = sets(lab)
    assert new["metadata"]["name"] == first
    notes = new["metadata"]["annotations"]
    assert notes["deployment.kubernetes.io/revision"] == "3"
    assert notes["deployment.kubernetes.io/revision-history"] == "1"
    assert (old["spec"]["replicas"], new["spec"]["replicas"]) == (0, 2)


def test_a_broken_image_stops_the_rollout_and_the_deadline_is_told() -> None:
    """Old pods go on serving; after the deadline the condition says so."""
    lab = make_lab(deployment(replicas=4, progressDeadlineSeconds=60) + "---\n" + service())
    run(lab, 15)
    set_image(lab, "nginx:no-such-tag")
    run(lab, 30)
    assert len(ready_addresses(lab, "web")) == 3
    reasons = [
        status["state"]["waiting"]["reason"]
        for each in pods(lab)
        for status in each["status"].get("containerStatuses", [])
        if "waiting" in status["state"]
    ]
    assert reasons and all(r in ("ErrImagePull", "ImagePullBackOff") for r in reasons)
    run(lab, 60)
    progressing = condition(one(lab, "Deployment", "web"), "Progressing")
    assert progressing["reason"] == "ProgressDeadlineExceeded"
    assert progressing["status"] == "False"


def test_scaling_while_paused_is_done_and_a_new_template_is_not() -> None:
    """A paused deployment scales, but does not roll out."""
    lab = make_lab(deployment(replicas=2))
    run(lab, 10)
    change(lab, paused=True)
    set_image(lab, "nginx:1.27-alpine")
    change(lab, replicas=5)
    run(lab, 20)
    assert len(sets(lab)) == 1
    assert len(pods(lab)) == 5
    progressing = condition(one(lab, "Deployment", "web"), "Progressing")
    assert progressing["reason"] == "DeploymentPaused"
    change(lab, paused=False)
    run(lab, 40)
    assert [each["spec"]["replicas"] for each in sets(lab)] == [0, 5]


def test_recreate_waits_until_the_old_pods_are_gone() -> None:
    """Two templates never run at the same time."""
    lab = make_lab(deployment(replicas=2, strategy={"type": "Recreate"}))
    run(lab, 10)
    set_image(lab, "nginx:1.27-alpine")
    for _ in range(200):
        run(lab, 0.2)
        alive = [each for each in pods(lab) if each["status"]["phase"] in ("Pending", "Running")]
        assert len({each["spec"]["containers"][0]["image"] for each in alive}) <= 1
    assert {each["spec"]["containers"][0]["image"] for each in pods(lab)} == {"nginx:1.27-alpine"}
    assert all(is_ready(each) for each in pods(lab))


def test_a_set_adopts_an_orphan_and_releases_what_no_longer_matches() -> None:
    """A pod relabelled out of a set is let go, and another takes its place."""
    lab = make_lab(deployment(replicas=1))
    run(lab, 10)
    fresh = copy(pods(lab)[0])
    fresh["metadata"]["labels"] = {"app": "debug"}
    lab.engine.api.update(fresh)
    run(lab, 10)
    assert len(pods(lab)) == 2
    loose = pods(lab, app="debug")[0]
    assert "ownerReferences" not in loose["metadata"]
    assert len(pods(lab, app="web")) == 1


def test_deleting_a_deployment_takes_its_sets_and_pods_with_it() -> None:
    """Background deletion follows the owner references down."""
    lab = make_lab(deployment())
    run(lab, 10)
    lab.engine.api.delete("Deployment", "default", "web")
    run(lab, 45)
    assert sets(lab) == []
    assert pods(lab) == []
    assert lab.engine.store.list("Container") == []


def test_foreground_deletion_keeps_the_owner_until_its_dependents_are_gone() -> None:
    """The Deployment is seen, being deleted, as long as a pod of it is there."""
    lab = make_lab(deployment())
    run(lab, 10)
    lab.engine.api.delete("Deployment", "default", "web", propagation="Foreground")
    run(lab, 0.1)
    assert "foregroundDeletion" in one(lab, "Deployment", "web")["metadata"]["finalizers"]
    for _ in range(100):
        run(lab, 0.5)
        if lab.engine.store.get("Deployment", "default", "web") is None:
            break
        assert sets(lab) or pods(lab) or lab.engine.store.get("Deployment", "default", "web")
    assert lab.engine.store.get("Deployment", "default", "web") is None
    assert pods(lab) == []


def test_orphaning_leaves_the_pods_alone() -> None:
    """`--cascade=orphan` deletes the owner only."""
    lab = make_lab(deployment(replicas=2))
    run(lab, 10)
    name = sets(lab)[0]["metadata"]["name"]
    lab.engine.api.delete("Deployment", "default", "web", propagation="Orphan")
    run(lab, 10)
    assert lab.engine.store.get("Deployment", "default", "web") is None
    left = one(lab, "ReplicaSet", name)
    assert "ownerReferences" not in left["metadata"]
    assert len(pods(lab)) == 2


def test_a_namespace_says_what_keeps_it() -> None:
    """Its conditions name the kinds that are left and the finalizers that are waited for."""
    lab = make_lab()
    apply(lab, "{apiVersion: v1, kind: Namespace, metadata: {name: x}}")
    run(lab, 1)
    meta = {"name": "c", "namespace": "x", "finalizers": ["example.com/keep"]}
    lab.engine.api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta})
    lab.engine.api.delete("Namespace", None, "x")
    run(lab, 1)
    found = one(lab, "Namespace", "x", "")
    left = condition(found, "NamespaceContentRemaining")
    assert left["message"] == "Some resources are remaining: configmaps. has 1 resource instances"
    waited = condition(found, "NamespaceFinalizersRemaining")
    assert waited["message"] == (
        "Some content in the namespace has finalizers remaining: example.com/keep in 1 resource "
        "instances"
    )
    lab.engine.api.patch("ConfigMap", "x", "c", {"metadata": {"finalizers": None}}, "merge")
    run(lab, 10)
    assert lab.engine.store.get("Namespace", "", "x") is None
