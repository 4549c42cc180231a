"""`docker cp` and `docker commit`."""

from __future__ import annotations

import posixpath

from simulator.docker import reference
from simulator.docker import tree as trees
from simulator.docker.daemon import DockerError
from simulator.docker.reference import ReferenceError_
from simulator.docker.tree import TreeError

from .client import Client


def cp(c: Client) -> int:
    """Copy between a container and the workspace."""
    source, target = (_side(text) for text in c.args)
    if source[0] and target[0]:
        c.err("copying between containers is not supported\n")
        return 1
    if not source[0] and not target[0]:
        c.err("must specify at least one container source\n")
        return 1
    if target[1] == "-" and not target[0]:
        c.err("cowardly refusing to copy to a terminal\n")
        return 1
    wrong = _local_complaint(c, source, target)
    if wrong:
        c.err(f"{wrong}\n")
        return 1
    try:
        if source[0]:
            return _out_of(c, source, target[1])
        return _into(c, source[1], target)
    except DockerError as error:
        return c.daemon_error(error)
    except TreeError as error:
        c.err(f"Error response from daemon: {error.path}: {error.reason}\n")
        return 1


def _local_complaint(c: Client, source: tuple[str, str], target: tuple[str, str]) -> str | None:
    """Say what is wrong on the client's side, which it looks at before it asks the daemon."""
    workspace, cwd = c.engine.workspace, c.call.cwd
    if source[0]:
        folder = posixpath.dirname(workspace.resolve(cwd, target[1]))
        if target[1] != "-" and not workspace.is_folder(cwd, folder):
            return f'invalid output path: directory "{folder}" does not exist'
        return None
    if source[1] == "-":
        return f'destination "{target[0]}:{target[1]}" must be a directory' if (
            not target[1].endswith("/") and c.docker.find(c.machine, target[0]) is None
        ) else None  # fmt: skip
    full = workspace.resolve(cwd, source[1])
    if workspace.read(cwd, source[1]) is None and not workspace.is_folder(cwd, source[1]):
        return f"lstat {full}: no such file or directory"
    return None


def _side(text: str) -> tuple[str, str]:
    name, colon, path = text.partition(":")
    if not colon or text.startswith((".", "/")):
        return "", text
    return name, path


def _out_of(c: Client, source: tuple[str, str], target: str) -> int:
    container = c.find(source[0])
    view = c.docker.files.view(container)
    path = "/" + source[1].lstrip("/")
    real = view.resolve(path)
    if not view.exists(path):
        raise DockerError(404, f"Could not find the file {path} in container {source[0]}")
    workspace, cwd = c.engine.workspace, c.call.cwd
    name = posixpath.basename(real)
    place = posixpath.join(target, name) if workspace.is_folder(cwd, target) else target
    if target == "-":
        c.err("cowardly refusing to copy to a terminal\n")
        return 1
    c.docker.events.container(container, "archive-path")
    size = 0
    files = [real, *view.below(real)] if view.is_dir(path) else [real]
    for each in files:
        entry = view.files.get(each, trees.dir_entry())
        size += int(entry.get("size", 0))
        if entry["type"] == "file":
            wrong = workspace.write(cwd, place + each[len(real) :], entry.get("text", ""))
            if wrong:
                c.err(f"{wrong}\n")
                return 1
    shown = _shown(size)
    if not c.line.on("quiet"):
        c.err(f"Successfully copied {shown} to {workspace.resolve(cwd, target)}\n")
    return 0


def _into(c: Client, source: str, target: tuple[str, str]) -> int:
    container = c.find(target[0])
    workspace, cwd = c.engine.workspace, c.call.cwd
    text = workspace.read(cwd, source)
    if text is None and not workspace.is_folder(cwd, source):
        full = workspace.resolve(cwd, source)
        c.err(f"lstat {full}: no such file or directory\n")
        return 1
    view = c.docker.files.view(container)
    place = "/" + target[1].lstrip("/")
    name = posixpath.basename(workspace.resolve(cwd, source))
    if view.is_dir(place):
        place = posixpath.join(place, name)
    elif target[1].endswith("/") and text is not None and not view.exists(place):
        c.err("no such directory\n")
        return 1
    elif text is None and view.is_file(place):
        c.err("cannot copy directory\n")
        return 1
    elif not view.is_dir(posixpath.dirname(place.rstrip("/")) or "/"):
        raise DockerError(
            404, f"Could not find the file {posixpath.dirname(place)} in container {target[0]}"
        )
    size = 0
    rows = {"": text} if text is not None else {
        "/" + path: body for path, body in workspace.under(cwd, source).items()}  # fmt: skip
    for path, body in rows.items():
        mode = 0o755 if body.startswith("#!") else 0o644
        entry = trees.file_entry(body, mode=mode, uid=1000, gid=1000)
        size += int(entry["size"])
        view.put(place + path, entry)
    c.docker.files.save(container, view)
    c.docker.events.container(container, "extract-to-dir")
    if not c.line.on("quiet"):
        c.err(f"Successfully copied {_shown(size)} to {target[0]}:{target[1]}\n")
    return 0


def _shown(size: int) -> str:
    from .formats import human_size

    return human_size(-(-size // 512) * 512 + 1536, 3)


def commit(c: Client) -> int:
    """Make an image of a container's files."""
    if len(c.args) > 1 and c.args[1]:
        try:
            reference.parse(c.args[1])
        except ReferenceError_ as error:
            c.err(f"{error}\n")
            return 1
    try:
        container = c.find(c.args[0])
        image = c.docker.commit(
            c.machine, container["Id"], c.args[1] if len(c.args) > 1 else "",
            c.line.text("message"), c.line.all("change"), c.line.text("author"),
        )  # fmt: skip
    except DockerError as error:
        return c.daemon_error(error)
    c.out(str(image["Id"]) + "\n")
    return 0
