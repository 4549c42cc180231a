"""Disks in the view: where a claim's disk is attached, and Docker's volumes."""

from __future__ import annotations

from simulator import SECOND, Lab
from simulator.scenario import Scenario

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: db}
spec:
  containers:
    - {name: c, image: nginx, volumeMounts: [{name: data, mountPath: /data}]}
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
"""


def test_a_claim_is_seen_on_the_machine_that_its_disk_is_attached_to() -> None:
    lab = Lab(Scenario.load("three-nodes"), 7)
    view = lab.view()
    lab.do({"file": {"path": "db.yaml", "text": CLAIM}})
    lab.do({"terminal": "kubectl apply -f db.yaml"})
    view.refresh()
    assert view.values["claim/default/data"]["phase"] == "Pending"
    lab.advance(lab.now_us + 60 * SECOND)
    view.refresh()
    claim, pod = view.values["claim/default/data"], view.values["pod/default/db"]
    assert claim["attached"] == [{"node": pod["node"], "attached": True}]
    assert (claim["phase"], claim["modes"], claim["size"]) == ("Bound", ["RWO"], 1 << 30)
    assert claim["pods"] == [{"name": "db", "node": pod["node"]}] and pod["claims"] == ["data"]
    lab.do({"terminal": "kubectl delete pod db"})
    lab.advance(lab.now_us + 120 * SECOND)
    view.refresh()
    assert view.values["claim/default/data"]["attached"] == []


def test_a_docker_volume_is_seen_with_the_containers_that_use_it() -> None:
    lab = Lab(Scenario.load("laptop"), 7)
    view = lab.view()
    lab.do({"terminal": "docker run -d --name web -v pages:/pages nginx"})
    lab.advance(lab.now_us + 60 * SECOND)
    view.refresh()
    assert view.values["volume/laptop/pages"]["containers"] == ["web"]
    lab.do({"terminal": "docker rm -f web"})
    lab.advance(lab.now_us + 20 * SECOND)
    view.refresh()
    assert view.values["volume/laptop/pages"]["containers"] == []
