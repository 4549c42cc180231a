"""The short notation in which the catalogue lists the files of a layer.

One file a line (`#` starts a comment):
`PATH x SIZE` a compiled program; `PATH s SIZE` a script (mode 755); `PATH f SIZE` a plain file;
`DIR/* b SIZE COUNT` the unnamed rest of a directory; `PATH -> TARGET` a link;
`DIR d [MODE UID GID]` a directory. `{a,b,c}` in a path stands for several paths.
"""

from __future__ import annotations

import re

from simulator.docker import tree
from simulator.docker.tree import Entry, Files

_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


def read_files(text: str, seed: str, arch: str) -> Files:
    """Read a list of files.

    seed: text that decides the digests of files whose content is not given; arch: what compiled
    programs are marked with.
    """
    files: Files = {}
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line:
            path, *words = line.split()
            for name in _expand(path):
                entry = _entry(name, words, seed, arch)
                if entry["type"] == "bundle":
                    name = tree.bundle_path(name.removesuffix("/*"), entry)
                files[name] = entry
    return files


def _expand(path: str) -> list[str]:
    match = _BRACES.search(path)
    if match is None:
        return [path]
    head, tail = path[: match.start()], path[match.end() :]
    return [p for word in match[1].split(",") for p in _expand(head + word + tail)]


def _entry(path: str, words: list[str], seed: str, arch: str) -> Entry:
    kind = words[0]
    if kind == "->":
        return tree.link_entry(words[1])
    if kind == "d":
        given = [*words[1:], *["755", "0", "0"][len(words) - 1 :]]
        return tree.dir_entry(int(given[0], 8), int(given[1]), int(given[2]))
    size = int(words[1])
    if kind == "b":
        return tree.bundle_entry(size, int(words[2]), f"{seed}|{path}")
    mode = 0o644 if kind == "f" else 0o755
    mark = arch if kind == "x" else None
    return tree.file_entry(size=size, mode=mode, content=f"{seed}|{path}", arch=mark)
