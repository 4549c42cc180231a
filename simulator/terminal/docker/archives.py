"""`docker save`, `load`, `export` and `import`: images and file trees as archives."""

from __future__ import annotations

import posixpath

from simulator.docker import reference
from simulator.docker.reference import ReferenceError_

from .client import Client
from .optionchecks import platform_complaint

TO_TERMINAL = "cowardly refusing to save to a terminal. Use the -o flag or redirect\n"


def save(c: Client) -> int:
    """Write images to an archive."""
    return _write(c, "failed to save image", lambda: _images(c))


def _images(c: Client) -> str:
    return c.docker.archives.of_images(c.machine, c.args)


def export(c: Client) -> int:
    """Write a container's files to an archive."""
    return _write(
        c, "failed to export container",
        lambda: c.docker.archives.of_container(c.find(c.args[0])),
    )  # fmt: skip


def _write(c: Client, failed: str, make: object) -> int:
    assert callable(make)
    wrong = platform_complaint(c.line.text("platform"))
    if wrong:
        c.err(f"invalid platform: {wrong}\n")
        return 1
    path = c.line.text("output")
    if not path:
        if c.call.tty:
            c.err(TO_TERMINAL)
            return 1
        c.out(make())
        return 0
    workspace, cwd = c.engine.workspace, c.call.cwd
    folder = posixpath.dirname(workspace.resolve(cwd, path))
    if not workspace.is_folder(cwd, folder):
        c.err(f"{failed}: invalid output path: stat {folder}: no such file or directory\n")
        return 1
    if workspace.is_folder(cwd, path):
        c.err(f'{failed}: invalid output path: "{path}" must be a regular file\n')
        return 1
    text = make()
    wrong = workspace.write(cwd, path, text)
    if wrong:
        c.err(f"open {wrong}\n")
        return 1
    return 0


def load(c: Client) -> int:
    """Read images from an archive."""
    path = c.line.text("input")
    text = c.engine.workspace.read(c.call.cwd, path) if path else c.call.stdin
    if text is None:
        c.err(f"open {path}: no such file or directory\n")
        return 1
    if not path and c.call.stdin_tty:
        c.err("requested load from stdin, but stdin is empty\n")
        return 1
    for line in c.docker.archives.load(c.machine, text):
        c.out(f"{line}\n")
    return 0


def import_(c: Client) -> int:
    """Make an image of an archive of files.

    # Simplified: `docker import` reads archives of the workspace and of standard input, no URLs.
    """
    source, name = c.args[0], (c.args[1] if len(c.args) > 1 else "")
    if source.startswith(("http://", "https://")):
        c.err("Error response from daemon: docker import of a URL is not part of this simulator\n")
        return 1
    text = c.call.stdin if source == "-" else c.engine.workspace.read(c.call.cwd, source)
    if text is None:
        c.err(f"open {source}: no such file or directory\n")
        return 1
    if name:
        try:
            reference.parse(name)
        except ReferenceError_ as error:
            c.err(f"{error}\n")
            return 1
    image = c.docker.archives.make_image(
        c.machine, text, name, c.line.text("message"), c.line.all("change"), "-",
        c.line.text("platform"),
    )  # fmt: skip
    c.out(f"{image['Id']}\n")
    return 0
