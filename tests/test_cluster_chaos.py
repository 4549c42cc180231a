"""Random commands and faults: nothing breaks meanwhile, and afterwards everything is well."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import yaml

from simulator.errors import DrydockError, LabFailed
from simulator.lab import Lab
from simulator.plain import Object
from tests.cluster_world import condition, deployment, make_lab, one, pods, ready_addresses, run
from tests.cluster_world import service as web_service
from tests.test_controllers_batch import cron, job
from tests.test_controllers_sets import daemon, stateful
from tests.test_controllers_storage import claim

WORKERS = ["worker-1", "worker-2", "worker-3", "worker-4"]
MACHINES = [*WORKERS, "control-plane"]
IMAGES = ["nginx:1.27", "nginx:1.27-alpine", "nginx:bad"]


def make_busy_lab(seed: int) -> Lab:
    """Make a lab with something of everything."""
    stored: Object = yaml.safe_load(stateful(2))
    stored["spec"]["volumeClaimTemplates"] = [yaml.safe_load(claim())]
    container = stored["spec"]["template"]["spec"]["containers"][0]
    container["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    texts = [
        deployment(replicas=4),
        web_service(),
        yaml.safe_dump(stored),
        daemon(),
        job(completions=6, parallelism=2, script="sleep 20"),
        cron("*/3 * * * *", script="sleep 30"),
    ]
    return make_lab("---\n".join(texts), workers=4, seed=seed)


def set_web(lab: Lab, replicas: int, image: str) -> None:
    """Edit the deployment as a person would."""
    containers = [{"name": "web", "image": image}]
    spec = {"replicas": replicas, "template": {"spec": {"containers": containers}}}
    lab.engine.api.patch("Deployment", "default", "web", {"spec": spec}, "strategic")


def acts(lab: Lab, rng: random.Random) -> list[Callable[[], object]]:
    """Give what may happen next."""
    engine, machine = lab.engine, rng.choice(MACHINES)

    def delete_pod() -> None:
        name = rng.choice(pods(lab))["metadata"]["name"]
        engine.api.delete("Pod", "default", name, grace_s=rng.choice([None, None, 0, 1]))

    def crash() -> None:
        found = [c for c in engine.store.list("Container") if c["State"]["Running"]]
        if found:
            victim = rng.choice(found)
            engine.docker.crash(victim["metadata"]["namespace"], victim["Id"])

    def scale(kind: str, name: str, most: int) -> None:
        spec = {"spec": {"replicas": rng.randrange(most)}}
        engine.api.patch(kind, "default", name, spec, "merge")

    def cordon() -> None:
        spec = {"spec": {"unschedulable": rng.random() < 0.5}}
        engine.api.patch("Node", None, rng.choice(WORKERS), spec, "merge")

    return [
        lambda: engine.machines.power_off(machine),
        lambda: engine.machines.power_on(machine),
        lambda: engine.network.cut(machine),
        lambda: engine.network.heal(machine),
        delete_pod,
        crash,
        lambda: scale("Deployment", "web", 8),
        lambda: scale("StatefulSet", "db", 4),
        lambda: set_web(lab, 4, rng.choice(IMAGES)),
        cordon,
    ]


def check_invariants(lab: Lab) -> None:
    """What must hold at any moment."""
    disks: dict[str, str] = {}
    for piece in lab.engine.store.list("VolumeAttachment"):
        disk = piece["spec"]["source"]["persistentVolumeName"]
        assert disk not in disks, f"{disk} is attached to two nodes"
        disks[disk] = piece["spec"]["nodeName"]
    used: dict[tuple[str, str], str] = {}
    for uid, row in lab.engine.table("kubelet.pods").items():
        place = (row["node"], row["ip"])
        assert not row["ip"] or place not in used, f"{place} is the address of two pods"
        used[place] = uid


@pytest.mark.parametrize("seed", range(12))
def test_after_any_faults_a_cluster_finds_back(seed: int) -> None:
    """Forty random acts, then everything mended: all that is wanted runs, and nothing else."""
    rng = random.Random(seed)
    lab = make_busy_lab(seed)
    for _ in range(40):
        run(lab, rng.choice([0.3, 2, 10, 40, 120]))
        try:
            rng.choice(acts(lab, rng))()
        except LabFailed:
            raise
        except DrydockError:
            continue  # it was refused, as it may be
        check_invariants(lab)
    for machine in MACHINES:
        found = lab.engine.machines.get(machine)
        if found is not None and found["status"]["power"] == "off":
            lab.engine.machines.power_on(machine)
        lab.engine.network.heal(machine)
    run(lab, 100)
    for name in WORKERS:
        lab.engine.api.patch("Node", None, name, {"spec": {"unschedulable": False}}, "merge")
    set_web(lab, 3, "nginx:1.27")
    lab.engine.api.patch("StatefulSet", "default", "db", {"spec": {"replicas": 2}}, "merge")
    run(lab, 900)
    web = one(lab, "Deployment", "web")["status"]
    assert [web.get(f"{what}Replicas") for what in ("available", "updated", "ready")] == [3, 3, 3]
    assert len(ready_addresses(lab, "web")) == 3
    assert one(lab, "StatefulSet", "db")["status"]["readyReplicas"] == 2
    assert one(lab, "DaemonSet", "agent")["status"]["numberReady"] == 4
    assert condition(one(lab, "Job", "work"), "Complete") or condition(
        one(lab, "Job", "work"), "Failed"
    )
    nodes = lab.engine.store.list("Node")
    assert all(condition(node, "Ready")["status"] == "True" for node in nodes)
    uids = [pod["metadata"]["uid"] for pod in lab.engine.store.list("Pod")]
    owners = [c["drydock"]["pod"]["uid"] for c in lab.engine.store.list("Container")]
    assert all(uid in uids for uid in owners)
