"""Static pods and the mirrors that the API server shows of them."""

from __future__ import annotations

from simulator.lab import Lab
from tests.cluster_world import make_lab, one, run

MANIFEST = """
apiVersion: v1
kind: Pod
metadata: {name: watcher, namespace: kube-system}
spec:
  containers:
  - {name: main, image: "busybox:1.36", command: [sleep, "86400"]}
"""
MACHINES = [
    {"name": "control-plane", "role": "control-plane", "cpu": 2, "memory": "4Gi"},
    {"name": "worker-1", "role": "worker", "static_pods": [MANIFEST]},
]


def container_of(lab: Lab) -> str:
    """Give the id of the static pod's container."""
    status = one(lab, "Pod", "watcher-worker-1", "kube-system")["status"]
    return str(status["containerStatuses"][0]["containerID"])


def test_a_kubelet_runs_the_pods_in_its_files_and_shows_mirrors_of_them() -> None:
    lab = make_lab(machines=MACHINES)
    run(lab, 15)
    mirror = one(lab, "Pod", "watcher-worker-1", "kube-system")
    assert mirror["status"]["phase"] == "Running"
    assert mirror["metadata"]["annotations"]["kubernetes.io/config.source"] == "file"
    assert mirror["metadata"]["ownerReferences"][0]["kind"] == "Node"
    assert {"effect": "NoExecute", "operator": "Exists"} in mirror["spec"]["tolerations"]


def test_deleting_a_mirror_does_not_stop_the_containers() -> None:
    lab = make_lab(machines=MACHINES)
    run(lab, 15)
    before = container_of(lab)
    for grace in (None, 0):
        lab.engine.api.delete("Pod", "kube-system", "watcher-worker-1", grace_s=grace)
        run(lab, 5)
        mirror = one(lab, "Pod", "watcher-worker-1", "kube-system")
        assert "deletionTimestamp" not in mirror["metadata"]
        assert mirror["status"]["phase"] == "Running"
        assert container_of(lab) == before


def test_a_static_pod_starts_again_with_its_machine() -> None:
    lab = make_lab(machines=MACHINES)
    run(lab, 15)
    lab.engine.machines.power_off("worker-1")
    run(lab, 5)
    lab.engine.machines.power_on("worker-1")
    run(lab, 90)
    mirror = one(lab, "Pod", "watcher-worker-1", "kube-system")
    assert mirror["status"]["containerStatuses"][0]["restartCount"] == 1
    assert mirror["status"]["phase"] == "Running"
