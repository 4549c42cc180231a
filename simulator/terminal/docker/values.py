"""What the docker client refuses in a flag's value before it looks at anything else.

Source: docker/cli opts/ (opts.go, network.go, throttledevice.go, weightdevice.go, gpus.go,
ulimit.go), docker/go-units size.go and ulimit.go, spf13/pflag for the plain types.
"""

from __future__ import annotations

import csv
import ipaddress
import re
from collections.abc import Callable
from fractions import Fraction

UNITS = r"(?:ns|us|µs|μs|ms|s|m|h)"
ULIMITS = ("core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile",
           "nproc", "rss", "rtprio", "rttime", "sigpending", "stack")  # fmt: skip
SYSCTLS = ("kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall",
           "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced")  # fmt: skip
TRUE, FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = re.compile(rf"^:?{_LABEL}(?::?\.:?{_LABEL})*\.?\s*$")


def complaint(command: str, name: str, kind: str, value: str) -> str | None:
    """Say what is wrong with the value of a flag, in the client's words; None for nothing."""
    if name == "label" and command.startswith(("images", "ps")):
        return None
    if name == "add-host" and command == "build":
        return None  # buildx looks itself
    if name == "memory-swap":
        return _swap(value)
    check = BY_NAME.get(name)
    if check is not None and (kind in ("list", "map", "mount", "network", "ulimit", "gpu-request")):
        return check(value)
    return BY_KIND[kind](value) if kind in BY_KIND else None


def size_of(value: str) -> int | str:
    """Read a size in binary units as bytes; answers what is wrong with it else."""
    sep = max(value.rfind(char) for char in "0123456789. ")
    if sep < 0:
        return f"invalid size: '{value}'"
    number = value[:sep] if value[sep] == " " else value[: sep + 1]
    suffix = value[sep + 1 :]
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", number):
        return f'strconv.ParseFloat: parsing "{number}": invalid syntax'
    if float(number) < 0:
        return f"invalid size: '{value}'"
    low = suffix.lower()
    if low and not re.fullmatch(r"b|[kmgtp](i?b)?", low):
        return f"invalid suffix: '{suffix}'"
    power = "bkmgtp".index(low[0]) if low else 0
    return int(float(number) * 1024**power)


def _size(value: str) -> str | None:
    found = size_of(value)
    return found if isinstance(found, str) else None


def _swap(value: str) -> str | None:
    return None if value == "-1" else _size(value)


def integer(value: str, signed: bool = True, bits: int = 64) -> str | None:
    """Check a whole number as strconv does."""
    parser = "ParseInt" if signed else "ParseUint"
    pattern = r"[+-]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9]\d*)"
    if not re.fullmatch(pattern if signed else pattern.removeprefix("[+-]?"), value):
        return f'strconv.{parser}: parsing "{value}": invalid syntax'
    base = 8 if re.fullmatch(r"[+-]?0[0-7]+", value) else 0
    limit = 1 << (bits - 1 if signed else bits)
    if not -limit <= int(value, base) < limit:
        return f'strconv.{parser}: parsing "{value}": value out of range'
    return None


def duration(value: str) -> str | None:
    """Check a duration as Go's time.ParseDuration does."""
    text = value[1:] if value[:1] in ("-", "+") else value
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    if text == "0" or re.fullmatch(rf"((\d+\.?\d*|\.\d+){UNITS})+", text):
        return None
    match = re.match(rf"((\d+\.?\d*|\.\d+){UNITS})*(\d+\.?\d*|\.\d+)([^\d.]*)", text)
    if match is None:
        return f'time: invalid duration "{quoted}"'
    if not match[4]:
        return f'time: missing unit in duration "{quoted}"'
    return f'time: unknown unit "{match[4]}" in duration "{quoted}"'


def _cpus(value: str) -> str | None:
    try:
        nanos = Fraction(value) * 10**9
    except (ValueError, ZeroDivisionError):
        return f"failed to parse {value} as a rational number"
    return None if nanos.denominator == 1 else "value is too precise"


def _filter(value: str) -> str | None:
    return "bad format of filter (expected name=value)" if value and "=" not in value else None


def is_ip(text: str) -> bool:
    """Tell whether a text is an IP address."""
    try:
        ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return True


def _ip(value: str) -> str | None:
    return None if is_ip(value) else f"IP address is not correctly formatted: {value}"


def _host(value: str) -> str | None:
    name, mark, address = value.partition("=")
    if not mark:
        name, mark, address = value.partition(":")
    if not mark or not name:
        return f'bad format for add-host: "{value}"'
    address = address[1:-1] if address[:1] == "[" and address[-1:] == "]" else address
    if address != "host-gateway" and not is_ip(address):
        return f'invalid IP address in add-host: "{address}"'
    return None


def _domain(value: str) -> str | None:
    if value.strip() == ".":
        return None
    good = re.search("[a-zA-Z]", value) and _DOMAIN.match(value) and len(value) <= 255
    return None if good else f"{value} is not a valid domain"


def _environment(value: str) -> str | None:
    return f"invalid environment variable: {value}" if not value.partition("=")[0] else None


def _label(value: str) -> str | None:
    name = value.lstrip().partition("=")[0]
    if not name:
        return f"invalid label '{value}': empty name"
    return f"label '{name}' contains whitespaces" if re.search(r"[ \t\n]", name) else None


def _link(value: str) -> str | None:
    if not value:
        return "empty string specified for links"
    return f"bad format for links: {value}" if value.count(":") > 1 else None


def _stream(value: str) -> str | None:
    known = ("stdin", "stdout", "stderr")
    return None if value.lower() in known else "valid streams are STDIN, STDOUT and STDERR"


def _device_rate(value: str, unit: str) -> str | None:
    path, mark, rate = value.partition(":")
    if not mark or not path:
        return f"bad format: {value}"
    if not path.startswith("/dev/"):
        return f"bad format for device path: {value}"
    good = isinstance(size_of(rate), int) if unit else integer(rate, signed=False) is None
    if good:
        return None
    more = " Unit is optional and can be kb, mb, or gb" if unit else ""
    form = f"The correct format is <device-path>:<number>{unit}"
    return (f"invalid rate for device: {value}. {form}. Number must be a positive "
            f"integer{'.' if unit else ''}{more}")  # fmt: skip


def _bytes_rate(value: str) -> str | None:
    return _device_rate(value, "[<unit>]")


def _io_rate(value: str) -> str | None:
    return _device_rate(value, "")


def _weight(value: str) -> str | None:
    path, mark, weight = value.partition(":")
    if not mark or not path:
        return f"bad format: {value}"
    if not path.startswith("/dev/"):
        return f"bad format for device path: {value}"
    good = weight.isdigit() and (int(weight) == 0 or 10 <= int(weight) <= 1000)
    return None if good else f"invalid weight for device: {value}"


def _cgroup_rule(value: str) -> str | None:
    good = re.fullmatch(r"[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}", value)
    return None if good else f"invalid device cgroup format '{value}'"


def _sysctl(value: str) -> str | None:
    name, mark, _ = value.partition("=")
    good = mark and (name in SYSCTLS or name.startswith(("net.", "fs.mqueue.")))
    return None if good else f"sysctl '{value}' is not allowed"


def _ulimit(value: str) -> str | None:
    name, mark, limits = value.partition("=")
    if not mark or not limits:
        return f"invalid ulimit argument: {value}"
    if name not in ULIMITS:
        return f"invalid ulimit type: {name}"
    parts = limits.split(":")
    if len(parts) > 2:
        return f"too many limit value arguments - {limits}, can only have up to two, `soft[:hard]`"
    for part in parts:
        wrong = integer(part)
        if wrong:
            return wrong
    soft, hard = int(parts[0]), int(parts[-1])
    if hard != -1 and (soft > hard or soft == -1):
        return f"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}"
    return None


def _gpus(value: str) -> str | None:
    if not value:
        return "EOF"
    for part in next(csv.reader([value])):
        key, mark, count = part.partition("=")
        if mark and key not in ("driver", "count", "device", "options", "capabilities"):
            return f"unexpected key '{key}' in '{part}'"
        count = count if mark else key
        if key in ("count", part) and count != "all" and integer(count):
            return (f'invalid count ({count}): value must be either "all" or an integer: '
                    "invalid syntax")  # fmt: skip
    return None


def _network(value: str) -> str | None:
    if "=" not in value:
        return None
    for part in next(csv.reader([value])):
        key, mark, content = (text.strip().lower() for text in part.partition("="))
        if not mark:
            return "invalid field " + part
        if key == "driver-opt" and "=" not in content:
            return "invalid key value pair format in driver options"
        if key == "gw-priority" and integer(content):
            return f"invalid gw-priority: {integer(content)}"
        if key not in ("name", "alias", "ip", "ip6", "link-local-ip", "mac-address", "driver-opt",
                       "gw-priority"):  # fmt: skip
            return f"invalid field key {key}"
    return None


def _mount(value: str) -> str | None:
    from .mounts import MountError, parse_mount

    try:
        parse_mount(value)
    except MountError as error:
        return str(error)
    return None


Check = Callable[[str], "str | None"]
BY_NAME: dict[str, Check] = {
    "add-host": _host, "attach": _stream, "blkio-weight-device": _weight, "dns": _ip,
    "device-cgroup-rule": _cgroup_rule, "device-read-bps": _bytes_rate, "env": _environment,
    "device-write-bps": _bytes_rate, "device-read-iops": _io_rate, "device-write-iops": _io_rate,
    "dns-search": _domain, "label": _label, "link": _link, "gpus": _gpus,
    "mount": _mount, "network": _network, "sysctl": _sysctl, "ulimit": _ulimit,
}  # fmt: skip
BY_KIND: dict[str, Check] = {
    "int": integer, "uint": lambda v: integer(v, False), "uint16": lambda v: integer(v, False, 16),
    "bytes": _size, "decimal": _cpus, "duration": duration, "filter": _filter,
}  # fmt: skip
