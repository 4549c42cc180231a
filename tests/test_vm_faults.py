"""Faults of our own are loud in tests, and silent for who uses a lab."""

from __future__ import annotations

import pytest

from simulator.programs.families.mongo.match import rank
from simulator.programs.vm.faults import Faults, note
from tests.node_world import said


def fault() -> Exception:
    try:
        rank(object())
    except TypeError as error:
        return error
    raise AssertionError


def test_a_fault_from_below_a_package_is_raised_when_faults_are_loud(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(TypeError):
        note(fault(), "simulator.programs.families.node")
    note(fault(), "simulator.programs.families.mongo")
    monkeypatch.setattr(Faults, "loud", False)
    note(fault(), "simulator.programs.families.node")


def test_a_function_of_the_library_on_the_wrong_receiver_is_the_languages_own_error() -> None:
    text = "try { Map.prototype.get.call(5, 1); } catch (e) { console.log(e.name, e.message); }"
    found = said(text)
    assert found == "TypeError Method Map.prototype.get called on incompatible receiver 5\n"
