"""What psql's \\d, \\dt, \\l, \\du and their like show of a database (see describe.py)."""

from __future__ import annotations

from typing import Any

from simulator import globs

from .deparse import ident
from .shown import Style, psql_table

KINDS = {"t": "table", "v": "view", "s": "sequence", "i": "index", "m": "materialized view"}
_ATTRIBUTES = (("superuser", "Superuser"), ("createrole", "Create role"), ("createdb", "Create DB"),
               ("replication", "Replication"), ("bypassrls", "Bypass RLS"))  # fmt: skip
_MOST = {"bigint": 9223372036854775807, "integer": 2147483647, "smallint": 32767}
_BASES = {"postgres": "default administrative connection database", "template0": "unmodifiable "
          "empty database", "template1": "default template for new databases"}  # fmt: skip
Found = dict[str, Any]


def table(names: list[str], rows: list[list[Any]], style: Style, **more: Any) -> str:
    """Write a list of psql's own."""
    kinds = ["int8" if rows and all(isinstance(row[n], int) for row in rows) else "text"
             for n in range(len(names))]  # fmt: skip
    columns = [{"name": name, "type": kind} for name, kind in zip(names, kinds, strict=True)]
    return psql_table({"columns": columns, "rows": rows}, style._replace(**more))


def size(number: int) -> str:
    """Write a size as pg_size_pretty() does."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 10 * 1024 or unit == "GB":
            return f"{number} {unit}"
        number = (number + 512) // 1024
    return ""


def databases(found: Found, style: Style, more: bool) -> str:
    """Write \\l."""
    newer = int(found["version"].split()[1].partition(".")[0]) >= 16
    names = ["Name", "Owner", "Encoding"]
    names += ["Locale Provider", "Collate", "Ctype", _locale(found), "ICU Rules"] if newer else [
        "Collate", "Ctype", "ICU Locale", "Locale Provider"]  # fmt: skip
    names += ["Access privileges", *(["Size", "Tablespace", "Description"] if more else [])]
    rows = []
    local = "en_US.utf8"
    for one in found["databases"]:
        template = one["name"] in ("template0", "template1")
        grant = f"=c/{one['owner']}\n{one['owner']}=CTc/{one['owner']}" if template else ""
        form = ["libc", local, local, "", ""] if newer else [local, local, "", "libc"]
        row = [one["name"], one["owner"], "UTF8", *form, grant]
        if more:
            row += [size(one["size"]), "pg_default", _BASES.get(one["name"], "")]
        rows.append(row)
    return table(names, rows, style, title="List of databases")


def _locale(found: Found) -> str:
    return "ICU Locale" if found["version"].split()[1].startswith("16") else "Locale"


def roles(found: Found, style: Style, pattern: str) -> str:
    """Write \\du."""
    newer = int(found["version"].split()[1].partition(".")[0]) >= 16
    rows = []
    for name, row in sorted(found["roles"].items()):
        if pattern and not globs.fits(name, pattern):
            continue
        words = [word for key, word in _ATTRIBUTES if row.get(key) or (
            key == "bypassrls" and row["superuser"] and row.get("replication"))]  # fmt: skip
        words += [] if row["login"] else ["Cannot login"]
        rows.append([name, ", ".join(words), *([] if newer else ["{}"])])
    names = ["Role name", "Attributes", *([] if newer else ["Member of"])]
    text = table(names, rows, style, title="List of roles", footer=False)
    return text


def schemas(found: Found, style: Style) -> str:
    """Write \\dn."""
    rows = [[one["name"], one["owner"]] for one in found["schemas"]]
    return table(["Name", "Owner"], rows, style, title="List of schemas")


def extensions(found: Found, style: Style) -> str:
    """Write \\dx."""
    from .objects import EXTENSIONS
    from .pg_dump import _EXTENSIONS

    rows = [[name, EXTENSIONS.get(name, "1.0"), "pg_catalog" if name == "plpgsql" else "public",
             "PL/pgSQL procedural language" if name == "plpgsql" else _EXTENSIONS.get(name, "")]
            for name in sorted(found["extensions"])]  # fmt: skip
    return table(["Name", "Version", "Schema", "Description"], rows, style,
                 title="List of installed extensions")  # fmt: skip


def types(found: Found, style: Style) -> str:
    """Write \\dT."""
    rows = [["public", one["name"], ""] for one in found["enums"]]
    return table(["Schema", "Name", "Description"], rows, style, title="List of data types")


def functions(found: Found, style: Style) -> str:
    """Write \\df: the modelled server has no functions of its users."""
    names = ["Schema", "Name", "Result data type", "Argument data types", "Type"]
    return table(names, [], style, title="List of functions")


def _every(found: Found) -> list[dict[str, Any]]:
    """List tables, views, sequences and indexes: {"kind", "schema", "name", "owner", ...}."""
    made = [{**one, "kind": "table"} for one in found["tables"]]
    made += [{**one, "kind": "view"} for one in found["views"]]
    made += [{**one, "kind": "sequence"} for one in found["sequences"]]
    for one in found["tables"]:
        rows = [*one["keys"], *one["indexes"]]
        made += [{"kind": "index", "schema": one["schema"], "name": row["name"], "of": one["name"],
                  "owner": one["owner"], "row": row, "size": 16384} for row in rows]  # fmt: skip
    return sorted(made, key=lambda one: (one["schema"], one["name"]))


def _fitting(found: Found, pattern: str, kinds: list[str]) -> list[dict[str, Any]]:
    schema, dot, name = pattern.rpartition(".")
    every = [one for one in _every(found) if one["kind"] in kinds]
    if not pattern:
        return [one for one in every if one["schema"] in found["path"]]
    return [one for one in every if globs.fits(one["name"], _folded(name))
            and (globs.fits(one["schema"], _folded(schema)) if dot
                 else one["schema"] in found["path"])]  # fmt: skip


def _folded(name: str) -> str:
    return name.strip('"') if name.startswith('"') else name.lower()


def relations(found: Found, style: Style, letters: str, pattern: str, more: bool) -> str | None:
    """Write \\dt and its like; None when there is nothing."""
    kinds = [KINDS[one] for one in letters if one in KINDS] or ["table", "view", "sequence"]
    rows, of_index = [], kinds == ["index"]
    for one in _fitting(found, pattern, kinds):
        row = [one["schema"], one["name"], one["kind"], one["owner"]]
        if of_index:
            row.append(one["of"])
        if more:
            access = {"table": "heap", "index": "btree"}.get(one["kind"], "")
            text = found["comments"].get(f"{one['kind']} {one['schema']}.{one['name']}", "")
            shown = size(one.get("size", 8192 if one["kind"] == "sequence" else 0))
            row += [
                "permanent",
                *([access] if set(kinds) & {"table", "index"} else []),
                shown,
                text,
            ]
        rows.append(row)
    if not rows:
        return None
    names = ["Schema", "Name", "Type", "Owner", *(["Table"] if of_index else [])]
    if more:
        access_names = ["Access method"] if set(kinds) & {"table", "index"} else []
        names += ["Persistence", *access_names, "Size", "Description"]
    newer = int(found["version"].split()[1].partition(".")[0]) >= 18
    word = {"table": "tables", "view": "views", "sequence": "sequences", "index": "indexes"}
    title = f"List of {word.get(kinds[0], 'relations')}" if newer and len(kinds) == 1 else (
        "List of relations")  # fmt: skip
    return table(names, rows, style, title=title)


def privileges(found: Found, style: Style, pattern: str) -> str:
    """Write \\dp."""
    rows = [[one["schema"], one["name"], one["kind"], "", "", ""]
            for one in _fitting(found, pattern, ["table", "view", "sequence"])]  # fmt: skip
    names = ["Schema", "Name", "Type", "Access privileges", "Column privileges", "Policies"]
    return table(names, rows, style, title="Access privileges")


def described(found: Found, style: Style, pattern: str, more: bool) -> str | None:
    """Write \\d NAME for all that fits; None when nothing does."""
    hits = _fitting(found, pattern, ["table", "view", "sequence", "index"])
    return "".join(_one(found, style, one, more) for one in hits) or None


def _one(found: Found, style: Style, one: dict[str, Any], more: bool) -> str:
    title = f'"{one["schema"]}.{one["name"]}"'
    if one["kind"] == "sequence":
        low, high = 1, _MOST[one["type"]]
        row = [one["type"], one["start"], low, high, one["step"], "no", 1]
        names = ["Type", "Start", "Minimum", "Maximum", "Increment", "Cycles?", "Cache"]
        text = table(names, [row], style, title=f"Sequence {title}", footer=False)
        if one["owned"]:
            how = "Sequence for identity column" if one["identity"] else "Owned by"
            text = text[:-1] + f"{how}: {'.'.join(one['owned'])}\n\n"
        return text
    if one["kind"] == "index":
        return _index(found, style, one)
    if one["kind"] == "view":
        rows = [[column["name"], column["type"], "", "", ""] for column in one["columns"]]
        return table(["Column", "Type", "Collation", "Nullable", "Default"], rows, style,
                     title=f"View {title}", footer=False)  # fmt: skip
    return _table(found, style, one, more)


def _table(found: Found, style: Style, one: dict[str, Any], more: bool) -> str:
    names = ["Column", "Type", "Collation", "Nullable", "Default"]
    rows = [[column["name"], column["shown_type"], "", "not null" if column["not_null"] else "",
             column["shown"]] for column in one["columns"]]  # fmt: skip
    if more:
        names += ["Storage", "Compression", "Stats target", "Description"]
        for row, column in zip(rows, one["columns"], strict=True):
            key = f"column {one['schema']}.{one['name']}.{column['name']}"
            row += [_storage(column["shown_type"]), "", "", found["comments"].get(key, "")]
    title = f'Table "{one["schema"]}.{one["name"]}"'
    text = table(names, rows, style, title=title, footer=False)
    lines = _indexes(one) + _rules(one)
    newer = int(found["version"].split()[1].partition(".")[0]) >= 18
    if more:
        required = [column["name"] for column in one["columns"] if column["not_null"]]
        if newer and required:
            lines.append("Not-null constraints:")
            lines += [f'    "{one["name"]}_{name}_not_null" NOT NULL "{name}"' for name in required]
        lines.append("Access method: heap")
    return text[:-1] + "".join(f"{line}\n" for line in lines) + "\n"


def _storage(kind: str) -> str:
    if kind.startswith("numeric"):
        return "main"
    long = ("text", "character", "json", "bytea", "xml")
    return "extended" if kind.startswith(long) or kind.endswith("[]") else "plain"


def _indexes(one: dict[str, Any]) -> list[str]:
    rows = [(not row["primary"], row["name"], f'    "{row["name"]}" '
             + ("PRIMARY KEY" if row["primary"] else "UNIQUE CONSTRAINT")
             + f", btree ({', '.join(row['columns'])})") for row in one["keys"]]  # fmt: skip
    rows += [(True, row["name"], f'    "{row["name"]}" ' + ("UNIQUE, " if row["unique"] else "")
              + row["text"]) for row in one["indexes"]]  # fmt: skip
    return ["Indexes:", *(row[2] for row in sorted(rows))] if rows else []


def _rules(one: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    if one["checks"]:
        lines.append("Check constraints:")
        lines += [f'    "{row["name"]}" CHECK ({row["pretty"]})'
                  for row in sorted(one["checks"], key=lambda row: str(row["name"]))]  # fmt: skip
    if one["foreign"]:
        lines.append("Foreign-key constraints:")
        lines += [f'    "{row["name"]}" {_short(row["text"])}'
                  for row in sorted(one["foreign"], key=lambda row: str(row["name"]))]  # fmt: skip
    if one["referenced"]:
        lines.append("Referenced by:")
        rows = sorted(one["referenced"], key=lambda row: (row["schema"], row["table"], row["name"]))
        lines += [f'    TABLE "{_plain(row)}" CONSTRAINT "{row["name"]}" {_short(row["text"])}'
                  for row in rows]  # fmt: skip
    return lines


def _plain(row: dict[str, Any]) -> str:
    return str(row["table"] if row["schema"] == "public" else f"{row['schema']}.{row['table']}")


def _short(text: str) -> str:
    return text.replace("REFERENCES public.", "REFERENCES ")


def _index(found: Found, style: Style, one: dict[str, Any]) -> str:
    row = one["row"]
    owner = next(t for t in found["tables"] if (t["schema"], t["name"]) == (
        one["schema"], one["of"]))  # fmt: skip
    kinds = {ident(column["name"]): column["shown_type"] for column in owner["columns"]}
    inner = row.get("text", "").partition("(")[2].rpartition(")")[0]
    names = row.get("columns") or [part.strip() for part in inner.split(",")]
    rows = [[name.split()[0], kinds.get(name.split()[0], "text"), "yes", name.split()[0]]
            for name in names if name]  # fmt: skip
    text = table(["Column", "Type", "Key?", "Definition"], rows, style,
                 title=f'Index "{one["schema"]}.{one["name"]}"', footer=False)  # fmt: skip
    word = "primary key, " if row.get("primary") else "unique, " if (
        row.get("unique") or "primary" in row) else ""  # fmt: skip
    return text[:-1] + f'{word}btree, for table "{one["schema"]}.{one["of"]}"\n\n'
