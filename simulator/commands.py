"""The one door: every change to a lab comes in as one of these commands.

A command is a JSON object with exactly one key that names its kind, and optionally `machine`,
`cwd`, `actor` and `key` (an idempotency key). Its form is checked here, before it is logged;
whether it can be done is found out when it is applied, and a refusal is logged too.
"""

from __future__ import annotations

from typing import Any

import orjson

from .errors import BadCommand

KINDS: dict[str, type | tuple[type, ...]] = {
    "terminal": str,  # a typed line
    "file": dict,  # {"path", "text"}: write a workspace file; "text": null removes it
    "fault": dict,  # {"kind", "target", ...}: something goes wrong, or is mended
    "traffic": dict,  # {"name", "target", "rps", ...}: a source of requests
    "request": dict,  # {"api": "kube"|"docker", "method", "path", "body", ...}: an API call
    "interrupt": int,  # the entry whose line Ctrl-C ends
    "stdin": dict,  # {"entry", "text"}: typed while that entry's line reads; \x04 is Ctrl-D
    "vm": dict,  # {"machine", "name", "action": "start"|"stop"}: a virtual machine
}
META = {"machine": str, "cwd": str, "actor": str, "key": str}

MAX_TEXT = 1 << 20
"""Longest text, in characters, that one command may carry (a file, a manifest)."""
MAX_LINE = 64 << 10
"""Longest terminal line, in characters."""


def check(command: Any) -> dict[str, Any]:
    """Answer the command when its form is right; raises BadCommand in plain words."""
    if not isinstance(command, dict):
        raise BadCommand("a command is a JSON object", _hint())
    kinds = [key for key in command if key in KINDS]
    unknown = sorted(str(key) for key in command if key not in KINDS and key not in META)
    if unknown:
        raise BadCommand(f"unknown field {unknown[0]!r} in the command", _hint())
    if len(kinds) != 1:
        raise BadCommand("a command has exactly one kind", _hint())
    kind = kinds[0]
    value: Any = command[kind]
    wanted = KINDS[kind]
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise BadCommand(f"{kind!r} must be {_type_name(wanted)}", _hint())
    for key in META:
        if command.get(key) is not None and not isinstance(command[key], str):
            raise BadCommand(f"{key!r} must be a text")
    _check_size(kind, value)
    _check_plain(command)
    if kind == "file":
        _check_file(command[kind])
    if kind == "stdin":
        _check_stdin(command[kind])
    return {key: item for key, item in command.items() if item is not None}


def kind_of(command: dict[str, Any]) -> str:
    """Name the kind of a checked command."""
    return next(key for key in command if key in KINDS)


def _check_plain(command: dict[str, Any]) -> None:
    """Refuse what cannot be stored: halves of surrogate pairs, numbers beyond 64 bits."""
    try:
        orjson.dumps(command)
    except (TypeError, ValueError) as error:
        raise BadCommand("the command is not plain JSON in UTF-8", str(error)) from None


def _check_size(kind: str, value: Any) -> None:
    if kind == "terminal" and len(value) > MAX_LINE:
        raise BadCommand(f"the line is longer than {MAX_LINE // 1024} KiB", "put it into a file")
    if isinstance(value, dict):
        budget = MAX_TEXT
        stack: list[tuple[Any, int]] = [(value, 0)]
        while stack:
            item, depth = stack.pop()
            if depth > 60:
                raise BadCommand("the command is nested too deeply", "at most 60 levels")
            if isinstance(item, str):
                budget -= len(item)
            elif isinstance(item, dict):
                budget -= 2 * len(item)
                stack += [(part, depth + 1) for pair in item.items() for part in pair]
            elif isinstance(item, list):
                budget -= len(item)
                stack += [(part, depth + 1) for part in item]
            if budget < 0:
                raise BadCommand(
                    f"{kind!r} carries more than {MAX_TEXT >> 20} MiB of text",
                    "keep files of a lesson small: what is inside is modelled, not stored",
                )


def _check_file(value: dict[str, Any]) -> None:
    path = value.get("path")
    if not isinstance(path, str) or not path.strip("/"):
        raise BadCommand("'file' needs a 'path' within the workspace")
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "\0" in path or len(path) > 255:
        raise BadCommand(f"{path!r} is not a path within the workspace")
    text = value.get("text")
    if text is not None and not isinstance(text, str):
        raise BadCommand("'file' needs a 'text', or null to remove the file")


def _check_stdin(value: dict[str, Any]) -> None:
    entry, text = value.get("entry"), value.get("text")
    if not isinstance(entry, int) or isinstance(entry, bool) or sorted(value) != ["entry", "text"]:
        raise BadCommand("'stdin' needs an 'entry' and a 'text'", "the entry of a line that reads")
    if not isinstance(text, str) or not 1 <= len(text) <= MAX_LINE:
        raise BadCommand(f"the text of 'stdin' has 1 to {MAX_LINE} characters")


def _type_name(wanted: type | tuple[type, ...]) -> str:
    return {str: "a text", dict: "an object", int: "a whole number"}[wanted]  # type: ignore[index]


def _hint() -> str:
    return "kinds: " + ", ".join(KINDS) + "; beside it: " + ", ".join(META)
