"""Calls: arguments are bound as CPython binds them, and what follows a call is noted in its frame.

A native function is called with the machine, its arguments and its keywords. It gives a value, or
an Enter or Suspend when the program's code is to run first; `after` says what is to be done with
the result then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ....vm import NOTHING, Enter, Frame, Function, Machine, Native, Return, Scope, Suspend, Thrown
from .errors import error
from .objects import Alias, Bound, Class, Generator, Info, Instance, More, Opaque, Property
from .spec import Spec
from .types import type_of

NativeFunction = Callable[[Machine, list[Any], dict[str, Any]], Any]
NATIVES: dict[str, NativeFunction] = {}
Continuation = Callable[[Machine, Any, Any], Any]
NEXT: dict[str, Continuation] = {}
"""What is done with a call's result: by name, called with the data noted and the result."""
CATCH: dict[str, Continuation] = {}
"""What is done with its exception; None lets it go on, a Return holds a result."""


def native(*names: str) -> Callable[[NativeFunction], NativeFunction]:
    """Enter a function of the library under its names."""

    def register(function: NativeFunction) -> NativeFunction:
        for name in names:
            NATIVES[name] = function
        return function

    return register


def follows(name: str) -> Callable[[Continuation], Continuation]:
    """Enter a function that is called with a result (see `after`)."""

    def register(function: Continuation) -> Continuation:
        NEXT[name] = function
        return function

    return register


def catches(name: str) -> Callable[[Continuation], Continuation]:
    """Enter a function that is called with the exception instead."""

    def register(function: Continuation) -> Continuation:
        CATCH[name] = function
        return function

    return register


def info(frame: Frame) -> Info:
    """Give a frame's further knowledge."""
    if frame.more is None:
        frame.more = Info()
    return frame.more  # type: ignore[no-any-return]


def after(vm: Machine, result: Any, name: str, data: Any = None) -> Any:
    """Do something with the result of a call, now or when it is there."""
    kind = type(result)
    if kind is Enter:
        info(result.frame).next.append([name, data])
        result.frame.then = "py"
        return result
    if kind is Suspend:
        if result.then == "py":
            result.data[1].append([name, data])
            return result
        return Suspend(result.us, result.number, "py", [[result.then, result.data], [[name, data]]])
    return NEXT[name](vm, data, result)


def follow(vm: Machine, rows: list[list[Any]], value: Any) -> Any:
    """Do what was noted for a result, from the innermost on."""
    for at, (name, data) in enumerate(rows):
        try:
            value = NEXT[name](vm, data, value)
        except Thrown as thrown:
            found = catch(vm, rows[at + 1 :], thrown)
            if found is None:
                raise
            return found.value if type(found) is Return else found
        kind = type(value)
        if kind is Enter or kind is Suspend:
            for further in rows[at + 1 :]:
                value = after(vm, value, *further)
            return value
    return value


def catch(vm: Machine, rows: list[list[Any]], thrown: Thrown) -> Any:
    """Let what follows a call look at its exception; None when nobody takes it."""
    for at, (name, data) in enumerate(rows):
        catcher = CATCH.get(name)
        if catcher is None:
            continue
        found = catcher(vm, data, thrown)
        if found is not None:
            value = follow(vm, rows[at + 1 :], found.value if type(found) is Return else found)
            return Return(None) if value is None else value
    return None


def attempt(vm: Machine, function: Any, args: list[Any], name: str, data: Any = None) -> Any:
    """Call a function whose exception is looked at by a catcher, too."""
    try:
        result = call(vm, function, args, {})
    except Thrown as thrown:
        return caught(vm, name, data, thrown)
    return after(vm, result, name, data)


def caught(vm: Machine, name: str, data: Any, thrown: Thrown) -> Any:
    """Give what a catcher makes of an exception; raises it when that is nothing."""
    found = CATCH[name](vm, data, thrown)
    if found is None:
        raise thrown
    return found.value if type(found) is Return else found


def call(vm: Machine, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Call a value: its result, an Enter or a Suspend. Raises Thrown."""
    kind = type(function)
    if kind is Function:
        return enter(vm, function, args, keywords)
    if kind is Bound:
        return call(vm, function.function, [function.owner, *args], keywords)
    if kind is Native:
        made = NATIVES.get(function.name)
        if made is None:
            raise error("NotImplementedError", f"the model does not know {function.name}")
        return made(vm, args, keywords)
    if kind is Class:
        return construct(vm, function, args, keywords)
    if kind is Opaque:
        return Opaque(f"{function.name}()")
    if kind is Alias:
        return call(vm, function.origin, args, keywords)
    if kind is Property and function.kind == "staticmethod":
        return call(vm, function.get, args, keywords)
    method = lookup(type_of(function), "__call__")
    if method is None:
        raise error("TypeError", f"{type_of(function).name!r} object is not callable")
    return call(vm, method, [function, *args], keywords)


def lookup(cls: Class, name: str) -> Any:
    """Find a name in a class and those it is derived from; None when there is none."""
    for one in cls.order:
        found = one.names.get(name)
        if found is not None:
            return found
    return None


def enter(vm: Machine, function: Function, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Call a function of the program."""
    code = vm.code(function.source, function.code)
    spec: Spec = code.info
    if len(args) == len(spec.positional) and not keywords and not spec.keywords and not (
        spec.star or spec.double_star
    ):  # fmt: skip
        names = dict(zip(spec.positional, args, strict=True))
    else:
        names = bind(spec, function.more, args, keywords)
    frame = Frame(function.source, function.code, Scope(names, function.scope))
    if spec.kind:
        made = Generator(frame, spec.kind, spec.qualname)
        frame.more = Info(generator=made)
        return made
    return Enter(frame)


def bind(spec: Spec, more: More, args: list[Any], keywords: dict[str, Any]) -> dict[str, Any]:
    """Give the parameters their values; raises TypeError in CPython's words."""
    names: dict[str, Any] = dict(zip(spec.positional, args, strict=False))
    if len(args) > len(spec.positional):
        if not spec.star:
            raise error("TypeError", _too_many(spec, more, args, keywords))
        names[spec.star] = tuple(args[len(spec.positional) :])
    elif spec.star:
        names[spec.star] = ()
    spare: dict[str, Any] = {}
    for key, value in keywords.items():
        place = spec.positional.index(key) if key in spec.positional else -1
        if place >= spec.only_positional or key in spec.keywords:
            if key in names and key != spec.star:
                raise error("TypeError", f"{more.qualname}() got multiple values for argument "
                                         f"{key!r}")  # fmt: skip
            names[key] = value
        elif spec.double_star:
            spare[key] = value
        elif place >= 0:
            raise error("TypeError", f"{more.qualname}() got some positional-only arguments passed "
                                     f"as keyword arguments: {key!r}")  # fmt: skip
        else:
            raise error("TypeError", f"{more.qualname}() got an unexpected keyword argument "
                                     f"{key!r}")  # fmt: skip
    if spec.double_star:
        names[spec.double_star] = spare
    first = len(spec.positional) - len(more.defaults)
    missing = []
    for at in range(min(len(args), len(spec.positional)), len(spec.positional)):
        name = spec.positional[at]
        if name not in names:
            if at >= first:
                names[name] = more.defaults[at - first]
            else:
                missing.append(name)
    if missing:
        raise error("TypeError", _missing(more, missing, "positional"))
    for name in spec.keywords:
        if name not in names:
            if name in more.keywords:
                names[name] = more.keywords[name]
            else:
                missing.append(name)
    if missing:
        raise error("TypeError", _missing(more, missing, "keyword-only"))
    return names


def _missing(more: More, names: list[str], kind: str) -> str:
    shown = [repr(name) for name in names]
    text = shown[0] if len(shown) == 1 else (
        " and ".join(shown) if len(shown) == 2 else ", ".join(shown[:-1]) + f", and {shown[-1]}"
    )  # fmt: skip
    plural = "s" if len(shown) > 1 else ""
    return f"{more.qualname}() missing {len(shown)} required {kind} argument{plural}: {text}"


def _too_many(spec: Spec, more: More, args: list[Any], keywords: dict[str, Any]) -> str:
    most, fewest = len(spec.positional), len(spec.positional) - len(more.defaults)
    takes = str(most) if most == fewest else f"from {fewest} to {most}"
    plural = "" if most == 1 and most == fewest else "s"
    extra = sum(1 for name in spec.keywords if name in keywords)
    given = str(len(args))
    if extra:
        given += (f" positional argument{'s' if len(args) != 1 else ''} (and {extra} keyword-only "
                  f"argument{'s' if extra != 1 else ''})")  # fmt: skip
    verb = "was" if given == "1" else "were"
    return f"{more.qualname}() takes {takes} positional argument{plural} but {given} {verb} given"


def construct(vm: Machine, cls: Class, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Make an object of a class."""
    if cls.meta is not None and (method := _meta_call(cls.meta)) is not None:
        return call(vm, method, [cls, *args], keywords)
    return make_object(vm, cls, args, keywords)


def make_object(vm: Machine, cls: Class, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Make and initialise an object: what `type.__call__` does."""
    maker = lookup(cls, "__new__")
    if maker is None:
        native_maker = NATIVES.get(f"{cls.kind or 'object'}.__new__")
        if native_maker is None:
            raise error("TypeError", f"cannot create {cls.name!r} instances")
        result = native_maker(vm, [cls, *args], keywords)
    else:
        if type(maker) is Property:
            maker = maker.get
        result = call(vm, maker, [cls, *args], keywords)
    return after(vm, result, "init", [cls, args, keywords])


def _meta_call(meta: Class) -> Any:
    if meta.names.get("__module__") is None:
        return None
    for one in meta.order:
        found = one.names.get("__call__")
        if found is not None:
            return found
    return None


@follows("init")
def _init(vm: Machine, data: list[Any], made: Any) -> Any:
    """Initialise a new object."""
    cls, args, keywords = data
    if type(made) is not Instance or cls not in made.cls.order:
        return made
    method = lookup(made.cls, "__init__")
    if method is None:
        if (args or keywords) and not made.cls.kind and lookup(cls, "__new__") is None:
            raise error("TypeError", f"{cls.name}() takes no arguments")
        return made
    return after(vm, call(vm, method, [made, *args], keywords), "made", made)


@follows("made")
def _made(vm: Machine, made: Any, result: Any) -> Any:
    if result is not None:
        kind = type_of(result).name
        raise error("TypeError", f"__init__() should return None, not {kind!r}")
    return made


@follows("value")
def _value(vm: Machine, data: Any, result: Any) -> Any:
    """Give something else than the result."""
    return data


@follows("drop")
def _drop(vm: Machine, data: Any, result: Any) -> Any:
    return NOTHING


def call_now(vm: Machine, function: Any, *args: Any) -> Any:
    """Call a function and run it to its end: only where nothing else is possible."""
    return vm.call_now(function, list(args), {})
