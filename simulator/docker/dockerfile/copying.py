"""COPY and ADD: what is copied from where, and what both refuse.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb` (convert_copy, validations) and
tonistiigi/dchapes-mode, read 2026-11-23.
"""

from __future__ import annotations

from posixpath import join, normpath
from typing import Any

from simulator.docker.dockerfile.context import At
from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import parse_uint, quote
from simulator.docker.dockerfile.names import check_digest
from simulator.docker.dockerfile.paths import WINDOWS, without_drive
from simulator.docker.dockerfile.shell_lex import Lexer
from simulator.docker.dockerfile.sources import (
    GitSource,
    git_source,
    is_web_address,
    web_file_name,
)
from simulator.docker.dockerfile.state import State, Vertex


def dispatch_copy(at: At, source: State | None) -> None:
    """Plan a COPY or ADD.   source: the stage that --from names, or None for the build context.

    Raises DockerfileError.
    """
    data = expanded(at)
    os = at.state.platform.os if at.state.platform else "linux"
    try:
        dest = rooted(at.state.directory, _slashed(data["dest"], os))
    except DockerfileError as error:
        raise error.wrapped("removing drive letter: ") from None
    check_mode(data["chmod"])
    add = at.instruction.kind == "add"
    if data["checksum"]:
        _check_checksum(data)
    name = at.step_name(at.shown(at.instruction.code))
    plan = _Copy(at, data, name, source)
    for path in data["sources"]:
        plan.take_source(path)
    for document in data["documents"]:
        plan.take_document(document["name"], document["content"])
    own = [at.state.vertex] if at.state.vertex else []
    told = {key: data[key] for key in ("chown", "chmod", "link", "parents", "exclude", "unpack")}
    vertex = at.vertex(
        "add" if add else "copy",
        name,
        [*own, *plan.inputs],
        {
            **told,
            "parent": at.state.vertex,
            "sources": plan.files,
            "dest": dest,
            "from": plan.origin,
            "checksum": data["checksum"],
            "keep_git_dir": bool(data["keep_git_dir"]),
            "heredocs": data["documents"],
            "remote": plan.remote,
            "user": at.state.user,
        },
        [told, [clean("/" + path) for path in plan.files], plan.names, dest, bool(own)],
    )
    at.state.add_layer(vertex)
    at.state.commit(_history(add, data), layer=True, comment=True)


def _slashed(dest: str, os: str) -> str:
    """Give a destination forward slashes and no drive; a slash at its end stays."""
    kept = "/" if os == WINDOWS and dest.endswith(("\\", "/")) else ""
    path = without_drive(dest, os)
    return path if path.endswith("/") else path + kept


def expanded(at: At) -> dict[str, Any]:
    """Expand the variables in what a COPY or ADD is told.   Raises DockerfileError."""
    data = dict(at.instruction.data)
    for key in ("chown", "chmod", "checksum"):
        data[key] = at.expand(data[key])
    data["sources"] = [at.expand(path) for path in data["sources"]]
    data["dest"] = at.expand(data["dest"])
    lexer = Lexer(skip_quotes=True, budget=at.build.lexer.budget)
    data["documents"] = [
        {
            "name": document.name,
            "content": at.expand(document.body, lexer) if document.expand else document.body,
        }
        for document in data["documents"]
    ]
    return data


def _history(add: bool, data: dict[str, Any]) -> str:
    words = ["ADD" if add else "COPY"]
    if data["parents"]:
        words.append("--parents")
    words += [f"--{key}={data[key]}" for key in ("chown", "chmod") if data[key]]
    words += data["sources"]
    words += [f"<<{document['name']}" for document in data["documents"]]
    return " ".join([*words, data["dest"]])


class _Copy:
    """Collects what one COPY or ADD takes: files of a tree, fetched things, inline documents."""

    def __init__(self, at: At, data: dict[str, Any], name: str, source: State | None) -> None:
        self.at, self.data, self.name, self.source = at, data, name, source
        self.add = at.instruction.kind == "add"
        self.inputs: dict[Vertex, None] = {}
        self.files: list[str] = []
        self.names: list[str] = []
        self.remote: list[dict[str, Any]] = []
        self.origin: Any = "context"

    def take_source(self, path: str) -> None:
        git = git_source(path, self.data["keep_git_dir"] is not None)
        if git is not None:
            self._take_git(path, git)
        elif is_web_address(path):
            self._take_web(path)
        else:
            self._take_file(path)

    def take_document(self, name: str, content: str) -> None:
        vertex = self.at.vertex(
            "internal",
            "[internal] preparing inline document",
            [],
            {"name": name, "content": content},
            ["document", name, content],
        )
        self._input(vertex)
        self.names.append(name)

    def _input(self, vertex: Vertex) -> None:
        self.inputs[vertex] = None

    def _take_file(self, path: str) -> None:
        if self.source is None:
            _warn_ignored(self.at, path, self.add)
            self._input(self.at.build.context)
        elif self.source.vertex is not None:
            self._input(self.source.vertex)
            self.origin = self.source.vertex
        else:
            self.origin = "scratch"
        self.files.append(path)

    def _take_git(self, path: str, git: GitSource) -> None:
        if not self.add:
            raise DockerfileError("source can't be a git ref for COPY")
        keep, checksum = self.data["keep_git_dir"], self.data["checksum"]
        if keep is not None and git.keep_git_dir is not None and keep != git.keep_git_dir:
            raise DockerfileError("inconsistent keep-git-dir configuration")
        if checksum and git.checksum and checksum != git.checksum:
            raise DockerfileError(f"checksum mismatch {quote(checksum)} != {quote(git.checksum)}")
        told = {
            "git": git.remote,
            "ref": git.ref,
            "subdir": git.subdir,
            "checksum": git.checksum or checksum,
            "keep_git_dir": bool(keep if git.keep_git_dir is None else git.keep_git_dir),
            "submodules": git.submodules is not False,
        }
        self._fetch(path, told)

    def _take_web(self, path: str) -> None:
        if not self.add:
            raise DockerfileError("source can't be a URL for COPY")
        if self.data["checksum"]:
            check_digest(self.data["checksum"])
        told = {"url": path, "name": web_file_name(path), "checksum": self.data["checksum"]}
        self._fetch(path, told)

    def _fetch(self, path: str, told: dict[str, Any]) -> None:
        self.remote.append(told)
        self.names.append(path)
        self._input(self.at.vertex("fetch", self.name, [], told, told))


def _warn_ignored(at: At, path: str, add: bool) -> None:
    ignore = at.build.ignore
    if ignore is None or ignore.has_exceptions:
        return
    path = normpath(path) if path else "."
    path = "/" + path.lstrip("/") if path.startswith("/") else path
    # The context itself is ignored only by a pattern that ignores everything in it.
    if path in (".", "/") and not ignore.has_any("*", "**", "**/*"):
        return
    if ignore.matches(path):
        at.lint.warn("CopyIgnoredFile", at.instruction.lines, "Add" if add else "Copy", path)


def rooted(directory: str, path: str) -> str:
    """Make a destination absolute; the slash that says "a directory" stays."""
    slash = path in ("", ".") or path.endswith(("/", "/."))
    full = clean(path if path.startswith("/") else join(directory, path))
    return full + "/" if slash and full != "/" else full


def clean(path: str) -> str:
    """The shortest form of an absolute path."""
    return "/" + normpath(path).lstrip("/").removeprefix(".") if path else "/"


def _check_checksum(data: dict[str, Any]) -> None:
    if len(data["sources"]) != 1:
        raise DockerfileError("checksum can't be specified for multiple sources")
    source = data["sources"][0]
    if not is_web_address(source) and git_source(source, data["keep_git_dir"] is not None) is None:
        raise DockerfileError("checksum requires HTTP(S) or Git sources")


def check_mode(mode: str) -> None:
    """Check a ``--chmod``, octal or symbolic; "" is none.   Raises DockerfileError."""
    if not mode:
        return
    value = parse_uint(mode, 8, 32)
    if (value is not None and value > 0o7777) or (value is None and mode[0] in "0123456789"):
        raise DockerfileError(
            f"invalid chmod parameter: '{mode}'. it should be octal string and between 0 and 07777"
        )
    if value is None and not all(_is_mode_clause(clause) for clause in mode.split(",")):
        raise DockerfileError("invalid syntax")


def _is_mode_clause(clause: str) -> bool:
    operations = clause.lstrip("augo")
    return bool(operations) and operations[0] in "+-=" and not operations.strip("+-=rwxXstugo")
