"""What COPY and ADD take from one tree and put into another.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb` (dispatchCopy) and tonistiigi/fsutil
(copy): wildcards, contents of directories, owner, mode, `--parents`, `--exclude`.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from simulator.docker import digest as digests
from simulator.docker import dockerignore, libraries, tree, unknown
from simulator.docker.shellmodel import users
from simulator.docker.shellmodel.commands import archives, files
from simulator.docker.tree import Entry, Files, Tree, TreeError

WILD = re.compile(r"[*?\[]")


class CopyError(Exception):
    """A copy that cannot be done; the text is BuildKit's."""


def select(
    source: Files, patterns: list[str], exclude: list[str]
) -> tuple[list[tuple[str, str]], Files]:
    """Find what the patterns name: (path, pattern) pairs, directories not yet opened.

    Also returns the source, with what an unknown program may have put there (see `unknown`).
    Raises CopyError for a plain path that is not there.
    """
    view = Tree(source)
    found: list[tuple[str, str]] = []
    for pattern in patterns:
        path = "/" + posixpath.normpath("/" + pattern).lstrip("/")
        if WILD.search(pattern):
            found += [(hit, pattern) for hit in _wild(view, path) or _guess(view, path)]
            continue
        folder = pattern.endswith(("/", "/."))
        if path != "/" and unknown.take(view, path, folder=folder) is None:
            raise CopyError(f'"{path}": not found')
        found.append((view.resolve(path), pattern))
    matcher = dockerignore.Matcher(exclude) if exclude else None
    kept = [row for row in found if matcher is None or not matcher.matches(row[0].lstrip("/"))]
    return kept, view.files if len(view.files) > len(source) else source


def _wild(view: Tree, path: str) -> list[str]:
    """Match a pattern with wildcards, part by part, as Go's filepath.Match does."""
    places = [""]
    for part in path.strip("/").split("/"):
        if not WILD.search(part):
            places = [f"{p}/{part}" for p in places if view.exists(f"{p}/{part}")]
            continue
        if part == "**":
            places += [q for p in places for q in view.below(p or "/") if view.is_dir(q)]
            continue
        regex = re.compile(_translate(part))
        places = [
            f"{p}/{name}"
            for p in places
            if view.is_dir(p or "/")
            for name in view.children(p or "/")
            if regex.fullmatch(name)
        ]
    return places


def _guess(view: Tree, path: str) -> list[str]:
    """Take one file for a wildcard where any file may be: `package*.json` is `package.json`."""
    folder, _, last = path.rpartition("/")
    if WILD.search(folder) or not unknown.knows(view, path):
        return []
    name = re.sub(r"\[[^]]*\]|[*?]", "", last).strip("-_")
    name = "some" + name if name[:1] in ("", ".") else name.rstrip(".")
    return [f"{folder}/{name}"] if unknown.take(view, f"{folder}/{name}") is not None else []


def _translate(part: str) -> str:
    """Turn one part of a Go pattern into a regular expression."""
    out = ""
    at = 0
    while at < len(part):
        char = part[at]
        end = part.find("]", at + 2)
        if char == "*":
            out += "[^/]*"
        elif char == "?":
            out += "[^/]"
        elif char == "[" and end > 0:
            inside = part[at + 1 : end].replace("\\", "\\\\")
            out += f"[{inside}]"
            at = end
        else:
            out += re.escape(char)
        at += 1
    return out


def contents(source: Files, hits: list[tuple[str, str]], exclude: list[str]) -> list[list[Any]]:
    """List what a copy would take, for its checksum: path, kind, mode, owner, content."""
    view = Tree(source)
    matcher = dockerignore.Matcher(exclude) if exclude else None
    rows = []
    for path, _ in hits:
        entry = source.get(path)
        is_dir = path == "/" or (entry is not None and entry["type"] == "dir")
        for one in [path, *(view.below(path) if is_dir else [])]:
            entry = source.get(one)
            if entry is None or (matcher is not None and matcher.matches(one.lstrip("/"))):
                continue
            rows.append(row(one, entry))
    return rows


def row(path: str, entry: Entry) -> list[Any]:
    """Tell all of a file that counts for a checksum."""
    content = entry.get("digest", entry.get("target", ""))
    return [path, entry["type"], entry["mode"], entry["uid"], entry["gid"], content]


def copy(
    dest_tree: Tree,
    source: Files,
    data: dict[str, Any],
    hits: list[tuple[str, str]],
    *,
    add: bool,
    arch: str,
    from_context: bool,
) -> None:
    """Carry a COPY or ADD out over `dest_tree`."""
    owner = _owner(dest_tree, data["chown"])
    keep_owner = not from_context and owner is None
    dest = data["dest"]
    several = len(hits) + len(data["heredocs"]) + len(data["remote"]) > 1
    into = dest.endswith("/") or several or dest_tree.is_dir(dest)
    mode = data["chmod"]
    placer = _Placer(dest_tree, owner, keep_owner, mode, data["exclude"])
    placer.source = None if from_context else Tree(source)
    for path, pattern in hits:
        entry = source.get(path)
        if path == "/" or (entry is not None and entry["type"] == "dir"):
            base = _parents_base(dest, path, pattern) if data["parents"] else dest
            placer.directory(source, path, base)
        elif entry is not None:
            target = dest
            if data["parents"]:
                target = posixpath.join(dest, path.lstrip("/"))
            elif into:
                target = posixpath.join(dest, posixpath.basename(path))
            if (
                add
                and data["unpack"] is not False
                and archives.ENDING.search(path)
                and not path.endswith((".zip", ".whl"))
            ):
                placer.archive(entry, path, dest, arch)
            else:
                placer.file(placer.carried(entry, path), target)
                plain = not WILD.search(pattern) and "." in posixpath.basename(path)
                if into and entry.get("guessed") and not plain:
                    # It may as well be a directory, whose contents would lie beside it, or several.
                    unknown.mark(dest_tree, dest_tree.resolve(dest), path, commands=False)
    for document in data["heredocs"]:
        target = posixpath.join(dest, document["name"]) if into else dest
        placer.file(tree.file_entry(document["content"]), target)


def remote(
    dest_tree: Tree, data: dict[str, Any], fetched: list[tuple[str, Entry]], arch: str
) -> None:
    """Place files that ADD fetched from the internet; they have mode 600 unless told otherwise."""
    placer = _Placer(dest_tree, _owner(dest_tree, data["chown"]), False, data["chmod"], [])
    dest = data["dest"]
    into = dest.endswith("/") or len(fetched) > 1 or dest_tree.is_dir(dest)
    for name, entry in fetched:
        if data["unpack"] and archives.ENDING.search(name):
            placer.archive(entry, name, dest, arch)
            continue
        target = posixpath.join(dest, name) if into else dest
        placer.file({**entry, "mode": 0o600}, target)


def _parents_base(dest: str, path: str, pattern: str) -> str:
    """Keep with --parents the path of a directory, from a `./` mark in the pattern on."""
    _, mark, rest = pattern.partition("/./")
    return posixpath.join(dest, rest if mark else path.lstrip("/"))


def _owner(dest_tree: Tree, chown: str) -> tuple[int, int] | None:
    if not chown:
        return None
    user, _, group = chown.partition(":")
    try:
        uid, gid = users.identity(dest_tree, user)[:2] if user else (0, 0)
        if group:
            gid = users.group_id(dest_tree, group)
        elif user.isdigit():
            gid = int(user)
    except LookupError as error:
        what = "group" if "group" in str(error) else "user"
        raise CopyError(
            f"unable to convert uid/gid chown string to host mapping: can't find "
            f"{'gid' if what == 'group' else 'uid'} for {what} "
            f"{group if what == 'group' else user}: no such {what}: "
            f"{group if what == 'group' else user}"
        ) from error
    return uid, gid


class _Placer:
    """Puts entries into a tree with the owner and mode that a COPY asks for."""

    def __init__(
        self,
        dest: Tree,
        owner: tuple[int, int] | None,
        keep_owner: bool,
        mode: str,
        exclude: list[str],
    ) -> None:
        self.dest = dest
        self.owner = owner or (0, 0)
        self.keep_owner = keep_owner
        self.mode = mode
        self.matcher = dockerignore.Matcher(exclude) if exclude else None
        self.source: Tree | None = None
        """The image or stage that is copied from."""

    def carried(self, entry: Entry, path: str) -> Entry:
        """Keep with a program what it was linked against, if the tree does not have that."""
        if self.source is None:
            return entry
        return libraries.carried(self.source, path, entry, self.dest)

    def entry(self, entry: Entry) -> Entry:
        """Give an entry its new owner and mode."""
        fresh = dict(entry)
        if not self.keep_owner:
            fresh["uid"], fresh["gid"] = self.owner
        if self.mode and entry["type"] != "link":
            is_dir = entry["type"] == "dir"
            fresh["mode"] = files.apply_mode(self.mode, entry["mode"], is_dir)
        return fresh

    def file(self, entry: Entry, target: str) -> None:
        """Place one file or link; a link that is in its place is replaced, not followed."""
        real = self.dest.resolve(target, follow=False)
        old = self.dest.files.get(real)
        if old is not None and old["type"] == "dir":
            if entry["type"] == "dir" or entry.get("guessed"):
                return
            raise CopyError(f"cannot replace to directory {target} with file")
        self._parents(real)
        self.dest.files[real] = self.entry(entry)

    def _parents(self, real: str) -> None:
        try:
            uid, gid = self.owner
            self.dest.make_parents(real, uid, gid)
        except TreeError as error:
            if unknown.take(self.dest, error.path, folder=True) is not None:
                self._parents(real)
                return
            raise CopyError(f"cannot copy to non-directory: {error.path}") from error

    def directory(self, source: Files, path: str, dest: str) -> None:
        """Place the contents of a directory."""
        uid, gid = self.owner
        try:
            real = self.dest.make_dir(dest, uid=uid, gid=gid)
        except TreeError as error:
            if unknown.take(self.dest, dest, folder=True) is not None:
                self.directory(source, path, dest)
                return
            raise CopyError(f"cannot copy to non-directory: {dest}") from error
        prefix = path.rstrip("/") + "/"
        unknown.spread(source, path, self.dest, real)
        for one, entry in source.items():
            if not one.startswith(prefix):
                continue
            if self.matcher is not None and self.matcher.matches(one.lstrip("/")):
                continue
            target = posixpath.join(real, one[len(prefix) :])
            if entry["type"] != "dir":
                self.file(self.carried(entry, one), target)
            elif not self.dest.is_dir(target):
                self._parents(target)
                self.dest.files[self.dest.resolve(target)] = self.entry(entry)

    def archive(self, entry: Entry, name: str, dest: str, arch: str) -> None:
        """Unpack an archive, as ADD does with local ones."""
        before = dict(self.dest.files)
        run = _unpacker(self.dest, arch)
        archives.unpack(run, entry, name, self.dest.resolve(dest), 0, [])
        for path, one in list(self.dest.files.items()):
            if before.get(path) is not one:
                self.dest.files[path] = self.entry(one)


def _unpacker(dest: Tree, arch: str) -> Any:
    """Make a process in whose name an archive is unpacked."""
    from simulator.docker.shellmodel.process import Clock, Run
    from simulator.docker.shellmodel.shell import Shell

    shell = Shell(tree=dest, clock=Clock(arch=arch))
    return Run(shell, ["tar"], "/bin/tar", tree.file_entry(""))


def subtree(source: Files, folder: str) -> Files:
    """Give the files below a folder of a tree by path relative to it, with a leading slash."""
    view = Tree(source)
    real = view.resolve("/" + folder.lstrip("./"))
    if real != "/":
        unknown.take(view, real)
    source = view.files
    entry = source.get(real)
    if entry is not None and entry["type"] != "dir":
        return {"": entry}
    prefix = "" if real == "/" else real
    return {
        path[len(prefix) :]: one for path, one in source.items() if path.startswith(prefix + "/")
    }


def checksum(rows: list[list[Any]], data: dict[str, Any]) -> str:
    """Name what a COPY or ADD brings: contents, names, owners, modes and where they go."""
    told = {
        key: data[key]
        for key in (
            "dest",
            "chown",
            "chmod",
            "parents",
            "exclude",
            "unpack",
            "sources",
            "heredocs",
            "remote",
        )
    }
    return digests.of([rows, told])
