"""From the command line and the configuration file to the settings of a server."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from . import settings
from .words import quoted, split

if TYPE_CHECKING:
    from ...process import Process

OFFICIAL = "/usr/local/bin/docker-entrypoint.sh"
"""Who has it is an official image, whose Redis is built without protected mode."""


class Refused(Exception):
    """The server does not start; the text goes to standard error, or (`logged`) to its log."""

    def __init__(self, text: str, logged: bool = False) -> None:
        super().__init__(text)
        self.logged = logged


def identity(p: Process) -> dict[str, Any]:
    """Say which server this is: {"kind", "title", "shown_version", "version"}."""
    valkey = "VALKEY_VERSION" in p.env or posixpath.basename(p.argv[0]).startswith("valkey")
    shown = p.env.get("VALKEY_VERSION" if valkey else "REDIS_VERSION") or _installed(p, valkey)
    numbers = [int(part) if part.isdigit() else 0 for part in shown.split(".")[:2]]
    version = [*numbers, 0][:2]
    return {
        "kind": "valkey" if valkey else "redis", "title": "Valkey" if valkey else "Redis",
        "shown_version": shown, "version": [max(7, version[0]), version[1]] if valkey else version,
    }  # fmt: skip


def _installed(p: Process, valkey: bool) -> str:
    """Guess the version of a server that a package manager installed."""
    if valkey:
        return "8.1.7"
    return "7.0.15" if p.view.exists("/etc/debian_version") else "8.0.6"


def read(p: Process, title: str, version: str) -> tuple[dict[str, Any], str]:
    """Give the settings and the path of the configuration file; raises Refused."""
    config = settings.defaults()
    config["dir"] = p.cwd
    if p.view.exists(OFFICIAL):
        config["protected-mode"] = "no"
    words = list(p.argv[1:])
    path, lines = "", []
    if words and not words[0].startswith("-"):
        path = words.pop(0)
        text = p.view.text(path, p.cwd) if p.view.is_file(path, p.cwd) else None
        if text is None:
            full = posixpath.normpath(posixpath.join(p.cwd, path))
            raise Refused(
                f"Fatal error, can't open config file '{full}': No such file or directory", True
            )
        lines = text.split("\n")
        path = posixpath.normpath(posixpath.join(p.cwd, path))
    offset = len(lines) if path else 1
    given = _given(words)
    for number, line in enumerate(lines, 1):
        _take_line(p, config, line.strip(), number, f"{title} {version}")
    for number, line in enumerate(given, offset + 1):
        _take_line(p, config, line, number, f"{title} {version}")
    return config, path


def _given(words: list[str]) -> list[str]:
    """Write the options of the command line as lines of a configuration file."""
    lines: list[list[str]] = []
    for word in words:
        if word == "-":
            continue
        if word.startswith("--") and word != "--sentinel":
            lines.append([word[2:]])
        elif lines:
            lines[-1].append(quoted(word))
    return [" ".join(line) for line in lines]


def _take_line(p: Process, config: dict[str, Any], line: str, number: int, who: str) -> None:
    if not line or line.startswith("#"):
        return
    try:
        _take_setting(p, config, line)
    except settings.BadSetting as error:
        raise Refused(
            f"\n*** FATAL CONFIG FILE ERROR ({who}) ***\nReading the configuration file, at line "
            f"{number}\n>>> '{line}'\n{error}\n"
        ) from None


def _take_setting(p: Process, config: dict[str, Any], line: str) -> None:
    words = split(line)
    if not words:
        raise settings.BadSetting("Unbalanced quotes in configuration line")
    name = words[0].lower()
    name = settings.OTHER_NAMES.get(name, name)
    if name in settings.ONLY_IN_FILES:
        return
    if name not in config:
        raise settings.BadSetting("Bad directive or wrong number of arguments")
    if len(words) == 1:
        raise settings.BadSetting("wrong number of arguments")
    value = settings.checked(name, words[1:])
    if name == "dir" and not p.view.is_dir(value, p.cwd):
        raise settings.BadSetting("No such file or directory")
    if name == "save" and value and config.get("save_given"):
        value = f"{config['save']} {value}".strip()
    if name == "save":
        config["save_given"] = bool(value)
    config[name] = posixpath.normpath(posixpath.join(p.cwd, value)) if name == "dir" else value
