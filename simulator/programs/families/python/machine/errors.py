"""Python's exceptions: their classes, how one is made and thrown."""

from __future__ import annotations

from typing import Any

from ....vm import Thrown
from .objects import Class, Instance
from .types import BASE_EXCEPTION, CLASSES, TYPE, builtin

TREE = """
BaseException: SystemExit KeyboardInterrupt GeneratorExit Exception BaseExceptionGroup
Exception: StopIteration StopAsyncIteration ArithmeticError AssertionError AttributeError
Exception: BufferError EOFError ImportError LookupError MemoryError NameError OSError
Exception: ReferenceError RuntimeError SyntaxError SystemError TypeError ValueError Warning
ArithmeticError: FloatingPointError OverflowError ZeroDivisionError
ImportError: ModuleNotFoundError
LookupError: IndexError KeyError
NameError: UnboundLocalError
OSError: BlockingIOError ChildProcessError ConnectionError FileExistsError FileNotFoundError
OSError: InterruptedError IsADirectoryError NotADirectoryError PermissionError ProcessLookupError
OSError: TimeoutError
ConnectionError: BrokenPipeError ConnectionAbortedError ConnectionRefusedError ConnectionResetError
RuntimeError: NotImplementedError RecursionError
SyntaxError: IndentationError
IndentationError: TabError
ValueError: UnicodeError
UnicodeError: UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError
Warning: DeprecationWarning FutureWarning PendingDeprecationWarning ResourceWarning RuntimeWarning
Warning: SyntaxWarning UnicodeWarning UserWarning ImportWarning BytesWarning EncodingWarning
"""

for _line in TREE.strip().splitlines():
    _parent, _, _names = _line.partition(": ")
    for _name in _names.split():
        builtin(_name, CLASSES[_parent]).meta = TYPE
CLASSES["ExceptionGroup"] = builtin("ExceptionGroup", CLASSES["Exception"])
CLASSES["EnvironmentError"] = CLASSES["IOError"] = CLASSES["OSError"]

ERRNO = {
    1: ("PermissionError", "Operation not permitted"),
    2: ("FileNotFoundError", "No such file or directory"),
    3: ("ProcessLookupError", "No such process"),
    11: ("BlockingIOError", "Resource temporarily unavailable"),
    13: ("PermissionError", "Permission denied"),
    17: ("FileExistsError", "File exists"),
    20: ("NotADirectoryError", "Not a directory"),
    21: ("IsADirectoryError", "Is a directory"),
    22: ("OSError", "Invalid argument"),
    28: ("OSError", "No space left on device"),
    30: ("OSError", "Read-only file system"),
    32: ("BrokenPipeError", "Broken pipe"),
    39: ("OSError", "Directory not empty"),
    98: ("OSError", "Address already in use"),
    99: ("OSError", "Cannot assign requested address"),
    103: ("ConnectionAbortedError", "Software caused connection abort"),
    104: ("ConnectionResetError", "Connection reset by peer"),
    107: ("OSError", "Transport endpoint is not connected"),
    110: ("TimeoutError", "Connection timed out"),
    111: ("ConnectionRefusedError", "Connection refused"),
    113: ("OSError", "No route to host"),
}


def make(cls: Class, args: tuple[Any, ...]) -> Instance:
    """Make an exception object."""
    fields: dict[str, Any] = {"args": args}
    if cls.name in ("StopIteration", "SystemExit"):
        name = "value" if cls.name == "StopIteration" else "code"
        fields[name] = (args[0] if len(args) == 1 else args) if args else None
    return Instance(cls, fields, [])


def error(name: str, *args: Any) -> Thrown:
    """Make a built-in exception to be raised."""
    return Thrown(make(CLASSES[name], args))


def os_error(number: int, path: Any = None, text: str | None = None) -> Thrown:
    """Make an OSError of the class that belongs to its number."""
    name, words = ERRNO.get(number, ("OSError", "Unknown error"))
    thrown = error(name, number, text or words)
    thrown.value.fields.update(errno=number, strerror=text or words, filename=path)
    return thrown


def is_error(value: Any, *names: str) -> bool:
    """Tell whether an exception is of one of these built-in classes."""
    return any(CLASSES[name] in value.cls.order for name in names)


def is_exception(value: Any) -> bool:
    """Tell whether a value is an exception object."""
    return type(value) is Instance and BASE_EXCEPTION in value.cls.order
