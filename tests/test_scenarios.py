"""Scenarios: the shipped ones are good, bad ones are refused with file, line and field."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import BadScenario, Lab, Scenario
from simulator.scenario_check import check_text


@pytest.mark.parametrize("name", [name for name in Scenario.shipped() if name != "big"])
def test_a_shipped_scenario_starts_and_runs(name: str) -> None:
    lab = Lab(Scenario.load(name), 1)
    lab.advance(30_000_000)
    assert lab.failed is None
    assert lab.engine.store.count("Machine") == len(lab.scenario.data["machines"])


def test_the_promised_scenarios_are_shipped() -> None:
    assert {"laptop", "three-nodes", "class-cluster", "big"} <= set(Scenario.shipped())
    assert len(Scenario.load("big").data["machines"]) > 1000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: x\nmachines:\n  - {name: a, role: foo}\n", "f.yaml, line 3: machines[0].role"),
        ("name: x\nmachines:\n  - {name: a, role: foo}\n", "laptop, server, pi"),
        ("name: x\nmachines: []\n", "f.yaml, line 2: machines"),
        ("name: x\nmachine: b\nmachines: [{name: a}]\n", "f.yaml, line 2: machine: no machine 'b'"),
        ("name: x\nmachines: [{name: a}, {name: a}]\n", "two machines are named 'a'"),
        ("name: x\nmachines: [{name: a}]\ncluster: {}\n", "roles control-plane and worker"),
        (
            "name: x\nmachines: [{name: a, role: control-plane}, {name: b, role: worker}]\n"
            "cluster: {kubelet: {evictionSoft: {memory.available: 1Gi}}}\n",
            "grace period must be specified for the soft eviction threshold memory.available",
        ),
        ("name:\tx\n", "f.yaml, line 1"),
        ("name: x\nmachines: [{name: a}]\nfaults: [{at: soon, fault: {kind: heal}}]\n", "faults"),
        (
            "name: x\nmachines: [{name: a}]\nfaults:\n  - {at: 5s, fault: {kind: bang}}\n",
            "f.yaml, line 4: faults[0].fault.kind: unknown fault 'bang'; faults: power-off",
        ),
        (
            "name: x\nmachines: [{name: a}]\n"
            "faults:\n  - {at: 5, fault: {kind: power-off, target: b}}\n",
            "f.yaml, line 4: faults[0].fault.target: no machine 'b'; machines: a",
        ),
        ("name: x\nmachines: [{name: a, cpu: .nan}]\n", "machines[0].cpu: must be a finite number"),
        ("a: &a [*a]\n", "f.yaml: nested too deeply, or within itself"),
    ],
)
def test_a_bad_scenario_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(BadScenario) as refusal:
        check_text(text, "f.yaml")
    assert words in refusal.value.message


@given(st.text(max_size=300))
def test_any_text_is_a_scenario_or_refused(text: str) -> None:
    try:
        data = check_text(text, "f.yaml")
    except BadScenario:
        return
    json.dumps(data)


def test_images_and_builds_are_there_from_the_start() -> None:
    base = Scenario.load("laptop").data
    data = {
        **base,
        "images": {"laptop": ["nginx:latest"]},
        "builds": [{"tag": "student/hello:1.0", "context": "."}],
    }
    lab = Lab(Scenario.from_data(data), 1)
    assert "nginx" in lab.do({"terminal": "docker images"})["output"]
    assert "hello" not in lab.do({"terminal": "docker images"})["output"]
    assert lab.do({"terminal": "docker pull student/hello:1.0"})["entry"] == 1
    lab.advance(60_000_000)
    assert lab.entry(1)["exit_code"] == 0
