"""text/template and html/template: what the packages need that is not written in Go."""

from __future__ import annotations

from typing import Any

from ..language import program_of
from ..values import items_of, new_list
from .template_functions import NAMES
from .template_parse import TemplateError, parsed
from .template_run import Run
from .template_values import ExecError


def _parse(vm: Any, name: str, text: str, left: str, right: str, functions: Any) -> Any:
    """Read a text: (names of what it defines, which of them are more than blanks, error)."""
    known = (*NAMES, *items_of(functions))
    try:
        found = parsed(text, left, right, tuple(sorted(known)))
    except TemplateError as error:
        return None, None, f"template: {name}:{error.line}: {error.words}"
    except RecursionError:
        return None, None, f"template: {name}:1: max expression depth exceeded"
    rows = list(found)
    solid = [any(one[0] != "text" or one[1].strip(" \t\r\n") for one in found[row]) for row in rows]
    return new_list(rows), new_list(solid), ""


def _execute(
    vm: Any, name: str, names: Any, files: Any, texts: Any, parts: Any, left: str, right: str,
    functions: Any, data: Any, html: bool, strict: bool,
) -> tuple[str, str]:  # fmt: skip
    """Carry a template out: (what it wrote, what went wrong)."""
    known: dict[str, Any] = dict(functions.d) if functions is not None else {}
    words = tuple(sorted((*NAMES, *known)))
    trees = {}
    for one, file, text, part in zip(*map(items_of, (names, files, texts, parts)), strict=True):
        trees[one] = (file, text, parsed(text, left, right, words)[part])
    run = Run(vm, trees, known, html, strict)
    value = None if data is None else (program_of(vm).find_type(data[0]), data[1])
    try:
        run.template(name, value)
    except ExecError as error:
        return "".join(run.out), str(error)
    return "".join(run.out), ""


PARTS: dict[str, Any] = {"parse": _parse, "execute": _execute}
NATIVES: dict[str, Any] = {f"text/template.{name}": made for name, made in PARTS.items()}
