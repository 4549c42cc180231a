"""The commands: command(base, database name, the command) -> the answer without "ok"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .change import change, fresh, project
from .groups import pipeline
from .match import Doc, MongoError, at_path, bad_value, matches, ordered, rank, same

Command = Callable[[Any, str, Doc], Doc]


def _check_unique(row: Doc, docs: list[Doc], new: Doc, base: str, skip: int = -1) -> None:
    """Refuse a second document with the same value of a unique index."""
    unique = [{"key": {"_id": 1}, "name": "_id_"}]
    unique += [index for index in row["indexes"] if index.get("unique")]
    for index in unique:
        wanted = [rank((at_path(new, path) or [None])[0]) for path in index["key"]]
        if index.get("sparse") and not any(at_path(new, path) for path in index["key"]):
            continue
        for n, other in enumerate(docs):
            if n != skip and wanted == [
                rank((at_path(other, path) or [None])[0]) for path in index["key"]
            ]:
                raise _duplicate(row, index, new, base)


def _duplicate(row: Doc, index: Doc, new: Doc, base: str) -> MongoError:
    values = {path: (at_path(new, path) or [None])[0] for path in index["key"]}
    shown = ", ".join(f"{path}: {_shown(value)}" for path, value in values.items())
    error = MongoError(
        11000,
        "DuplicateKey",
        "E11000 duplicate key error collection: "
        f"{base}.{row['name'][1]} index: {index['name']} dup key: {{ {shown} }}",
    )
    error.fields.update(keyPattern=index["key"], keyValue=values)
    return error


def _shown(value: Any) -> str:
    if isinstance(value, dict) and "$oid" in value:
        return f"ObjectId('{value['$oid']}')"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f'"{value}"' if isinstance(value, str) else str(value)


def _insert(base: Any, db: str, c: Doc) -> Doc:
    row = base.read(db, c["insert"])
    docs, faults, n = list(row["docs"]), [], 0
    for at, doc in enumerate(c.get("documents") or []):
        new = {"_id": doc["_id"] if "_id" in doc else base.new_id(), **doc}  # as BSON has it
        try:
            _check_unique(row, docs, new, db)
        except MongoError as error:
            faults.append({"index": at, **{k: v for k, v in error.fields.items() if k != "ok"}})
            if c.get("ordered", True):
                break
            continue
        docs.append(new)
        n += 1
    base.write(db, c["insert"], {**row, "docs": docs})
    return {"n": n, **({"writeErrors": faults} if faults else {})}


def _found(base: Any, db: str, name: str, c: Doc) -> list[Doc]:
    docs = base.read(db, name)["docs"]
    query = c.get("filter") or c.get("query") or {}
    found = ordered([doc for doc in docs if matches(doc, query)], c.get("sort") or {})
    found = found[int(c.get("skip") or 0) :]
    limit = abs(int(c.get("limit") or 0))
    return found[:limit] if limit else found


def _cursor(docs: list[Doc], db: str, name: str) -> Doc:
    return {"cursor": {"firstBatch": docs, "id": 0, "ns": f"{db}.{name}"}}


def _find(base: Any, db: str, c: Doc) -> Doc:
    fields = c.get("projection") or {}
    found = [project(doc, fields) for doc in _found(base, db, c["find"], c)]
    return _cursor(found, db, c["find"])


def _update(base: Any, db: str, c: Doc) -> Doc:
    row = base.read(db, c["update"])
    docs, hits, changed, upserted = list(row["docs"]), 0, 0, []
    for n, one in enumerate(c.get("updates") or []):
        if isinstance(one["u"], list):
            raise bad_value("drydock: updates by a pipeline are not followed by the model")
        places = [at for at, doc in enumerate(docs) if matches(doc, one["q"])]
        for at in places if one.get("multi") else places[:1]:
            new = change(docs[at], one["u"], base.now())
            hits += 1
            if not same(new, docs[at]):
                _check_unique(row, docs, new, db, at)
                changed += 1
                docs[at] = new
        if not places and one.get("upsert"):
            new = change(fresh(one["q"]), one["u"], base.now(), True)
            new = new if "_id" in new else {"_id": base.new_id(), **new}
            _check_unique(row, docs, new, db)
            docs.append(new)
            hits += 1
            upserted.append({"index": n, "_id": new["_id"]})
    if changed or upserted:
        base.write(db, c["update"], {**row, "docs": docs})
    return {"n": hits, "nModified": changed, **({"upserted": upserted} if upserted else {})}


def _delete(base: Any, db: str, c: Doc) -> Doc:
    row = base.read(db, c["delete"])
    docs, n = list(row["docs"]), 0
    for one in c.get("deletes") or []:
        gone = [at for at, doc in enumerate(docs) if matches(doc, one["q"])]
        gone = gone[:1] if one.get("limit") else gone
        docs = [doc for at, doc in enumerate(docs) if at not in gone]
        n += len(gone)
    if n:
        base.write(db, c["delete"], {**row, "docs": docs})
    return {"n": n}


def _find_and_modify(base: Any, db: str, c: Doc) -> Doc:
    name, query = c["findAndModify"], c.get("query") or {}
    first = _found(base, db, name, {"query": query, "sort": c.get("sort"), "limit": 1})
    if not first and not c.get("upsert"):
        return {"value": None, "lastErrorObject": {"n": 0, "updatedExisting": False}}
    chosen = {"_id": first[0]["_id"]} if first else query
    if c.get("remove"):
        _delete(base, db, {"delete": name, "deletes": [{"q": chosen, "limit": 1}]})
        return {"value": project(first[0], c.get("fields") or {}), "lastErrorObject": {"n": 1}}
    done = _update(base, db, {"update": name, "updates": [
        {"q": chosen, "u": c["update"], "upsert": bool(c.get("upsert"))}]})  # fmt: skip
    key = {"_id": done["upserted"][0]["_id"]} if done.get("upserted") else chosen
    after = _found(base, db, name, {"query": key, "limit": 1})
    shown = (after if c.get("new") else first)[:1]
    value = project(shown[0], c.get("fields") or {}) if shown else None
    return {"value": value, "lastErrorObject": {"n": 1, "updatedExisting": bool(first)}}


def _count(base: Any, db: str, c: Doc) -> Doc:
    return {"n": len(_found(base, db, c["count"], c))}


def _distinct(base: Any, db: str, c: Doc) -> Doc:
    found: list[Any] = []
    for doc in _found(base, db, c["distinct"], c):
        for value in at_path(doc, c["key"]):
            for one in value if isinstance(value, list) else [value]:
                if not any(same(one, other) for other in found):
                    found.append(one)
    return {"values": found}


def _aggregate(base: Any, db: str, c: Doc) -> Doc:
    docs = base.read(db, c["aggregate"])["docs"]
    made = pipeline(docs, c.get("pipeline") or [], lambda name: base.read(db, name)["docs"])
    return _cursor(made, db, str(c["aggregate"]))


def _create_indexes(base: Any, db: str, c: Doc) -> Doc:
    row = base.read(db, c["createIndexes"])
    kept = list(row["indexes"])
    for index in c.get("indexes") or []:
        if not any(one["name"] == index["name"] for one in kept):
            kept.append(index)
            for n, doc in enumerate(row["docs"]):
                _check_unique({**row, "indexes": [index]}, row["docs"], doc, db, n)
    base.write(db, c["createIndexes"], {**row, "indexes": kept})
    return {"numIndexesBefore": 1 + len(row["indexes"]), "numIndexesAfter": 1 + len(kept)}


def _list_collections(base: Any, db: str, c: Doc) -> Doc:
    rows = [{"name": name, "type": "collection"} for of, name in base.names() if of == db]
    return _cursor(rows, db, "$cmd.listCollections")


def _list_databases(base: Any, db: str, c: Doc) -> Doc:
    names = sorted({"admin", "config", "local", *(of for of, _ in base.names())})
    return {"databases": [{"name": name, "sizeOnDisk": 40960, "empty": False} for name in names]}


def _drop(base: Any, db: str, c: Doc) -> Doc:
    if not base.exists(db, c["drop"]):
        return {}
    base.drop(db, c["drop"])
    return {"nIndexesWas": 1, "ns": f"{db}.{c['drop']}"}


def _drop_database(base: Any, db: str, c: Doc) -> Doc:
    for of, name in base.names():
        if of == db:
            base.drop(of, name)
    return {"dropped": db}


def _create(base: Any, db: str, c: Doc) -> Doc:
    if base.exists(db, c["create"]):
        raise MongoError(48, "NamespaceExists", f"Collection {db}.{c['create']} already exists.")
    base.write(db, c["create"], base.read(db, c["create"]))
    return {}


def _hello(base: Any, db: str, c: Doc) -> Doc:
    return {"isWritablePrimary": True, "maxWireVersion": 25, "readOnly": False}


COMMANDS: dict[str, Command] = {
    "ping": lambda base, db, c: {}, "hello": _hello, "insert": _insert, "find": _find,
    "update": _update, "delete": _delete, "findAndModify": _find_and_modify, "count": _count,
    "distinct": _distinct, "aggregate": _aggregate, "createIndexes": _create_indexes,
    "listCollections": _list_collections, "listDatabases": _list_databases, "drop": _drop,
    "dropDatabase": _drop_database, "create": _create,
}  # fmt: skip
