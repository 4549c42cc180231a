"""Every table in tests/data/kubernetes holds, and every adapter has a table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.vectors import kubernetes
from tests.vectors.__main__ import answer_case, main
from tests.vectors.registry import TABLES

DATA = Path(__file__).parent / "data" / "kubernetes"
FILES = sorted(DATA.glob("*.json"))
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")
    for path in FILES
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
]


@pytest.mark.parametrize(("stem", "case"), CASES)
def test_the_row_of_a_table_holds(stem: str, case: dict[str, object]) -> None:
    assert answer_case(TABLES[stem], case) == []


def test_every_kubernetes_adapter_has_a_table_here() -> None:
    ours = {
        stem for stem, table in TABLES.items() if table.answer.__module__ == kubernetes.__name__
    }

    assert ours == {path.stem for path in FILES}


def test_a_wrong_row_is_a_miss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {"cases": [{"name": "wrong", "input": "1000m", "expected": {"canonical": "1000m"}}]}
    (tmp_path / "quantity_canonical.json").write_text(json.dumps(wrong), encoding="utf-8")

    assert main([str(tmp_path)]) == 1
    assert "MISS wrong" in capsys.readouterr().out
