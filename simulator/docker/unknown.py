"""What nobody can know of a file system without running a program, and what follows from that.

# Simplified: A program without a model may have written any file, an archive from the internet may
# hold any; such a directory is marked, and a path below it that a later command or COPY needs and
# that is not there is taken to be one of those files, as it is where a bundle stands for unnamed
# files. Tests (`[ -f x ]`) and wildcards of a shell do not count as a need; a wildcard of COPY
# takes one such file. Where everything is known a missing file stays missing.

The mark is a bundle with no bytes and a name of its own, as bundles stand for unnamed files anyway.
"""

from __future__ import annotations

import posixpath

from simulator.docker import tree as trees
from simulator.docker.tree import Entry, Files, Tree, TreeError

COMMANDS, FILES = "*unknown", "*unknown-files"
"""Names of the marks: any files and commands may be there, or only files."""
GUESSED_BYTES = 48_000
"""Size of a file that is only known to have been needed (assumed)."""


def mark(
    tree: Tree, folder: str, cause: str, *, commands: bool = True, volume: bool = False
) -> None:
    """Say that a directory (a real path) may hold any files; `cause` made them.

    commands: also any command that is typed without its path, when PATH leads there; volume: the
    directory is mounted, so that a mark above it does not go where it goes.
    """
    if not volume and _is_marked(tree.files, posixpath.join(folder, "x"), commands=commands):
        return
    path = posixpath.join(folder, COMMANDS if commands else FILES)
    tree.make_parents(path)
    tree.files[path] = trees.bundle_entry(0, 0, f"unknown {cause} {folder}")


def _is_marked(files: Files, real: str, *, commands: bool) -> bool:
    names = (COMMANDS,) if commands else (COMMANDS, FILES)
    folders = (*trees.parents(real), "/")
    if any(posixpath.join(folder, name) in files for folder in folders for name in names):
        return True
    return any((files.get(folder) or {}).get("guessed") for folder in folders)


def spread(source: Files, folder: str, dest: Tree, target: str) -> None:
    """Keep, when a directory is copied, that any file may be in it.

    folder, target: real paths in the tree that is copied from and in the one that it goes to.
    """
    inside = posixpath.join(folder, "x")
    if _is_marked(source, inside, commands=True):
        mark(dest, target, folder)
    elif _is_marked(source, inside, commands=False):
        mark(dest, target, folder, commands=False)


def open_guess(tree: Tree, folder: str) -> None:
    """Take what was guessed to be a file for a directory, as something in it is needed."""
    real = folder
    for path in (folder, *trees.parents(folder)):
        entry = tree.files.get(path)
        if entry is not None and entry.get("guessed"):
            tree.files[path] = trees.dir_entry(0o755, entry["uid"], entry["gid"])
            mark(tree, path, real)


def knows(tree: Tree, real: str, *, commands: bool = False) -> bool:
    """Tell whether a path may be there unseen; commands: as a command without its path."""
    if len(real) > trees.MAX_PATH:
        return False
    if _is_marked(tree.files, real, commands=commands):
        return True
    if commands or "/bin/" in real or "/.bin/" in real:
        return False  # the programs of packages and images are known by name
    return any(
        entry["type"] == "bundle" and real.startswith(posixpath.dirname(path).rstrip("/") + "/")
        for path, entry in tree.files.items()
    )


def take(tree: Tree, path: str, cwd: str = "/", *, folder: bool = False) -> Entry | None:
    """Return what is at a path; what is missing below a marked directory is made first.

    folder: a directory is needed. None when there is nothing and nothing can have been made.
    """
    entry = tree.get(path, cwd)
    if not path or (entry is not None and not (folder and entry.get("guessed"))):
        return entry
    try:
        real = tree.resolve(path, cwd)
        if not knows(tree, real) and entry is None:
            return None
        open_guess(tree, real if folder else posixpath.dirname(real))
        if folder or path.endswith("/"):
            Tree.make_dir(tree, real)  # to find something is no write: the place may be read-only
            mark(tree, real, real, commands=False)
        else:
            made = trees.file_entry(size=GUESSED_BYTES, mode=0o755, content=f"guessed {real}")
            Tree.put(tree, real, {**made, "guessed": True})
    except TreeError:
        return None
    return tree.get(real)


def find_program(tree: Tree, name: str, search: str) -> str | None:
    """Find a program that may have been installed by something unknown; search is PATH."""
    if "/" in name:
        return name
    if not name.isprintable() or not name:
        return None
    for folder in search.split(":"):
        path = f"{folder.rstrip('/')}/{name}"
        if folder.startswith("/") and knows(tree, path, commands=True):
            return path if take(tree, path) is not None else None
    return None
