"""Snapshots of volumes, and claims that begin with one or as a copy of another."""

from __future__ import annotations

from typing import Any

import yaml

from simulator.lab import Lab
from tests.cluster_world import apply, events, make_lab, one, run
from tests.test_controllers_storage import cat, claim, user

CLUSTER = {"version": "v1.32.4", "addons": ["snapshots"]}
SNAPSHOT = """
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: {name: before, namespace: default}
spec: {volumeSnapshotClassName: standard, source: {persistentVolumeClaimName: data}}
"""
KIND = "VolumeSnapshot.snapshot.storage.k8s.io"
CONTENT = "VolumeSnapshotContent.snapshot.storage.k8s.io"


def written() -> Lab:
    """A lab with a claim that has a file."""
    script = "echo old > /data/note; sleep 3600"
    lab = make_lab(claim() + "---\n" + user("a", script=script), cluster=CLUSTER)
    run(lab, 20)
    return lab


def claim_from(name: str, source: dict[str, Any]) -> str:
    """Write a claim that begins with the data of something."""
    found = yaml.safe_load(claim())
    found["metadata"]["name"] = name
    found["spec"]["dataSource"] = source
    return yaml.safe_dump(found)


def say(lab: Lab, text: str) -> None:
    """Write another text into the file of pod a."""
    found = one(lab, "Pod", "a")
    container = lab.engine.store.by("Container", "pod", found["metadata"]["uid"])[0]
    argv = ["sh", "-c", f"echo {text} > /data/note"]
    lab.engine.docker.exec_(found["spec"]["nodeName"], container["Id"], argv)


def test_a_claim_made_of_a_snapshot_has_the_data_of_that_instant() -> None:
    lab = written()
    apply(lab, SNAPSHOT)
    run(lab, 5)
    status = one(lab, KIND, "before")["status"]
    assert status["readyToUse"] is True
    assert status["restoreSize"] == "1Gi"
    assert events(lab, "SnapshotReady") == ["Snapshot default/before is ready to use."]
    say(lab, "new")
    source = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "before"}
    apply(lab, claim_from("restored", source))
    apply(lab, user("b", claimed="restored"))
    run(lab, 20)
    assert cat(lab, "a", "/data/note") == "new\n"
    assert cat(lab, "b", "/data/note") == "old\n"


def test_a_claim_may_be_a_copy_of_another() -> None:
    lab = written()
    apply(lab, claim_from("copy", {"kind": "PersistentVolumeClaim", "name": "data"}))
    apply(lab, user("b", claimed="copy"))
    run(lab, 20)
    say(lab, "new")
    assert cat(lab, "b", "/data/note") == "old\n"


def test_a_claim_waits_for_its_snapshot_and_says_so() -> None:
    lab = written()
    source = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "before"}
    apply(lab, claim_from("restored", source))
    apply(lab, user("b", claimed="restored"))
    run(lab, 20)
    assert "error getting snapshot before from api server" in events(lab, "ProvisioningFailed")[0]
    apply(lab, SNAPSHOT)
    run(lab, 40)
    assert cat(lab, "b", "/data/note") == "old\n"


def test_a_deleted_snapshot_takes_its_content_along() -> None:
    lab = written()
    apply(lab, SNAPSHOT)
    run(lab, 5)
    assert len(lab.engine.store.list(CONTENT)) == 1
    lab.engine.api.delete(KIND, "default", "before")
    run(lab, 5)
    assert lab.engine.store.list(CONTENT) == []


def test_a_snapshot_of_a_claim_that_is_not_there_says_so() -> None:
    lab = make_lab(cluster=CLUSTER)
    run(lab, 1)
    apply(lab, SNAPSHOT)
    run(lab, 5)
    assert events(lab, "SnapshotContentCreationFailed")[0].startswith(
        "Failed to create snapshot content with error cannot get claim from snapshot"
    )
