"""What calls of Python's built-ins and of libraries do in a modelled program.

# Simplified: Of a Python program the model follows plain statements, functions and the best-known
libraries; a call that it does not know gives an unknown value, which counts as false.
"""

from __future__ import annotations

import json
import math
import posixpath
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from simulator.docker.tree import TreeError
from simulator.timing import SECOND

from .values import UNKNOWN, PyError, lib, made, tag, to_repr, to_text, truth

if TYPE_CHECKING:
    from .interpreter import Interpreter

Args = list[Any]
Keywords = dict[str, Any]
Function = Callable[["Interpreter", Args, Keywords], Any]
MAX_RANGE = 1_000_000
MAX_TEXT = 1 << 20


def _print(i: Interpreter, a: Args, k: Keywords) -> None:
    text = to_text(k.get("sep", " ")).join(to_text(value) for value in a)
    text += to_text(k.get("end", "\n"))
    target = k.get("file")
    if isinstance(target, dict) and target.get("name") == "sys.stderr":
        i.p.err(text)
    else:
        i.write(text, truth(k.get("flush", False)))


def _number(kind: type) -> Function:
    def convert(i: Interpreter, a: Args, k: Keywords) -> Any:
        value = a[0] if a else 0
        if tag(value) == "?":
            return UNKNOWN
        try:
            return kind(value) if isinstance(value, int | float) else kind(to_text(value).strip())
        except (ValueError, OverflowError):
            if kind is int:
                raise PyError(
                    "ValueError", f"invalid literal for int() with base 10: {to_repr(value)}"
                ) from None
            raise PyError(
                "ValueError", f"could not convert string to float: {to_repr(value)}"
            ) from None

    return convert


def _range(i: Interpreter, a: Args, k: Keywords) -> Any:
    numbers = [int(value) for value in a if isinstance(value, int)]
    if not numbers:
        return []
    return list(range(*numbers)[:MAX_RANGE]) if abs(numbers[-1]) < MAX_RANGE * 10 else \
        list(range(MAX_RANGE))  # fmt: skip


def _exit(i: Interpreter, a: Args, k: Keywords) -> Any:
    code = a[0] if a else 0
    if isinstance(code, str):
        i.p.err(code + "\n")
        code = 1
    raise PyError("SystemExit", str(int(code) if isinstance(code, int) else 0))


def _input(i: Interpreter, a: Args, k: Keywords) -> Any:
    if a:
        i.write(to_text(a[0]))
    raise PyError("EOFError", "EOF when reading a line")


def _open(i: Interpreter, a: Args, k: Keywords) -> Any:
    path = to_text(a[0]) if a else ""
    mode = to_text(a[1] if len(a) > 1 else k.get("mode", "r"))
    view = i.p.view
    if "r" in mode and not view.exists(path, i.p.cwd):
        raise PyError("FileNotFoundError", f"[Errno 2] No such file or directory: {path!r}")
    if view.is_dir(path, i.p.cwd):
        raise PyError("IsADirectoryError", f"[Errno 21] Is a directory: {path!r}")
    if "r" not in mode:
        folder = posixpath.dirname(view.resolve(path, i.p.cwd)) or "/"
        entry = view.get(folder)
        if entry is None:
            raise PyError("FileNotFoundError", f"[Errno 2] No such file or directory: {path!r}")
        if i.p.uid != 0 and entry["uid"] != i.p.uid and not entry["mode"] & 0o002:
            raise PyError("PermissionError", f"[Errno 13] Permission denied: {path!r}")
        try:
            if "a" not in mode or not view.exists(path, i.p.cwd):
                view.write(path, "", i.p.cwd, uid=i.p.uid)
        except TreeError as error:
            raise PyError("OSError", f"[Errno 30] {error.reason}: {path!r}") from error
    return made("file", path=view.resolve(path, i.p.cwd))


def _environ(i: Interpreter, a: Args, k: Keywords) -> Any:
    return i.p.env.get(to_text(a[0]), a[1] if len(a) > 1 else k.get("default"))


def _sleep(i: Interpreter, a: Args, k: Keywords) -> None:
    seconds = a[0] if a and isinstance(a[0], int | float) else 0
    i.debt_us += max(0, round(float(seconds) * SECOND))


def _now(i: Interpreter, a: Args, k: Keywords) -> Any:
    moment = i.p.engine.start + timedelta(microseconds=i.p.engine.now_us)
    return made("datetime", text=moment.strftime("%Y-%m-%d %H:%M:%S.%f"), us=i.p.engine.now_us)


def _time(i: Interpreter, a: Args, k: Keywords) -> float:
    return i.p.engine.start.timestamp() + i.p.engine.now_us / SECOND


def _random(i: Interpreter, a: Args, k: Keywords) -> float:
    return float(i.p.luck().random())


def _randint(i: Interpreter, a: Args, k: Keywords) -> int:
    low, high = int(a[0]), int(a[1])
    return low + int(i.p.luck().below(max(1, high - low + 1)))


def _choice(i: Interpreter, a: Args, k: Keywords) -> Any:
    items = a[0] if a and isinstance(a[0], list | str) and a[0] else [None]
    return items[i.p.luck().below(len(items))]


def _dumps(i: Interpreter, a: Args, k: Keywords) -> str:
    indent = k.get("indent")
    return json.dumps(a[0], indent=indent if isinstance(indent, int) else None, default=to_text)


def _loads(i: Interpreter, a: Args, k: Keywords) -> Any:
    try:
        return json.loads(to_text(a[0]))
    except ValueError as error:
        raise PyError("json.decoder.JSONDecodeError", str(error)) from error


def _exists(i: Interpreter, a: Args, k: Keywords) -> bool:
    return i.p.view.exists(to_text(a[0]), i.p.cwd)


def _listdir(i: Interpreter, a: Args, k: Keywords) -> list[str]:
    path = to_text(a[0]) if a else "."
    if not i.p.view.is_dir(path, i.p.cwd):
        raise PyError("FileNotFoundError", f"[Errno 2] No such file or directory: {path!r}")
    return i.p.view.children(i.p.view.resolve(path, i.p.cwd))


def _makedirs(i: Interpreter, a: Args, k: Keywords) -> None:
    i.p.view.make_dir(to_text(a[0]), i.p.cwd, uid=i.p.uid)


def _plain(function: Callable[..., Any]) -> Function:
    """Use a pure function of Python as it is; what it refuses is a TypeError of the program."""

    def call(i: Interpreter, a: Args, k: Keywords) -> Any:
        if any(tag(value) == "?" for value in a):
            return UNKNOWN
        try:
            return function(*a)
        except (TypeError, ValueError, IndexError, OverflowError, ArithmeticError) as error:
            raise PyError(type(error).__name__, str(error)) from error

    return call


FUNCTIONS: dict[str, Function] = {
    "print": _print, "int": _number(int), "float": _number(float), "range": _range,
    "str": lambda i, a, k: to_text(a[0]) if a else "", "repr": lambda i, a, k: to_repr(a[0]),
    "len": _plain(len), "list": _plain(lambda v=(): list(v)), "dict": lambda i, a, k: {**k},
    "tuple": _plain(lambda v=(): list(v)), "set": _plain(lambda v=(): list(dict.fromkeys(v))),
    "bool": lambda i, a, k: truth(a[0]) if a else False, "sorted": _plain(sorted),
    "sum": _plain(sum), "min": _plain(min), "max": _plain(max), "abs": _plain(abs),
    "round": _plain(round), "enumerate": _plain(lambda v, n=0: [list(p) for p in enumerate(v, n)]),
    "zip": _plain(lambda *v: [list(p) for p in zip(*v, strict=False)]),
    "reversed": _plain(lambda v: list(v)[::-1]), "exit": _exit, "quit": _exit, "sys.exit": _exit,
    "os._exit": _exit, "input": _input, "open": _open, "os.getenv": _environ,
    "os.environ.get": _environ, "time.sleep": _sleep, "asyncio.sleep": _sleep,
    "time.time": _time, "time.monotonic": _time, "time.perf_counter": _time,
    "datetime.datetime.now": _now, "datetime.datetime.utcnow": _now, "datetime.now": _now,
    "datetime.utcnow": _now, "time.strftime": lambda i, a, k: to_text(_now(i, a, k))[:19],
    "random.random": _random, "random.randint": _randint, "random.choice": _choice,
    "random.uniform": lambda i, a, k: a[0] + (a[1] - a[0]) * _random(i, a, k),
    "json.dumps": _dumps, "json.loads": _loads, "os.path.exists": _exists,
    "os.path.isfile": _exists, "os.listdir": _listdir, "os.makedirs": _makedirs,
    "os.mkdir": _makedirs, "os.path.join": _plain(posixpath.join),
    "os.getpid": lambda i, a, k: i.p.pid, "os.getcwd": lambda i, a, k: i.p.cwd,
    "os.uname": lambda i, a, k: made("uname", nodename=i.hostname()),
    "os.getuid": lambda i, a, k: i.p.uid,
    "socket.gethostname": lambda i, a, k: i.hostname(),
    "platform.node": lambda i, a, k: i.hostname(),
    "platform.machine": lambda i, a, k: i.machine_name(),
    "platform.python_version": lambda i, a, k: i.version,
    "math.sqrt": _plain(math.sqrt), "math.floor": _plain(math.floor),
    "math.ceil": _plain(math.ceil),
    "math.factorial": _plain(lambda n: math.factorial(min(int(n), 500))),
    "isinstance": lambda i, a, k: False, "hasattr": lambda i, a, k: False,
    "logging.info": lambda i, a, k: None, "logging.debug": lambda i, a, k: None,
    "logging.warning": lambda i, a, k: i.p.err(f"WARNING:root:{to_text(a[0])}\n"),
    "logging.error": lambda i, a, k: i.p.err(f"ERROR:root:{to_text(a[0])}\n"),
    "logging.basicConfig": lambda i, a, k: None,
    "logging.getLogger": lambda i, a, k: made("logger"),
    "signal.signal": lambda i, a, k: i.note_handler(a),
    "asyncio.run": lambda i, a, k: a[0] if a else None,
    "dotenv.load_dotenv": lambda i, a, k: True, "sys.stdout.flush": lambda i, a, k: i.flush(),
    "sys.stdout.write": lambda i, a, k: i.write(to_text(a[0])),
    "sys.stderr.write": lambda i, a, k: i.p.err(to_text(a[0])),
}  # fmt: skip

CONSTANTS: dict[str, Any] = {"math.pi": math.pi, "os.sep": "/", "sys.maxsize": (1 << 63) - 1}

EXCEPTIONS = ("Exception", "ValueError", "KeyError", "TypeError", "RuntimeError", "OSError",
              "IndexError", "ZeroDivisionError", "FileNotFoundError", "ConnectionError",
              "KeyboardInterrupt", "SystemExit", "AttributeError", "NotImplementedError",
              "PermissionError", "TimeoutError", "AssertionError", "StopIteration")  # fmt: skip


def method(i: Interpreter, value: Any, name: str, a: Args, k: Keywords) -> Any:
    """Call a method of a plain value; UNKNOWN when there is no such one in the model."""
    if isinstance(value, str):
        return _text_method(value, name, a, k)
    if isinstance(value, list):
        return _list_method(value, name, a)
    if isinstance(value, dict) and not tag(value):
        return _dict_method(value, name, a)
    if tag(value) == "bytes":
        return value["text"] if name == "decode" else UNKNOWN
    if tag(value) == "obj":
        return object_method(i, value, name, a, k)
    return UNKNOWN


def _text_method(value: str, name: str, a: Args, k: Keywords) -> Any:
    if name == "format":
        try:
            return value.format(*[to_text(v) for v in a], **{n: to_text(v) for n, v in k.items()})
        except (IndexError, KeyError, ValueError) as error:
            raise PyError(type(error).__name__, str(error)) from error
    if name == "encode":
        return {"$": "bytes", "text": value}
    if name == "join":
        return value.join(to_text(item) for item in (a[0] if isinstance(a[0], list) else []))
    if name in ("upper", "lower", "strip", "lstrip", "rstrip", "split", "replace", "startswith",
                "endswith", "title", "capitalize", "count", "find", "isdigit", "splitlines",
                "zfill", "ljust", "rjust", "center", "partition", "removeprefix",
                "removesuffix"):  # fmt: skip
        if name in ("zfill", "ljust", "rjust", "center") and a and int(a[0]) > MAX_TEXT:
            raise PyError("MemoryError", "")
        result = _plain(getattr(value, name))(None, a, {})  # type: ignore[arg-type]
        return list(result) if isinstance(result, tuple) else result
    return UNKNOWN


def _list_method(value: list[Any], name: str, a: Args) -> Any:
    if name in ("append", "extend", "insert", "remove", "pop", "clear", "reverse", "sort", "index",
                "count", "copy"):  # fmt: skip
        return _plain(getattr(value, name))(None, a, {})  # type: ignore[arg-type]
    return UNKNOWN


def _dict_method(value: dict[str, Any], name: str, a: Args) -> Any:
    if name == "items":
        return [[key, item] for key, item in value.items()]
    if name in ("keys", "values"):
        return list(getattr(value, name)())
    if name == "get":
        return value.get(_key(a[0]), a[1] if len(a) > 1 else None)
    if name in ("pop", "setdefault", "update", "clear", "copy"):
        return _plain(getattr(value, name))(None, a, {})  # type: ignore[arg-type]
    return UNKNOWN


def _key(value: Any) -> str:
    return value if isinstance(value, str) else to_text(value)


def object_method(i: Interpreter, value: Any, name: str, a: Args, k: Keywords) -> Any:
    """Call a method of a library's object."""
    from . import remote

    kind = value["type"]
    if kind == "file":
        return _file_method(i, value, name, a)
    if kind == "datetime":
        if name in ("isoformat", "strftime"):
            return value["text"].replace(" ", "T") if name == "isoformat" else value["text"][:19]
        return UNKNOWN
    if kind == "response":
        return _loads(i, [value["body"]], {}) if name == "json" else None
    if kind == "logger":
        if name in ("error", "warning", "exception", "critical"):
            i.p.err(to_text(a[0]) + "\n")
        return None
    found = remote.call(i, value, name, a, k)
    return found


def _file_method(i: Interpreter, value: Any, name: str, a: Args) -> Any:
    view, path = i.p.view, value["path"]
    if name in ("read", "readlines", "readline"):
        text = view.text(path) or ""
        return text if name == "read" else text.splitlines(keepends=True) if name == "readlines" \
            else text.partition("\n")[0]  # fmt: skip
    if name == "write":
        text = (view.text(path) or "") + to_text(a[0])
        view.write(path, text[-MAX_TEXT:], uid=i.p.uid)
        return len(to_text(a[0]))
    return None


def attribute(i: Interpreter, value: Any, name: str) -> Any:
    """Read an attribute of a special value."""
    kind = tag(value)
    if kind == "lib":
        full = f"{value['name']}.{name}"
        if full == "sys.argv":
            return i.state["argv"]
        if full == "sys.version":
            return f"{i.version} (main) [GCC 12.2.0]"
        if full == "os.environ":
            return lib(full)
        return CONSTANTS.get(full, lib(full))
    if kind == "obj":
        if value["type"] == "response":
            return {"status_code": value["status"], "text": value["body"],
                    "ok": value["status"] < 400}.get(name, UNKNOWN)  # fmt: skip
        return value.get(name, UNKNOWN)
    if kind == "self":
        return value["fields"].get(name, UNKNOWN)
    return UNKNOWN
