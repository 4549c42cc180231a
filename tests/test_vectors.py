"""The runner of the shared tables: what it prints, and when it fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.__main__ import main
from tests.vectors.compare import differs


def write(folder: Path, stem: str, *cases: dict[str, Any]) -> None:
    named = [{"name": f"row {number}", **case} for number, case in enumerate(cases)]
    (folder / f"{stem}.json").write_text(json.dumps({"cases": named}), encoding="utf-8")


def test_a_table_that_holds_prints_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        tmp_path,
        "shell_word_expansion",
        {"input": {"word": "$A", "env": ["A=1", "A=2"]}, "expected": {"result": "2"}},
        {"input": {"word": "${A", "env": []}, "expected": {"error": True}},
    )
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "shell_word_expansion.json 2/2\n"


def test_a_miss_is_printed_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "shell_word_expansion", {"input": {"word": "a"}, "expected": {"result": "b"}})
    write(tmp_path, "no_such_table", {"input": {}, "expected": {}})
    assert main([str(tmp_path)]) == 1
    first, second, third, fourth = capsys.readouterr().out.splitlines()
    assert first == "no_such_table.json 0/1"
    assert second.strip().startswith("MISS row 0")
    assert third == "shell_word_expansion.json 0/1"
    assert fourth == '  MISS row 0: result: expected "b", got "a"'


def test_only_expected_keys_are_compared() -> None:
    assert differs({"a": 1}, {"a": 1, "b": 2}) == []
    assert differs({"error_lines": None}, {"error_lines": [1, 1]}) == []
    assert differs({"errorContains": "bad"}, {"error": "a bad thing"}) == []
    assert differs({"a": [2, 1]}, {"a": [1, 2]}, multisets=("a",)) == []
    assert differs({"a": True}, {"a": 1}) != []
    assert differs({"error": True}, {}) != []
    assert differs({"a": 1}, {"a": 1, "error": "oh"}) != []
