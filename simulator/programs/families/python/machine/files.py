"""The library's ways to the files of the container."""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.docker.tree import TreeError

from ....vm import Machine
from .bulk import LARGE, make_bulk, shown
from .calls import native
from .errors import error, os_error
from .objects import Bulk, ByteArray, Instance
from .operators import unwrap
from .types import name_of

EPOCH_KEEP = 1_000_000

Args = list[Any]
Words = dict[str, Any]
EPOCH_KEEP = 1_000_000


# Files


def path_of(value: Any) -> str:
    """Give a path as text; raises TypeError."""
    value = unwrap(value)
    if type(value) is Instance and "_path" in value.fields:
        value = value.fields["_path"]
    if type(value) is bytes:
        value = value.decode("utf-8", "replace")
    if type(value) is not str:
        raise error("TypeError", f"expected str, bytes or os.PathLike object, not {name_of(value)}")
    return value


@native("_os.path")
def _path_text(vm: Machine, args: Args, words: Words) -> Any:
    return path_of(args[0])


@native("_os.stat")
def _stat(vm: Machine, args: Args, words: Words) -> Any:
    """Give (type, size, mode, uid, gid) of a path, or None."""
    entry = vm.p.view.get(path_of(args[0]), vm.p.cwd)
    if entry is None:
        return ("dir", 4096, 0o755, 0, 0) if vm.p.view.is_dir(path_of(args[0]), vm.p.cwd) else None
    return (entry["type"], int(entry.get("size") or 0), int(entry.get("mode") or 0o644),
            int(entry.get("uid") or 0), int(entry.get("gid") or 0))  # fmt: skip


@native("_os.resolve")
def _resolve(vm: Machine, args: Args, words: Words) -> Any:
    return vm.p.view.resolve(path_of(args[0]), vm.p.cwd)


@native("_os.list")
def _list(vm: Machine, args: Args, words: Words) -> Any:
    path = path_of(args[0])
    if not vm.p.view.is_dir(path, vm.p.cwd):
        raise os_error(20 if vm.p.view.exists(path, vm.p.cwd) else 2, path)
    return list(vm.p.view.children(vm.p.view.resolve(path, vm.p.cwd)))


@native("_os.read")
def _read(vm: Machine, args: Args, words: Words) -> Any:
    path = path_of(args[0])
    view = vm.p.view
    if not view.exists(path, vm.p.cwd):
        raise os_error(2, path)
    if view.is_dir(path, vm.p.cwd):
        raise os_error(21, path)
    entry = view.get(path, vm.p.cwd)
    if entry is not None and vm.p.uid != 0 and not _readable(vm, entry):
        raise os_error(13, path)
    text = view.text(path, vm.p.cwd)
    if text is None and entry is not None:
        return make_bulk("str", "\0" * 64, int(entry.get("size") or 0))
    if text is not None and len(text) > LARGE * 4:
        return make_bulk("str", text, len(text))
    return text or ""


def _readable(vm: Machine, entry: dict[str, Any]) -> bool:
    mode = int(entry.get("mode") or 0o644)
    if entry.get("uid") == vm.p.uid:
        return bool(mode & 0o400)
    return bool(mode & (0o040 if entry.get("gid") in vm.p.groups else 0o004))


@native("_os.write")
def _write_file(vm: Machine, args: Args, words: Words) -> Any:
    """Write a text to a path: at its end, or in place of what was there."""
    path, data, add = path_of(args[0]), args[1], args[2]
    text = shown(data) if type(data) is Bulk else data.data if type(data) is ByteArray else data
    text = text.decode("utf-8", "replace") if type(text) is bytes else text
    view = vm.p.view
    check_create(vm, path)
    old = (view.text(path, vm.p.cwd) or "") if add else ""
    if len(old) + len(text) > EPOCH_KEEP:
        old = ""
    try:
        view.write(path, old + str(text), vm.p.cwd, uid=vm.p.uid)
    except TreeError as problem:
        raise os_error(30 if "ead-only" in problem.reason else 28, path) from None


@native("_os.may_create")
def _may_create(vm: Machine, args: Args, words: Words) -> Any:
    check_create(vm, path_of(args[0]))


def check_create(vm: Machine, path: str) -> None:
    """Raise what stands against writing to a path."""
    view = vm.p.view
    if view.is_dir(path, vm.p.cwd):
        raise os_error(21, path)
    folder = posixpath.dirname(view.resolve(path, vm.p.cwd)) or "/"
    if not view.is_dir(folder):
        raise os_error(20 if view.exists(folder) else 2, path)
    if not vm.p.may_write(path):
        raise os_error(13, path)
    if hasattr(view, "check"):
        try:
            view.check(view.resolve(path, vm.p.cwd))
        except TreeError:
            raise os_error(30, path) from None


@native("_os.mkdir")
def _mkdir(vm: Machine, args: Args, words: Words) -> Any:
    path = path_of(args[0])
    if vm.p.view.exists(path, vm.p.cwd):
        raise os_error(17, path)
    if not vm.p.may_create(path):
        raise os_error(13, path)
    try:
        vm.p.view.make_dir(path, vm.p.cwd, uid=vm.p.uid)
    except TreeError:
        raise os_error(30, path) from None


@native("_os.remove")
def _remove(vm: Machine, args: Args, words: Words) -> Any:
    path = path_of(args[0])
    real = vm.p.view.resolve(path, vm.p.cwd, follow=False)
    if not vm.p.view.exists(real):
        raise os_error(2, path)
    if not vm.p.may_create(path):
        raise os_error(13, path)
    try:
        vm.p.view.remove(real)
    except TreeError:
        raise os_error(30, path) from None


@native("_os.chmod")
def _chmod(vm: Machine, args: Args, words: Words) -> Any:
    real = vm.p.view.resolve(path_of(args[0]), vm.p.cwd)
    if vm.p.view.get(real) is None:
        raise os_error(2, args[0])
    vm.p.view.change(real, mode=int(args[1]))
