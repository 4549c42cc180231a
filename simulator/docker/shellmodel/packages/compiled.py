"""A compiled program in the tree, and options of the tools that make one.

It is one file with `arch` (what it runs on) and `made`: the tool, the sources' digest and, where it
is known, the text of the main source, so that what the program does can be told from what it was
made of.
"""

from __future__ import annotations

from simulator.docker import digest as digests
from simulator.docker import libraries, tree
from simulator.docker.shellmodel.process import Run


def value_of(run: Run, name: str) -> str:
    """Return the value of an option, `-o x` or `-o=x`; "" when it is not given."""
    for index, arg in enumerate(run.argv):
        if arg == name and index + 1 < len(run.argv):
            return run.argv[index + 1]
        if arg.startswith(name + "="):
            return arg.partition("=")[2]
    return ""


def put_program(
    run: Run,
    path: str,
    size: int,
    arch: str,
    tool: str,
    sources: list[str],
    text: str,
    static: bool = True,
    kept: dict[str, object] | None = None,
) -> None:
    """Place a program that a tool made of sources.

    text: of the main source, "" if not known; static: it needs no C library where it runs;
    kept: of a Go program, all the sources that it was compiled from.
    """
    seed = digests.of([[p, run.tree.files[p].get("digest", "")] for p in sources])
    made: dict[str, object] = {"tool": tool, "sources": seed, "main": text[:65536]}
    if kept is not None:
        made["go"] = kept
    run.put(
        path,
        tree.file_entry(
            size=size,
            mode=0o755,
            content=f"{tool} {seed} {arch}",
            arch=arch or None,
            made=made,
            libc=None if static else own_libc(run),
        ),
    )


def own_libc(run: Run) -> str | None:
    """Name the C library that a program made here is linked against; None when it is not known."""
    found = libraries.libcs(run.tree)
    return found[0] if len(found) == 1 else None
