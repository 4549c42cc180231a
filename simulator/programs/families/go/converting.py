"""Which values can be used as what: assignment, conversion, interfaces."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .body import NONE, Body, Operand, constant_fn
from .types import INTS, Type, find_method, has_unknown
from .values import Fn, byte_slice, bytes_of, items_of, new_list, to_float32, wrapper


class Converting(Body):
    """The part of the compiler that converts operands."""

    def missing_method(self, kind: Type, want: Type) -> tuple[str, bool] | None:
        """Give what a type lacks for an interface: (method, a pointer has it); None: nothing."""
        for name, signature in want.methods.items():
            found = find_method(kind, name)
            if found is None:
                if has_unknown(kind):
                    return None
                return name, False
            way, owner, method = found
            if isinstance(method, Type):
                continue
            through = (
                kind.kind == "pointer"
                or any(pointer for _, pointer in way)
                or (bool(way) and kind.kind == "struct" and self._by_pointer(kind, way))
            )
            if method["pointer"] and not through and kind.key == owner.key:
                return name, True
            have = self.program.signature_of(method, owner)
            if have.key != signature.key and "?" not in have.key + signature.key:
                return name, False
        return None

    def _by_pointer(self, kind: Type, way: list[tuple[int, bool]]) -> bool:
        base = kind
        for index, _ in way:
            base = base.elem if base.kind == "pointer" else base
            base = base.fields[index].type
        return base.kind == "pointer"

    def fits(self, operand: Operand, want: Type) -> str | None:
        """Tell why a value cannot be assigned to a type; None when it can (or may be able to)."""
        have = operand.type
        if have.key == want.key or "?" in have.key or "?" in want.key or want.is_unknown:
            return None
        if operand.mode == "nil":
            return None if want.nilable else ""
        if have.is_untyped:
            return self._constant_fits(operand, want)
        if want.is_interface:
            if want.terms is not None:
                return None
            lacks = self.missing_method(have, want)
            if lacks is None:
                return None
            name, pointer = lacks
            if find_method(have, name) is None and self.program.lacks(have, name):
                return None
            why = f"method {name} has pointer receiver" if pointer else f"missing method {name}"
            if find_method(have, name) is not None and not pointer:
                why = f"wrong type for method {name}"
            return f"{self.show(have)} does not implement {self.show(want)} ({why})"
        if have.under.key == want.under.key and not (have.name and want.name):
            return None
        if (
            have.kind == "chan" == want.kind
            and have.way == "both"
            and (have.elem.key == want.elem.key)
        ):
            return None
        return ""

    def _constant_fits(self, operand: Operand, want: Type) -> str | None:
        have, value = operand.type, operand.const
        if want.is_interface:
            return None
        if have.is_bool:
            return None if want.is_bool else ""
        if have.is_string:
            return None if want.is_string else ""
        if not want.is_number:
            return ""
        if value is NONE or want.kind not in INTS:
            return None
        if value != int(value):
            return "truncated"
        bits, signed = INTS[want.kind]
        low, high = (-(1 << bits - 1), 1 << bits - 1) if signed else (0, 1 << bits)
        return None if low <= value < high else "overflows"

    def convert(self, operand: Operand, want: Type, where: str) -> Fn:
        """Compile a value as one of a type; where: "assignment", "argument" ... in errors."""
        if operand.mode == "type":
            self.wrong(operand.node, f"{self.said_type(operand)} is not an expression")
            return self.zero(want)
        if operand.type.kind == "tuple" and not operand.is_unknown:
            if operand.type.results:
                return self.zero(want)
            self.wrong(operand.node, f"{self.said(operand)} used as value")
            return self.zero(want)
        why = self.fits(operand, want)
        if why is not None:
            self._refuse(operand, want, where, why)
            return self.zero(want)
        return self.coerced(operand, want)

    def said_type(self, operand: Operand) -> str:
        """Describe a type where a value should be."""
        from .tree import shown

        return f"{shown(operand.node)} (type)"

    def _refuse(self, operand: Operand, want: Type, where: str, why: str) -> None:
        said, kind = self.said(operand), self.show(want)
        if why in ("overflows", "truncated"):
            if operand.node.kind != "literal" or why == "truncated":
                self.wrong(operand.node, f"cannot use {said} as {kind} value in {where} ({why})")
            else:
                self.wrong(operand.node, f"cannot use {said} as {kind} value in {where} ({why})")
            return
        tail = f": {why}" if why else ""
        self.wrong(operand.node, f"cannot use {said} as {kind} value in {where}{tail}")

    def coerced(self, operand: Operand, want: Type) -> Fn:
        """Compile the change of representation that an assignment makes, without a check."""
        have = operand.type
        if operand.is_unknown:
            if want.is_unknown or want.nilable:
                return operand.fn
            return self.zero(want)
        if want.is_interface:
            return operand.fn if have.is_interface else self.into_interface(operand)
        if operand.const is not NONE and have.is_number:
            return constant_fn(self._represent(operand.const, want))
        return self.value(operand)

    def _represent(self, value: Any, want: Type) -> Any:
        if want.kind in ("float64", "float32") or want.is_float:
            number = float(value) if abs(value) < 10**308 else float("inf")
            return to_float32(number) if want.kind == "float32" else number
        if isinstance(value, Fraction):
            return int(value) if want.is_int or value.denominator == 1 else float(value)
        return value

    def into_interface(self, operand: Operand) -> Fn:
        """Compile the putting of a value into an interface."""
        if operand.mode == "nil" or operand.is_unknown:
            return constant_fn(None)
        kind = self.types.default(operand.type)
        self.program.note_boxed(kind)
        key = kind.key
        if operand.const is not NONE:
            return constant_fn((key, self._represent(operand.const, kind)))
        inner = self.value(operand)
        return lambda r: (key, inner(r))

    def settled(self, operand: Operand) -> Operand:
        """Give an untyped operand the type that it has by itself."""
        if not operand.type.is_untyped or operand.mode == "nil":
            return operand
        kind = self.types.default(operand.type)
        made = Operand(kind, self.coerced(operand, kind), operand.node, const=operand.const)
        made.what = operand.what
        return made

    def conversion(self, want: Type, operand: Operand, node: Any) -> Operand:
        """Compile `T(x)`."""
        have = operand.type
        if operand.is_unknown or want.is_unknown or have.kind == "tuple":
            return Operand(
                want, self.coerced(operand, want) if operand.is_unknown else self.zero(want), node
            )
        if operand.const is not NONE and (want.is_number or want.is_string or want.is_bool):
            return self._constant_conversion(want, operand, node)
        if want.is_int and have.is_number:
            return Operand(want, self._to_int(want, operand), node)
        if want.is_float and have.is_number:
            inner = operand.fn
            single = want.kind == "float32"
            return Operand(
                want,
                (lambda r: to_float32(float(inner(r)))) if single else (lambda r: float(inner(r))),
                node,
            )
        if want.is_string:
            return self._to_string(want, operand, node)
        if want.kind == "slice" and have.is_string and want.elem.kind in ("uint8", "int32"):
            inner = operand.fn
            if want.elem.kind == "uint8":
                return Operand(want, lambda r: byte_slice(inner(r)), node)
            return Operand(want, lambda r: new_list(runes(inner(r))), node)
        if want.is_interface or operand.mode == "nil" or self.fits(operand, want) is None:
            return Operand(want, self.convert(operand, want, "argument"), node, fresh=True)
        same = have.under.key == want.under.key or (
            have.kind == "pointer" == want.kind and have.elem.under.key == want.elem.under.key
        )
        if not same and "?" not in have.key + want.key:
            return self.wrong(
                operand.node, f"cannot convert {self.said(operand)} to type {self.show(want)}"
            )
        return Operand(want, operand.fn, node, fresh=operand.fresh)

    def _to_int(self, want: Type, operand: Operand) -> Fn:
        inner, wrap = operand.fn, wrapper(want.kind)
        if wrap is None:
            return inner
        if operand.type.is_float:
            return lambda r: wrap(whole(inner(r)))
        return lambda r: wrap(inner(r))

    def _constant_conversion(self, want: Type, operand: Operand, node: Any) -> Operand:
        value = operand.const
        if want.is_string and isinstance(value, int) and not isinstance(value, bool):
            value = encoded(value)
        elif operand.type.is_number and want.is_number:
            why = self._constant_fits(operand, want)
            if why is not None:
                said = self.said(operand)
                tail = " (truncated)" if why == "truncated" else ""
                if why == "overflows":
                    return self.wrong(
                        operand.node,
                        f"cannot convert {said} to type {self.show(want)}",
                    )
                return self.wrong(
                    operand.node, f"cannot convert {said} to type {self.show(want)}{tail}"
                )
            value = self._represent(value, want)
            if want.is_float and isinstance(value, float) and value - value == 0:
                return Operand(want, constant_fn(value), node, const=Fraction(value))
        elif operand.type.is_string != want.is_string or operand.type.is_bool != want.is_bool:
            return self.wrong(
                operand.node, f"cannot convert {self.said(operand)} to type {self.show(want)}"
            )
        return Operand(want, constant_fn(value), node, const=value)

    def _to_string(self, want: Type, operand: Operand, node: Any) -> Operand:
        inner, have = operand.fn, operand.type
        if have.is_string:
            return Operand(want, inner, node)
        if have.is_int:
            return Operand(want, lambda r: encoded(inner(r)), node)
        if have.kind == "slice" and have.elem.kind == "uint8":
            return Operand(want, lambda r: bytes_of(inner(r)), node)
        if have.kind == "slice" and have.elem.kind == "int32":
            return Operand(want, lambda r: "".join(map(encoded, items_of(inner(r)))), node)
        return self.wrong(
            operand.node, f"cannot convert {self.said(operand)} to type {self.show(want)}"
        )


def whole(value: float) -> int:
    """Cut a float to an integer; what is no number becomes the smallest, as on amd64."""
    return int(value) if value - value == 0 else -(1 << 63)


def encoded(code: int) -> str:
    """Write a code point as UTF-8 bytes."""
    if not 0 <= code < 0x110000 or 0xD800 <= code < 0xE000:
        code = 0xFFFD
    return chr(code) if code < 128 else chr(code).encode().decode("latin-1")


def runes(value: str) -> list[int]:
    """Split a string into code points."""
    if value.isascii():
        return [ord(one) for one in value]
    return [ord(one) for one in value.encode("latin-1").decode("utf-8", "replace")]
