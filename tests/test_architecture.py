"""The walls: who may import whom, what the simulator may not use, how large things may grow."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIMULATOR = sorted((ROOT / "simulator").rglob("*.py"))
WEBAPP = sorted(p for p in (ROOT / "webapp").rglob("*.py") if "migrations" not in p.parts)

MAX_LINES = 500
MAX_FUNCTION = 70

OUTSIDE = {
    "simpy",
    "numpy",
    "yaml",
    "orjson",
    "jsonschema",
    "cel",
    "tree_sitter",
    "tree_sitter_javascript",
}
"""Packages of others that the simulator may use."""

KUBERNETES_OWN_WORDS = {"ControllerManager"}

BUILT_ON = {"replication_controller": "replicaset"}
"""In Kubernetes itself, too, the one is the other behind an adapter."""

ASKS_FOR_IDENTITY = ("simulator/programs/vm/freeze.py",)
"""Where id() only tells whether two names hold one object; no order and no value comes of it."""

CLOCKS_AND_LUCK = {
    "random": "named streams: engine.streams.stream(component, uid)",
    "secrets": "named streams",
    "uuid": "the store's keyed uids",
    "time": "engine.now_us",
    "threading": "the calendar",
    "asyncio": "the calendar",
    "subprocess": "nothing: no typed line is ever executed",
    "socket": "nothing: the simulator has no network of its own",
    "pickle": "keyframes of plain data",
}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    """Give every imported module with the place of its import, relative ones made absolute."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, f"{_name(path)}:{node.lineno}") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module, f"{_name(path)}:{node.lineno}"


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_the_simulator_knows_no_web_no_clock_and_no_luck_of_its_own() -> None:
    wrong = []
    for path in SIMULATOR:
        for module, place in _imports(path):
            top = module.partition(".")[0]
            if top in CLOCKS_AND_LUCK:
                wrong.append(f"{place} imports {module}; use {CLOCKS_AND_LUCK[top]}")
            elif not (top in OUTSIDE or top == "simulator" or top in sys.stdlib_module_names):
                wrong.append(f"{place} imports {module}")
    assert not wrong


def test_the_simulator_calls_nothing_that_differs_between_two_runs() -> None:
    wrong = []
    for path in SIMULATOR:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                clock = called.endswith(("datetime.now", "datetime.utcnow", "date.today"))
                if called == "id" and _name(path) in ASKS_FOR_IDENTITY:
                    continue
                if clock or called in ("hash", "id", "eval", "exec", "open", "input"):
                    wrong.append(f"{_name(path)}:{node.lineno} calls {called}")
    assert not wrong


def test_the_simulator_walks_no_set() -> None:
    wrong = []
    for path in SIMULATOR:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.For | ast.comprehension) and _is_set(node.iter):
                wrong.append(f"{_name(path)}:{node.iter.lineno} walks a set: sort it first")
    assert not wrong


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("set", "frozenset")


def test_the_web_uses_only_public_names_of_the_simulator() -> None:
    found = [row for path in WEBAPP for row in _imports(path)]
    assert [place for module, place in found if module.startswith("simulator.")] == []


def test_controllers_never_import_each_other() -> None:
    folder = ROOT / "simulator" / "kubernetes" / "controllers"
    loops = {path.stem for path in folder.glob("*.py") if _has_a_loop(path)} - {"__init__"}
    assert loops
    wrong = [
        f"{place} imports {module}: meet in the store"
        for stem in sorted(loops)
        for module, place in _imports(folder / f"{stem}.py")
        if module.startswith("simulator.kubernetes.controllers.")
        and module.rpartition(".")[2] in loops - {BUILT_ON.get(stem)}
    ]
    assert not wrong


def _has_a_loop(path: Path) -> bool:
    return any(
        isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith("Controller") for base in node.bases)
        for node in ast.walk(_tree(path))
    )


def test_modules_and_functions_stay_small() -> None:
    wrong = []
    for path in [*SIMULATOR, *WEBAPP]:
        lines = len(path.read_text("utf-8").splitlines())
        if lines > MAX_LINES:
            wrong.append(f"{_name(path)}: {lines} lines")
        for node in _functions(path):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION:
                wrong.append(f"{_name(path)}:{node.lineno} {node.name}: {length} lines")
    assert not wrong


def test_every_module_says_what_it_is() -> None:
    silent = [p for p in [*SIMULATOR, *WEBAPP] if _tree(p).body and not ast.get_docstring(_tree(p))]
    assert [_name(path) for path in silent] == []


def test_names_say_what_things_are() -> None:
    wrong = []
    for path in [*SIMULATOR, *WEBAPP]:
        if path.stem in ("utils", "helpers", "misc"):
            wrong.append(_name(path))
        for node in ast.walk(_tree(path)):
            name = getattr(node, "name", None) or ""
            vague = name.startswith(("handle_", "process_data"))
            vague |= isinstance(node, ast.ClassDef) and name.endswith(("Manager", "Helper", "Util"))
            if vague and name not in KUBERNETES_OWN_WORDS:
                wrong.append(f"{_name(path)}:{node.lineno} {name}")  # type: ignore[attr-defined]
    assert not wrong


def test_lessons_hold_no_python_but_the_students() -> None:
    stray = [p for p in (ROOT / "lessons").rglob("*.py") if "workspace" not in p.parts]
    assert [_name(path) for path in stray] == []
