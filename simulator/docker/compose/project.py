"""A project: all compose files of an application read, merged and checked for sense.

Imitates compose-go's loader and docker compose's choice of files, of variables and of the
project's name.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import graph
from .canon import check_rules, with_defaults
from .check import check
from .dotenv import parse_env_file
from .errors import ComposeError
from .hostpaths import resolved
from .interpolate import Warnings, fill, variables
from .loader import Files, Loader
from .normalize import SECTIONS, normalized
from .service import decoded
from .source import named, read

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = ("compose.override.yml", "compose.override.yaml", "docker-compose.override.yml",
             "docker-compose.override.yaml")  # fmt: skip

Document = dict[str, Any]
__all__ = ["Files", "Project", "find_files", "load"]


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

    def enable(self, name: str) -> None:
        """Choose the profiles of a service that is disabled, and so all services of these."""
        chosen = self.disabled[name].get("profiles") or []
        for other in list(self.disabled):
            if any(one in chosen for one in self.disabled[other].get("profiles") or []):
                self.services[other] = self.disabled.pop(other)

    def without_unused(self) -> Project:
        """Give the project without networks, volumes, secrets and configs that nobody uses."""
        used: dict[str, dict[str, None]] = {section: {} for section in SECTIONS}
        for one in self.services.values():
            used["networks"].update(dict.fromkeys(one.get("networks") or {}))
            used["volumes"].update({
                row["source"]: None for row in one.get("volumes") or []
                if row["type"] == "volume" and row.get("source")
            })  # fmt: skip
            more = (one.get("build") or {}).get("secrets") or []
            for section, rows in (("secrets", one.get("secrets")), ("secrets", more),
                                  ("configs", one.get("configs"))):  # fmt: skip
                used[section].update({row["source"]: None for row in rows or []})
        kept = {
            section: {key: row for key, row in self.data[section].items() if key in used[section]}
            for section in SECTIONS
        }
        return Project({**self.data, **kept}, self.warnings)


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
            over = [posixpath.join(folder, name) for name in OVERRIDES
                    if files.read(folder, name) is not None]  # fmt: skip
            if len(over) > 1:
                warnings += [
                    f"Found multiple override files with supported names: {', '.join(over)}",
                    f"Using {over[0]}",
                ]
            return paths[:1] + over[:1], warnings
        if folder in ("/", ""):
            raise ComposeError("no configuration file provided: not found")
        folder = posixpath.dirname(folder)


def load(
    files: Files, cwd: str, paths: list[str] | None = None, name: str = "",
    env: Mapping[str, str] | None = None, profiles: list[str] | None = None,
    env_files: list[str] | None = None, folder: str = "",
) -> Project:  # fmt: skip
    """Load a project; raises ComposeError in compose's words, with the warnings before it.

    paths: of -f; name: of -p; env: the shell's variables, which win over `.env`'s; profiles: of
    --profile ("*" for all); env_files: of --env-file; folder: of --project-directory.
    """
    notes: Warnings = []
    try:
        return _load(files, cwd, paths, name, dict(env or {}), profiles, env_files, folder, notes)
    except ComposeError as error:
        error.warnings = notes
        raise


def _load(
    files: Files, cwd: str, paths: list[str] | None, name: str, env: dict[str, str],
    profiles: list[str] | None, env_files: list[str] | None, folder: str, notes: Warnings,
) -> Project:  # fmt: skip
    start = posixpath.normpath(posixpath.join(cwd, folder)) if folder else cwd
    early = _dot_env(files, cwd, start, env_files, env, [])
    if not paths and early.get("COMPOSE_FILE"):
        paths = early["COMPOSE_FILE"].split(early.get("COMPOSE_PATH_SEPARATOR") or ":")
    if paths:
        full = [posixpath.normpath(posixpath.join(cwd, path)) for path in paths]
    else:
        full, found = find_files(files, start)
        notes += found
    root = start if folder else posixpath.dirname(full[0])
    known = _dot_env(files, cwd, root, env_files, env, notes)
    chosen = _name(files, name or known.get("COMPOSE_PROJECT_NAME", ""), full, root, known, notes)
    known["COMPOSE_PROJECT_NAME"] = chosen
    document = Loader(files, notes).load(full, root, known)
    if not document:
        raise ComposeError("empty compose file")
    document = with_defaults(document)
    check_rules(document)
    document = normalized(resolved(document, root), chosen, known)
    if not profiles:
        profiles = [one for one in known.get("COMPOSE_PROFILES", "").split(",") if one]
    data = _divided(document, chosen, profiles)
    data.update(working_dir=root, files=full, environment=known)
    data["variables"] = variables_of(files, full)
    check(data)
    graph.order(data["services"])
    _resolve_environment(files, data, known)
    return Project(data, notes)


def _dot_env(
    files: Files, cwd: str, root: str, env_files: list[str] | None, env: Mapping[str, str],
    notes: Warnings,
) -> dict[str, str]:  # fmt: skip
    """Give the variables: the shell's, and below them those of `.env` or of --env-file."""
    if not env_files and env.get("COMPOSE_ENV_FILES"):
        env_files = env["COMPOSE_ENV_FILES"].split(",")
    found: dict[str, str] = {}
    for path in env_files or [posixpath.join(root, ".env")]:
        text = files.read(cwd, path)
        full = posixpath.normpath(posixpath.join(cwd, path))
        if text is None:
            if env_files:
                raise ComposeError(f"couldn't find env file: {full}")
            continue
        found.update(parse_env_file(text, full, {**found, **env}, notes))
    return {**found, **env}


def _name(
    files: Files, asked: str, paths: list[str], root: str, env: Mapping[str, str], notes: Warnings
) -> str:
    """Choose the project's name: -p, COMPOSE_PROJECT_NAME, the files' `name`, the folder's."""
    for path in paths:
        text = files.read("", path)
        if text is None:
            raise ComposeError(f"open {path}: no such file or directory")
        given = named(text)
        if given and not asked:
            return _plain(fill(given, env, notes, "name"))
    if asked:
        if _plain(asked) != asked:
            raise ComposeError(
                f'invalid project name "{asked}": must consist only of lowercase alphanumeric '
                "characters, hyphens, and underscores as well as start with a letter or number"
            )
        return asked
    plain = _plain(posixpath.basename(root))
    if not plain:
        raise ComposeError("project name must not be empty")
    return plain


def _plain(text: str) -> str:
    return re.sub(r"[^-_a-z0-9]", "", text.lower()).lstrip("_-")


def _divided(document: Document, name: str, profiles: list[str]) -> Document:
    """Read the services' values and part off what no profile asks for."""
    enabled: dict[str, Document] = {}
    disabled: dict[str, Document] = {}
    for key in sorted(document["services"]):
        one = decoded(key, document["services"][key])
        own = one.get("profiles") or []
        wanted = not own or "*" in profiles or any(profile in profiles for profile in own)
        (enabled if wanted else disabled)[key] = one
    more = {key: value for key, value in document.items() if key.startswith("x-")}
    return {
        "name": name, "services": enabled, "disabled": disabled, **more,
        **{section: document[section] for section in SECTIONS},
    }  # fmt: skip


def _resolve_environment(files: Files, data: Document, env: Mapping[str, str]) -> None:
    """Fill environment and labels of each service from the files that it names."""
    for one in data["services"].values():
        own = one.get("environment") or {}
        given = {key: value for key, value in own.items() if value is not None}
        found: dict[str, str] = dict(given)
        for entry in one.pop("env_file", []):
            text = _text(files, entry["path"], "env file", bool(entry["required"]))
            if text is not None:
                raw = entry.get("format") == "raw"
                known = {**found, **given, **env}
                found.update(parse_env_file(text, entry["path"], known, prefix="", raw=raw))
        if found or own:
            one["environment"] = {**found, **own}
        labels: dict[str, str] = {}
        for path in one.pop("label_file", []):
            text = _text(files, path, "label file", True) or ""
            labels.update(parse_env_file(text, path, {}, prefix=""))
        if labels:
            one["labels"] = {**labels, **(one.get("labels") or {})}


def _text(files: Files, path: str, what: str, required: bool) -> str | None:
    text = files.read("", path)
    if text is None and required:
        raise ComposeError(f"{what} {path} not found: stat {path}: no such file or directory")
    return text


def variables_of(files: Files, paths: list[str]) -> dict[str, list[str]]:
    """Give the variables that files ask for: {name: [required, default, alternate]}."""
    found: dict[str, list[str]] = {}
    for path in paths:
        for document, _ in read(files.read("", path) or "", path):
            variables(document, found)
    return found
