"""What `docker run` and `docker create` refuse before they ask the daemon, in the client's order.

Source: docker/cli cli/command/container/opts.go (parse) and run.go.
"""

from __future__ import annotations

import re

from simulator.terminal.workspace import Workspace

from .grammar import Line
from .values import duration, integer

MODES = {
    "pid": ("PID", ("", "host")), "uts": ("UTS", ("", "host")), "userns": ("USER", ("", "host")),
    "cgroupns": ("CGROUP", ("", "host", "private")),
}  # fmt: skip
NOT_USER_DEFINED = ("", "default", "bridge", "host", "none")
SYSTEMS = ("linux", "windows", "darwin", "freebsd", "aix", "android", "dragonfly", "illumos", "ios",
           "js", "netbsd", "openbsd", "plan9", "solaris", "wasip1")  # fmt: skip
ARCHITECTURES = ("386", "amd64", "amd64p32", "arm", "arm64", "armbe", "arm64be", "ppc64", "ppc64le",
                 "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc", "riscv", "riscv64",
                 "s390", "s390x", "sparc", "sparc64", "wasm", "aarch64", "armhf", "armel", "i386",
                 "x86_64", "x86-64")  # fmt: skip


class OptionError(Exception):
    """A combination of flags that the client refuses; printed after `docker: `."""


def check_options(line: Line, workspace: Workspace, cwd: str) -> None:
    """Refuse what the client refuses; raises OptionError."""
    pull = line.text("pull", "missing")
    if pull not in ("always", "missing", "never", ""):
        raise OptionError(f"invalid pull option: '{pull}': must be one of \"always\", "
                          '"missing" or "never"')  # fmt: skip
    address = line.text("mac-address")
    if address and not re.fullmatch(r"[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}", address):
        raise OptionError(f"{address} is not a valid mac address")
    swappiness = int(line.text("memory-swappiness", "-1"))
    if swappiness != -1 and not 0 <= swappiness <= 100:
        raise OptionError(f"invalid value: {swappiness}. Valid memory swappiness range is 0-100")
    for text in line.all("volume"):
        _check_volume(text)


def check_rest(line: Line, workspace: Workspace, cwd: str) -> None:
    """Refuse what comes after volumes and ports in the client's order; raises OptionError."""
    for text in line.all("device"):
        _check_device(text)
    for path in line.all("label-file"):
        if workspace.read(cwd, path) is None:
            raise OptionError(f"open {path}: no such file or directory")
        for row in (workspace.read(cwd, path) or "").splitlines():
            name = row.lstrip().partition("=")[0]
            if not name.startswith("#") and re.search(r"\s", name):
                wrong = f"variable '{name}' contains whitespaces"
                raise OptionError(f"invalid env file ({path}): {wrong}")
    for flag, (word, known) in MODES.items():
        value = line.text(flag)
        joined = flag == "pid" and re.match("container:.", value)
        if value not in known and not joined:
            raise OptionError(f"--{flag}: invalid {word} mode")
    if line.text("log-driver") == "none" and line.all("log-opt"):
        raise OptionError("invalid logging opts for driver none")
    for text in line.all("security-opt"):
        _check_security(text, workspace, cwd)
    if any("=" not in text for text in line.all("storage-opt")):
        raise OptionError("invalid storage option")
    for name in ("interval", "timeout", "start-period", "start-interval"):
        value = line.text(f"health-{name}")
        if value.startswith("-") and not duration(value):
            raise OptionError(f"--health-{name} cannot be negative")
    if line.text("health-retries").startswith("-"):
        raise OptionError("--health-retries cannot be negative")
    check_networks(line)


def check_files(line: Line, workspace: Workspace, cwd: str) -> None:
    """Refuse a file for the id that is there already, and an unknown platform."""
    path = line.text("cidfile")
    if path and workspace.read(cwd, path) is not None:
        raise OptionError("container ID file found, make sure the other container isn't running "
                          f"or delete {path}")  # fmt: skip
    wrong = platform_complaint(line.text("platform"))
    if wrong:
        raise OptionError(f"error parsing specified platform: {wrong}")


def platform_complaint(text: str) -> str | None:
    """Say what is wrong with a platform, in containerd's words."""
    if not text:
        return None
    parts = text.split("/")
    for part in parts:
        pattern = r"[A-Za-z0-9_-]+(\([A-Za-z0-9_.-]*\))?" if part is parts[0] else r"[\w.-]+"
        if not re.fullmatch(pattern, part, re.ASCII):
            return (f'"{part}" is an invalid component of "{text}": platform specifier component '
                    'must match "^[A-Za-z0-9_.-]+$": invalid argument'
                    if part is not parts[0] else
                    f'"{part}" is an invalid OS component of "{text}": OSAndVersion specifier '
                    "component must match \"^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.-]*)\\\\))?$\": "
                    "invalid argument")  # fmt: skip
    if len(parts) == 1 and parts[0].lower() not in SYSTEMS + ARCHITECTURES:
        return f'"{text}": unknown operating system or architecture: invalid argument'
    if len(parts) > 3:
        return f'"{text}": cannot parse platform specifier: invalid argument'
    return None


def _check_volume(text: str) -> None:
    if not text:
        raise OptionError("invalid empty volume spec")
    if len(text) > 1 and (text.startswith(":") or "::" in text or text.endswith(":")):
        raise OptionError(f"invalid spec: {text}: empty section between colons")


def _check_device(text: str) -> None:
    parts = text.split(":")
    if len(parts) > 3 or not parts[0]:
        raise OptionError(f"bad format for path: {text}")
    is_mode = bool(re.fullmatch("[rwm]{1,3}", parts[-1])) and len(parts) > 1
    path = parts[1] if len(parts) > 1 and not (len(parts) == 2 and is_mode) else parts[0]
    if len(parts) == 3 and not is_mode:
        raise OptionError(f"bad mode specified: {parts[2]}")
    if not path.startswith("/"):
        raise OptionError(f"{path} is not an absolute path")


def _check_security(text: str, workspace: Workspace, cwd: str) -> None:
    name, mark, value = text.partition("=")
    if not mark and name != "no-new-privileges":
        name, mark, value = text.partition(":")
    if name != "no-new-privileges" and not (mark and value):
        raise OptionError(f'Invalid --security-opt: "{text}"')
    profile = name == "seccomp" and value not in ("unconfined", "builtin")
    if profile and workspace.read(cwd, value) is None:
        why = f"open {value}: no such file or directory"
        raise OptionError(f"opening seccomp profile ({value}) failed: {why}")


def parse_network(text: str) -> dict[str, list[str]]:
    """Read one `--network` text: the values by key, the network itself under "name"."""
    if "=" not in text:
        return {"name": [text]}
    found: dict[str, list[str]] = {}
    for part in text.split(","):
        key, _, value = part.partition("=")
        found.setdefault(key.strip().lower(), []).append(value.strip())
    return found


def check_networks(line: Line) -> None:
    """Refuse networks that do not go together."""
    rows = [parse_network(text) for text in line.all("network")] or [{"name": ["default"]}]
    names = [row.get("name", [""])[0] for row in rows]
    user = [_is_user_defined(name) for name in names]
    for index, row in enumerate(rows):
        name = names[index]
        if name in names[:index]:
            raise OptionError(f'network "{name}" is specified multiple times')
        if len(rows) > 1 and user[0] != user[index]:
            raise OptionError("conflicting options: cannot attach both user-defined and "
                              "non-user-defined network-modes")  # fmt: skip
        if index == 0:
            _check_first(line, row)
        aliased = row.get("alias") or (index == 0 and line.all("network-alias"))
        if line.all("network") and not name.strip():
            raise OptionError("no name set for network")
        if aliased and not user[index]:
            raise OptionError("network-scoped aliases are only supported for user-defined networks")
    if len(rows) > 1 and not all(user):
        raise OptionError("conflicting options: cannot attach both user-defined and "
                          "non-user-defined network-modes")  # fmt: skip


def _check_first(line: Line, row: dict[str, list[str]]) -> None:
    pairs = (("network-alias", "alias", "--network-alias and per-network alias"),
             ("ip", "ip", "--ip and per-network IPv4 address"),
             ("ip6", "ip6", "--ip6 and per-network IPv6 address"),
             ("mac-address", "mac-address", "--mac-address and per-network MAC address"),
             ("link-local-ip", "link-local-ip",
              "--link-local-ip and per-network link-local IP addresses"))  # fmt: skip
    for flag, key, words in pairs:
        if line.all(flag) and row.get(key):
            raise OptionError(f"conflicting options: cannot specify both {words}")


def _is_user_defined(name: str) -> bool:
    return name not in NOT_USER_DEFINED and not name.startswith("container:")


def check_expose(text: str) -> tuple[int, int]:
    """Read `--expose`: the first and last port; raises OptionError."""
    if ":" in text:
        raise OptionError(f"invalid port format for --expose: {text}")
    ports = text.partition("/")[0]
    what = f"invalid range format for --expose: {text}, error: "
    if not ports:
        raise OptionError(what + "empty string specified for ports")
    first, dash, last = ports.partition("-")
    for part in (first, last) if dash else (first,):
        wrong = integer(part, signed=False, bits=16)
        if wrong:
            raise OptionError(what + wrong)
    low, high = int(first), int(last if dash else first)
    if high < low:
        raise OptionError(f"{what}invalid range specified for port: {ports}")
    return low, high
