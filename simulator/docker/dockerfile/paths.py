"""Paths of WORKDIR, COPY and ADD on Linux and on Windows.

Source: moby/buildkit `util/system` (path), read 2026-11-23.
"""

from __future__ import annotations

from posixpath import join, normpath

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import quote

WINDOWS = "windows"


def without_drive(path: str, os: str) -> str:
    """Take the drive letter from a Windows path and turn its slashes; others stay as they are.

    Raises DockerfileError for what is not on drive C.
    """
    if os != WINDOWS:
        return path
    if len(path) == 2 and path[1] == ":":
        raise DockerfileError(f"No relative path specified in {quote(path)}")
    slashed = path.replace("\\", "/")
    if slashed.startswith("//"):
        raise DockerfileError("UNC paths are not supported")
    drive, colon, rest = slashed.partition(":")
    if colon and drive.lower() != "c":
        raise DockerfileError("The specified path is not on the system drive (C:)")
    return normpath(rest if colon else slashed)


def is_absolute(path: str, os: str) -> bool:
    """Tell whether a path is absolute; one that cannot be read is not."""
    try:
        return without_drive(path, os).startswith("/")
    except DockerfileError:
        return False


def workdir(current: str, path: str, os: str) -> str:
    """Settle a WORKDIR, with forward slashes; an empty one stays where it is.

    Raises DockerfileError.
    """
    try:
        current = without_drive(current or "/", os)
        path = without_drive(path, os) if path else current
    except DockerfileError as error:
        prefix = "normalizing workdir: normalizing working directory: removing drive letter: "
        raise error.wrapped(prefix) from None
    if path.startswith("/"):
        return path
    return "/" + normpath(join("/", current, path)).lstrip("/")
