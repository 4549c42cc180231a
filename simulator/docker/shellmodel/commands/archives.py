"""tar, unzip, gzip: packing and unpacking.

An archive made in the tree remembers what went into it (`made.members`); one from the internet
unpacks to a declared content that depends on its name.
"""

from __future__ import annotations

import posixpath
import re

from simulator.docker import digest as digests
from simulator.docker import tree, unknown
from simulator.docker.shellmodel.commands.web import source_tree
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import Entry

ENDING = re.compile(r"\.(tar(\.(gz|xz|bz2|zst|lz))?|tgz|txz|tbz2?|zip|whl|gz|xz)$")
BINARY = re.compile(r"linux|amd64|x86_64|x64|arm64|aarch64|musl|gnu", re.I)


def tar(run: Run) -> int:
    """`tar -x|-c|-t [-f FILE] [-C DIR] [--strip-components=N] [MEMBER...]`."""
    options, rest = _read(run)
    wrong = _misused(run, options)
    if wrong:
        run.err(f"tar: {wrong}\n")
        return 2
    if options.get("C"):
        run.need(options["C"], folder=True)
    if options.get("C") and not run.tree.is_dir(options["C"], run.cwd):
        run.err(f"tar: {options['C']}: Cannot open: No such file or directory\n")
        return 2
    folder = run.real(options.get("C") or ".")
    if "c" in options:
        return _pack(run, options.get("f", "-"), folder, rest)
    name = options.get("f", "-")
    if name == "-":
        match = re.search("\0archive (\\S+)", run.stdin)
        entry: Entry | None = {
            "made": {"url": match[1] if match else "stdin.tar.gz"},
            "size": 10_000_000,
        }
        if not run.stdin:
            run.err(
                "\ngzip: stdin: unexpected end of file\ntar: Child returned status 1\n"
                "tar: Error is not recoverable: exiting now\n"
            )
            return 2
    else:
        entry = run.need(name)
    if entry is None:
        run.err(
            f"tar: {name}: Cannot open: No such file or directory\n"
            "tar: Error is not recoverable: exiting now\n"
        )
        return 2
    if entry.get("type") == "dir":
        run.err(
            f"tar: {name}: Cannot read: Is a directory\ntar: At beginning of tape, quitting now\n"
            "tar: Error is not recoverable: exiting now\n"
        )
        return 2
    if "t" in options:
        return 0
    strip = int(re.sub(r"\D", "", options.get("strip", ""))[:2] or 0)
    unpack(run, entry, name, folder, strip, rest)
    return 0


def _misused(run: Run, options: dict[str, str]) -> str:
    """Say what is wrong with tar's options, or ""."""
    busybox = run.shell.flavour == "ash"
    for letter in ("f", "C"):
        if options.get(letter) == "":
            shown = letter if busybox else f"'{letter}'"
            return f"option requires an argument -- {shown}"
    if not any(mode in options for mode in "xctruAd"):
        return (
            "must specify exactly one of -c, -x or -t"
            if busybox
            else "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\n"
            "Try 'tar --help' or 'tar --usage' for more information."
        )
    return ""


def _read(run: Run) -> tuple[dict[str, str], list[str]]:
    """Read tar's three styles of options."""
    options: dict[str, str] = {}
    rest: list[str] = []
    args = run.argv[1:]
    if args and not args[0].startswith("-"):
        args[0] = "-" + args[0]
    long = {
        "--file": "f",
        "--directory": "C",
        "--strip-components": "strip",
        "--strip": "strip",
        "--extract": "x",
        "--get": "x",
        "--create": "c",
        "--list": "t",
    }
    at = 0
    while at < len(args):
        arg = args[at]
        at += 1
        if arg.startswith("--"):
            name, equals, value = arg.partition("=")
            key = long.get(name, name)
            if not equals and key in ("f", "C", "strip") and at < len(args):
                value = args[at]
                at += 1
            options[key] = value
        elif arg.startswith("-") and len(arg) > 1:
            for index, letter in enumerate(arg[1:], start=1):
                options[letter] = ""
                if letter in "fCTX":
                    tail = arg[index + 1 :]
                    if tail and arg is not args[0]:
                        options[letter] = tail
                        break
                    if at < len(args):
                        options[letter] = args[at]
                        at += 1
        else:
            rest.append(arg)
    return options, rest


def _pack(run: Run, name: str, folder: str, rest: list[str]) -> int:
    members: dict[str, Entry] = {}
    for path in rest:
        real = run.real(posixpath.join(folder, path))
        if run.need(real) is None:
            run.err(
                f"tar: {path}: Cannot stat: No such file or directory\n"
                "tar: Exiting with failure status due to previous errors\n"
            )
            return 2
        for one in [real, *run.below(real)]:
            entry = run.tree.files.get(one)
            if entry is not None:
                members[path.lstrip("/").rstrip("/") + one[len(real) :]] = entry
    size = tree.total_size(members) * 10 // 26 + 200
    entry = tree.file_entry(
        size=size,
        content=digests.of(members),
        made={"members": members} if len(members) <= 2000 else None,
    )
    run.spend(size // 20)
    if name != "-":
        run.put(name, entry)
    return 0


def unpack(run: Run, entry: Entry, name: str, folder: str, strip: int, wanted: list[str]) -> None:
    """Lay an archive's content out in a real folder."""
    made = entry.get("made") or {}
    run.spend(entry["size"] * 26 // 10 // 80)
    if "members" in made:
        for member, old in made["members"].items():
            cut = "/".join(member.split("/")[strip:])
            if cut and (
                not wanted or any(member == w or member.startswith(w + "/") for w in wanted)
            ):
                place = posixpath.join(folder, cut)
                if old["type"] == "dir":
                    run.make_dir(place)
                else:
                    run.put(place, old)
        return
    source = str(made.get("url") or name)
    unknown.mark(run.tree, folder, source)
    stem = ENDING.sub("", posixpath.basename(source.split("?")[0])) or "archive"
    github = re.search(r"github\.com/[\w.-]+/([\w.-]+)/archive/", source)
    if github:
        stem = f"{github[1]}-{re.sub(r'^v(?=[0-9])', '', stem)}"
    plain = [w for w in wanted if not w.startswith("-") and "*" not in w]
    if plain:
        for member in plain:
            cut = "/".join(member.split("/")[strip:]) or posixpath.basename(member)
            run.put(
                posixpath.join(folder, cut),
                tree.file_entry(
                    size=entry["size"] * 2,
                    mode=0o755,
                    content=source + member,
                    arch=run.clock.arch or None,
                ),
            )
        return
    top = folder if strip else posixpath.join(folder, stem)
    if BINARY.search(stem):
        program = re.split(r"[-_.]v?\d|[-_](?:linux|amd64|x86)", stem, flags=re.I)[0]
        for place in (program, f"bin/{program}"):
            run.put(
                posixpath.join(top, place),
                tree.file_entry(
                    size=entry["size"],
                    mode=0o755,
                    content=source + place,
                    arch=run.clock.arch or None,
                ),
            )
        if not strip:
            run.put(
                posixpath.join(folder, program),
                tree.file_entry(
                    size=entry["size"], mode=0o755, content=source, arch=run.clock.arch or None
                ),
            ) if not run.tree.is_dir(posixpath.join(folder, program)) else None
        run.bundle(top, entry["size"] // 2, 40, source)
    else:
        source_tree(run, top, source, entry["size"])


def unzip(run: Run) -> int:
    """`unzip [-d DIR] FILE`."""
    names = run.operands(("-d",))
    if not names:
        return run.fail("missing archive")
    target = next((run.argv[i + 1] for i, a in enumerate(run.argv[:-1]) if a == "-d"), ".")
    entry = run.get(names[0]) or run.get(names[0] + ".zip") or run.need(names[0])
    if entry is None:
        run.err(f"unzip:  cannot find or open {names[0]}, {names[0]}.zip or {names[0]}.ZIP.\n")
        return 9
    run.make_dir(target)
    unpack(run, entry, names[0], run.real(target), 0, names[1:])
    return 0


def gzip(run: Run) -> int:
    """`gzip`, `gunzip`, `zcat`, `xz`, `unxz`, `bzip2` on files, or on what is piped in.

    # Simplified: What is packed on its way through a pipe stays the text that it was.
    """
    status = 0
    shrinks = run.name in ("gzip", "xz", "bzip2", "zstd") and not run.has_flag("-d", "--decompress")
    shows = run.name == "zcat" or run.has_flag("-c", "--stdout", "--to-stdout")
    ending = {"xz": ".xz", "unxz": ".xz", "bzip2": ".bz2", "bunzip2": ".bz2",
              "zstd": ".zst"}.get(run.name, ".gz")  # fmt: skip
    for name in run.operands():
        entry = run.get(name)
        if entry is None and not shrinks:
            name, entry = name + ending, run.get(name + ending)
        if entry is None:
            status = run.fail(f"{name}: No such file or directory")
            continue
        if entry["type"] == "dir":
            status = run.fail(f"{name} is a directory -- ignored", 2)
            continue
        run.spend(entry["size"] // 60)
        if shows:
            inner = entry if shrinks else entry.get("packed") or entry
            run.out(inner.get("text") or "")
            continue
        real = run.real(name)
        target = real + ending if shrinks else re.sub(r"\.(gz|xz|bz2|zst)$", "", real)
        if not run.has_flag("-k", "--keep"):
            run.tree.remove(real)
        run.put(target, _packed(entry) if shrinks else _unpacked(entry))
    if not run.operands():
        run.out(run.stdin)
    return status


def _packed(entry: Entry) -> Entry:
    size = entry["size"] * 10 // 26
    return tree.file_entry(size=size, mode=entry["mode"], content=entry["digest"], packed=entry)


def _unpacked(entry: Entry) -> Entry:
    if entry.get("packed") or "text" in entry:
        return entry.get("packed") or entry
    size = entry["size"] * 26 // 10
    return tree.file_entry(size=size, mode=entry["mode"], content=entry["digest"])


MODELS = {
    "tar": tar,
    "bsdtar": tar,
    "unzip": unzip,
    "gzip": gzip,
    "gunzip": gzip,
    "zcat": gzip,
    "xz": gzip,
    "unxz": gzip,
    "bzip2": gzip,
    "bunzip2": gzip,
    "zstd": gzip,
}
