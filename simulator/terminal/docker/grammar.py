"""The docker client's command line: which commands there are, their flags, help and usage errors.

The table `commands.yaml` holds what docker 28.2 says of itself; this module imitates cobra and
pflag, which read a command line and lay out the help.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from . import swarm
from .values import FALSE, TRUE, complaint

HELP_WIDTH = 79
SLOP = 5
LISTS = ("list", "strings", "filter", "mount", "network", "ulimit", "map", "stringArray")
ALIASES = {
    "container ls": "ps", "container list": "ps", "container ps": "ps", "image ls": "images",
    "image list": "images", "image rm": "rmi", "image remove": "rmi", "system info": "info",
    "system events": "events", "builder build": "build", "image build": "build",
    "buildx build": "build", "network list": "network ls", "network remove": "network rm",
    "volume list": "volume ls", "volume remove": "volume rm", "container remove": "rm",
    "context list": "context ls", "context remove": "context rm",
}  # fmt: skip
STOPS_AT_ARGUMENT = ("run", "create", "exec", "container run", "container create",
                     "container exec", "top", "container top")  # fmt: skip
HIDDEN = {"net": "network", "net-alias": "network-alias", "time": "timeout"}
BUILDX_FLAGS = [
    ["", "annotation", "stringArray", ""], ["", "attest", "stringArray", ""],
    ["", "call", "string", ""],
    ["", "allow", "stringArray", ""], ["", "build-context", "stringArray", ""],
    ["", "builder", "string", ""], ["", "cache-to", "stringArray", ""], ["", "check", "", ""],
    ["", "load", "", ""], ["", "metadata-file", "string", ""], ["", "no-cache-filter", "list", ""],
    ["o", "output", "stringArray", ""], ["", "platform", "stringArray", ""],
    ["", "progress", "string", ""], ["", "provenance", "string", ""], ["", "push", "", ""],
    ["", "sbom", "string", ""], ["", "secret", "stringArray", ""], ["", "ssh", "stringArray", ""],
]  # fmt: skip


_GLOBAL = re.compile(r"^(-D|--debug|-H.+|--(host|context|config|log-level)=.*|--tls.*)$")


SPOKEN = ("volume", "manifest")
"""Groups whose usage names COMMAND when they complain."""
LEVELS = ("trace", "debug", "info", "warn", "warning", "error", "fatal", "panic")
OLD_HELP = "Flag shorthand -h has been deprecated, use --help\n"


class UsageError(Exception):
    """A command line that the client refuses: the whole text, and the exit code."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


@dataclass(slots=True)
class Line:
    """A command line that was read: which command, its flags, its arguments."""

    command: str
    shown: str
    spec: dict[str, Any]
    flags: dict[str, Any] = field(default_factory=dict)
    args: list[str] = field(default_factory=list)

    def text(self, name: str, default: str = "") -> str:
        """Give a flag's text."""
        value = self.flags.get(name, default)
        return str(value[-1] if isinstance(value, list) else value)

    def on(self, name: str) -> bool:
        """Tell whether a switch is on."""
        return bool(self.flags.get(name, False))

    def all(self, name: str) -> list[str]:
        """Give all values of a flag that may be repeated."""
        value = self.flags.get(name, [])
        return list(value) if isinstance(value, list) else [str(value)]


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, Any]]:
    """Give the table of commands by name ("" is docker itself)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    path = Path(__file__).parent / "commands.yaml"
    rows: dict[str, dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    for row in rows.values():
        if "flags_of" in row:
            row["flags"] = rows[row["flags_of"]]["flags"]
    known = {flag[1] for flag in rows["build"]["flags"]}
    rows["volume create"]["hidden"] = [["", "name", "string", "Specify volume name"]]
    rows["build"]["hidden"] = [flag for flag in BUILDX_FLAGS if flag[1] not in known]
    return rows


def read(words: list[str]) -> Line:
    """Read a command line without `docker` itself; raises UsageError."""
    line = _read(tuple(words))
    flags = {k: list(v) if isinstance(v, list) else v for k, v in line.flags.items()}
    return Line(line.command, line.shown, line.spec, flags, list(line.args))


@lru_cache(maxsize=256)
def _read(typed: tuple[str, ...]) -> Line:
    """Read a line once: a command that draws its progress reads its own at every redraw."""
    rows = table()
    words = _global_flags(list(typed))
    if not words or words == ["--help"] or words == ["help"]:
        raise UsageError(help_text(""), 0)
    if words[0] in ("-v", "--version"):
        raise UsageError("Docker version 28.2.2, build e6534b4\n", 0)
    if words[0] == "help":
        words = [*words[1:], "--help"]
        if not _find(words)[1]:
            raise UsageError(f"unknown help topic: {words[0]}\n", 1)
    name, used = _find(words)
    absent = None if used else swarm.answer(words)
    if absent:
        raise UsageError(*absent)
    if not used:
        text = f"docker: unknown command: docker {words[0]}\n\n"
        raise UsageError(text + "Run 'docker --help' for more information\n", 1)
    spec = rows[name]
    shown = " ".join(words[:used])
    line = Line(ALIASES.get(shown, name), shown, spec)
    if "commands" in spec:
        _group(shown, name, words[used:])
    _parse(line, words[used:])
    return line


def _find(words: list[str]) -> tuple[str, int]:
    """Find the longest command that the words begin with: (its name in the table, words used)."""
    rows = table()
    for used in (2, 1):
        name = " ".join(words[:used])
        if len(words) >= used and name in ALIASES and (used == 2 or name in rows):
            return (name if name in rows else ALIASES[name]), used
        if len(words) >= used and name in rows and name:
            return name, used
    return "", 0


def _group(shown: str, name: str, rest: list[str]) -> None:
    """Answer a management command (`docker network`) that has no further word, or a wrong one."""
    if not rest or rest[0] in ("--help", "-h"):
        before = "\n" if name == "manifest" and not rest else ""
        raise UsageError((OLD_HELP if rest == ["-h"] else before) + help_text(name), 0)
    if rest[0].startswith("-"):
        own = f"docker {shown} COMMAND" if name in SPOKEN else f"docker {shown}"
        text = _bad_flag(shown, {"usage": own}, rest[0])
        if not rest[0].startswith("--"):
            sign = f"unknown shorthand flag: {rest[0][1:2]!r} in {rest[0]}"
            text = text.replace(f"unknown flag: {rest[0]}", sign)
        raise UsageError(text, 125)
    usage = f"docker {shown} COMMAND" if name in SPOKEN else f"docker {shown}"
    raise UsageError(
        f"docker: unknown command: docker {shown} {rest[0]}\n\nUsage:  {usage}\n\n"
        f"Run 'docker {shown} --help' for more information\n", 1
    )  # fmt: skip


def _global_flags(words: list[str]) -> list[str]:
    """Drop the flags before the command; the daemon is always that of the machine."""
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] not in ("--help", "-v", "--version"):
        word = rest.pop(0)
        if word in ("-H", "--host", "-c", "--context", "--config", "-l", "--log-level"):
            if not rest:
                what = word if word[:2] == "--" else f"{word[1]!r} in {word}"
                raise UsageError(
                    f"flag needs an argument: {what}\n\nUsage:  docker [OPTIONS] COMMAND "
                    "[ARG...]\n\nRun 'docker --help' for more information\n", 125
                )  # fmt: skip
            value = rest.pop(0)
            if word in ("-l", "--log-level") and rest and value not in LEVELS:
                raise UsageError(f"Unable to parse logging level: {value}\n", 1)
        elif not _GLOBAL.match(word):
            usage = "docker [OPTIONS] COMMAND [ARG...]"
            text = _bad_flag("", {"usage": usage}, word)
            if not word.startswith("--"):
                text = text.replace(
                    f"unknown flag: {word}", f"unknown shorthand flag: {word[1]!r} in {word}"
                )
            raise UsageError(text, 125)
    return rest


def _parse(line: Line, words: list[str]) -> None:
    spec = line.spec
    flags = [*spec.get("flags", []), *spec.get("hidden", [])]
    by_name = {flag[1]: flag for flag in flags}
    by_letter = {flag[0]: flag for flag in flags if flag[0]}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            line.args += rest
            break
        if word == "--help":
            raise UsageError(help_text(line.shown), 0)
        if word == "-h" and "h" not in by_letter:
            raise UsageError(OLD_HELP + help_text(line.shown), 0)
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            flag = by_name.get(name) or by_name.get(HIDDEN.get(name, ""))
            if flag is None:
                raise UsageError(_bad_flag(line.shown, spec, f"--{name}"), 125)
            _set(line, flag, value if equals else None, rest, f"--{name}")
        elif word.startswith("-") and len(word) > 1:
            _short(line, by_letter, word, rest)
        else:
            line.args.append(word)
            if line.shown in STOPS_AT_ARGUMENT:
                line.args += rest
                break
    _check_count(line)


def _short(line: Line, by_letter: dict[str, Any], word: str, rest: list[str]) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        flag = by_letter.get(letter)
        if flag is None:
            raise UsageError(
                f"unknown shorthand flag: {letter!r} in -{letter}{letters}\n\n"
                f"Usage:  {line.spec['usage']}\n\nRun 'docker {line.shown} --help' for more "
                "information\n", 125
            )  # fmt: skip
        if not flag[2]:
            if letters.startswith("="):
                _set(line, flag, letters[1:], rest, f"-{letter}")
                return
            line.flags[flag[1]] = True
            continue
        _set(line, flag, letters.removeprefix("=") or None, rest, f"-{letter}")
        return


def _set(line: Line, flag: list[str], value: str | None, rest: list[str], typed: str) -> None:
    """Give a flag its value, taken from the next word when none came with it."""
    _, name, kind, _ = flag
    if not kind:
        if value is not None and value not in TRUE + FALSE:
            wrong = f'strconv.ParseBool: parsing "{value}": invalid syntax'
            raise _invalid(line, flag, str(value), wrong)
        line.flags[name] = value is None or value in TRUE
        return
    if value is None:
        if not rest:
            letter = f"{typed[1:]!r} in {typed}" if not typed.startswith("--") else typed
            raise UsageError(
                f"flag needs an argument: {letter}\n\nUsage:  {line.spec['usage']}\n\n"
                f"Run 'docker {line.shown} --help' for more information\n", 125
            )  # fmt: skip
        value = rest.pop(0)
    wrong_value = complaint(line.command, name, kind, value)
    if wrong_value:
        raise _invalid(line, flag, value, wrong_value)
    if kind in LISTS:
        split = kind == "strings" and name != "cache-from"  # buildx has it otherwise
        parts = value.split(",") if split else [value]
        line.flags.setdefault(name, []).extend(parts)
    else:
        line.flags[name] = value


def _invalid(line: Line, flag: list[str], value: str, why: str) -> UsageError:
    shown = f"-{flag[0]}, --{flag[1]}" if flag[0] else f"--{flag[1]}"
    return UsageError(
        f'invalid argument "{value}" for "{shown}" flag: {why}\n\nUsage:  {line.spec["usage"]}\n\n'
        f"Run 'docker {line.shown} --help' for more information\n", 125
    )  # fmt: skip


def _bad_flag(shown: str, spec: dict[str, Any], flag: str) -> str:
    where = f"docker {shown}".rstrip()
    return (f"unknown flag: {flag}\n\nUsage:  {spec['usage']}\n\n"
            f"Run '{where} --help' for more information\n")  # fmt: skip


def _check_count(line: Line) -> None:
    """Refuse too few or too many arguments."""
    spec = str(line.spec.get("args", "0+"))
    least, most = _range(spec)
    count = len(line.args)
    if least <= count <= most:
        return
    tail = "Run"  # the client's own words, its slip of the pen "SRun" included
    if spec == "0":
        what = "accepts no arguments"
    elif least == most:
        what = f"requires {least} argument{'s' if least != 1 else ''}"
    elif most > 99:
        what, tail = f"requires at least {least} argument{'s' if least != 1 else ''}", "See"
    elif least == 0:
        what, tail = f"requires at most {most} argument{'s' if most != 1 else ''}", "SRun"
    else:
        what = f"requires at least {least} and at most {most} arguments"
    raise UsageError(
        f"docker: 'docker {line.shown}' {what}\n\nUsage:  {line.spec['usage']}\n\n"
        f"{tail} 'docker {line.shown} --help' for more information\n", 1
    )  # fmt: skip


def _range(spec: str) -> tuple[int, int]:
    if spec.endswith("+"):
        return int(spec[:-1]), 10**6
    least, _, most = spec.partition("-")
    return int(least), int(most or least)


# Help


def help_text(shown: str, spec: dict[str, Any] | None = None) -> str:
    """Lay out the help of a command as the client prints it, 80 columns wide.

    spec: what to say of a command that is not in the client's own table.
    """
    name = shown if spec or shown in table() else ALIASES.get(shown, shown)
    spec = spec or table()[name]
    text = f"Usage:  {spec['usage']}\n\n{spec['about']}\n"
    if spec.get("aliases"):
        text += f"\nAliases:\n  {spec['aliases']}\n"
    sections = spec.get("commands", [])
    for section in sections:
        text += f"\n{section['name']}:\n"
        text += "".join(f"  {command:<11} {about}\n" for command, about in section["rows"])
    if spec.get("flags"):
        title = "Global Options" if not name else "Options"
        text += f"\n{title}:\n{_flag_usages(spec['flags'])}"
    if sections:
        where = f"docker {name}".rstrip()
        text += f"\nRun '{where} COMMAND --help' for more information on a command.\n"
    if not name:
        text += "\nFor more help on how to use Docker, head to https://docs.docker.com/go/guides/\n"
    return text


def _flag_usages(flags: list[list[str]]) -> str:
    heads = []
    for letter, name, kind, _ in flags:
        head = f"  -{letter}, --{name}" if letter else f"      --{name}"
        heads.append(head + (f" {kind}" if kind else ""))
    indent = max(len(head) for head in heads) + 3
    rows = ""
    for head, flag in zip(heads, flags, strict=True):
        rows += head.ljust(indent - 1) + " " + _wrap(indent, HELP_WIDTH, flag[3]) + "\n"
    return rows


def _wrap(indent: int, width: int, text: str) -> str:
    """Wrap a description as pflag does."""
    room = width - indent
    result = ""
    if room < 24:
        indent = 16
        room = width - indent
        result = "\n" + " " * indent
    if room < 24:
        return text.replace("\n", "\n" + " " * indent)
    room -= SLOP
    first, rest = _cut(room, text)
    result += first.replace("\n", "\n" + " " * indent)
    while rest:
        part, rest = _cut(room, rest)
        result += "\n" + " " * indent + part.replace("\n", "\n" + " " * indent)
    return result


def _cut(room: int, text: str) -> tuple[str, str]:
    if room + SLOP > len(text):
        return text, ""
    at = max(text.rfind(char, 0, room) for char in " \t\n")
    if at <= 0:
        return text, ""
    line = text.rfind("\n", 0, room)
    if 0 < line < at:
        return text[:line], text[line + 1 :]
    return text[:at], text[at + 1 :]
