"""``python -m tests.vectors FOLDER``: run every table in a folder.

Prints one line a file, ``basename passed/total``, then its misses, each indented and starting with
``MISS``. Exits 1 on a miss, and on a file whose name no adapter knows.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.vectors.registry import TABLES, Table


def load_adapters() -> None:
    """Import the adapter modules, which register their tables."""
    for name in ("docker", "kubernetes"):
        if importlib.util.find_spec(f"tests.vectors.{name}"):
            importlib.import_module(f"tests.vectors.{name}")


def answer_case(table: Table, case: dict[str, Any]) -> list[str]:
    """Run one case; an exception that the adapter lets through is a miss, never a crash."""
    try:
        actual = table.answer(case if table.wants_case else case["input"])
        return table.differs(case["expected"], actual)
    except Exception as problem:
        return [f"{type(problem).__name__}: {problem}"]


def run_file(path: Path) -> tuple[int, list[str]]:
    """Run one table.   Returns how many cases it has, and the misses."""
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    table = TABLES.get(path.stem)
    if table is None:
        return len(cases), [f"{case['name']}: no adapter for {path.stem}" for case in cases]
    misses = []
    for case in cases:
        wrong = answer_case(table, case)
        if wrong:
            misses.append(f"{case['name']}: {'; '.join(wrong)}")
    return len(cases), misses


def main(folders: Iterable[str]) -> int:
    """Run all tables of the folders.   Returns the exit code."""
    load_adapters()
    missed = False
    for folder in folders:
        for path in sorted(Path(folder).glob("*.json")):
            total, misses = run_file(path)
            print(f"{path.name} {total - len(misses)}/{total}")
            for miss in misses:
                print("  MISS " + miss.replace("\n", "\\n"))
            missed = missed or bool(misses)
    return 1 if missed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m tests.vectors FOLDER")
    sys.exit(main(sys.argv[1:]))
