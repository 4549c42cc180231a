"""Claims, volumes and disks: bound, made, attached, kept, lost."""

from __future__ import annotations

from typing import Any

import yaml

from simulator.lab import Lab
from tests.cluster_world import apply, events, is_ready, make_lab, one, pods, run


def claim(name: str = "data", size: str = "1Gi", **spec: Any) -> str:
    """Write a claim."""
    body = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, **spec}
    meta = {"name": name, "namespace": "default"}
    return yaml.safe_dump(
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta, "spec": body}
    )


def volume(name: str, size: str, **spec: Any) -> str:
    """Write a volume made by hand: a folder."""
    body = {
        "capacity": {"storage": size},
        "accessModes": ["ReadWriteOnce"],
        "hostPath": {"path": f"/data/{name}"},
        "storageClassName": "manual",
        **spec,
    }
    return yaml.safe_dump(
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": body}
    )


def user(name: str, claimed: str = "data", script: str = "sleep 3600", **spec: Any) -> str:
    """Write a pod that mounts a claim at /data."""
    body = {
        "containers": [
            {
                "name": "main",
                "image": "busybox:1.36",
                "command": ["sh", "-c", script],
                "volumeMounts": [{"name": "v", "mountPath": "/data"}],
            }
        ],
        "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": claimed}}],
        "terminationGracePeriodSeconds": 1,
        **spec,
    }
    meta = {"name": name, "namespace": "default"}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": body})


def cat(lab: Lab, name: str, path: str) -> str:
    """Read a file in a pod's only container."""
    found = one(lab, "Pod", name)
    containers = lab.engine.store.by("Container", "pod", found["metadata"]["uid"])
    running = [each for each in containers if each["State"]["Running"]]
    node = found["spec"]["nodeName"]
    return lab.engine.docker.exec_(node, running[0]["Id"], ["cat", path])[1]


def test_a_claim_waits_for_its_first_pod_and_then_gets_a_new_disk() -> None:
    """WaitForFirstConsumer, provisioning, attaching, in this order."""
    lab = make_lab(claim())
    run(lab, 10)
    assert one(lab, "PersistentVolumeClaim", "data")["status"]["phase"] == "Pending"
    text = "waiting for first consumer to be created before binding"
    assert events(lab, "WaitForFirstConsumer") == [text]
    apply(lab, user("web"))
    run(lab, 15)
    found = one(lab, "PersistentVolumeClaim", "data")
    name = f"pvc-{found['metadata']['uid']}"
    assert found["spec"]["volumeName"] == name
    assert found["status"] == {
        "phase": "Bound",
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": "1Gi"},
    }
    assert one(lab, "PersistentVolume", name, "")["status"]["phase"] == "Bound"
    assert is_ready(one(lab, "Pod", "web"))
    assert events(lab, "ProvisioningSucceeded") == [f"Successfully provisioned volume {name}"]
    assert events(lab, "SuccessfulAttachVolume") == [
        f'AttachVolume.Attach succeeded for volume "{name}"'
    ]


def test_data_follow_the_claim_to_another_node() -> None:
    """The disk is detached there, attached here, and what was written is still on it."""
    lab = make_lab(claim() + "---\n" + user("a", script="echo kept > /data/note; sleep 3600"))
    run(lab, 15)
    first = one(lab, "Pod", "a")["spec"]["nodeName"]
    lab.engine.api.delete("Pod", "default", "a")
    run(lab, 10)
    other = next(n for n in ("worker-1", "worker-2") if n != first)
    apply(lab, user("b", nodeName=other))
    run(lab, 20)
    assert cat(lab, "b", "/data/note") == "kept\n"
    places = [each["spec"]["nodeName"] for each in lab.engine.store.list("VolumeAttachment")]
    assert places == [other]


def test_two_nodes_cannot_have_one_disk() -> None:
    """Multi-Attach error, until the first pod is gone."""
    lab = make_lab(
        claim() + "---\n" + user("a", nodeSelector={"kubernetes.io/hostname": "worker-1"})
    )
    run(lab, 15)
    apply(lab, user("b", nodeName="worker-2"))
    run(lab, 15)
    assert one(lab, "Pod", "b")["status"]["phase"] == "Pending"
    name = one(lab, "PersistentVolumeClaim", "data")["spec"]["volumeName"]
    text = f'Multi-Attach error for volume "{name}" Volume is already used by pod(s) a'
    run(lab, 60)
    assert events(lab, "FailedAttachVolume") == [text]
    shown = [e for e in lab.engine.store.list("Event") if e["reason"] == "FailedAttachVolume"]
    assert [event.get("count", 1) for event in shown] == [1]
    lab.engine.api.delete("Pod", "default", "a")
    run(lab, 60)
    assert is_ready(one(lab, "Pod", "b"))


def test_one_of_two_that_wait_gets_the_disk_that_is_let_go() -> None:
    lab = make_lab(
        claim() + "---\n" + user("a", nodeSelector={"kubernetes.io/hostname": "worker-1"})
    )
    run(lab, 15)
    apply(lab, user("b", nodeName="worker-2") + "---\n" + user("c", nodeName="worker-3"))
    run(lab, 10)
    lab.engine.api.delete("Pod", "default", "a")
    run(lab, 60)
    assert [is_ready(one(lab, "Pod", name)) for name in "bc"].count(True) == 1
    assert len(lab.engine.store.list("VolumeAttachment")) == 1


def test_a_dead_nodes_disk_is_taken_by_force_after_six_minutes() -> None:
    """Once its pod was removed by force; before that nobody may have it."""
    lab = make_lab(
        claim() + "---\n" + user("a", nodeSelector={"kubernetes.io/hostname": "worker-1"})
    )
    run(lab, 15)
    lab.engine.machines.power_off("worker-1")
    run(lab, 70)
    lab.engine.api.delete("Pod", "default", "a", grace_s=0)
    apply(lab, user("b", nodeName="worker-2"))
    run(lab, 340)
    assert one(lab, "Pod", "b")["status"]["phase"] == "Pending"
    run(lab, 60)
    assert is_ready(one(lab, "Pod", "b"))


def test_a_claim_takes_the_smallest_volume_that_fits() -> None:
    """Same class, big enough; the others stay available."""
    lab = make_lab(
        "---\n".join(
            [
                volume("big", "10Gi"),
                volume("fit", "2Gi"),
                volume("small", "500Mi"),
                claim(storageClassName="manual"),
            ]
        )
    )
    run(lab, 2)
    assert one(lab, "PersistentVolumeClaim", "data")["spec"]["volumeName"] == "fit"
    phases = [one(lab, "PersistentVolume", n, "")["status"]["phase"] for n in ("big", "small")]
    assert phases == ["Available", "Available"]


def test_reclaiming_deletes_or_keeps() -> None:
    """A made volume goes with its claim; one with Retain is released, and stays so."""
    lab = make_lab(volume("kept", "2Gi") + "---\n" + claim("mine", storageClassName="manual"))
    apply(lab, claim() + "---\n" + user("a"))
    run(lab, 15)
    lab.engine.api.delete("PersistentVolumeClaim", "default", "mine")
    lab.engine.api.delete("PersistentVolumeClaim", "default", "data")
    run(lab, 5)
    assert one(lab, "PersistentVolume", "kept", "")["status"]["phase"] == "Released"
    held = one(lab, "PersistentVolumeClaim", "data")  # a pod still uses it
    assert held["metadata"]["deletionTimestamp"]
    lab.engine.api.delete("Pod", "default", "a")
    run(lab, 20)
    assert lab.engine.store.get("PersistentVolumeClaim", "default", "data") is None
    names = [each["metadata"]["name"] for each in lab.engine.store.list("PersistentVolume")]
    assert names == ["kept"]


def test_without_any_class_a_claim_says_so() -> None:
    """FailedBinding, in upstream's words."""
    lab = make_lab(claim(storageClassName=""))
    run(lab, 3)
    text = "no persistent volumes available for this claim and no storage class is set"
    assert events(lab, "FailedBinding") == [text]


def test_a_disk_grows_first_and_then_its_file_system_on_the_node() -> None:
    lab = make_lab(claim() + "---\n" + user("a"), cluster={"addons": ["storage"]})
    run(lab, 20)
    grow(lab, "2Gi")
    run(lab, 0.5)
    assert stages(lab) == ["Resizing"]
    run(lab, 3)
    assert (stages(lab), size_of(lab)) == (["FileSystemResizePending"], "1Gi")
    run(lab, 61)
    assert (stages(lab), size_of(lab)) == ([], "2Gi")
    assert events(lab, "FileSystemResizeSuccessful", "data")[0].endswith(
        one(lab, "Pod", "a")["spec"]["nodeName"]
    )
    container = lab.engine.store.by("Container", "pod", one(lab, "Pod", "a")["metadata"]["uid"])[0]
    node = container["metadata"]["namespace"]
    shown = lab.engine.docker.exec_(node, container["Id"], ["df", "-h", "/data"])[1]
    assert shown.splitlines()[1].split()[1] == "2.0G"


def test_without_a_pod_a_grown_disk_waits_for_one() -> None:
    lab = make_lab(claim() + "---\n" + user("a"), cluster={"addons": ["storage"]})
    run(lab, 20)
    lab.engine.api.delete("Pod", "default", "a")
    run(lab, 20)
    grow(lab, "2Gi")
    run(lab, 300)
    assert (stages(lab), size_of(lab)) == (["FileSystemResizePending"], "1Gi")
    apply(lab, user("b"))
    run(lab, 120)
    assert (stages(lab), size_of(lab)) == ([], "2Gi")


def grow(lab: Lab, size: str) -> None:
    """Ask for more."""
    patch = {"spec": {"resources": {"requests": {"storage": size}}}}
    lab.engine.api.patch("PersistentVolumeClaim", "default", "data", patch)


def stages(lab: Lab) -> list[str]:
    """Give the conditions of the claim."""
    rows = one(lab, "PersistentVolumeClaim", "data")["status"].get("conditions") or []
    return [row["type"] for row in rows]


def size_of(lab: Lab) -> str:
    """Give the size that the claim has."""
    return str(one(lab, "PersistentVolumeClaim", "data")["status"]["capacity"]["storage"])


def test_the_class_may_stand_in_the_annotation_of_old() -> None:
    lab = make_lab()
    body = yaml.safe_load(claim())
    body["metadata"]["annotations"] = {"volume.beta.kubernetes.io/storage-class": "fast"}
    old = yaml.safe_load(volume("old", "5Gi", storageClassName="", hostPath={"path": "/old"}))
    old["metadata"]["annotations"] = {"volume.beta.kubernetes.io/storage-class": "fast"}
    apply(lab, yaml.safe_dump(body) + "---\n" + yaml.safe_dump(old))
    run(lab, 30)
    bound = one(lab, "PersistentVolumeClaim", "data")
    assert (bound["status"]["phase"], bound["spec"]["volumeName"]) == ("Bound", "old")


def test_a_stateful_pod_gets_its_own_disk_back() -> None:
    """One claim a pod, kept when the pod goes, also to another node."""
    labels = {"app": "db"}
    script = "[ -e /data/id ] || hostname > /data/id; sleep 3600"
    container = {
        "name": "db",
        "image": "busybox:1.36",
        "command": ["sh", "-c", script],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    spec = {
        "replicas": 2,
        "serviceName": "db",
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [container], "terminationGracePeriodSeconds": 1},
        },
        "volumeClaimTemplates": [yaml.safe_load(claim())],
    }
    meta = {"name": "db", "namespace": "default"}
    lab = make_lab(
        yaml.safe_dump(
            {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": spec}
        )
    )
    run(lab, 30)
    claims = [c["metadata"]["name"] for c in lab.engine.store.list("PersistentVolumeClaim")]
    assert claims == ["data-db-0", "data-db-1"]
    node = one(lab, "Pod", "db-1")["spec"]["nodeName"]
    cordon = {"spec": {"unschedulable": True}}
    lab.engine.api.patch("Node", None, node, cordon, "merge")
    lab.engine.api.delete("Pod", "default", "db-1")
    run(lab, 40)
    assert one(lab, "Pod", "db-1")["spec"]["nodeName"] != node
    assert cat(lab, "db-1", "/data/id") == "db-1\n"
    assert len(pods(lab)) == 2


def test_a_node_out_of_service_gives_its_pods_and_disks_up() -> None:
    """The taint says that it will not come back: nobody waits for its kubelet or six minutes."""
    lab = make_lab(
        claim() + "---\n" + user("a", nodeSelector={"kubernetes.io/hostname": "worker-1"})
    )
    run(lab, 15)
    lab.engine.machines.power_off("worker-1")
    run(lab, 70)
    lab.engine.api.delete("Pod", "default", "a")
    apply(lab, user("b", nodeName="worker-2"))
    run(lab, 60)
    assert one(lab, "Pod", "a")["metadata"]["deletionTimestamp"]
    taint = {"key": "node.kubernetes.io/out-of-service", "value": "x", "effect": "NoExecute"}
    taints = [*one(lab, "Node", "worker-1", "")["spec"]["taints"], taint]
    lab.engine.api.patch("Node", None, "worker-1", {"spec": {"taints": taints}}, "merge")
    run(lab, 45)
    assert lab.engine.store.get("Pod", "default", "a") is None
    assert is_ready(one(lab, "Pod", "b"))
