"""Command-line flags as kubectl's libraries (cobra, pflag) read them, with their complaints."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag.   kind: "bool", "string", "int", "list" or "duration".

    bare: what it means without a value (`--dry-run`), None if it needs one.
    """

    name: str
    kind: str = "string"
    short: str = ""
    default: Any = None
    bare: Any = None


class FlagError(Exception):
    """Flags that kubectl would refuse, in its words."""


@dataclass(slots=True)
class Parsed:
    """What was typed: flags by name, the words between, and what stands behind `--`."""

    flags: dict[str, Any] = field(default_factory=dict)
    args: list[str] = field(default_factory=list)
    dash: int | None = None
    """How many of `args` stand before `--`, or None if there was none."""
    changed: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> Any:
        return self.flags[name]


GLOBAL: tuple[Flag, ...] = (
    Flag("namespace", short="n"),
    Flag("context"),
    Flag("kubeconfig"),
    Flag("cluster"),
    Flag("user"),
    Flag("server", short="s"),
    Flag("token"),
    Flag("as"),
    Flag("as-group", "list"),
    Flag("request-timeout", default="0"),
    Flag("v", "int", short="v", default=0),
    Flag("cache-dir"),
    Flag("insecure-skip-tls-verify", "bool", default=False),
    Flag("match-server-version", "bool", default=False),
    Flag("warnings-as-errors", "bool", default=False),
    Flag("help", "bool", short="h", default=False),
)


def parse(words: list[str], known: tuple[Flag, ...], interspersed: bool = True) -> Parsed:
    """Read flags and words; raises FlagError.   interspersed: flags may follow words."""
    by_name = {flag.name: flag for flag in (*GLOBAL, *known)}
    by_short = {flag.short: flag for flag in (*GLOBAL, *known) if flag.short}
    out = Parsed({name: flag.default for name, flag in by_name.items()})
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            out.dash = len(out.args)
            out.args += words[at:]
            break
        if word.startswith("--"):
            at = _long(word, words, at, by_name, out)
        elif word.startswith("-") and word != "-":
            at = _short(word, words, at, by_short, out)
        else:
            out.args.append(word)
            if not interspersed:
                out.args += words[at:]
                break
    return out


def _long(word: str, words: list[str], at: int, known: dict[str, Flag], out: Parsed) -> int:
    name, equals, value = word[2:].partition("=")
    flag = known.get(name)
    if not name or name.startswith(("-", "=")):
        raise FlagError(f"bad flag syntax: {word}")
    if flag is None:
        raise FlagError(f"unknown flag: --{name}")
    if equals:
        _set(flag, value, out)
    elif flag.kind == "bool":
        _set(flag, "true", out)
    elif flag.bare is not None:
        _set(flag, flag.bare, out)
    elif at < len(words):
        _set(flag, words[at], out)
        return at + 1
    else:
        raise FlagError(f"flag needs an argument: {word}")
    return at


def _short(word: str, words: list[str], at: int, known: dict[str, Flag], out: Parsed) -> int:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        flag = known.get(letter)
        if flag is None:
            raise FlagError(f"unknown shorthand flag: '{letter}' in {word}")
        if letters.startswith("="):
            _set(flag, letters[1:], out)
            return at
        if flag.kind == "bool":
            _set(flag, "true", out)
        elif flag.bare is not None:
            _set(flag, flag.bare, out)
        elif letters:
            _set(flag, letters, out)
            return at
        elif at < len(words):
            _set(flag, words[at], out)
            return at + 1
        else:
            raise FlagError(f"flag needs an argument: '{letter}' in {word}")
    return at


def _set(flag: Flag, text: str, out: Parsed) -> None:
    value: Any = text
    if flag.kind == "bool":
        value = _bool(flag, text)
    elif flag.kind == "int":
        value = _int(flag, text)
    elif flag.kind == "duration":
        value = _duration(flag, text)
    if flag.kind == "list":
        before = out.flags.get(flag.name) if flag.name in out.changed else None
        value = [*(before or []), text]
    out.flags[flag.name] = value
    out.changed.add(flag.name)


def _label(flag: Flag) -> str:
    return f"-{flag.short}, --{flag.name}" if flag.short else f"--{flag.name}"


def _bool(flag: Flag, text: str) -> bool:
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise FlagError(
        f'invalid argument "{text}" for "{_label(flag)}" flag: strconv.ParseBool: parsing '
        f'"{text}": invalid syntax'
    )


def _int(flag: Flag, text: str) -> int:
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    raise FlagError(
        f'invalid argument "{text}" for "{_label(flag)}" flag: strconv.ParseInt: parsing '
        f'"{text}": invalid syntax'
    )


def _duration(flag: Flag, text: str) -> float:
    """Read a Go duration (`1m30s`) as seconds."""
    sign = -1.0 if text.startswith("-") else 1.0
    bare = text.lstrip("+-")
    parts = re.findall(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", bare)
    if bare == "0":
        return 0.0
    if not parts or "".join(number + unit for number, unit in parts) != bare:
        why = "missing unit in duration" if re.fullmatch(r"[\d.]+", bare) else "invalid duration"
        raise FlagError(
            f'invalid argument "{text}" for "{_label(flag)}" flag: time: {why} "{text}"'
        )
    return sign * sum(float(number) * _UNITS[unit] for number, unit in parts)
