"""Files: what `fs` asks of the container's tree."""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.docker.tree import TreeError, file_entry

from ...vm import Machine, Thrown
from .convert import to_integer, to_text, truthy
from .errors import throw
from .loop import system_error
from .natives_buffers import bytes_of, make_buffer
from .natives_core import arg
from .objects import get_now, make_array, make_object
from .registry import native
from .values import Big, Obj, plain, units

MAX_FILE = 1 << 20
"""Characters of a file that a program may write."""
WORDS = {
    "ENOENT": "no such file or directory", "EISDIR": "illegal operation on a directory",
    "ENOTDIR": "not a directory", "EEXIST": "file already exists", "EACCES": "permission denied",
    "ENOTEMPTY": "directory not empty", "EROFS": "read-only file system",
}  # fmt: skip


def wrong(vm: Machine, code: str, call: str, path: str, to: str = "") -> Thrown:
    """Make the error of a call on a file."""
    target = f" '{path}' -> '{to}'" if to else f" '{path}'"
    shown = "" if code == "EISDIR" and call == "read" else target
    more = {} if code == "EISDIR" and call == "read" else {"path": path}
    if to:
        more["dest"] = to
    return Thrown(system_error(vm, code, f"{code}: {WORDS[code]}, {call}{shown}", call, **more))


def path_of(vm: Machine, value: Any) -> str:
    """Read an argument that names a file; raises Thrown."""
    if isinstance(value, Obj) and value.kind == "Buffer":
        return str(value.data[0].decode("utf-8", "replace"))
    if isinstance(value, Obj):
        value = get_now(vm, value, "pathname")
    if type(value) is not str:
        from .natives_promises import received

        raise throw(vm, "TypeError", 'The "path" argument must be of type string or an instance '
                    "of Buffer or URL. Received " + received(vm, value),
                    code="ERR_INVALID_ARG_TYPE")  # fmt: skip
    return plain(value).replace("\0", "")


def _parts(vm: Machine, args: list[Any]) -> tuple[Any, str, str]:
    path = path_of(vm, arg(args, 0))
    return vm.p.view, path, vm.p.view.resolve(path, vm.p.cwd)


@native("sys.readFile", 1)
def _read(vm: Any, this: Any, args: list[Any]) -> Any:
    view, path, real = _parts(vm, args)
    vm.spend(30)
    entry = view.get(real)
    if entry is None:
        above = view.get(posixpath.dirname(real))
        code = "ENOTDIR" if above is not None and above["type"] == "file" else "ENOENT"
        raise wrong(vm, code, "open", path)
    if entry["type"] != "file":
        raise wrong(vm, "EISDIR", "read", path)
    if vm.p.uid != 0 and not _may_read(vm, entry):
        raise wrong(vm, "EACCES", "open", path)
    text = view.text(real) or ""
    data = text.encode("utf-8", "surrogateescape")
    size = int(entry.get("size") or len(data))
    return make_buffer(vm, data, max(size, len(data))) if len(data) <= 65536 else (
        Big(units(text), len(text)))  # fmt: skip


def _may_read(vm: Machine, entry: dict[str, Any]) -> bool:
    mode = int(entry["mode"])
    if entry["uid"] == vm.p.uid:
        return bool(mode & 0o400)
    return bool(mode & (0o040 if entry["gid"] in vm.p.groups else 0o004))


@native("sys.writeFile", 3)
def _write(vm: Any, this: Any, args: list[Any]) -> None:
    """Write a file: (path, data, append)."""
    view, path, real = _parts(vm, args)
    vm.spend(60)
    data = arg(args, 1)
    text = bytes_of(vm, data).decode("utf-8", "replace") if isinstance(data, Obj) else plain(
        to_text(vm, data))  # fmt: skip
    if view.is_dir(real):
        raise wrong(vm, "EISDIR", "open", path)
    above = posixpath.dirname(real)
    if not view.exists(above):
        raise wrong(vm, "ENOENT", "open", path)
    if not view.is_dir(above):
        raise wrong(vm, "ENOTDIR", "open", path)
    if not vm.p.may_write(real):
        raise wrong(vm, "EACCES", "open", path)
    if truthy(arg(args, 2)):
        text = (view.text(real) or "") + text
    _guarded(vm, "open", path, lambda: view.write(real, text[-MAX_FILE:], uid=vm.p.uid,
                                                  gid=int(vm.p.row["gid"])))  # fmt: skip


def _guarded(vm: Machine, call: str, path: str, act: Any) -> None:
    try:
        act()
    except TreeError:
        raise wrong(vm, "EROFS", call, path) from None


@native("sys.stat", 1)
def _stat(vm: Any, this: Any, args: list[Any]) -> Any:
    """Describe a file, or undefined where there is none."""
    view, _, real = _parts(vm, args)
    entry = view.get(real)
    if entry is None:
        return None
    size = int(entry.get("size") or len(entry.get("text") or ""))
    return make_object(vm, {"kind": entry["type"], "size": size, "mode": int(entry["mode"]),
                            "uid": int(entry["uid"]), "gid": int(entry["gid"])})  # fmt: skip


@native("sys.readDir", 1)
def _read_dir(vm: Any, this: Any, args: list[Any]) -> Any:
    view, path, real = _parts(vm, args)
    if not view.exists(real):
        raise wrong(vm, "ENOENT", "scandir", path)
    if not view.is_dir(real):
        raise wrong(vm, "ENOTDIR", "scandir", path)
    names = sorted(posixpath.basename(one) for one in view.children(real))
    return make_array(vm, [units(name) for name in names])


@native("sys.makeDir", 2)
def _make_dir(vm: Any, this: Any, args: list[Any]) -> Any:
    view, path, real = _parts(vm, args)
    every = truthy(arg(args, 1))
    if view.exists(real):
        if every and view.is_dir(real):
            return None
        raise wrong(vm, "EEXIST", "mkdir", path)
    if not every and not view.exists(posixpath.dirname(real)):
        raise wrong(vm, "ENOENT", "mkdir", path)
    if not vm.p.may_create(real):
        raise wrong(vm, "EACCES", "mkdir", path)
    _guarded(vm, "mkdir", path, lambda: view.make_dir(real, uid=vm.p.uid, gid=int(vm.p.row["gid"])))
    return units(real)


@native("sys.remove", 3)
def _remove(vm: Any, this: Any, args: list[Any]) -> None:
    """Remove: (path, the call's name, everything below too)."""
    view, path, real = _parts(vm, args)
    call = to_text(vm, arg(args, 1))
    if not view.exists(real):
        raise wrong(vm, "ENOENT", call, path)
    if view.is_dir(real) and call == "unlink":
        raise wrong(vm, "EISDIR", call, path)
    if view.is_dir(real) and view.children(real) and not truthy(arg(args, 2)):
        raise wrong(vm, "ENOTEMPTY", call, path)
    if not vm.p.may_create(real):
        raise wrong(vm, "EACCES", call, path)
    _guarded(vm, call, path, lambda: view.remove(real))


@native("sys.rename", 2)
def _rename(vm: Any, this: Any, args: list[Any]) -> None:
    view, path, real = _parts(vm, args)
    to = path_of(vm, arg(args, 1))
    entry = view.get(real)
    target = view.resolve(to, vm.p.cwd)
    if entry is None or not view.is_dir(posixpath.dirname(target)):
        raise wrong(vm, "ENOENT", "rename", path, to)

    def move() -> None:
        for one in [real, *view.below(real)] if view.is_dir(real) else [real]:
            view.put(target + one[len(real) :], dict(view.get(one) or file_entry("")))
        view.remove(real)

    _guarded(vm, "rename", path, move)


@native("sys.chmod", 2)
def _chmod(vm: Any, this: Any, args: list[Any]) -> None:
    view, path, real = _parts(vm, args)
    if not view.exists(real):
        raise wrong(vm, "ENOENT", "chmod", path)
    _guarded(vm, "chmod", path,
             lambda: view.change(real, mode=to_integer(vm, arg(args, 1)) & 0o7777))  # fmt: skip
