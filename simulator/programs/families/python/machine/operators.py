"""What operators do with values: the built-in ones at once, the program's by calling it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ....vm import Machine, Thrown
from .bulk import LARGE, bulk_binary, repeat
from .calls import after, call, follows, lookup
from .equality import SIMPLE, equal, has, less, make_set
from .errors import error
from .objects import Alias, Bulk, ByteArray, Class, Instance, Opaque, Set, View
from .types import CLASSES, NOT_IMPLEMENTED, name_of

NUMBERS = frozenset((int, float, bool))
MAX_BITS = 1 << 20
"""Size of the integers that the model works with; beyond, the program has no memory for them."""

PLAIN: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "**": operator.pow, "&": operator.and_,
    "|": operator.or_, "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
METHODS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift", "@": "matmul",
}  # fmt: skip
COMPARISONS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
MIRROR = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def python_error(problem: Exception) -> Thrown:
    """Make the program's exception of one that the model's own Python raised."""
    name = type(problem).__name__
    return error(name if name in CLASSES else "ValueError", *problem.args)


def arithmetic(word: str, a: Any, b: Any) -> Any:
    """Work with two numbers."""
    if word in ("*", "**", "<<") and type(a) is not float and type(b) is not float:
        if word == "*" and a.bit_length() + b.bit_length() > MAX_BITS:
            raise error("MemoryError")
        if word == "<<" and a and a.bit_length() + b > MAX_BITS:
            raise error("OverflowError", "too many digits in integer")
        if word == "**" and b > 0 and abs(a) > 1 and a.bit_length() * b > MAX_BITS:
            raise error("MemoryError")
    try:
        result = PLAIN[word](a, b)
    except (ArithmeticError, ValueError, TypeError) as problem:
        if type(problem) is TypeError:
            raise unsupported(word, a, b) from None
        raise python_error(problem) from None
    if type(result) is complex:
        raise error("ValueError", "math domain error")
    return result


def unsupported(word: str, a: Any, b: Any) -> Thrown:
    """Make the TypeError of an operator that does not fit."""
    shown = "** or pow()" if word == "**" else word
    return error("TypeError", f"unsupported operand type(s) for {shown}: {name_of(a)!r} and "
                              f"{name_of(b)!r}")  # fmt: skip


def binary(vm: Machine, word: str, a: Any, b: Any) -> Any:
    """Give the result of a binary operator: a value, an Enter or a Suspend."""
    ka, kb = type(a), type(b)
    if ka in NUMBERS and kb in NUMBERS:
        return arithmetic(word, a, b)
    if ka is Instance or kb is Instance:
        name = METHODS[word]
        return _dunder(vm, a, b, f"__{name}__", f"__r{name}__", word)
    return builtin_binary(vm, word, a, b)


def _dunder(vm: Machine, a: Any, b: Any, name: str, mirrored: str, word: str) -> Any:
    ways = []
    if type(a) is Instance and (method := lookup(a.cls, name)) is not None:
        ways.append([method, a, b])
    if type(b) is Instance and (method := lookup(b.cls, mirrored)) is not None:
        derived = type(a) is Instance and b.cls is not a.cls and a.cls in b.cls.order
        ways.insert(0 if derived else 1, [method, b, a])
    return _try_ways(vm, [ways, word, a, b], NOT_IMPLEMENTED)


@follows("ways")
def _try_ways(vm: Machine, data: list[Any], result: Any) -> Any:
    """Ask one operand after the other."""
    if result is not NOT_IMPLEMENTED:
        return result
    ways, word, a, b = data
    if ways:
        function, owner, other = ways.pop(0)
        return after(vm, call(vm, function, [owner, other], {}), "ways", data)
    left, right = unwrap(a), unwrap(b)
    if word in COMPARISONS:
        if word == "==":
            return left is right if left is a and right is b else equal(vm, left, right)
        if word == "!=":
            return left is not right if left is a and right is b else not equal(vm, left, right)
        if left is a and right is b:
            raise no_order(word, a, b)
        return compare(vm, word, left, right)
    if left is a and right is b:
        if type(a) is Opaque or type(b) is Opaque:
            return Opaque("value")
        raise unsupported(word, a, b)
    return binary(vm, word, left, right)


def unwrap(value: Any) -> Any:
    """Give the built-in value that an object of a derived class holds; else the value itself."""
    if type(value) is Instance and value.cls.kind not in ("", "exception") and (
        type(value.value) in _HELD
    ):  # fmt: skip
        return value.value
    return value


_HELD = (str, int, float, bool, list, dict, tuple, bytes, Set, ByteArray, Bulk)


def no_order(word: str, a: Any, b: Any) -> Thrown:
    """Make the TypeError of a comparison that does not fit."""
    return error("TypeError", f"{word!r} not supported between instances of {name_of(a)!r} and "
                              f"{name_of(b)!r}")  # fmt: skip


def builtin_binary(vm: Machine, word: str, a: Any, b: Any) -> Any:
    """Work with two values of which none is an object of the program's classes."""
    ka, kb = type(a), type(b)
    if ka is Opaque or kb is Opaque:
        return Opaque("value")
    if ka is str and word == "%":
        from .formatting import percent

        return percent(vm, a, b)
    if ka is kb and word == "+" and ka in (str, list, tuple, bytes):
        if len(a) + len(b) > LARGE:
            return bulk_binary(word, a, b)
        return a + b
    if word == "*" and (ka in (int, bool) or kb in (int, bool)):
        piece, times = (b, a) if ka in (int, bool) else (a, b)
        if type(piece) in (str, list, tuple, bytes, ByteArray, Bulk):
            return repeat(piece, int(times))
    if ka is Bulk or kb is Bulk:
        return bulk_binary(word, a, b)
    if ka in (Set, View) and kb in (Set, View):
        found = _sets(vm, word, a, b)
        if found is not None:
            return found
    if ka is dict and kb is dict and word == "|":
        return {**a, **b}
    if word == "+" and ByteArray in (ka, kb) and {ka, kb} <= {ByteArray, bytes}:
        left, right = (one.data if type(one) is ByteArray else one for one in (a, b))
        return ByteArray(left + right) if ka is ByteArray else left + right
    if word == "|" and (ka in (Class, Alias) or kb in (Class, Alias)):
        return Alias("|", (*_options(a), *_options(b)))
    if word == "+" and ka in (str, list, tuple, bytes):
        noun = ka.__name__
        text = f'can only concatenate {noun} (not "{name_of(b)}") to {noun}'
        raise error("TypeError", f"can't concat {name_of(b)} to bytes" if ka is bytes else text)
    if word == "*" and (ka in (str, list, tuple) or kb in (str, list, tuple)):
        other = b if ka in (str, list, tuple) else a
        raise error("TypeError", f"can't multiply sequence by non-int of type {name_of(other)!r}")
    raise unsupported(word, a, b)


def _options(value: Any) -> tuple[Any, ...]:
    return value.args if type(value) is Alias and value.origin == "|" else (value,)


def _sets(vm: Machine, word: str, a: Any, b: Any) -> Any:
    from .iteration import listed_now

    left, right = (one if type(one) is Set else make_set(vm, listed_now(vm, one)) for one in (a, b))
    frozen = type(a) is Set and a.frozen
    if word == "&":
        return Set({one: None for one in left.items if has(vm, right.items, one)}, frozen)
    if word == "|":
        return make_set(vm, [*left.items, *right.items], frozen)
    if word == "-":
        return Set({one: None for one in left.items if not has(vm, right.items, one)}, frozen)
    if word == "^":
        only = [one for one in left.items if not has(vm, right.items, one)]
        return make_set(
            vm, [*only, *(x for x in right.items if not has(vm, left.items, x))], frozen
        )
    return None


def in_place(vm: Machine, word: str, a: Any, b: Any) -> Any:
    """Give the result of `a += b` and its like; lists, sets and dicts are changed themselves."""
    ka = type(a)
    if ka in NUMBERS and type(b) in NUMBERS:
        return arithmetic(word, a, b)
    if ka is Instance:
        method = lookup(a.cls, f"__i{METHODS[word]}__")
        if method is not None:
            result = call(vm, method, [a, b], {})
            return after(vm, result, "in place", [word, a, b])
    if ka is list and word == "+" and type(b) is not Bulk:
        from .iteration import listed

        return after(vm, listed(vm, b), "extend", a)
    if ka is Set and not a.frozen and type(b) is Set:
        found = _sets(vm, word, a, b)
        if found is not None:
            a.items.clear()
            a.items.update(found.items)
            return a
    if ka is dict and word == "|" and type(b) is dict:
        a.update(b)
        return a
    return binary(vm, word, a, b)


@follows("in place")
def _in_place(vm: Machine, data: list[Any], result: Any) -> Any:
    return binary(vm, *data) if result is NOT_IMPLEMENTED else result


@follows("extend")
def _extend(vm: Machine, holder: list[Any], items: list[Any]) -> Any:
    holder.extend(items)
    return holder


def compare(vm: Machine, word: str, a: Any, b: Any) -> Any:
    """Give the result of a comparison."""
    ka, kb = type(a), type(b)
    if ka in SIMPLE and kb in SIMPLE:
        try:
            return PLAIN[word](a, b)
        except TypeError:
            raise no_order(word, a, b) from None
    if ka is Instance or kb is Instance:
        name, mirrored = COMPARISONS[word], COMPARISONS[MIRROR[word]]
        own = lookup(a.cls, "__ne__") if word == "!=" and ka is Instance else True
        if word == "!=" and own is None:
            result = _dunder(vm, a, b, "__eq__", "__eq__", "==")
            return after(vm, result, "not")
        return _dunder(vm, a, b, f"__{name}__", f"__{mirrored}__", word)
    if word == "==":
        return equal(vm, a, b)
    if word == "!=":
        return not equal(vm, a, b)
    return _ordered(vm, word, a, b)


def _ordered(vm: Machine, word: str, a: Any, b: Any) -> bool:
    ka, kb = type(a), type(b)
    if ka in (Set, View) and kb in (Set, View):
        from .iteration import listed_now

        left, right = (one if type(one) is Set else make_set(vm, listed_now(vm, one))
                       for one in (a, b))  # fmt: skip
        small, large = (left, right) if word in ("<", "<=") else (right, left)
        inside = all(has(vm, large.items, one) for one in small.items)
        return inside and (word in ("<=", ">=") or len(small.items) < len(large.items))
    if ka is not kb or ka not in (list, tuple):
        raise no_order(word, a, b)
    if word == "<":
        return less(vm, a, b)
    if word == ">":
        return less(vm, b, a)
    return (less(vm, a, b) if word == "<=" else less(vm, b, a)) or equal(vm, a, b)


@follows("not")
def _not(vm: Machine, data: Any, result: Any) -> Any:
    from .truth import truth_now

    return not truth_now(vm, result)


def unary(vm: Machine, word: str, value: Any) -> Any:
    """Give the result of `-x`, `+x` or `~x`."""
    kind = type(value)
    if kind in NUMBERS and not (word == "~" and kind is float):
        return -value if word == "-" else +value if word == "+" else ~int(value)
    if kind is Instance:
        name = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}[word]
        method = lookup(value.cls, name)
        if method is not None:
            return call(vm, method, [value], {})
        if unwrap(value) is not value:
            return unary(vm, word, unwrap(value))
    raise error("TypeError", f"bad operand type for unary {word}: {name_of(value)!r}")
