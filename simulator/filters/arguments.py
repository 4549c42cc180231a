"""What xargs makes of its input: the command lines that it runs one after the other.

Source: "xargs options" of the GNU findutils manual.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"""(?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s'"\\])+""", re.S)
_QUOTE = re.compile(r"""'([^'\n]*)'|"([^"\n]*)"|\\(.)""", re.S)
_VALUED = ("-n", "-I", "-d", "-L", "-P", "-a", "-s", "-E")
_LONG = {"--max-args": "-n", "--replace": "-I", "--delimiter": "-d", "--max-lines": "-L",
         "--max-procs": "-P", "--null": "-0", "--no-run-if-empty": "-r"}  # fmt: skip
MOST = 2000
"""Command lines that one xargs runs."""


def options(argv: list[str]) -> tuple[dict[str, str], list[str]]:
    """Read the words of xargs: ({option: value}, the command)."""
    flags: dict[str, str] = {}
    rest = list(argv[1:])
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word, mark, value = rest.pop(0).partition("=")
        if word == "--":
            break
        if word.startswith("--"):
            letter = _LONG.get(word, word)
            flags[letter] = (
                value if mark or letter not in _VALUED else (rest.pop(0) if rest else "")
            )
            continue
        word += mark + value
        while word[:2] in ("-0", "-r", "-t", "-x", "-p") and len(word) > 2:
            flags[word[:2]] = ""
            word = f"-{word[2:]}"
        letter = word[:2]
        flags[letter] = word[2:] or (rest.pop(0) if letter in _VALUED and rest else "")
    return flags, rest


def command_lines(argv: list[str], text: str) -> list[list[str]]:
    """Give the command lines that xargs runs for an input."""
    flags, command = options(argv)
    command = command or ["echo"]
    if "-I" in flags:
        marker = flags["-I"] or "{}"
        lines = _items(flags, text) if "-0" in flags or "-d" in flags else text.split("\n")
        rows = [_bare(line.strip()) for line in lines if line.strip()]
        return [[word.replace(marker, row) for word in command] for row in rows[:MOST]]
    if "-L" in flags:
        found = [[_bare(m[0]) for m in _WORD.finditer(line)] for line in text.split("\n")]
        step = _count(flags["-L"])
        kept = [words for words in found if words]
        return [
            [*command, *(word for row in kept[at : at + step] for word in row)]
            for at in range(0, len(kept), step)
        ][:MOST]
    items = _items(flags, text)
    if not items:
        return [] if "-r" in flags else [command]
    step = _count(flags["-n"]) if "-n" in flags else len(items)
    return [[*command, *items[at : at + step]] for at in range(0, len(items), step)][:MOST]


def _count(text: str) -> int:
    return max(int(text), 1) if re.fullmatch(r"\d{1,9}", text) else 1


def _items(flags: dict[str, str], text: str) -> list[str]:
    sign = "\0" if "-0" in flags else flags.get("-d")
    if sign is None:
        return [_bare(match[0]) for match in _WORD.finditer(text)]
    sign = {"\\n": "\n", "\\0": "\0", "\\t": "\t"}.get(sign, sign[:1] or "\n")
    items = text.split(sign)
    return items[:-1] if items[-1] == "" else items


def _bare(word: str) -> str:
    """Take the quotes of a word away."""
    return _QUOTE.sub(lambda match: match[1] or match[2] or match[3] or "", word)
