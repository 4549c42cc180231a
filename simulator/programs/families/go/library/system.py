"""os, time, math/rand: what the process sees of its container and of the lab's clock."""

from __future__ import annotations

import posixpath
from datetime import timedelta
from typing import Any

from simulator.docker.tree import TreeError

from ....vm import Suspend
from ..tokens import to_bytes, to_text
from ..values import Slice, new_list

MAX_FILE = 1 << 20


def _exit(vm: Any, code: int) -> Any:
    vm.exit_code = code & 0xFF
    return Suspend(then="exit")


def _environ(vm: Any) -> Any:
    return new_list([to_bytes(f"{name}={value}") for name, value in vm.p.env.items()])


def _setenv(vm: Any, name: str, value: str) -> None:
    vm.p.row["env"] = {**vm.p.env, name: value}


def _unsetenv(vm: Any, name: str) -> None:
    vm.p.row["env"] = {key: value for key, value in vm.p.env.items() if key != name}


def _lookup(vm: Any, name: str) -> tuple[str, bool]:
    value = vm.p.env.get(to_text(name))
    return (to_bytes(value), True) if value is not None else ("", False)


def _hostname(vm: Any) -> tuple[str, Any]:
    host = vm.p.container["Config"]["Hostname"]
    if vm.p.container["HostConfig"]["NetworkMode"] == "host":
        host = vm.p.box["machine"]
    return str(host), None


def _path(vm: Any, name: str) -> str:
    return posixpath.normpath(posixpath.join(vm.p.cwd, to_text(name)))


def _read(vm: Any, name: str) -> tuple[str, str]:
    path = _path(vm, name)
    view = vm.p.view
    if view.is_dir(path):
        return "", "is a directory"
    entry = view.get(path)
    if entry is None:
        return "", "no such file or directory"
    if vm.p.uid != 0 and not entry["mode"] & 0o044 and entry["uid"] != vm.p.uid:
        return "", "permission denied"
    return to_bytes(view.text(path) or ""), ""


def _write(vm: Any, name: str, text: str, flag: int, mode: int) -> str:
    path, view = _path(vm, name), vm.p.view
    if view.is_dir(path):
        return "is a directory"
    exists = view.exists(path)
    if not exists and not flag & 64:
        return "no such file or directory"
    if exists and flag & 128:
        return "file exists"
    if not view.is_dir(posixpath.dirname(path) or "/"):
        return "no such file or directory"
    if not vm.p.may_write(path):
        return "permission denied"
    try:
        if not exists or flag & 512:
            view.write(path, to_text(text)[-MAX_FILE:], uid=vm.p.uid)
    except TreeError as error:
        return str(error.reason).lower()
    vm.p.flush()
    return ""


def _append(vm: Any, name: str, text: str) -> str:
    path, view = _path(vm, name), vm.p.view
    try:
        view.write(path, ((view.text(path) or "") + to_text(text))[-MAX_FILE:], uid=vm.p.uid)
    except TreeError as error:
        return str(error.reason).lower()
    vm.p.flush()
    return ""


def _output(vm: Any, number: int, text: str) -> None:
    (vm.p.out if number == 1 else vm.p.err)(to_text(text))


def _stat(vm: Any, name: str) -> tuple[int, int, bool, int, str]:
    path, view = _path(vm, name), vm.p.view
    entry = view.get(path)
    if view.is_dir(path):
        return 4096, int(entry["mode"]) & 0o777 if entry else 0o755, True, unix_us(vm), ""
    if entry is None:
        return 0, 0, False, 0, "no such file or directory"
    return int(entry.get("size") or 0), int(entry["mode"]) & 0o777, False, unix_us(vm), ""


def _mkdir(vm: Any, name: str, everything: bool) -> str:
    path, view = _path(vm, name), vm.p.view
    if view.is_dir(path):
        return "" if everything else "file exists"
    if not everything and not view.is_dir(posixpath.dirname(path) or "/"):
        return "no such file or directory"
    if not vm.p.may_create(path):
        return "permission denied"
    try:
        view.make_dir(path, uid=vm.p.uid)
    except TreeError as error:
        return str(error.reason).lower()
    vm.p.flush()
    return ""


def _remove(vm: Any, name: str, everything: bool) -> str:
    path, view = _path(vm, name), vm.p.view
    if not view.exists(path) and not view.is_dir(path):
        return "no such file or directory"
    if not vm.p.may_create(path):
        return "permission denied"
    try:
        view.remove(path)
    except (TreeError, AttributeError):
        return "read-only file system"
    vm.p.flush()
    return ""


def _list(vm: Any, name: str) -> tuple[Slice | None, str]:
    path, view = _path(vm, name), vm.p.view
    if not view.is_dir(path):
        return None, "no such file or directory"
    return new_list([to_bytes(one) for one in sorted(view.children(path))]), ""


def _rename(vm: Any, old: str, new: str) -> str:
    text, why = _read(vm, old)
    if why:
        return why
    return _write(vm, new, text, 64 | 512, 0o644) or _remove(vm, old, False)


def _embedded(vm: Any, key: str) -> dict[str, str]:
    """Give the files of a variable that was filled by //go:embed, by its package and name."""
    from ..language import program_of

    path, _, name = to_text(key).rpartition(".")
    kept = program_of(vm).sources.get("embed") or {}
    found: dict[str, str] = (kept.get(path) or {}).get(name) or {}
    return found


def _read_line(vm: Any) -> Any:
    line = vm.p.read_line()
    if line is None:
        vm.root["reading"] = True
        readers = vm.root.setdefault("readers", [])
        readers.append(vm.task)
        return Suspend(then="line")
    return (to_bytes(line), True) if line else ("", False)


def unix_us(vm: Any) -> int:
    """Give the time of day in microseconds since 1970, in the lab."""
    start = vm.p.engine.start
    micro: int = start.microsecond + int(vm.now_us)
    return int(start.timestamp()) * 1_000_000 + micro


def _sleep(vm: Any, nanoseconds: int) -> Any:
    return Suspend(max(0, nanoseconds) // 1000, then="slept")


def _date(vm: Any, seconds: int) -> tuple[int, int, int, int, int, int, int, int]:
    """Give year, month, day, hour, minute, second, weekday, day of the year in UTC."""
    from datetime import UTC, datetime

    seconds = max(-62_135_596_800, min(seconds, 253_402_300_799))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return (
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
        (moment.weekday() + 1) % 7,
        moment.timetuple().tm_yday,
    )


def _unix(vm: Any, year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    import calendar

    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    year = max(1, min(year, 9999))
    return (
        int(calendar.timegm((year, month, 1, 0, 0, 0)))
        + (day - 1) * 86400
        + hour * 3600
        + (minute * 60 + second)
    )


def _shuffle(vm: Any, count: int, swap: Any) -> None:
    for at in range(min(count, 10_000) - 1, 0, -1):
        vm.call_now(swap, [at, vm.p.luck().below(at + 1)], {})


def _below(vm: Any, count: int) -> int:
    from ....vm import Thrown

    if count <= 0:
        raise Thrown(("string", "invalid argument to Intn"))
    return int(vm.p.luck().below(count))


def _hash_of(vm: Any, kind: str, text: str) -> str:
    import hashlib

    return hashlib.new(kind, text.encode("latin-1")).digest().decode("latin-1")


def _random_bytes(vm: Any, count: int) -> str:
    luck = vm.p.luck()
    return "".join(chr(luck.below(256)) for _ in range(min(count, 4096)))


NATIVES: dict[str, Any] = {
    "embed.names": lambda vm, key: new_list([to_bytes(one) for one in _embedded(vm, key)]),
    "embed.text": lambda vm, key, name: to_bytes(_embedded(vm, key).get(to_text(name), "")),
    "os.args": lambda vm: new_list([to_bytes(one) for one in vm.p.argv]),
    "os.Exit": _exit,
    "os.Environ": _environ,
    "os.Setenv": _setenv,
    "os.Unsetenv": _unsetenv,
    "os.Getenv": lambda vm, name: _lookup(vm, name)[0],
    "os.LookupEnv": _lookup,
    "os.Hostname": _hostname,
    "os.Getpid": lambda vm: vm.p.pid,
    "os.Getppid": lambda vm: int(vm.p.row["parent"]),
    "os.Getuid": lambda vm: vm.p.uid,
    "os.Geteuid": lambda vm: vm.p.uid,
    "os.Getgid": lambda vm: int(vm.p.row["gid"]),
    "os.Getwd": lambda vm: (to_bytes(vm.p.cwd), None),
    "os.Executable": lambda vm: (to_bytes(str(vm.p.row["path"])), None),
    "os.readFile": _read,
    "os.writeFile": _write,
    "os.appendFile": _append,
    "os.output": _output,
    "os.stat": _stat,
    "os.mkdir": _mkdir,
    "os.remove": _remove,
    "os.list": _list,
    "os.rename": _rename,
    "os.readLine": _read_line,
    "time.unixNano": lambda vm: unix_us(vm) * 1000,
    "time.Sleep": _sleep,
    "time.date": _date,
    "time.fromDate": _unix,
    "rand.below": _below,
    "math/rand.below": _below,
    "math/rand.Float64": lambda vm: float(vm.p.luck().random()),
    "math/rand.Shuffle": _shuffle,
    "internal/hashing.Sum": _hash_of,
    "crypto/rand.text": _random_bytes,
}
