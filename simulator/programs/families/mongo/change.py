"""Updates: what becomes of a document (manual: "Update Operators"), and projections."""

from __future__ import annotations

import copy
from typing import Any

from .match import (
    MISSING,
    Doc,
    MongoError,
    at_path,
    bad_value,
    condition,
    is_operators,
    matches,
    rank,
    same,
)


def failed(message: str) -> MongoError:
    """Refuse an update."""
    return MongoError(9, "FailedToParse", message)


def put(doc: Doc, path: str, value: Any) -> None:
    """Set what stands at a dotted path; MISSING removes it."""
    at: Any = doc
    parts = path.split(".")
    for part in parts[:-1]:
        if isinstance(at, list) and part.isdigit() and int(part) < len(at):
            at = at[int(part)]
        elif isinstance(at, dict):
            at = at.setdefault(part, {})
        else:
            at = None
        if not isinstance(at, (dict, list)):
            raise MongoError(28, "PathNotViable", f"Cannot create field '{parts[-1]}' in element "
                             f"{{{part}: {at}}}")  # fmt: skip
    last = parts[-1]
    if isinstance(at, list):
        if last.isdigit() and int(last) < len(at):
            at[int(last)] = None if value is MISSING else value
    elif value is MISSING:
        at.pop(last, None)
    else:
        at[last] = value


def _numbers(doc: Doc, path: str, operand: Any, op: str) -> Any:
    if isinstance(operand, bool) or not isinstance(operand, (int, float)):
        raise MongoError(14, "TypeMismatch", f"Cannot {'increment' if op == '$inc' else 'multiply'}"
                         f" with non-numeric argument: {{{path}: {operand!r}}}")  # fmt: skip
    old = (at_path(doc, path) or [0])[0]
    if isinstance(old, bool) or not isinstance(old, (int, float)):
        raise MongoError(14, "TypeMismatch", f"Cannot apply {op} to a value of non-numeric type. "
                         f"The field '{path}' is of another type")  # fmt: skip
    return old + operand if op == "$inc" else old * operand


def _lists(doc: Doc, path: str, operand: Any, op: str) -> list[Any]:
    old = (at_path(doc, path) or [[]])[0]
    if not isinstance(old, list):
        raise bad_value(f"The field '{path}' must be an array but is of type "
                        f"{'string' if isinstance(old, str) else 'object'} in document "
                        f"{{_id: {doc.get('_id')}}}")  # fmt: skip
    if op == "$pop":
        return old[1:] if operand == -1 else old[:-1]
    if op == "$pull":

        def gone(item: Any) -> bool:
            if isinstance(item, dict) and isinstance(operand, dict) and not is_operators(operand):
                return same(item, operand) or matches(item, operand)
            return condition([item], operand)

        return [item for item in old if not gone(item)]
    several = isinstance(operand, dict) and "$each" in operand
    new = list(operand["$each"]) if several else [operand]
    for item in new:
        if op == "$push" or not any(same(item, one) for one in old):
            old = [*old, item]
    return old[operand["$slice"] :] if several and int(operand.get("$slice", 0)) < 0 else old


def change(doc: Doc, update: Doc, now: Any, inserting: bool = False) -> Doc:
    """Give what an update makes of a document; now: the moment as a value."""
    if not is_operators(update):
        return {**({"_id": doc["_id"]} if "_id" in doc else {}), **copy.deepcopy(update)}
    made: Doc = copy.deepcopy(doc)
    for op, rows in update.items():
        if not isinstance(rows, dict):
            raise failed(f"Modifiers operate on fields but we found type {type(rows).__name__} "
                         f"instead. For example: {{$mod: {{<field>: ...}}}}")  # fmt: skip
        for path, operand in copy.deepcopy(rows).items():
            _one(made, op, path, operand, now, inserting)
    if "_id" in doc and not same(made.get("_id"), doc["_id"]):
        raise MongoError(66, "ImmutableField", "Performing an update on the path '_id' would modify"
                         " the immutable field '_id'")  # fmt: skip
    return made


def _one(made: Doc, op: str, path: str, operand: Any, now: Any, inserting: bool) -> None:
    old = at_path(made, path)
    if op == "$set" or (op == "$setOnInsert" and inserting):
        put(made, path, operand)
    elif op == "$setOnInsert":
        return
    elif op == "$unset":
        put(made, path, MISSING)
    elif op in ("$inc", "$mul"):
        put(made, path, _numbers(made, path, operand, op))
    elif op in ("$min", "$max"):
        if not old or (rank(operand) < rank(old[0])) == (op == "$min"):
            put(made, path, operand)
    elif op in ("$push", "$addToSet", "$pull", "$pop"):
        put(made, path, _lists(made, path, operand, op))
    elif op == "$rename":
        if old:
            put(made, path, MISSING)
            put(made, str(operand), old[0])
    elif op == "$currentDate":
        put(made, path, now)
    else:
        raise failed(f"Unknown modifier: {op}. Expected a valid update modifier or "
                     "pipeline-style update specified as an array")  # fmt: skip


def fresh(query: Doc) -> Doc:
    """Give the document that an upsert begins with: what its filter says to be equal."""
    made: Doc = {}
    for path, wanted in query.items():
        if path[:1] != "$" and not is_operators(wanted):
            put(made, path, wanted)
        elif path[:1] != "$" and "$eq" in wanted:
            put(made, path, wanted["$eq"])
    return made


def project(doc: Doc, fields: Doc) -> Doc:
    """Give the fields that a projection asks for."""
    if not fields:
        return doc
    keeps = [path for path, on in fields.items() if on and path != "_id"]
    if not keeps and not any(on for on in fields.values()):
        made: Doc = copy.deepcopy(doc)
        for path in fields:
            put(made, path, MISSING)
        return made
    found: Doc = {}
    if fields.get("_id", 1) and "_id" in doc:
        found["_id"] = doc["_id"]
    for path in keeps:
        values = at_path(doc, path)
        if values:
            put(found, path, values[0])
    return found
