"""Random lives of a cluster, a few of them here; `python bench/chaos.py --count 500` runs many.

Below: what such lives have found, each as the few steps that were left of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from simulator.lab import Lab
from simulator.plain import copy
from simulator.scenario import Scenario
from simulator.scenario_check import check_data
from simulator.timing import SECOND
from tests.chaos import Command, give, problems, scenarios, sequence
from tests.chaos_rules import Watch, at_rest

SEEDS = int(os.environ.get("CHAOS_SEEDS", "6"))
ROOMY, TIGHT, EMPTY = scenarios()
START: tuple[int, Command] = (0, {"terminal": "kubectl apply -f all.yaml"})


@pytest.mark.parametrize("seed", range(SEEDS))
def test_after_a_random_life_a_cluster_is_well_again(seed: int) -> None:
    """Every rule holds on the way; mended, all runs; a replay and a keyframe give the same."""
    data, steps = sequence(seed)
    assert problems(data, seed, steps) == []


def bind_to_a_tainted_node(lab: Lab) -> None:
    """Put a pod where the scheduler would never put it."""
    made = copy(lab.engine.store.list("Pod", "default")[0])
    del made["spec"]["nodeName"], made["metadata"]["uid"]
    made["metadata"]["name"], made["status"] = "stray", {"phase": "Pending"}
    lab.engine.api.bind(lab.engine.store.create(made), "control-plane")


def attach_twice(lab: Lab) -> None:
    """Attach a disk to a second node."""
    made = copy(lab.engine.store.list("VolumeAttachment")[0])
    made["metadata"] = {"name": "csi-second"}
    made["spec"]["nodeName"] = "control-plane"
    lab.engine.store.create(made)


def surge_too_far(lab: Lab) -> None:
    """Let the newest ReplicaSet of `web` have more pods than its Deployment allows."""
    sets = lab.engine.store.list("ReplicaSet", "default")
    one = copy(next(one for one in sets if one["metadata"]["name"].startswith("web-")))
    one["spec"]["replicas"] = 9
    lab.engine.store.update(one)


def evict_the_last(lab: Lab) -> None:
    """Evict three of four pods, as if the budget of two had not been counted down."""
    for pod in lab.engine.store.by("Pod", "label", "default/app=web")[:3]:
        budget = copy(lab.engine.store.need("PodDisruptionBudget", "default", "web"))
        budget["status"]["disruptionsAllowed"] = 1
        lab.engine.store.update(budget)
        lab.engine.api.evict("default", pod["metadata"]["name"])


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (bind_to_a_tainted_node, "was bound to control-plane"),
        (attach_twice, "is attached to"),
        (surge_too_far, "at most 6 are allowed"),
        (evict_the_last, "leaves 1 healthy of 2"),
    ],
)
def test_the_rules_see_a_planted_fault(plant: Callable[[Lab], None], words: str) -> None:
    """A rule that cannot be broken proves nothing."""
    lab = Lab(Scenario(check_data(ROOMY, "chaos")), 1)
    watch = Watch(lab)
    give(lab, [START])
    lab.advance(60 * SECOND)
    assert watch.broken == []
    plant(lab)
    assert any(words in text for text in watch.broken), watch.broken


def test_what_is_left_over_is_seen() -> None:
    """A container and a note of a pod that is gone."""
    lab = Lab(Scenario(check_data(ROOMY, "chaos")), 1)
    give(lab, [START])
    lab.advance(90 * SECOND)
    assert at_rest(lab) == []
    gone = lab.engine.store.by("Pod", "label", "default/app=web")[0]["metadata"]
    lab.engine.store.delete("Pod", "default", gone["name"])
    wrong = " ".join(at_rest(lab))
    assert "has lost its pod" in wrong and f"kubelet notes {gone['uid']}" in wrong


def line(seconds: float, text: str) -> tuple[int, Command]:
    """Give a step that types a line after a pause."""
    return round(seconds * SECOND), {"terminal": text}


def fault(seconds: float, kind: str, target: str, **more: object) -> tuple[int, Command]:
    """Give a step that something breaks after a pause."""
    return round(seconds * SECOND), {"fault": {"kind": kind, "target": target, **more}}


def test_a_daemon_set_takes_over_what_an_orphaning_delete_left() -> None:
    """Its revision has the name that the new one would get; it is adopted, as the pods are."""
    steps = [START, line(115, "kubectl delete daemonset agent --cascade=orphan --wait=false")]
    assert problems(TIGHT, 4, steps, replay=False) == []


def test_a_kubelet_cut_off_from_the_control_plane_alone_catches_up() -> None:
    """It reports its pods ready again, and takes in those it was given meanwhile."""
    steps = [
        START,
        fault(170, "partition", "worker-1", **{"from": "control-plane"}),
        line(44, "kubectl delete pod -l app=agent --force --grace-period=0"),
    ]
    assert problems(TIGHT, 37, steps, replay=False) == []


def test_a_second_delete_may_ask_for_orphans() -> None:
    """A deployment that waits for its pods on a dead node is let go, and its sets stay."""
    steps = [
        START,
        fault(30, "power-off", "worker-1"),
        line(51, "kubectl delete deployment web --cascade=foreground --wait=false"),
        line(300, "kubectl delete deployment web --cascade=orphan --wait=false"),
    ]
    assert problems(EMPTY, 287, steps, replay=False) == []
