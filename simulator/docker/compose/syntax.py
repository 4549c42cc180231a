"""Short syntaxes of compose files brought into the long ones: ports, volumes, pairs, durations.

Imitates compose-go's transform and format packages.
"""

from __future__ import annotations

import posixpath
import re
import shlex
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
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def words(value: Any, place: str) -> list[str] | None:
    """Read a command: a list, or a text split as a shell splits words."""
    if value is None:
        return None
    if isinstance(value, list):
        return [str(item) for item in value]
    try:
        return shlex.split(value)
    except ValueError as error:
        raise ComposeError(f"invalid command line string for {place}: {error}") from None


def strings(value: Any) -> list[str]:
    """Read a text or a list of texts as a list."""
    return [value] if isinstance(value, str) else [str(item) for item in value or []]


def boolean(value: Any, place: str) -> bool:
    """Read a switch, which a variable may have made a text."""
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in ("true", "1", "y", "yes", "on", "t"):
        return True
    if word in ("false", "0", "n", "no", "off", "f", ""):
        return False
    raise ComposeError(f"failed to cast to expected type: {place}: invalid boolean: {value}")


def integer(value: Any, place: str) -> int:
    """Read a whole number, which a variable may have made a text."""
    if re.fullmatch(r"[-+]?\d{1,18}(\.0*)?", str(value)):
        return int(float(str(value)))
    raise ComposeError(f"'{place}' expected type 'int', got unconvertible value: '{value}'")


def number(value: Any, place: str) -> float:
    """Read a number, which may be a text."""
    if re.fullmatch(r"[-+]?(\d{1,18}(\.\d*)?|\.\d+)", str(value)):
        return float(str(value))
    raise ComposeError(f"'{place}' cannot parse as float: strconv.ParseFloat: parsing "
                       f'"{value}": invalid syntax')  # fmt: skip


def size(value: Any, place: str) -> int:
    """Read 512m or 1.5gb as bytes (binary units)."""
    match = re.fullmatch(r"(\d{1,15}(?:\.\d+)?) ?([kmgtp]?)i?b?", str(value).strip(), re.I)
    if match is None:
        raise ComposeError(f"invalid size: '{value}'")
    power = " kmgtp".index(match[2].lower()) if match[2] else 0
    return int(float(match[1]) * 1024**power)


def duration_ns(value: str, place: str) -> int:
    """Read 1m30s as nanoseconds; ComposeError in the words of Go's time package."""
    if value == "0":
        return 0
    parts = _SPAN.findall(value)
    if not value or "".join(a + b for a, b in parts) != value:
        why = f'time: invalid duration "{value}"'
        if re.fullmatch(r"\d+(\.\d+)?", value):
            why = f'time: missing unit in duration "{value}"'
        raise ComposeError(f"error decoding '{place}': {why}")
    return sum(round(float(count) * _UNITS[unit]) for count, unit in parts)


def duration_text(ns: int) -> str:
    """Write nanoseconds as Go does, without parts that are zero: 1m30s, 500ms."""
    if ns == 0:
        return "0s"
    hours, rest = divmod(ns, _UNITS["h"])
    minutes, rest = divmod(rest, _UNITS["m"])
    shown = (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes else "")
    if rest and rest < _UNITS["s"] and not shown:
        unit = "ms" if rest >= _UNITS["ms"] else "µs" if rest >= 1000 else "ns"
        return f"{rest / _UNITS[unit]:g}{unit}"
    return shown + (f"{rest / _UNITS['s']:g}s" if rest else "")


def ports(value: list[Any], service: str) -> list[Row]:
    """Read the ports of a service; ComposeError in the words of docker/go-connections."""
    found: list[Row] = []
    for item in value or []:
        if isinstance(item, dict):
            found.append(_long_port(item, service))
        else:
            found += _short_ports(text(item) or "", service)
    return found


def _long_port(item: Row, service: str) -> Row:
    known = ("name", "mode", "host_ip", "app_protocol")
    row: Row = {key: item[key] for key in known if key in item}
    row.setdefault("mode", "ingress")
    if "target" not in item:
        raise ComposeError(f"service {service}: ports: target is required")
    row["target"] = _one_port(str(item["target"]), "containerPort")
    if item.get("published") is not None:
        row["published"] = text(item["published"])
        _range(row["published"], "hostPort")
    row["protocol"] = item.get("protocol", "tcp")
    return row


def _short_ports(item: str, service: str) -> list[Row]:
    body, _, protocol = item.partition("/")
    protocol = (protocol or "tcp").lower()
    address = ""
    match = re.fullmatch(r"\[([0-9a-fA-F:]*)\]:(.*)", body)
    if match:
        address, body = match[1], match[2]
    *outer, inner = body.split(":")
    if len(outer) > 1:
        address = ":".join(outer[:-1])
    if not inner:
        raise ComposeError(f"no port specified: {item}<empty>")
    if address and not re.fullmatch(r"\d+(\.\d+){3}|[0-9a-fA-F:]+", address):
        raise ComposeError(f"invalid IP address: {address}")
    if protocol not in ("tcp", "udp", "sctp"):
        raise ComposeError(f"invalid proto: {protocol}")
    inside = _range(inner, "containerPort")
    outside = _range(outer[-1], "hostPort") if outer and outer[-1] else []
    if outside and len(outside) != len(inside) and len(inside) != 1:
        raise ComposeError(
            f"invalid ranges specified for container and host Ports: {inner} and {outer[-1]}"
        )
    found = []
    for index, port in enumerate(inside):
        row: Row = {"mode": "ingress"}
        if address:
            row["host_ip"] = address
        row["target"] = port
        if outside:
            row["published"] = outer[-1] if len(inside) == 1 else str(outside[index])
        row["protocol"] = protocol
        found.append(row)
    return found


def _one_port(value: str, what: str) -> int:
    return _range(value, what)[0]


def _range(value: str, what: str) -> list[int]:
    first, dash, last = value.partition("-")
    if not re.fullmatch(r"\d{1,5}", first) or (dash and not re.fullmatch(r"\d{1,5}", last)):
        raise ComposeError(f"invalid {what}: {value}")
    low, high = int(first), int(last or first)
    if high < low or high > 65535:
        raise ComposeError(f"invalid {what}: {value}")
    return list(range(low, high + 1))


def volume(item: Any, folder: str, service: str) -> Row:
    """Read one mount of a service; relative host paths are relative to the file's folder."""
    if isinstance(item, dict):
        row: Row = dict(item)
        if row["type"] == "bind":
            if not row.get("source"):
                raise ComposeError(f"services.{service}.volumes: bind mount requires a source")
            row["source"] = host_path(str(row["source"]), folder)
        if not row.get("target"):
            raise ComposeError(f"services.{service}.volumes: target is required")
        return row
    return _short_volume(item, folder)


def _short_volume(item: str, folder: str) -> Row:
    parts = item.split(":")
    if not item or not all(parts[:2]):
        raise ComposeError(f"invalid spec: {item}: empty section between colons")
    if len(parts) > 3:
        raise ComposeError(f"invalid spec: {item}: too many colons")
    if len(parts) == 1:
        return {"type": "volume", "target": _clean(parts[0]), "volume": {}}
    source, target = parts[0], parts[1]
    is_path = source.startswith((".", "/", "~"))
    row: Row = {"type": "bind" if is_path else "volume"}
    row["source"] = host_path(source, folder) if is_path else source
    row["target"] = _clean(target)
    for option in parts[2].split(",") if len(parts) == 3 else []:
        if option == "ro":
            row["read_only"] = True
        elif option == "nocopy":
            row["volume"] = {"nocopy": True}
    if is_path:
        row["bind"] = {"create_host_path": True}
    else:
        row.setdefault("volume", {})
    return row


def _clean(path: str) -> str:
    return posixpath.normpath(path) if path.startswith("/") else path


def host_path(path: str, folder: str) -> str:
    """Make a path of the host absolute, from the folder of the compose file."""
    if path == "~" or path.startswith("~/"):
        return posixpath.normpath(HOME + path[1:])
    return posixpath.normpath(posixpath.join(folder, path))
