"""Aggregation: the stages of a pipeline that tutorials use (manual: "Aggregation Stages")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .change import project, put
from .match import Doc, MongoError, at_path, is_operators, matches, ordered, rank

Others = Callable[[str], list[Doc]]


def value_of(doc: Doc, wish: Any) -> Any:
    """Work out an expression: "$path", a value, or a document of them."""
    if isinstance(wish, str) and wish.startswith("$$ROOT"):
        return doc
    if isinstance(wish, str) and wish[:1] == "$":
        return (at_path(doc, wish[1:]) or [None])[0]
    if isinstance(wish, dict) and is_operators(wish):
        op = next(iter(wish))
        inner = wish[op] if isinstance(wish[op], list) else [wish[op]]
        return _operator(op, [value_of(doc, one) for one in inner])
    if isinstance(wish, dict):
        return {key: value_of(doc, one) for key, one in wish.items()}
    return wish


def _operator(op: str, given: list[Any]) -> Any:
    numbers = [one for one in given if isinstance(one, (int, float))]
    if op in ("$add", "$sum"):
        return sum(numbers)
    if op == "$multiply":
        made: Any = 1
        for one in numbers:
            made *= one
        return made
    if op == "$subtract" and len(numbers) == 2:
        return numbers[0] - numbers[1]
    if op == "$divide" and len(numbers) == 2:
        if not numbers[1]:
            raise MongoError(2, "BadValue", "can't $divide by zero")
        return numbers[0] / numbers[1]
    if op == "$concat":
        return None if None in given else "".join(map(str, given))
    if op in ("$toUpper", "$toLower"):
        return str(given[0] or "").upper() if op == "$toUpper" else str(given[0] or "").lower()
    if op == "$size" and isinstance(given[0], list):
        return len(given[0])
    if op == "$ifNull":
        return next((one for one in given if one is not None), None)
    raise MongoError(168, "InvalidPipelineOperator", f"drydock: the expression {op} is not followed"
                     " by the model")  # fmt: skip


def _group(docs: list[Doc], wish: Doc) -> list[Doc]:
    if "_id" not in wish:
        raise MongoError(15955, "Location15955", "a group specification must include an _id")
    groups: list[tuple[Any, list[Doc]]] = []
    for doc in docs:
        key = value_of(doc, wish["_id"])
        row = next((rows for of, rows in groups if rank(of) == rank(key)), None)
        if row is None:
            groups.append((key, [doc]))
        else:
            row.append(doc)
    return [{"_id": key, **{name: _gathered(rows, how) for name, how in wish.items()
                            if name != "_id"}} for key, rows in groups]  # fmt: skip


def _gathered(docs: list[Doc], how: Doc) -> Any:
    op = next(iter(how), "")
    values = [value_of(doc, how.get(op)) for doc in docs]
    numbers = [one for one in values if isinstance(one, (int, float))]
    known = [one for one in values if one is not None]
    if op == "$sum":
        return sum(numbers)
    if op == "$avg":
        return sum(numbers) / len(numbers) if numbers else None
    if op in ("$min", "$max"):
        return (min if op == "$min" else max)(known, key=rank) if known else None
    if op in ("$first", "$last"):
        return values[0 if op == "$first" else -1]
    if op == "$push":
        return values
    if op == "$addToSet":
        return [one for n, one in enumerate(values) if rank(one) not in map(rank, values[:n])]
    if op == "$count":
        return len(docs)
    raise MongoError(15952, "Location15952", f"unknown group operator '{op}'")


def _unwound(docs: list[Doc], wish: Any) -> list[Doc]:
    path = str(wish["path"] if isinstance(wish, dict) else wish)[1:]
    found: list[Doc] = []
    for doc in docs:
        value = (at_path(doc, path) or [None])[0]
        for item in value if isinstance(value, list) else [] if value is None else [value]:
            found.append({**doc, path: item})
    return found


def _with_fields(doc: Doc, wish: Doc) -> Doc:
    made = dict(doc)
    for path, value in wish.items():
        put(made, path, value_of(doc, value))
    return made


def _projected(doc: Doc, wish: Doc) -> Doc:
    plain = {key: one for key, one in wish.items() if one in (0, 1, True, False)}
    made = {key: value_of(doc, one) for key, one in wish.items() if key not in plain}
    fields = {**plain, **dict.fromkeys(made, 1)}
    return {**project(doc, fields), **made}


def _joined(docs: list[Doc], wish: Doc, others: Others) -> list[Doc]:
    rows = others(str(wish.get("from")))
    local, foreign = str(wish.get("localField")), str(wish.get("foreignField"))
    return [{**doc, str(wish.get("as")): [
        row for row in rows if matches(row, {foreign: {"$in": at_path(doc, local)}})
    ]} for doc in docs]  # fmt: skip


def pipeline(docs: list[Doc], stages: list[Doc], others: Others) -> list[Doc]:
    """Send documents through stages; others(name): the documents of another collection."""
    for stage in stages:
        op = next(iter(stage), "")
        wish = stage.get(op)
        if op == "$match":
            docs = [doc for doc in docs if matches(doc, wish or {})]
        elif op == "$sort":
            docs = ordered(docs, wish or {})
        elif op == "$limit":
            docs = docs[: int(wish or 0)]
        elif op == "$skip":
            docs = docs[int(wish or 0) :]
        elif op == "$count":
            docs = [{str(wish): len(docs)}] if docs else []
        elif op == "$group":
            docs = _group(docs, wish or {})
        elif op == "$unwind":
            docs = _unwound(docs, wish)
        elif op in ("$addFields", "$set"):
            docs = [_with_fields(doc, wish or {}) for doc in docs]
        elif op == "$project":
            docs = [_projected(doc, wish or {}) for doc in docs]
        elif op == "$lookup":
            docs = _joined(docs, wish or {}, others)
        else:
            raise MongoError(40324, "Location40324", f"Unrecognized pipeline stage name: '{op}'")
    return docs
