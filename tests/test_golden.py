"""Golden digests: a changed history of a known lab is a visible act.

When a digest changes on purpose, run `python -m tests.test_golden` and say in CHANGELOG.md, under
"Simulated behaviour", what a teacher will see differently.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import ENGINE_VERSION, Lab, Scenario

FOLDER = Path(__file__).parent / "golden"
FILES = sorted(FOLDER.glob("*.json"))


def play(golden: dict[str, Any]) -> Lab:
    """Run a golden lab: its commands at their times, then on to its end."""
    lab = Lab(Scenario.load(golden["scenario"]), golden["seed"])
    for row in golden["commands"]:
        lab.advance(row["at_us"])
        lab.do(row["command"])
    lab.advance(golden["until_us"])
    return lab


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_known_lab_has_its_known_history(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    assert golden["engine"] == ENGINE_VERSION
    assert play(golden).digest() == golden["digest"]


def test_there_are_golden_labs_of_docker_and_of_a_cluster() -> None:
    assert {path.stem for path in FILES} >= {"docker", "cluster", "failure"}


if __name__ == "__main__":
    for file in FILES:
        known = json.loads(file.read_text(encoding="utf-8"))
        known.update(digest=play(known).digest(), engine=ENGINE_VERSION)
        file.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        print(f"{file.stem}: {known['digest']}")
