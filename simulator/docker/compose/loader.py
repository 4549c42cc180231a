"""Reads the files of a project into one document, with those that they include and extend.

Imitates compose-go's loader: each file has its variables filled in, its services extended and what
it includes brought in; then it is laid over the files before it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, Protocol

from simulator.plain import copy

from . import syntax
from .canon import canonical
from .casts import cast
from .dotenv import parse_env_file
from .errors import ComposeError
from .hostpaths import resolved
from .interpolate import Warnings, fill
from .merge import clear, merge, unique
from .places import Place
from .schema import validate
from .source import read

MAX_FILES = 100
VALUE = "x-#value"
"""Where a secret keeps what its variable holds; it is never printed."""
SECTIONS = ("services", "volumes", "networks", "secrets", "configs")

Document = dict[str, Any]


class Files(Protocol):
    """Where texts come from: the student's workspace, or a test's few files."""

    def read(self, cwd: str, path: str) -> str | None:
        """Give a file's text, or None."""


class Loader:
    """Reads files; `notes` are what is worth a warning."""

    def __init__(self, files: Files, notes: Warnings) -> None:
        self._files = files
        self._notes = notes
        self._count = 0

    def load(
        self, paths: list[str], folder: str, env: Mapping[str, str],
        included: list[str] | None = None,
    ) -> Document:  # fmt: skip
        """Give the document of files laid over each other, in long form; ComposeError.

        folder: to which relative paths are relative; included: the files that include these.
        """
        document: Document = {}
        for path in paths:
            for raw, cleared in self._read(path):
                document = self._add(document, raw, cleared, path, folder, env, included or [])
        return _with_values(document, env)

    def _read(self, path: str) -> list[tuple[Document, list[Place]]]:
        self._count += 1
        if self._count > MAX_FILES:
            raise ComposeError(f"a project may have at most {MAX_FILES} files here")
        text = self._files.read("", path)
        if text is None:
            raise ComposeError(f"open {path}: no such file or directory")
        return read(text, path)

    def _add(
        self, under: Document, raw: Document, cleared: list[Place], path: str, folder: str,
        env: Mapping[str, str], included: list[str],
    ) -> Document:  # fmt: skip
        own = cast(fill(raw, env, self._notes), self._notes)
        services = own.get("services")
        if services is not None and not isinstance(services, dict):
            raise ComposeError("services must be a mapping")
        extending = _Extending(self, path, folder, env)
        for name in list(services or {}):
            own["services"][name] = extending.service(name, own["services"], path, [], [cleared])
        under = clear(under, cleared)
        own = self._include(own, path, folder, env, [*included, path])
        merged: Document = unique(merge(under, own))
        validate(merged, path)
        if "version" in merged:
            self._notes.append(
                f"{path}: the attribute `version` is obsolete, it will be ignored, please "
                "remove it to avoid potential confusion"
            )
            del merged["version"]
        found: Document = unique(canonical(merged, self._notes))
        return found

    def texts(self, path: str, env: Mapping[str, str]) -> list[tuple[Document, list[Place]]]:
        """Read a file that a service is extended from: its variables are filled in, no more."""
        return [
            (cast(fill(raw, env, self._notes), self._notes), cleared)
            for raw, cleared in self._read(path)
        ]

    def canonical(self, document: Document) -> Document:
        """Bring a document into long form."""
        return canonical(document, self._notes)

    # include

    def _include(
        self, own: Document, path: str, folder: str, env: Mapping[str, str], included: list[str]
    ) -> Document:
        rows = own.pop("include", None)
        if rows is None:
            return own
        if not isinstance(rows, list):
            raise ComposeError(f"`include` must be a list, got {syntax.text(rows)}")
        for row in rows:
            entry = {"path": row} if isinstance(row, str) else row
            if not isinstance(entry, dict):
                raise ComposeError(f"'[0]' expected a map, got '{type(row).__name__}'")
            own = _import(own, self._included(entry, folder, env, included))
        return own

    def _included(
        self, entry: Document, folder: str, env: Mapping[str, str], included: list[str]
    ) -> Document:
        paths = [syntax.host_path(str(one), folder) for one in syntax.strings(entry.get("path"))]
        if not paths:
            return {}
        if paths[0] in included:
            chain = "\n include ".join([*included[included.index(paths[0]) :], paths[0]])
            raise ComposeError(f"include cycle detected:\n{chain}")
        own = posixpath.dirname(paths[0])
        if entry.get("project_directory"):
            own = syntax.host_path(str(entry["project_directory"]), folder)
        known = dict(env)
        for file in self._env_files(entry, folder, own):
            text = self._files.read("", file)
            if text is None:
                raise ComposeError(f"stat {file}: no such file or directory")
            found = parse_env_file(text, file, known, self._notes)
            known = {**found, **known}
        return resolved(self.load(paths, own, known, included), own)

    def _env_files(self, entry: Document, folder: str, own: str) -> list[str]:
        if entry.get("env_file"):
            return [syntax.host_path(one, folder) for one in syntax.strings(entry["env_file"])]
        usual = posixpath.join(own, ".env")
        return [usual] if self._files.read("", usual) is not None else []


def _with_values(document: Document, env: Mapping[str, str]) -> Document:
    """Note the values of secrets and configs that are variables: a file has those of its folder."""
    result = dict(document)
    for section in ("secrets", "configs"):
        rows = {
            key: {**row, VALUE: env[row["environment"]]}
            if isinstance(row, dict) and row.get("environment") in env and VALUE not in row
            else row
            for key, row in (document.get(section) or {}).items()
        }
        if rows:
            result[section] = rows
    return result


def _import(own: Document, more: Document) -> Document:
    """Add what a file includes; the same thing twice is no conflict."""
    result = dict(own)
    for section in SECTIONS:
        rows = more.get(section)
        if rows is None:
            continue
        known = dict(result.get(section) or {})
        for name, row in rows.items():
            if name in known and known[name] != row:
                raise ComposeError(f"{section}.{name} conflicts with imported resource")
            known[name] = row
        result[section] = known
    return result


class _Extending:
    """Lays services over those that they extend."""

    def __init__(self, loader: Loader, path: str, folder: str, env: Mapping[str, str]) -> None:
        self._loader = loader
        self._path = path
        self._folder = folder
        self._env = env

    def service(
        self, name: str, services: Document, path: str, seen: list[tuple[str, str]],
        cleared: list[list[Place]],
    ) -> Any:  # fmt: skip
        """Give a service laid over the one that it extends; ComposeError."""
        own = services[name]
        if own is None:
            return None
        if not isinstance(own, dict):
            raise ComposeError(f"services.{name} must be a mapping")
        if "extends" not in own:
            return own
        wish = own["extends"]
        entry = wish if isinstance(wish, dict) else {"service": wish}
        base, file = str(entry.get("service")), entry.get("file")
        if (path, name) in seen:
            raise ComposeError(_circle([*seen, (path, name)]))
        others, where = services, path
        if file:
            where = syntax.host_path(str(file), self._folder)
            others, more = self._other(name, base, path, where, str(file))
            cleared = [*cleared, more]
        elif base not in services:
            raise ComposeError(
                f'cannot extend service "{name}" in {path}: service "{base}" not found'
            )
        under = self.service(base, others, where, [*seen, (path, name)], cleared)
        over = {key: value for key, value in own.items() if key != "extends"}
        if under is None:
            return over
        under = copy({"services": {name: under}})
        for paths in cleared:
            under = clear(under, paths)
        return merge(under["services"].get(name) or {}, over, ("services", name))

    def _other(
        self, name: str, base: str, path: str, where: str, file: str
    ) -> tuple[Document, list[Place]]:
        """Read the services of another file, with paths as that file means them."""
        document: Document = {}
        cleared: list[Place] = []
        for raw, paths in self._loader.texts(where, self._env):
            document = merge(clear(document, paths), raw)
            cleared += paths
        services = document.get("services")
        if services is None:
            raise ComposeError(f'cannot extend service "{name}" in {where}: no services section')
        if not isinstance(services, dict):
            raise ComposeError(f'cannot extend service "{name}" in {where}: services must be a '
                               "mapping")  # fmt: skip
        if base not in services:
            raise ComposeError(f'cannot extend service "{name}" in {path}: service "{base}" not '
                               f"found in {file}")  # fmt: skip
        validate({"services": services}, where)
        long = self._loader.canonical({"services": services})
        return resolved(long, posixpath.dirname(where))["services"], cleared


def _circle(seen: list[tuple[str, str]]) -> str:
    """Say which services extend each other in a circle."""
    shown = f"Circular reference:\n  {seen[0][1]} in {seen[0][0]}"
    for path, name in seen[1:]:
        shown += f"\n  extends {name} in {path}"
    return shown
