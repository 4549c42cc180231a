"""Short syntaxes of compose files brought into the long ones: ports, volumes, pairs, durations.

Imitates compose-go's transform and format packages.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from decimal import Decimal
from typing import Any

from .errors import ComposeError

HOME = "/home/student"
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9,
          "h": 3600 * 10**9}  # fmt: skip
_SPAN = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")

Row = dict[str, Any]


def pairs(value: Any) -> dict[str, str | None]:
    """Read a mapping or a list of NAME=value; a name alone has the value None."""
    if isinstance(value, dict):
        return {key: text(item) for key, item in value.items()}
    found: dict[str, str | None] = {}
    for row in value or []:
        name, sign, rest = str(row).partition("=")
        found[name] = rest if sign else None
    return found


def labels(value: Any) -> dict[str, str]:
    """Read labels; one without a value is empty."""
    return {key: item or "" for key, item in pairs(value).items()}


def text(value: Any) -> str | None:
    """Write a scalar as Go formats it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value) if isinstance(value, float) else str(value)


def number(value: float) -> str:
    """Write a number as Go's %v does: 0.5, 100000, 1e+06."""
    sign, digits, power = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(power, int)
    before = "-" if sign else ""
    exponent = len(digits) - 1 + power
    shown = "".join(str(one) for one in digits)
    if value and not -4 <= exponent < 6:
        more = f".{shown[1:]}" if shown[1:] else ""
        return f"{before}{shown[0]}{more}e{'+' if exponent >= 0 else '-'}{abs(exponent):02d}"
    return before + f"{Decimal((0, digits, power)):f}"


def words(value: Any, place: str) -> list[str] | None:
    """Read a command: a list, or a text split as a shell splits words."""
    if value is None:
        return None
    if isinstance(value, list):
        return [str(item) for item in value]
    try:
        return shlex.split(value)
    except ValueError:
        raise wrong(place, "invalid command line string") from None


def strings(value: Any) -> list[str]:
    """Read a text, or what YAML has taken for a number, or a list of texts as a list."""
    if isinstance(value, list | dict):
        return [str(item) for item in value]
    return [str(value)] if value else []


def wrong(place: str, why: str) -> ComposeError:
    """Give the error of a value that cannot be read, in the words of Go's mapstructure."""
    return ComposeError(
        f"decoding failed due to the following error(s):\n\nerror decoding '{place}': {why}"
    )  # fmt: skip


def size(value: Any, place: str) -> int:
    """Read 512m or 1.5gb as bytes (binary units), in the words of Go's units package."""
    given = str(value)
    cut = max((given.rfind(sign) for sign in "0123456789. "), default=-1)
    if cut < 0:
        raise wrong(place, f"invalid size: '{value}'")
    number, suffix = given[: cut + 1].rstrip(" "), given[cut + 1 :].lower()
    if not re.fullmatch(r"\d{1,18}\.?\d{0,18}|\.\d{1,18}", number):
        raise wrong(place, f"invalid size: '{value}'")
    unit = suffix[:1] if suffix in ("b", "") else (suffix[:1] + suffix[1:].replace("i", "", 1))
    match = re.fullmatch(r"b?|([kmgtp])b?", unit)
    if match is None:
        raise wrong(place, f"invalid suffix: '{suffix}'")
    power = " kmgtp".index(match[1]) if match[1] else 0
    return int(float(number) * 1024**power)


def duration_ns(value: str, place: str) -> int:
    """Read 1m30s as nanoseconds; ComposeError in the words of Go's time package."""
    if value == "0":
        return 0
    parts = _SPAN.findall(value)
    if not value or "".join(a + b for a, b in parts) != value:
        why = f'time: invalid duration "{value}"'
        if re.fullmatch(r"\d+(\.\d+)?", value):
            why = f'time: missing unit in duration "{value}"'
        raise wrong(place, why)
    return sum(round(float(count) * _UNITS[unit]) for count, unit in parts)


def duration_text(ns: int) -> str:
    """Write nanoseconds as Go does: 1h0m0s, 1m30s, 500ms."""
    if ns == 0:
        return "0s"
    if ns < _UNITS["s"]:
        unit = "ms" if ns >= _UNITS["ms"] else "µs" if ns >= 1000 else "ns"
        return f"{_decimal(ns, _UNITS[unit])}{unit}"
    hours, rest = divmod(ns, _UNITS["h"])
    minutes, rest = divmod(rest, _UNITS["m"])
    before = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{before}{_decimal(rest, _UNITS['s'])}s"


def _decimal(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


def ports(value: list[Any]) -> list[Any]:
    """Read the ports of a service; ComposeError in the words of docker/go-connections."""
    found: list[Any] = []
    for item in value or []:
        if isinstance(item, dict):
            found.append(item)
        else:
            rows = short_port(text(item) or "")
            found += sorted(rows, key=lambda row: f"{row['target']}/{row['protocol']}")
    return found


def short_port(item: str) -> list[Row]:
    """Read `127.0.0.1:8000-8001:80-81/udp`: one row a port of the container."""
    body, _, protocol = item.partition("/")
    protocol = (protocol or "tcp").lower()
    address, outer, inner = _parts(body)
    if not inner:
        raise ComposeError(f"no port specified: {item}<empty>")
    if address and not re.fullmatch(r"\d+(\.\d+){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*:.*", address):
        raise ComposeError(f"invalid IP address: {address}")
    inside = _range(inner, "containerPort")
    outside = _range(outer, "hostPort") if outer else []
    if outside and len(outside) != len(inside) and len(inside) != 1:
        raise ComposeError(
            f"invalid ranges specified for container and host Ports: {inner} and {outer}"
        )
    if protocol not in ("tcp", "udp", "sctp"):
        raise ComposeError(f"invalid proto: {protocol}")
    found = []
    for index, port in enumerate(inside):
        row: Row = {"mode": "ingress"}
        if address:
            row["host_ip"] = address
        row["target"] = port
        if outside:
            many = len(inside) == 1 and len(outside) > 1
            row["published"] = f"{outside[0]}-{outside[-1]}" if many else str(outside[index])
        row["protocol"] = protocol
        found.append(row)
    return found


def _parts(body: str) -> tuple[str, str, str]:
    """Give address, port of the host and port of the container."""
    match = re.fullmatch(r"\[([^\]]*)\]:(.*)", body)
    if match:
        outer, _, inner = match[2].rpartition(":")
        return match[1], outer, inner
    *outer_parts, inner = body.split(":")
    return ":".join(outer_parts[:-1]), (outer_parts or [""])[-1], inner


def _range(value: str, what: str) -> list[int]:
    first, dash, last = value.partition("-")
    if not re.fullmatch(r"\d{1,5}", first) or (dash and not re.fullmatch(r"\d{1,5}", last)):
        raise ComposeError(f"invalid {what}: {value}")
    low, high = int(first), int(last or first)
    if high < low or high > 65535:
        raise ComposeError(f"invalid {what}: {value}")
    return list(range(low, high + 1))


PROPAGATIONS = ("rprivate", "private", "rshared", "shared", "rslave", "slave")


def short_volume(item: str) -> Row:
    """Read `source:target:options`; a letter before a colon counts as a drive of Windows."""
    if not item:
        raise ComposeError("invalid empty volume spec")
    if len(item) <= 2:
        return {"type": "volume", "target": clean(item), "volume": {}}
    parts: list[str] = []
    for piece in item.split(":"):
        if parts and len(parts[-1]) == 1 and parts[-1].isalpha():
            parts[-1] += ":" + piece
        else:
            parts.append(piece)
    if not all(parts):
        raise ComposeError(f"invalid spec: {item}: empty section between colons")
    if len(parts) > 3:
        raise ComposeError(f"invalid spec: {item}: too many colons")
    source, target = ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    is_path = bool(source) and (source[0] in "./~" or source[:2] == "\\\\" or source[1:2] == ":")
    row: Row = {"type": "bind" if is_path else "volume", "target": clean(target)}
    if source:
        row["source"] = source
    row["bind" if is_path else "volume"] = {}
    for option in parts[2].split(",") if len(parts) == 3 else []:
        _set_option(row, option)
    if is_path:
        row["bind"]["create_host_path"] = True
    return row


def _set_option(row: Row, option: str) -> None:
    if option in ("ro", "rw"):
        row["read_only"] = option == "ro"
    elif option == "nocopy":
        row["volume"] = {"nocopy": True}
    elif option in PROPAGATIONS:
        row.setdefault("bind", {})["propagation"] = option
    elif option in ("z", "Z"):
        row.setdefault("bind", {})["selinux"] = option


def clean(path: str) -> str:
    return posixpath.normpath(path) if path else path


def host_path(path: str, folder: str) -> str:
    """Make a path of the host absolute, from the folder of the compose file."""
    if path == "~" or path.startswith("~/"):
        return posixpath.normpath(HOME + path[1:])
    return path if path.startswith("/") else posixpath.normpath(posixpath.join(folder, path))
