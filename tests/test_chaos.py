"""Random lives of a cluster, a few of them here; `python bench/chaos.py --count 500` runs many.

Below: what such lives have found, each as the few steps that were left of it.
"""

from __future__ import annotations

import os

import pytest

from simulator.timing import SECOND
from tests.chaos import Command, problems, scenarios, sequence

SEEDS = int(os.environ.get("CHAOS_SEEDS", "9"))
ROOMY, TIGHT, EMPTY = scenarios()
START: tuple[int, Command] = (0, {"terminal": "kubectl apply -f all.yaml"})


@pytest.mark.parametrize("seed", range(SEEDS))
def test_after_a_random_life_a_cluster_is_well_again(seed: int) -> None:
    """Every rule holds on the way; mended, all runs; a replay and a keyframe give the same."""
    data, steps = sequence(seed)
    assert problems(data, seed, steps) == []


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


def test_a_resumed_lab_deletes_dependents_in_the_same_order() -> None:
    """The garbage collector's cache is made anew; the job's pods still go in one order."""
    data, steps = sequence(1)
    assert problems(data, 1, steps) == []
