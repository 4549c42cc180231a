"""Constants and variables of packages: their values and types, worked out when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .packages import Block, Obj, Package
from .types import Type

if TYPE_CHECKING:
    from .program import Program


def _body(program: Program, package: Package, file: str, block: Block) -> Any:
    from .compiler import Compiler

    return Compiler(program, package, file, block)


def constant_of(program: Program, package: Package, file: str, block: Block, node: Any) -> Any:
    """Give the value of a constant expression, None when it is none."""
    from .body import NONE

    operand = _body(program, package, file, block).single(node)
    return None if operand.const is NONE else operand.const


def constant_value(program: Program, obj: Obj) -> tuple[Type | None, Any]:
    """Give the type and the value of a declared constant."""
    from .body import NONE

    if obj.type is not None or obj.node is None:
        return obj.type, obj.value
    if obj.busy or obj.package is None:
        obj.type = program.types.unknown
        return obj.type, None
    obj.busy = True
    body = _body(program, obj.package, obj.file, obj.value or obj.package.imports[obj.file])
    obj.value = None
    node = obj.node
    body.iota = node.iota
    if obj.at >= len(node.values):
        body.wrong(node.names[obj.at], "missing init expr for const declaration")
        obj.type = program.types.unknown
        return obj.type, None
    operand = body.single(node.values[obj.at])
    want = body.type(node.type) if node.type is not None else None
    if operand.const is NONE and not operand.is_unknown:
        body.wrong(operand.node, f"{body.said(operand)} is not constant")
    if want is not None and not operand.is_unknown:
        why = body.fits(operand, want)
        if why is not None:
            body.convert(operand, want, "constant declaration")
    obj.type = want or operand.type
    obj.value = None if operand.const is NONE else operand.const
    if want is not None and obj.value is not None and want.is_int:
        obj.value = int(obj.value)
    return obj.type, obj.value


def variable_type(program: Program, obj: Obj) -> Type:
    """Give the type of a package's variable."""
    if obj.type is not None:
        return obj.type
    if obj.busy or obj.package is None or obj.node is None:
        return program.types.unknown
    obj.busy = True
    body = _body(program, obj.package, obj.file, obj.package.imports[obj.file])
    node = obj.node
    found: Type
    if node.type is not None:
        found = body.type(node.type)
    elif len(node.values) == 1 and len(node.names) > 1:
        operand = body.expr(node.values[0])
        kinds = body.kinds_of(operand, len(node.names))
        found = kinds[obj.at]
    elif obj.at < len(node.values):
        operand = body.single(node.values[obj.at])
        found = body.types.default(operand.type)
    else:
        found = program.types.unknown
    obj.busy = False
    obj.type = found
    return found
