"""Tables of MySQL written as SHOW CREATE TABLE does."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .tables import Table
from .types import from_plain, shown


def create_text(store: Any, table: Table) -> str:
    """Write a table of MySQL as SHOW CREATE TABLE does."""
    lines = [_column_text(one) for one in table.columns]
    every = [*table.row["constraints"], *table.row["indexes"]]
    order = {"primary": 0, "unique": 1, "foreign": 3, "check": 4}
    keyed = [one["columns"] for one in every if one.get("k") not in ("foreign", "check")]
    for one in table.row["constraints"]:  # a foreign key brings an index where there is none
        columns = one["columns"]
        if one["k"] == "foreign" and not any(key[: len(columns)] == columns for key in keyed):
            name = columns[0] if one["name"].startswith(f"{table.name}_ibfk_") else one["name"]
            every.append({"name": name, "columns": columns, "unique": False})
    for one in sorted(
        every, key=lambda row: order.get(row.get("k"), 1 if row.get("unique") else 2)
    ):
        lines.append(f"  {_key_text(one)}")
    auto = store.counter(f"{table.key}#auto")
    counts = auto and any(one.get("auto") for one in table.columns)
    count = f" AUTO_INCREMENT={auto + 1}" if counts else ""  # fmt: skip
    body = ",\n".join(lines)
    return (f"CREATE TABLE `{table.name}` (\n{body}\n) ENGINE=InnoDB{count} DEFAULT "
            "CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci")  # fmt: skip


def _column_text(one: dict[str, Any]) -> str:
    kind = from_plain(one["type"])
    line = f"  `{one['name']}` {shown(kind, 'mysql')}"
    if one.get("generated"):
        line += f" GENERATED ALWAYS AS ({one['generated']}) VIRTUAL"
    if one["not_null"]:
        line += " NOT NULL"
    elif kind.name == "timestamp":
        line += " NULL"
    default = one.get("default")
    if default is not None:
        plain = default.strip("'").replace(".", "", 1).lstrip("-")
        if default.lower().startswith(("now", "current_timestamp")):
            default = "CURRENT_TIMESTAMP"
        elif default.lower() in ("true", "false"):
            default = f"'{int(default.lower() == 'true')}'"
        elif kind.name == "decimal" and plain.isdigit():
            default = (
                f"'{Decimal(default.strip(chr(39))).quantize(Decimal(1).scaleb(-(kind.b or 0)))}'"
            )
        elif plain.isdigit() and not default.startswith("'"):
            default = f"'{default}'"
        elif not default.startswith("'"):
            default = f"({default})"
        line += f" DEFAULT {default}"
    elif (
        not one["not_null"]
        and not kind.name.endswith(("text", "blob", "json"))
        and not (one.get("generated"))
    ):
        line += " DEFAULT NULL"
    line += " ON UPDATE CURRENT_TIMESTAMP" if one.get("on_update") else ""
    line += " AUTO_INCREMENT" if one.get("auto") else ""
    return line + (f" COMMENT '{one['comment']}'" if one.get("comment") else "")


def _key_text(one: dict[str, Any]) -> str:
    columns = ",".join(f"`{name}`" for name in one["columns"])
    kind = one.get("k")
    if kind == "primary":
        return f"PRIMARY KEY ({columns})"
    if kind == "foreign":
        to = ",".join(f"`{name}`" for name in one["to"])
        more = "".join(f" ON {event.upper()} {one[event].upper()}" for event in ("delete", "update")
                       if one[event] != "no action")  # fmt: skip
        return (f"CONSTRAINT `{one['name']}` FOREIGN KEY ({columns}) REFERENCES "
                f"`{one['table'][-1]}` ({to}){more}")  # fmt: skip
    if kind == "check":
        return f"CONSTRAINT `{one['name']}` CHECK ({one['text']})"
    word = "UNIQUE KEY" if kind == "unique" or one.get("unique") else "KEY"
    return f"{word} `{one['name']}` ({columns})"
