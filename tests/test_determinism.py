"""The same (scenario, seed, log) gives the same history, however it is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator import Lab, Scenario

SECOND = 1_000_000

COMMANDS: list[dict[str, Any]] = [
    {"terminal": "docker run -d --name web -p 8080:80 nginx"},
    {"terminal": "docker pull alpine"},
    {"terminal": "docker run --rm alpine echo hello"},
    {"terminal": "docker stop web"},
    {"terminal": "docker rm -f web"},
    {"terminal": "kubectl apply -f shop.yaml"},
    {"terminal": "kubectl scale deployment shop --replicas=5"},
    {"terminal": "kubectl delete pod -l app=shop --wait=false"},
    {"terminal": "kubectl rollout restart deployment shop"},
    {"terminal": "kubectl nonsense"},
    {"terminal": "docker build -t student/shop:2.0 ."},
    {"terminal": "curl worker-1:30080"},
    {"fault": {"kind": "power-off", "target": "worker-2"}},
    {"fault": {"kind": "power-on", "target": "worker-2"}},
    {"fault": {"kind": "partition", "target": "worker-1"}},
    {"fault": {"kind": "heal", "target": "worker-1"}},
    {"fault": {"kind": "kill-pod-container", "target": "default/app=shop"}},
    {"fault": {"kind": "no such fault", "target": "worker-1"}},
    {"traffic": {"name": "users", "target": "service/default/shop", "rps": 20}},
    {"traffic": {"name": "users", "rps": 0}},
    {"file": {"path": "app.py", "text": "print('changed')\n"}},
    {"vm": {"machine": "laptop", "name": "vm-1", "action": "start"}},
    {"terminal": "for i in 1 2 3; do curl -s worker-1:30080 >> seen; sleep 2; done; wc -l < seen"},
    {"terminal": "kubectl logs -f -l app=shop | grep GET | cut -c1-20"},
    {"terminal": "web=$(docker run -d -P nginx); docker stop $web && docker rm $web"},
    {"terminal": "watch -n 1 kubectl get pods"},
]
STEPS = st.lists(
    st.tuples(st.integers(0, 40 * SECOND), st.sampled_from(COMMANDS)), min_size=1, max_size=6
)


def run(steps: list[tuple[int, dict[str, Any]]], seed: int = 7, pace_us: int | None = None) -> Lab:
    """Make a lab and give it commands, each after a pause; walk the pauses in strides."""
    lab = Lab(Scenario.load("three-nodes"), seed)
    for pause, command in [*steps, (30 * SECOND, None)]:
        until = lab.now_us + pause
        while pace_us and lab.now_us + pace_us < until:
            lab.advance(lab.now_us + pace_us)
        lab.advance(until)
        if command is not None:
            lab.do(command)
    return lab


@settings(max_examples=6, deadline=None)
@given(steps=STEPS, pace_us=st.integers(40_000, 3 * SECOND))
def test_the_pumps_cadence_does_not_change_the_history(
    steps: list[tuple[int, dict[str, Any]]], pace_us: int
) -> None:
    """One jump or many strides: the same digest."""
    assert run(steps).digest() == run(steps, pace_us=pace_us).digest()


@settings(max_examples=6, deadline=None)
@given(steps=STEPS)
def test_the_replay_of_a_log_equals_the_live_run(steps: list[tuple[int, dict[str, Any]]]) -> None:
    """The log survives JSON and gives the same lab again."""
    live = run(steps)
    log = json.loads(json.dumps(live.export()))
    assert Lab.replay(log).digest() == live.digest()


@settings(max_examples=6, deadline=None)
@given(steps=STEPS, cut=st.integers(0, 60 * SECOND))
@example(steps=[(0, COMMANDS[5]), (19_672_320, COMMANDS[11])], cut=0)  # probes after a curl
@example(steps=[(0, COMMANDS[5]), (19_672_320, COMMANDS[22])], cut=3 * SECOND)  # amid a loop
def test_a_lab_resumed_from_a_keyframe_equals_the_one_that_went_on(
    steps: list[tuple[int, dict[str, Any]]], cut: int
) -> None:
    """A keyframe taken at any instant has all there is to know."""
    live = run(steps)
    resumed = run(steps)
    resumed.advance(resumed.now_us + cut)
    resumed.engine = type(resumed.engine)(resumed.scenario, resumed.seed, resumed.engine.keyframe())
    end = max(live.now_us, resumed.now_us) + 45 * SECOND
    live.advance(end)
    resumed.advance(end)
    assert resumed.digest() == live.digest()


def test_looking_back_and_going_on_equals_the_live_run() -> None:
    """`at` starts from the nearest keyframe; the way there does not matter."""
    steps = [(SECOND, COMMANDS[5]), (100 * SECOND, COMMANDS[12]), (90 * SECOND, COMMANDS[13])]
    live = run(steps)
    past = live.at(at_us=150 * SECOND)
    assert past.now_us == 150 * SECOND
    past.advance(191 * SECOND)
    past.do(COMMANDS[13])
    past.advance(live.now_us)
    assert past.digest() == live.digest()


def test_reads_change_nothing() -> None:
    """A lab that is looked at has the same history as one that is not."""
    steps = [(SECOND, COMMANDS[5]), (20 * SECOND, COMMANDS[18])]
    quiet, watched = run(steps), run(steps)
    for line in ("kubectl get pods -A -o wide", "docker ps -a", "ls -l", "kubectl describe nodes"):
        answer = watched.do({"terminal": line})
        assert answer["entry"] is None
    watched.snapshot()
    watched.view().refresh()
    assert watched.digest() == quiet.digest()


def test_the_seed_enters_the_digest() -> None:
    """Another seed is another history."""
    steps = [(SECOND, COMMANDS[0])]
    assert run(steps, seed=1).digest() != run(steps, seed=2).digest()


def test_rewinding_grows_a_branch_and_keeps_the_old_one() -> None:
    """Undo never deletes: the log has both futures."""
    lab = run([(SECOND, COMMANDS[5]), (10 * SECOND, COMMANDS[12])])
    entries = len(lab.export()["entries"])
    lab.rewind(5 * SECOND)
    lab.do({"terminal": "kubectl scale deployment shop --replicas=1"})
    log = lab.export()
    assert len(log["entries"]) == entries + 1
    assert [entry.n for entry in lab.log.path()] == [1, 2]
    assert Lab.replay(log).digest() == lab.digest()


@pytest.mark.parametrize("hash_seed", ["1", "77"])
def test_the_digest_does_not_depend_on_the_process(hash_seed: str) -> None:
    """Another process with another PYTHONHASHSEED computes the same digest."""
    code = (
        "from simulator import Lab, Scenario\n"
        "lab = Lab(Scenario.load('three-nodes'), 7)\n"
        "lab.do({'terminal': 'kubectl apply -f shop.yaml'})\n"
        "lab.advance(90_000_000)\n"
        "print(lab.digest())\n"
    )
    here = Lab(Scenario.load("three-nodes"), 7)
    here.do({"terminal": "kubectl apply -f shop.yaml"})
    here.advance(90 * SECOND)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == here.digest()


def test_all_state_is_plain_data() -> None:
    """Tables and calendar survive JSON unchanged: no tuple, no set, no number as a key."""
    lab = run([(SECOND, COMMANDS[5]), (SECOND, COMMANDS[0]), (SECOND, COMMANDS[18])])
    engine = lab.engine
    for name, table in engine._tables.items():
        assert orjson.loads(orjson.dumps(table)) == table, name
    dump = engine.calendar.dump()
    assert orjson.loads(orjson.dumps(dump)) == dump
