"""Types of values: what they are called, what they take, which can meet.

In statements a value is Python's: None, bool, int, Decimal, float, str, date, time, datetime (UTC,
without a zone), Interval, list (an array). In a table's rows all is plain data.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .errors import SqlError, my, pg
from .reader import Node


class Type(NamedTuple):
    """A type; a and b: length, precision, scale; labels: of an enumeration.

    labels and fields of a row: the names and types of its columns.
    """

    name: str
    a: int | None = None
    b: int | None = None
    array: bool = False
    unsigned: bool = False
    labels: tuple[str, ...] = ()
    fields: tuple[Any, ...] = ()


class Interval(NamedTuple):
    """A span of time, whose months and days have no fixed length."""

    months: int
    days: int
    us: int


UNKNOWN, NULL = Type("unknown"), Type("unknown")
BOOL, INT, BIGINT, NUMERIC, DOUBLE = (
    Type("bool"), Type("int4"), Type("int8"), Type("numeric"), Type("float8")
)  # fmt: skip
TEXT, DATE, STAMP, STAMPTZ = Type("text"), Type("date"), Type("timestamp"), Type("timestamptz")
TIME, SPAN, JSON, UUID, RECORD = (
    Type("time"), Type("interval"), Type("json"), Type("uuid"), Type("record")
)  # fmt: skip
MY_INT, MY_DECIMAL, MY_DOUBLE, MY_TEXT, MY_STAMP = (
    Type("bigint"), Type("decimal"), Type("double"), Type("varchar"), Type("datetime")
)  # fmt: skip

PG_INTS = {"int2": 16, "int4": 32, "int8": 64, "oid": 33}
MY_INTS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64, "year": 16,
           "bit": 64}  # fmt: skip
TEXTS = ("text", "varchar", "bpchar", "name", "char", "tinytext", "mediumtext", "longtext", "enum",
         "set", "unknown", "citext", "binary", "varbinary", "blob", "tinyblob", "mediumblob",
         "longblob")  # fmt: skip
FLOATS = ("float4", "float8", "float", "double")
DECIMALS = ("numeric", "decimal")
STAMPS = ("timestamp", "timestamptz", "datetime")
_PG_KNOWN = {"int2", "int4", "int8", "oid", "numeric", "float4", "float8", "bool", "text",
             "varchar", "bpchar", "name", "date", "time", "timetz", "timestamp", "timestamptz",
             "interval", "json", "jsonb", "uuid", "bytea", "inet", "cidr", "macaddr", "regclass",
             "citext", "money", "xml", "regtype", "void"}  # fmt: skip
_MY_KNOWN = {*MY_INTS, *TEXTS, *FLOATS, "decimal", "date", "time", "datetime", "timestamp", "json",
             "signed"} - {"unknown", "float4", "float8", "bpchar", "name", "citext"}  # fmt: skip
PG_SHOWN = {"int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real",
            "float8": "double precision", "bool": "boolean", "varchar": "character varying",
            "bpchar": "character", "timestamp": "timestamp without time zone",
            "timestamptz": "timestamp with time zone", "time": "time without time zone",
            "timetz": "time with time zone"}  # fmt: skip
MAX_VARCHAR = 10_485_760


def is_int(kind: Type) -> bool:
    """Tell whether a type holds whole numbers."""
    return not kind.array and (kind.name in PG_INTS or kind.name in MY_INTS)


def is_number(kind: Type) -> bool:
    """Tell whether a type holds numbers."""
    return is_int(kind) or (not kind.array and (kind.name in FLOATS or kind.name in DECIMALS))


def is_text(kind: Type) -> bool:
    """Tell whether a type holds texts."""
    return kind.name in TEXTS and not kind.array


def is_stamp(kind: Type) -> bool:
    """Tell whether a type holds moments with a date."""
    return not kind.array and kind.name in (*STAMPS, "date")


def shown(kind: Type, dialect: str = "postgres") -> str:
    """Write a type as its server does, with its length."""
    if dialect == "mysql":
        return _my_shown(kind)
    name = PG_SHOWN.get(kind.name, kind.name)
    if kind.b is not None and kind.name == "numeric":
        name = f"{name}({kind.a},{kind.b})"
    elif kind.a is not None and kind.name in ("varchar", "bpchar", "numeric"):
        name = f"{name}({kind.a})"
    return name + ("[]" if kind.array else "")


def bare(kind: Type) -> str:
    """Write a type of PostgreSQL without its length, as error messages do."""
    return PG_SHOWN.get(kind.name, kind.name) + ("[]" if kind.array else "")


def _my_shown(kind: Type) -> str:
    name = kind.name
    if name == "decimal":
        name = f"decimal({kind.a or 10},{kind.b or 0})"
    elif kind.labels:
        name = f"{name}({','.join(repr(label) for label in kind.labels)})"
    elif kind.a is not None and (name in ("varchar", "char", "binary", "varbinary", "bit")
                                 or (name == "tinyint" and kind.a == 1)
                                 or name in ("datetime", "timestamp", "time")):  # fmt: skip
        name = f"{name}({kind.a})"
    return name + (" unsigned" if kind.unsigned else "")


def from_node(node: Node, dialect: str, enums: dict[str, Any]) -> Type:
    """Make a type of the name that was written; raises SqlError."""
    name, args = str(node["name"]), list(node["args"])
    if dialect == "mysql":
        return _my_type(node, name, args)
    if name in enums:
        return Type(name, array=bool(node["array"]), labels=tuple(enums[name]))
    if name not in _PG_KNOWN:
        raise pg("42704", f'type "{name}{"[]" if node["array"] else ""}" does not exist',
                 node.get("at"))  # fmt: skip
    numbers = [int(one) for one in args if isinstance(one, int)]
    if len(numbers) != len(args):
        raise pg("22023", "type modifiers must be simple constants or identifiers", node.get("at"))
    a = numbers[0] if numbers else None
    b = numbers[1] if len(numbers) > 1 else (0 if numbers and name == "numeric" else None)
    if name in ("varchar", "bpchar") and a is not None:
        if a < 1:
            raise pg("22023", f"length for type {name.replace('bp', '')} must be at least 1",
                     node.get("at"))  # fmt: skip
        if a > MAX_VARCHAR:
            raise pg("22023", f"length for type {name.replace('bp', '')} cannot exceed "
                     f"{MAX_VARCHAR}", node.get("at"))  # fmt: skip
    if name == "numeric" and a is not None and not 1 <= a <= 1000:
        raise pg("22023", f"NUMERIC precision {a} must be between 1 and 1000", node.get("at"))
    return Type(name, a, b, bool(node["array"]))


def _my_type(node: Node, name: str, args: list[Any]) -> Type:
    unsigned = bool(node.get("unsigned"))
    if name in ("enum", "set"):
        return Type(name, labels=tuple(str(one) for one in args))
    if name not in _MY_KNOWN:
        raise SqlError(f"You have an error in your SQL syntax; unknown type '{name}'", "42000",
                       1064)  # fmt: skip
    numbers = [int(one) for one in args if isinstance(one, int)]
    a = numbers[0] if numbers else None
    if name == "varchar" and a is not None and a > 16383:
        raise my(1074, "Column length too big for column (max = 16383); use BLOB or TEXT instead",
                 "42000")  # fmt: skip
    if name == "decimal":
        a, b = a or 10, numbers[1] if len(numbers) > 1 else 0
        if a > 65 or b > 30:
            raise my(1426, f"Too-big precision {a} specified for '?'. Maximum is 65.", "42000")
        return Type(name, a, b, unsigned=unsigned)
    if name == "char" and a is None:
        a = 1
    return Type(name, a, unsigned=unsigned)


def to_plain(kind: Type) -> list[Any]:
    """Give a type as plain data."""
    return [kind.name, kind.a, kind.b, kind.array, kind.unsigned, list(kind.labels)]


def from_plain(row: list[Any]) -> Type:
    """Make a type of plain data."""
    return Type(row[0], row[1], row[2], bool(row[3]), bool(row[4]), tuple(row[5]))


def int_range(kind: Type) -> tuple[int, int]:
    """Give the least and the greatest number that a whole-number type takes."""
    bits = PG_INTS.get(kind.name) or MY_INTS.get(kind.name) or 64
    if kind.name == "oid":
        return 0, 2**32 - 1
    if kind.name == "year":
        return 0, 2155
    if kind.unsigned:
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
