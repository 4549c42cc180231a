"""From a command line to the program it runs, as runc and the kernel look it up.

What is found is what the container's file tree holds: a missing file, a missing execute bit, a
script without its interpreter and a program for another processor fail in the real words.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from simulator.docker import libraries, unknown
from simulator.docker.containers.errors import DockerError
from simulator.docker.tree import Entry, Tree, TreeError
from simulator.docker.tree import file_entry as new_file

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
RUNC = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: "
    "runc create failed: unable to start container process: error during container init: "
)
MAX_INTERPRETERS = 4
GUESSED = new_file(size=unknown.GUESSED_BYTES, mode=0o755, content="guessed")
"""A program of which only the name is known."""
RUNS_ON = {"amd64": ("amd64",), "arm64": ("arm64", "arm/v7", "arm"), "arm/v7": ("arm/v7", "arm")}


class LaunchError(DockerError):
    """The runtime cannot start the process; `exit_code` is what the container ends with."""

    def __init__(self, what: str, exit_code: int, prefix: str = RUNC) -> None:
        super().__init__(400, f"{prefix}{what}: unknown")
        self.what = what
        self.exit_code = exit_code


class ExecError(Exception):
    """execve(2) refused after the runtime had found the file; `text` is the errno's."""

    def __init__(self, path: str, text: str, speaker: str = "") -> None:
        super().__init__(f"{speaker}: {text}" if speaker else f"exec {path}: {text}")
        self.path = path
        self.text = text
        self.speaker = speaker
        """The program that began and says itself what it does not find: env."""


@dataclass(slots=True)
class Image:
    """What will run: the real path of the program and its whole command line."""

    path: str
    argv: list[str]
    entry: Entry
    scripts: list[str]


def find_program(tree: Tree, name: str, env: dict[str, str], cwd: str) -> str | None:
    """Find a program as a shell does; its path, or None. Raises LaunchError for no permission."""
    if "/" in name:
        return name if tree.is_file(name, cwd) or _may_be(tree, name, cwd) else None
    for path in _paths(name, env):
        entry = _entry(tree, path)
        if entry is not None and entry["type"] == "file" and entry["mode"] & 0o111:
            return path
    return next((path for path in _paths(name, env) if unknown.knows(tree, path)), None)


def find_for_runtime(tree: Tree, name: str, env: dict[str, str], cwd: str) -> str:
    """Find a container's first program as runc does; raises LaunchError in its words."""
    if "/" not in name:
        path = find_program(tree, name, env, cwd)
        if path is None:
            raise LaunchError(f'exec: "{name}": executable file not found in $PATH', 127)
        return path
    entry = _entry(tree, name, cwd)
    if entry is None and _may_be(tree, name, cwd):
        return name
    if entry is None:
        raise LaunchError(f'exec: "{name}": stat {name}: no such file or directory', 127)
    if entry["type"] == "dir":
        raise LaunchError(f'exec: "{name}": is a directory', 126)
    if not entry["mode"] & 0o111:
        raise LaunchError(f'exec: "{name}": permission denied', 126)
    return name


def load(tree: Tree, path: str, argv: list[str], cwd: str, arch: str, env: dict[str, str]) -> Image:
    """Load a program as the kernel does, through `#!` lines; raises ExecError."""
    scripts: list[str] = []
    shown = path
    for _ in range(MAX_INTERPRETERS):
        entry = _entry(tree, path, cwd)
        if entry is None and _may_be(tree, path, cwd):
            real = posixpath.normpath(posixpath.join("/", cwd, path))
            return Image(real, argv, {**GUESSED, "unknown": True}, scripts)
        if entry is None or entry["type"] != "file":
            raise ExecError(shown, "no such file or directory")
        if entry.get("arch") and entry["arch"] not in RUNS_ON.get(arch, (arch,)):
            raise ExecError(shown, "exec format error")
        if libraries.lacks_loader(tree, entry):
            raise ExecError(shown, "no such file or directory")
        text = entry.get("text")
        if text is None or entry.get("arch") or entry.get("made"):
            return Image(tree.resolve(path, cwd), argv, entry, scripts)
        if not text.startswith("#!"):
            raise ExecError(shown, "exec format error")
        words = re.split(r"[ \t]+", text.split("\n", 1)[0][2:].strip(" \t"), maxsplit=1)
        if not words[0]:
            raise ExecError(shown, "exec format error")
        scripts.append(posixpath.normpath(posixpath.join(cwd, path)))
        argv = [words[0], *words[1:], path, *argv[1:]]
        path = words[0]
        if path.endswith("/env") and len(words) > 1:
            path, argv = _through_env(tree, argv, cwd, env)
    raise ExecError(shown, "too many levels of symbolic links")


def _through_env(
    tree: Tree, argv: list[str], cwd: str, env: dict[str, str]
) -> tuple[str, list[str]]:
    """Follow `#!/usr/bin/env NAME`; without -S, all that follows on the line is one name."""
    rest = argv[1:]
    if re.match(r"-S\s", rest[0]):
        rest = [*rest[0][2:].split(), *rest[1:]]
    found = find_program(tree, rest[0], env, cwd)
    if found is not None:
        return found, rest
    name = rest[0].replace("\r", "\\r")
    if posixpath.basename(tree.resolve(argv[0], cwd)) == "busybox":
        raise ExecError("env", f"can't execute '{name}': No such file or directory", "env")
    hint = "\nenv: use -[v]S to pass options in shebang lines" if " " in rest[0] else ""
    raise ExecError("env", f"‘{name}’: No such file or directory{hint}", argv[0])


def _paths(name: str, env: dict[str, str]) -> list[str]:
    """List the places where a program may be, in the order in which they are tried."""
    folders = (env.get("PATH") or DEFAULT_PATH).split(":")
    return [f"{folder.rstrip('/')}/{name}" for folder in folders]


def _may_be(tree: Tree, path: str, cwd: str) -> bool:
    """Tell whether a file that is not there may be one of those that nobody can know of."""
    if _entry(tree, path, cwd) is not None:
        return False
    return unknown.knows(tree, posixpath.normpath(posixpath.join("/", cwd, path)))


def _entry(tree: Tree, path: str, cwd: str = "/") -> Entry | None:
    try:
        return tree.get(path, cwd)
    except TreeError:
        return None
