"""`//go:embed`: files of a package's folder that go into the program."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

EMBED = re.compile(
    r"((?:^[ \t]*//go:embed[ \t]+.*\n(?:^[ \t]*//.*\n)*)+)^[ \t]*(?:var[ \t]+)?(\w+)[ \t]", re.M
)


def embedded(
    tree: Any, folder: str, files: dict[str, str]
) -> tuple[dict[str, dict[str, str]], list[tuple[str, str, str]]]:
    """Find what `//go:embed` takes in: (texts of files by variable, [folder, file, complaint]).

    Source: the documentation of the package embed. Names that begin with "." or "_" are left out
    of folders unless the pattern begins with "all:".
    """
    kept: dict[str, dict[str, str]] = {}
    wrong: list[tuple[str, str, str]] = []
    for name, text in files.items():
        for match in EMBED.finditer(text):
            found: dict[str, str] = {}
            for line in re.finditer(r"^[ \t]*//go:embed[ \t]+(.*)$", match[1], re.M):
                for one in _patterns(line[1]):
                    rows = _taken(tree, folder, one)
                    if not rows:
                        place = match.start() + line.start(1)
                        row = text.count("\n", 0, place) + 1
                        column = place - text.rfind("\n", 0, place)
                        words = f"{row}:{column}: pattern {one}: no matching files found"
                        wrong.append((folder, name, words))
                    found.update(rows)
            kept[match[2]] = dict(sorted(found.items()))
    return kept, wrong


def _patterns(text: str) -> list[str]:
    return [quoted or plain for quoted, plain in re.findall(r"[\"`]([^\"`]+)[\"`]|(\S+)", text)]


def _taken(tree: Any, folder: str, pattern: str) -> dict[str, str]:
    """Give the files that a pattern of embed matches, by their names within the package.

    # Simplified: Of an embedded file that is no text only the name is kept.
    """
    everything = pattern.startswith("all:")
    wanted = pattern.removeprefix("all:").rstrip("/").split("/")
    found: dict[str, str] = {}
    for path in tree.below(folder):
        parts = path[len(folder.rstrip("/")) + 1 :].split("/")
        if len(parts) < len(wanted) or tree.is_dir(path):
            continue
        if not all(fnmatchcase(one, want) for one, want in zip(parts, wanted, strict=False)):
            continue
        if not everything and any(one[0] in "._" for one in parts[len(wanted) :]):
            continue
        found["/".join(parts)] = tree.text(path) or ""
    return found
