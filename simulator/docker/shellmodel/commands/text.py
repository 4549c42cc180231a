"""Tools that pass texts on: cat, tee, checksums and their like."""

from __future__ import annotations

import re

from simulator.docker import digest as digests
from simulator.docker.shellmodel.commands.wording import unreadable
from simulator.docker.shellmodel.printing import substituted
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import IS_DIRECTORY, NO_ENTRY

DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
DEVICE_BYTES = 65_536
"""What is read of a device without end."""


def device(path: str) -> str:
    """Read a device.

    # Simplified: Chance is hexadecimal digits, the same in every build.
    """
    if path == "/dev/null":
        return ""
    if path == "/dev/zero":
        return "\0" * DEVICE_BYTES
    text = digests.of_text(path).partition(":")[2]
    return (text * (DEVICE_BYTES // len(text) + 1))[:DEVICE_BYTES]


def inputs(run: Run, paths: list[str]) -> tuple[str, int]:
    """Read the named files, or standard input; returns the text and an exit status."""
    if not paths:
        return run.stdin, 0
    pieces, status = [], 0
    for path in paths:
        if path in ("-", "/dev/stdin"):
            pieces.append(run.stdin)
            continue
        if path in DEVICES:
            pieces.append(device(path))
            continue
        entry = run.need(path)
        if entry is None:
            status = run.fail(*unreadable(run.name, path, NO_ENTRY, run.shell.flavour == "ash"))
        elif entry["type"] == "dir":
            status = run.fail(*unreadable(run.name, path, IS_DIRECTORY, run.shell.flavour == "ash"))
        else:
            pieces.append(entry.get("text", ""))
    return "".join(pieces), status


def cat(run: Run) -> int:
    """`cat [-n] FILE...`."""
    text, status = inputs(run, run.operands())
    if run.has_flag("-n", "--number"):
        lines = text.splitlines(keepends=True)
        text = "".join(f"{at:>6}\t{line}" for at, line in enumerate(lines, 1))
    run.out(text)
    return status


def tee(run: Run) -> int:
    """`tee [-a] FILE...`."""
    append = run.has_flag("-a", "--append")
    status = 0
    for path in run.operands():
        if path in ("/dev/null", "/dev/stderr", "/dev/stdout"):
            continue
        why = run.refusal(path)
        if why:
            status = run.fail(f"{path}: {why}")
            continue
        run.write(path, (run.tree.text(path, run.cwd) or "" if append else "") + run.stdin)
    run.out(run.stdin)
    return status


def checksum(run: Run) -> int:
    """`sha256sum [-c]` and its like; a check of a file that is there is answered with OK."""
    if any(re.fullmatch(r"-[a-z]*c[a-z]*|--check", a) for a in run.argv[1:]):
        text, _ = inputs(run, run.operands())
        status = 0
        for line in text.splitlines():
            name = line.split()[-1].lstrip("*") if line.split() else ""
            if name and run.need(name) is None:
                run.err(f"{run.name}: {name}: {NO_ENTRY}\n")
                run.out(f"{name}: FAILED open or read\n")
                status = 1
            elif name:
                run.out(f"{name}: OK\n")
        return status
    length = {"md5sum": 32, "sha1sum": 40, "sha512sum": 128}.get(run.name, 64)
    status = 0
    for path in run.operands() or ["-"]:
        entry = run.need(path) if path != "-" else {"digest": digests.of_text(run.stdin)}
        if entry is None:
            status = run.fail(f"{path}: {NO_ENTRY}")
            continue
        value = (str(entry.get("digest", "")).removeprefix("sha256:") * 2)[:length]
        run.out(f"{value}  {path}\n")
    return status


def quiet_copy(run: Run) -> int:
    """Tools that pass their input on unchanged in this model."""
    text, status = inputs(run, [p for p in run.operands() if run.tree.is_file(p, run.cwd)])
    run.out(text)
    return status


def envsubst(run: Run) -> int:
    """`envsubst [VARIABLES]`."""
    run.out(substituted(run.stdin, run.operands(), run.shell.environment()))
    return 0


MODELS = {
    "cat": cat,
    "tee": tee,
    "sha256sum": checksum,
    "sha512sum": checksum,
    "sha1sum": checksum,
    "md5sum": checksum,
    "envsubst": envsubst,
    "iconv": quiet_copy,
    "more": quiet_copy,
    "less": quiet_copy,
}
