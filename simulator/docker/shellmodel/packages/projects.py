"""What a Python project asks for: pyproject.toml, Pipfile, and the locks beside them.

Sources: PEP 621, PEP 735, Poetry's documentation (pyproject.toml), the files that poetry 2, uv
and pipenv write.
"""

from __future__ import annotations

import json
import tomllib
from typing import Any

from simulator.docker.shellmodel.packages.pip_resolve import demand, normal

MAX_ROWS = 2_000


def read_toml(text: str) -> dict[str, Any]:
    """Read TOML; {} for what is none."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def dependencies(text: str, groups: tuple[str, ...] = ()) -> list[str]:
    """List the requirements of a pyproject.toml, of either style, and of its named groups."""
    data = read_toml(text)
    project, tool = _table(data, "project"), _table(data, "tool")
    found = _texts(project.get("dependencies"))
    own = _table(tool, "poetry")
    found += _poetry(_table(own, "dependencies"))
    for group in groups:
        found += _texts(_table(data, "dependency-groups").get(group))
        found += _poetry(_table(_table(_table(own, "group"), group), "dependencies"))
    if "dev" in groups:
        found += _poetry(_table(own, "dev-dependencies"))
        found += _texts(_table(tool, "uv").get("dev-dependencies"))
    return found


def groups_of(text: str) -> tuple[str, ...]:
    """Name the groups of a pyproject.toml's Poetry table that are installed unless told not to."""
    own = _table(_table(read_toml(text), "tool"), "poetry")
    rows = _table(own, "group")
    named = [name for name, row in rows.items()
             if not (isinstance(row, dict) and row.get("optional"))]  # fmt: skip
    return tuple(dict.fromkeys(["dev", *named]))


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _texts(rows: Any) -> list[str]:
    return [str(row) for row in rows if isinstance(row, str)] if isinstance(rows, list) else []


def _poetry(rows: dict[str, Any]) -> list[str]:
    """Write a table of Poetry as requirements: name, extras, range."""
    return [_requirement(name, wish) for name, wish in rows.items() if name != "python"]


def _requirement(name: str, wish: Any) -> str:
    if isinstance(wish, list):
        wish = wish[-1] if wish else "*"
    extras = wish.get("extras") if isinstance(wish, dict) else None
    version = wish.get("version", "*") if isinstance(wish, dict) else wish
    shown = f"[{','.join(map(str, extras))}]" if isinstance(extras, list) else ""
    text = str(version).strip()
    return f"{name}{shown}{'' if text == '*' else ' ' + text}"


def lock_versions(text: str) -> dict[str, str]:
    """Give the versions of a poetry.lock or uv.lock, by normal name."""
    found = {}
    rows = read_toml(text).get("package")
    for row in rows[:MAX_ROWS] if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("version") and "virtual" not in str(row.get("source")):
            found[normal(str(row.get("name")))] = str(row["version"])
    return found


def lock_needs(text: str, wanted: list[str]) -> list[str]:
    """List all that a lock's packages need of each other, from what is wanted on."""
    rows = read_toml(text).get("package")
    needs: dict[str, list[str]] = {}
    for row in rows[:MAX_ROWS] if isinstance(rows, list) else ():
        if not isinstance(row, dict):
            continue
        inner = row.get("dependencies")
        if isinstance(inner, dict):
            needs[normal(str(row.get("name")))] = [
                normal(name) for name, wish in inner.items()
                if not (isinstance(wish, dict) and _elsewhere(str(wish.get("markers", ""))))
            ]  # fmt: skip
        elif isinstance(inner, list):
            needs[normal(str(row.get("name")))] = [
                normal(str(one.get("name"))) for one in inner
                if isinstance(one, dict) and not _elsewhere(str(one.get("marker", "")))
            ]  # fmt: skip
    todo = [one.name for one in map(demand, wanted) if one is not None]
    found: dict[str, None] = {}
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = None
            todo += needs.get(name, [])
    return list(found)


def _elsewhere(marker: str) -> bool:
    """Tell whether a marker is for another platform, or for an extra."""
    return any(word in marker for word in ("win32", "Windows", "darwin", "Darwin", "extra =="))


def pipfile(text: str, key: str = "packages") -> list[str] | None:
    """List the requirements of a Pipfile; None when it is no TOML."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return _poetry(_table(data, key))


def pipfile_lock(text: str) -> dict[str, str]:
    """Give the versions of a Pipfile.lock, by normal name."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    rows = _table(data, "default") if isinstance(data, dict) else {}
    return {normal(name): str(row["version"]).lstrip("=") for name, row in rows.items()
            if isinstance(row, dict) and row.get("version")}  # fmt: skip
