"""A project: all compose files of an application read, merged and checked for sense.

Imitates compose-go's loader and docker compose's choice of files and of the project's name.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulator.plain import copy

from . import graph, service, syntax
from .check import check
from .errors import ComposeError
from .interpolate import Warnings, fill, parse_env_file
from .merge import clear, merge
from .schema import validate
from .source import Path, read

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = ("compose.override.yml", "compose.override.yaml", "docker-compose.override.yml",
             "docker-compose.override.yaml")  # fmt: skip
MAX_FILES = 20
SECTIONS = ("networks", "volumes", "secrets", "configs")

Document = dict[str, Any]


class Files(Protocol):
    """Where texts come from: the student's workspace, or a test's few files."""

    def read(self, cwd: str, path: str) -> str | None:
        """Give a file's text, or None."""


@dataclass(slots=True)
class Project:
    """A project as plain data: `data` has name, working_dir, files, services, networks, volumes.

    Services are in long form; `disabled` are those that no chosen profile asks for.
    """

    data: Document
    warnings: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The project's name, before all names of its things."""
        return str(self.data["name"])

    @property
    def services(self) -> dict[str, Document]:
        """The services to run, by name."""
        return self.data["services"]  # type: ignore[no-any-return]

    @property
    def networks(self) -> dict[str, Document]:
        """The networks, by their names in the file."""
        return self.data["networks"]  # type: ignore[no-any-return]

    @property
    def volumes(self) -> dict[str, Document]:
        """The named volumes, by their names in the file."""
        return self.data["volumes"]  # type: ignore[no-any-return]

    @property
    def disabled(self) -> dict[str, Document]:
        """The services of profiles that are not chosen."""
        return self.data["disabled"]  # type: ignore[no-any-return]


def find_files(files: Files, cwd: str) -> tuple[list[str], list[str]]:
    """Find compose file and override in a folder or those above: (absolute paths, warnings)."""
    folder = cwd
    while True:
        found = [name for name in NAMES if files.read(folder, name) is not None]
        if found:
            paths = [posixpath.join(folder, name) for name in found]
            warnings = []
            if len(found) > 1:
                warnings = [f"Found multiple config files with supported names: {', '.join(paths)}",
                            f"Using {paths[0]}"]  # fmt: skip
            over = [name for name in OVERRIDES if files.read(folder, name) is not None]
            return paths[:1] + [posixpath.join(folder, name) for name in over[:1]], warnings
        if folder in ("/", ""):
            raise ComposeError("no configuration file provided: not found")
        folder = posixpath.dirname(folder)


def load(
    files: Files, cwd: str, paths: list[str] | None = None, name: str = "",
    env: Mapping[str, str] | None = None, profiles: list[str] | None = None,
    env_files: list[str] | None = None, folder: str = "",
) -> Project:  # fmt: skip
    """Load a project; raises ComposeError in compose's words.

    paths: of -f; name: of -p; env: the shell's variables, which win over `.env`'s; profiles: of
    --profile ("*" for all); env_files: of --env-file; folder: of --project-directory.
    """
    env = dict(env or {})
    warnings: list[str] = []
    start = posixpath.normpath(posixpath.join(cwd, folder)) if folder else cwd
    early = _dot_env(files, cwd, start, env_files, env)
    if not paths and early.get("COMPOSE_FILE"):
        paths = early["COMPOSE_FILE"].split(early.get("COMPOSE_PATH_SEPARATOR") or ":")
    if paths:
        full = [posixpath.normpath(posixpath.join(cwd, path)) for path in paths]
    else:
        full, warnings = find_files(files, start)
    root = start if folder else posixpath.dirname(full[0])
    known = _dot_env(files, cwd, root, env_files, env)
    loader = _Loader(files, known)
    document: Document = {}
    for path in full:
        own = loader.file(path, root)
        document = merge(clear(document, loader.cleared.get(path, [])), own)
    chosen = _name(name or known.get("COMPOSE_PROJECT_NAME", ""), document, root)
    if profiles is None or not profiles:
        profiles = [one for one in known.get("COMPOSE_PROFILES", "").split(",") if one]
    data = _finish(document, chosen, profiles)
    data.update(working_dir=root, files=full)
    _resolve_environment(files, data["services"], known)
    check(data)
    graph.order(data["services"])
    return Project(data, [*warnings, *loader.warnings])


def _dot_env(
    files: Files, cwd: str, root: str, env_files: list[str] | None, env: Mapping[str, str]
) -> dict[str, str]:
    """Give the variables: the shell's, and below them those of `.env` or of --env-file."""
    found: dict[str, str] = {}
    for path in env_files or [posixpath.join(root, ".env")]:
        text = files.read(cwd, path)
        if text is None:
            if env_files:
                full = posixpath.normpath(posixpath.join(cwd, path))
                raise ComposeError(f"couldn't find env file: {full}")
            continue
        found.update(parse_env_file(text, posixpath.join(cwd, path), {**found, **env}))
    return {**found, **env}


class _Loader:
    """Reads files, with those that they include and extend."""

    def __init__(self, files: Files, env: Mapping[str, str]) -> None:
        self._files = files
        self._env = env
        self._notes: Warnings = {}
        self._open: list[str] = []
        self.cleared: dict[str, list[Path]] = {}
        """By file: the paths that it clears in what it is laid over."""
        self._count = 0

    @property
    def warnings(self) -> list[str]:
        """What is worth a warning."""
        return list(self._notes)

    def file(self, path: str, folder: str) -> Document:
        """Read one file into long form; relative paths in it are relative to `folder`."""
        raw = self._raw(path)
        self._open.append(path)
        document: Document = {}
        for row in raw.pop("include", []):
            document = merge(document, self._include(row, path, folder))
        document = merge(document, self._long(raw, path, folder))
        self._open.pop()
        return document

    def _raw(self, path: str) -> Document:
        if path in self._open:
            chain = " -> ".join([*self._open[self._open.index(path) :], path])
            raise ComposeError(f"include cycle detected:\n{chain}")
        self._count += 1
        if self._count > MAX_FILES:
            raise ComposeError(f"a project may have at most {MAX_FILES} files here")
        text = self._files.read("", path)
        if text is None:
            raise ComposeError(f"open {path}: no such file or directory")
        result: Document = {}
        self.cleared[path] = []
        for document, paths in read(text, path):
            self.cleared[path] += paths
            filled = fill(document, self._env, self._notes)
            validate(filled, path)
            if "version" in filled:
                self._notes[
                    f"{path}: the attribute `version` is obsolete, it will be ignored, please "
                    "remove it to avoid potential confusion"
                ] = None
            result = merge(clear(result, paths), filled)
        return result

    def _include(self, row: Any, path: str, folder: str) -> Document:
        entry = {"path": row} if isinstance(row, str) else row
        document: Document = {}
        for one in syntax.strings(entry.get("path")):
            full = syntax.host_path(one, folder)
            own = posixpath.dirname(full)
            if entry.get("project_directory"):
                own = syntax.host_path(entry["project_directory"], folder)
            included = self.file(full, own)
            for section in ("services", *SECTIONS):
                clash = [
                    n for n in included.get(section) or {} if n in (document.get(section) or {})
                ]
                if clash:
                    raise ComposeError(f"{section}.{clash[0]} conflicts with imported resource")
            document = merge(document, included)
        document.pop("name", None)
        return document

    def _long(self, raw: Document, path: str, folder: str) -> Document:
        document: Document = {"name": raw["name"]} if raw.get("name") else {}
        services = raw.get("services") or {}
        document["services"] = {
            name: self._service(name, services, path, folder, []) for name in services
        }
        for section in SECTIONS:
            document[section] = {
                key: dict(row or {}) for key, row in (raw.get(section) or {}).items()
            }
            for row in document[section].values():
                if "labels" in row:
                    row["labels"] = syntax.labels(row["labels"])
                if row.get("file"):
                    row["file"] = syntax.host_path(row["file"], folder)
        return document

    def _service(
        self, name: str, services: Document, path: str, folder: str, seen: list[str]
    ) -> Document:
        """Give a service in long form, laid over the one that it extends."""
        raw = dict(services[name] or {}) if services[name] is not None else None
        wish = raw.pop("extends", None) if raw else None
        own = service.long_form(name, raw, folder)
        if wish is None:
            return own
        entry = {"service": wish} if isinstance(wish, str) else wish
        key = f"{path}:{name}"
        if key in seen:
            raise ComposeError(
                f"circular reference with extends: {name} extends {entry['service']}"
            )
        base, where = entry["service"], path
        if entry.get("file"):
            where = syntax.host_path(entry["file"], folder)
            others = self._raw(where).get("services") or {}
            folder = posixpath.dirname(where)
        else:
            others = services
        if base not in others:
            shown = f' in file "{entry["file"]}"' if entry.get("file") else ""
            raise ComposeError(f'cannot extend service "{name}" in {path}: service "{base}" not '
                               f"found{shown}")  # fmt: skip
        under = self._service(base, others, where, folder, [*seen, key])
        place = ("services", name)
        paths = [one[2:] for one in self.cleared.get(path, []) if one[:2] == place]
        merged: Document = merge(clear(under, paths), own)
        return merged


def _name(asked: str, document: Document, root: str) -> str:
    """Choose the project's name: -p, COMPOSE_PROJECT_NAME, the file's `name`, the folder's."""
    given = asked or str(document.get("name") or "")
    if given:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", given):
            raise ComposeError(
                f'invalid project name "{given}": must consist only of lowercase alphanumeric '
                "characters, hyphens, and underscores as well as start with a letter or number"
            )
        return given
    plain = re.sub(r"[^-_a-z0-9]", "", posixpath.basename(root).lower()).lstrip("_-")
    if not plain:
        raise ComposeError("project name must not be empty")
    return plain


def _finish(document: Document, name: str, profiles: list[str]) -> Document:
    """Name things, give each service its network and part off what no profile asks for."""
    services: dict[str, Document] = copy(document.get("services") or {})
    enabled: dict[str, Document] = {}
    disabled: dict[str, Document] = {}
    for key in sorted(services):
        own = services[key].get("profiles") or []
        wanted = not own or "*" in profiles or any(one in profiles for one in own)
        (enabled if wanted else disabled)[key] = services[key]
        if "network_mode" not in services[key] and not services[key].get("networks"):
            services[key]["networks"] = {"default": None}
        _depend_on_what_is_shared(services[key])
    data: Document = {"name": name, "services": enabled, "disabled": disabled}
    for section in SECTIONS:
        rows = copy(document.get(section) or {})
        for key, row in rows.items():
            _name_resource(name, key, row)
        data[section] = rows
    if any("default" in (one.get("networks") or {}) for one in services.values()):
        data["networks"].setdefault("default", {"name": f"{name}_default"})
    return data


def _depend_on_what_is_shared(service: Document) -> None:
    """Let a service depend on those whose network, volumes or names it uses."""
    for needed in graph.dependencies(service):
        row = {"condition": "service_started", "restart": True, "required": True}
        service["depends_on"] = {needed: row, **(service.get("depends_on") or {})}


def _name_resource(project: str, key: str, row: Document) -> None:
    external = row.get("external")
    if isinstance(external, dict):
        row.update(external=True, name=external.get("name") or key)
    elif external is not None:
        row["external"] = syntax.boolean(external, f"{key}.external")
    if not row.get("name"):
        row["name"] = key if row.get("external") else f"{project}_{key}"


def _resolve_environment(files: Files, services: Document, env: Mapping[str, str]) -> None:
    """Fill each service's environment from its env files and, for bare names, from the shell."""
    for one in services.values():
        found: dict[str, str | None] = {}
        for entry in one.pop("env_file", []):
            text = files.read("", entry["path"])
            if text is None:
                if not entry["required"]:
                    continue
                path = entry["path"]
                raise ComposeError(
                    f"env file {path} not found: stat {path}: no such file or directory"
                )
            known = {**env, **{k: v for k, v in found.items() if v is not None}}
            found.update(parse_env_file(text, entry["path"], known))
        for key, value in (one.get("environment") or {}).items():
            if value is None:
                value = env.get(key)
            if value is not None or key not in found:
                found[key] = value
        if found or "environment" in one:
            one["environment"] = found
