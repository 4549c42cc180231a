"""The command line of docker compose: flags before the command, the command, its own flags.

What is refused is refused as the compose plugin does it: one line and exit code 16.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ..grammar import LISTS, Line, UsageError, help_text

SYNTAX_FAILURE = 16
"""Exit code of a command line that cannot be read. Source: docker/compose cmd/compose."""
ALIASES = {"convert": "config"}
STOPS_AT_ARGUMENT = ("run", "exec")
OWN_COUNT = {"compose cp": "2 arguments", "compose wait": "at least 1 argument"}
"""Commands that count their arguments with docker's own words."""


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, Any]]:
    """Give the table of commands by name, "compose up"; "compose" is compose itself."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (Path(__file__).parent / "commands.yaml").read_text(encoding="utf-8")
    rows: dict[str, dict[str, Any]] = yaml.load(text, Loader=loader)
    for name, row in rows.items():
        if name != "compose":
            flags = [*row.get("flags", []), ["", "dry-run", "", "Execute command in dry run mode"]]
            row["flags"] = sorted(flags, key=lambda flag: flag[1].lower())
    return rows


def _help(name: str) -> str:
    return help_text(name, table().get(name) or table()["compose"])


def read(words: list[str]) -> tuple[Line, Line]:
    """Read the words after `docker compose`: (flags before the command, the command's line).

    Raises UsageError.
    """
    rows = table()
    general = Line("compose", "compose", rows["compose"])
    rest = list(words)
    version = False
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        if word in ("-h", "--help"):
            raise UsageError(_help("compose"), 0)
        if word in ("-v", "--version"):
            version = True
            continue
        _flag(general, word, rest)
    if version:
        rest = ["version", *rest]
    if not rest or rest[0] == "help":
        raise UsageError(_help(" ".join(["compose", *rest[1:2]])), 0)
    name = ALIASES.get(rest[0], rest[0])
    spec = rows.get(f"compose {name}")
    if spec is None:
        unknown = f'unknown docker command: "compose {rest[0]}"\n'
        raise UsageError(_help("compose") + "\n" + unknown, SYNTAX_FAILURE)
    line = Line(f"compose {name}", f"compose {name}", spec)
    _read_rest(line, rest[1:], name in STOPS_AT_ARGUMENT)
    _check_count(line)
    return general, line


def _read_rest(line: Line, words: list[str], stops: bool) -> None:
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            line.args += rest
            return
        if word in ("-h", "--help"):
            raise UsageError(_help(line.shown), 0)
        if word.startswith("-") and len(word) > 1:
            _flag(line, word, rest)
            continue
        line.args.append(word)
        if stops:
            line.args += rest
            return


def _flag(line: Line, word: str, rest: list[str]) -> None:
    """Read one flag, taking its value from the next word when none came with it."""
    flags = [*line.spec.get("flags", []), *line.spec.get("hidden", [])]
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        flag = next((one for one in flags if one[1] == name), None)
        if flag is None:
            raise UsageError(f"unknown flag: --{name}\n", SYNTAX_FAILURE)
        _set(line, flag, value if equals else None, rest, f"--{name}")
        return
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        flag = next((one for one in flags if one[0] == letter), None)
        if flag is None:
            raise UsageError(
                f"unknown shorthand flag: {letter!r} in -{letter}{letters}\n", SYNTAX_FAILURE
            )
        if flag[2]:
            _set(line, flag, letters.removeprefix("=") or None, rest, f"{letter!r} in -{letter}")
            return
        line.flags[flag[1]] = True


def _set(line: Line, flag: list[str], value: str | None, rest: list[str], typed: str) -> None:
    _, name, kind, _ = flag
    if not kind:
        line.flags[name] = value in (None, "true", "1", "t")
        return
    if value is None:
        if not rest:
            raise UsageError(f"flag needs an argument: {typed}\n", SYNTAX_FAILURE)
        value = rest.pop(0)
    if kind == "int" and not re.fullmatch(r"-?\d{1,9}", value):
        shown = f"-{flag[0]}, --{name}" if flag[0] else f"--{name}"
        raise UsageError(
            f'invalid argument "{value}" for "{shown}" flag: strconv.ParseInt: parsing "{value}": '
            "invalid syntax\n", SYNTAX_FAILURE,
        )  # fmt: skip
    if kind in (*LISTS, "scale"):
        line.flags.setdefault(name, []).append(value)
    else:
        line.flags[name] = value


def _check_count(line: Line) -> None:
    spec = str(line.spec.get("args", "0+"))
    if line.command in OWN_COUNT:
        _check_as_docker(line, OWN_COUNT[line.command])
        return
    least, count = int(spec.rstrip("+")), len(line.args)
    if spec.endswith("+") and count < least:
        raise UsageError(f"requires at least {least} arg(s), only received {count}\n", 1)
    if not spec.endswith("+") and count != least:
        raise UsageError(f"accepts {least} arg(s), received {count}\n", 1)


def _check_as_docker(line: Line, words: str) -> None:
    """Refuse too few or too many arguments as docker's own commands do."""
    if words == "2 arguments" and len(line.args) == 2:
        return
    if words != "2 arguments" and line.args:
        return
    see = "Run" if words == "2 arguments" else "See"
    raise UsageError(
        f"docker: 'docker {line.shown}' requires {words}\n\nUsage:  {line.spec['usage']}\n\n"
        f"{see} 'docker {line.shown} --help' for more information\n", 1
    )  # fmt: skip
