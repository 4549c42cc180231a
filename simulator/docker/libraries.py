"""The C library that a tree has, and the one that a program in it was linked against.

A program that is linked dynamically names its loader (`ld-linux-x86-64.so.2` of glibc,
`ld-musl-x86_64.so.1` of musl): where that file is missing, the kernel says ENOENT of the program
itself. Entries of such programs have `libc` ("glibc" or "musl"), and `needs`: further libraries,
which the loader looks for.   Sources: elf(5), ld.so(8), musl's ldso/dynlink.c.
# Simplified: Of a program that is copied from one image to another, only well-known ones (node,
# python, java, nginx ...) are taken to be linked dynamically; others are taken to be static.
"""

from __future__ import annotations

import posixpath
import re

from simulator.docker import unknown
from simulator.docker.tree import Entry, Tree, TreeError

_TRIPLES = ("x86_64-linux-gnu", "aarch64-linux-gnu", "armv7l-linux-gnu", "arm-linux-gnueabihf")
GLIBC = (
    *(f"{lib}/{triple}/libc.so.6" for triple in _TRIPLES for lib in ("/lib", "/usr/lib")),
    "/lib/libc.so.6", "/lib64/libc.so.6", "/usr/lib64/libc.so.6", "/usr/lib/libc.so.6",
    "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1",
    "/etc/redhat-release", "/etc/system-release", "/usr/bin/dnf", "/usr/bin/microdnf",
)  # fmt: skip
MUSL = tuple(f"/lib/ld-musl-{name}.so.1" for name in ("x86_64", "aarch64", "armv7l", "armhf"))
FOLDERS = ("/lib", "/usr/lib", "/usr/local/lib", *(f"/usr/lib/{triple}" for triple in _TRIPLES))
DYNAMIC = re.compile(
    r"(node|python3?(\.\d+)?|ruby|perl|php|php-fpm|java|javac|nginx|httpd|apache2|postgres|psql|"
    r"mysqld?|mariadbd?|redis-(server|cli)|bash|curl|git|wget|openssl|deno|bun|ffmpeg)"
)
"""Names of programs that distributions and official images link dynamically."""


def libcs(tree: Tree) -> tuple[str, ...]:
    """Name the C libraries of a tree; of one that is not known, both."""
    if unknown.knows(tree, "/lib/ld", commands=True):
        return ("glibc", "musl")
    found = [name for name, paths in (("glibc", GLIBC), ("musl", MUSL))
             if any(_has(tree, path) for path in paths)]  # fmt: skip
    return tuple(found)


def _has(tree: Tree, path: str) -> bool:
    try:
        return tree.exists(path)
    except TreeError:
        return False


def lacks_loader(tree: Tree, entry: Entry) -> bool:
    """Tell whether the loader is missing that a program names."""
    return bool(entry.get("libc")) and entry["libc"] not in libcs(tree)


def lacks_library(tree: Tree, entry: Entry) -> str:
    """Name the first library that a program needs and that is not there; "" when all are."""
    for name in entry.get("needs") or ():
        if not any(_has(tree, f"{folder}/{name}") for folder in FOLDERS):
            return str(name)
    return ""


def loader_words(entry: Entry, called: str, path: str, library: str) -> str:
    """Word what the loader says of a library that is missing; it exits with 127."""
    if entry.get("libc") == "musl":
        return (f"Error loading shared library {library}: No such file or directory "
                f"(needed by {path})\n")  # fmt: skip
    return (f"{called}: error while loading shared libraries: {library}: cannot open shared "
            "object file: No such file or directory\n")  # fmt: skip


def carried(source: Tree, path: str, entry: Entry, dest: Tree) -> Entry:
    """Note of a program that is copied to another tree what it misses there."""
    name = posixpath.basename(path)
    program = entry["type"] == "file" and entry["mode"] & 0o111 and "text" not in entry
    if not program or entry.get("made") or entry.get("libc") or not DYNAMIC.fullmatch(name):
        return entry
    found = libcs(source)
    if len(found) != 1:
        return entry
    needs = []
    if name == "node" and found[0] == "musl":
        needs = ["libstdc++.so.6"]
    elif match := re.fullmatch(r"python(3\.\d+)", name):
        needs = [f"libpython{match[1]}.so.1.0"]
    needs = [one for one in needs if not lacks_library(source, {"needs": [one]})]
    missing = [one for one in needs if lacks_library(dest, {"needs": [one]})]
    if found[0] in libcs(dest) and not missing:
        return entry
    return {**entry, "libc": found[0], **({"needs": missing} if missing else {})}
