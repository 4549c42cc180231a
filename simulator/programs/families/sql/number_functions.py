"""Functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .errors import pg
from .run import Run


def rounded(run: Run, kinds: Any, how: str = ROUND_HALF_UP) -> Callable[..., Any]:
    def work(value: Any, digits: Any = 0) -> Any:
        if isinstance(value, float):
            if math.isinf(value) or math.isnan(value):
                return value
            return float(round(value, int(digits))) if how == ROUND_HALF_UP else float(
                Decimal(value).quantize(Decimal(1), how))  # fmt: skip
        exact, places = Decimal(value), max(min(int(digits), 60), -60)
        if exact.is_nan():
            return exact
        found = exact.quantize(Decimal(1).scaleb(-places), how) if exact.adjusted() < 25 else exact
        return int(found) if isinstance(value, int) or (not places and (
            run.dialect == "mysql")) else found if found else abs(found)  # fmt: skip

    return work


def rounding(how: str) -> Callable[[Run, Any], Callable[..., Any]]:
    return lambda run, kinds: rounded(run, kinds, how)


def mathematics(name: str) -> Callable[[Run, Any], Callable[..., Any]]:
    fn = getattr(math, name)

    def make(run: Run, kinds: Any) -> Callable[..., Any]:
        def work(*values: Any) -> float | None:
            try:
                return float(fn(*(float(one) for one in values)))
            except (ValueError, OverflowError):
                if run.dialect == "mysql":
                    return None
                if name == "sqrt":
                    raise pg("2201F", "cannot take square root of a negative number") from None
                raise pg("22003", "value out of range") from None

        return work

    return make


def modulo(run: Run, kinds: Any) -> Callable[..., Any]:
    def work(a: Any, b: Any) -> Any:
        if not b:
            if run.dialect == "mysql":
                return None
            raise pg("22012", "division by zero")
        if isinstance(a, int) and isinstance(b, int):
            return abs(a) % abs(b) * (-1 if a < 0 else 1)
        return Decimal(str(a)) % Decimal(str(b))

    return work
