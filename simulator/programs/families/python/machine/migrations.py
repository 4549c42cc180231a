"""What Alembic needs beside its library: files that are no modules, and its configuration."""

from __future__ import annotations

from typing import Any

from ....vm import Enter, Frame, Machine, Scope
from .calls import after, follows, native
from .errors import error
from .imports import check_syntax
from .library import CONSTANTS, state_of


@native("_vm.run_file")
def _run_file(vm: Machine, args: list[Any], words: dict[str, Any]) -> Any:
    """Run a file that is no module of the program: path, name, text; its names."""
    path, name, text = (str(one) for one in args)
    vm.sources[path] = text
    check_syntax(vm, path)
    names: dict[str, Any] = {"__name__": name, "__doc__": None, "__file__": path}
    return after(vm, Enter(Frame(path, 0, Scope(names))), "ran", names)


@follows("ran")
def _ran(vm: Machine, names: dict[str, Any], result: Any) -> Any:
    return names


def _config(vm: Machine) -> Any:
    """Give the configuration of the command that runs: `alembic.context.config`."""
    found = state_of(vm, "made").get("alembic") or {}
    if "config" not in found:
        raise error("AttributeError", "module 'alembic.context' has no attribute 'config'")
    return found["config"]


CONSTANTS["alembic.context.config"] = _config
