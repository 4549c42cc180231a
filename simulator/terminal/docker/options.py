"""From the flags of `docker run` and `docker create` to the body of `POST /containers/create`.

Imitates docker/cli's `cli/command/container/opts.go`: what it refuses, it refuses before the
daemon is asked.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.terminal.workspace import Workspace

from .grammar import Line
from .hostflags import host_flags
from .mounts import Mount, parse_mount
from .optionchecks import (
    OptionError,
    check_expose,
    check_files,
    check_options,
    check_rest,
    parse_network,
)
from .values import integer, size_of

Body = dict[str, Any]


def build_body(line: Line, workspace: Workspace, cwd: str, env: dict[str, str]) -> Body:
    """Make the create body of a run or create line; raises OptionError."""
    image, *cmd = line.args
    check_options(line, workspace, cwd)
    body: Body = {
        "Image": image,
        "Tty": line.on("tty"),
        "OpenStdin": line.on("interactive"),
        "StdinOnce": line.on("interactive") and not line.on("detach"),
        **_attached(line),
        "Env": environment(line, workspace, cwd, env),
        "Labels": labels(_label_rows(line, workspace, cwd)),
        "HostConfig": host_config(line),
    }
    if cmd:
        body["Cmd"] = cmd
    if "entrypoint" in line.flags:
        text = line.text("entrypoint")
        body["Entrypoint"] = [text] if text else [""]
    for flag, key in (("hostname", "Hostname"), ("user", "User"), ("workdir", "WorkingDir"),
                      ("stop-signal", "StopSignal"), ("domainname", "Domainname")):  # fmt: skip
        if line.text(flag):
            body[key] = line.text(flag)
    if line.text("stop-timeout"):
        body["StopTimeout"] = int(line.text("stop-timeout"))
    _volumes(line, body, workspace, cwd)
    _ports(line, body)
    check_rest(line, workspace, cwd)
    health = healthcheck(line)
    if health:
        body["Healthcheck"] = health
    networks = _networks(line)
    if networks:
        body["HostConfig"]["NetworkMode"] = next(iter(networks))
        body["NetworkingConfig"] = {"EndpointsConfig": networks}
    check_files(line, workspace, cwd)
    return body


def _attached(line: Line) -> Body:
    """Say which streams the client attaches: those of -a, else all but a closed stdin."""
    chosen = [text.lower() for text in line.all("attach")]
    there = not line.on("detach")
    return {
        "AttachStdin": there and ("stdin" in chosen if chosen else line.on("interactive")),
        "AttachStdout": there and (not chosen or "stdout" in chosen),
        "AttachStderr": there and (not chosen or "stderr" in chosen),
    }


def _label_rows(line: Line, workspace: Workspace, cwd: str) -> list[str]:
    """Give the labels of --label-file and --label."""
    rows: list[str] = []
    for path in line.all("label-file"):
        text = workspace.read(cwd, path) or ""
        rows += [row.strip() for row in text.splitlines() if row.strip()[:1] not in ("", "#")]
    return [*rows, *line.all("label")]


def host_config(line: Line) -> Body:
    """Read limits, restart policy and the rest of the host's side."""
    host: Body = {
        "AutoRemove": line.on("rm"),
        "Privileged": line.on("privileged"),
        "PublishAllPorts": line.on("publish-all"),
        "ReadonlyRootfs": line.on("read-only"),
        "Init": line.on("init") or None,
        "RestartPolicy": restart_policy(line.text("restart")),
        "NetworkMode": "default",
        **host_flags(line),
    }
    if line.on("rm") and line.text("restart", "no") not in ("no", ""):
        raise OptionError("conflicting options: cannot specify both --restart and --rm")
    sizes = {"memory": "Memory", "memory-swap": "MemorySwap", "shm-size": "ShmSize",
             "memory-reservation": "MemoryReservation"}  # fmt: skip
    for flag, key in sizes.items():
        if line.text(flag):
            host[key] = size(line.text(flag))
    if line.text("cpus"):
        host["NanoCpus"] = round(float(line.text("cpus")) * 1_000_000_000)
    if line.text("cpu-shares"):
        host["CpuShares"] = int(line.text("cpu-shares"))
    if line.text("pids-limit"):
        host["PidsLimit"] = int(line.text("pids-limit"))
    for flag, key in (("cap-add", "CapAdd"), ("cap-drop", "CapDrop"), ("add-host", "ExtraHosts"),
                      ("dns", "Dns"), ("security-opt", "SecurityOpt")):  # fmt: skip
        if line.all(flag):
            host[key] = [text.replace("=", ":") if flag == "add-host" else text
                         for text in line.all(flag)]  # fmt: skip
    tmpfs = dict(text.partition(":")[::2] for text in line.all("tmpfs"))
    if tmpfs:
        host["Tmpfs"] = tmpfs
    return host


def restart_policy(text: str) -> Body:
    """Read `--restart`; raises OptionError."""
    if not text:
        return {"Name": "no", "MaximumRetryCount": 0}
    name, colon, count = text.partition(":")
    if colon and not name:
        raise OptionError("invalid restart policy format: no policy provided before colon")
    if colon and integer(count):
        raise OptionError("invalid restart policy format: maximum retry count must be an integer")
    return {"Name": name, "MaximumRetryCount": int(count or 0)}


def size(text: str) -> int:
    """Read 512m or 1.5g as bytes (binary units, go-units `RAMInBytes`)."""
    found = size_of(text)
    return found if isinstance(found, int) else -1


def duration_ns(text: str) -> int:
    """Read 1m30s as nanoseconds."""
    units = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9,
             "h": 3600 * 10**9}  # fmt: skip
    parts = re.findall(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)", text)
    return sum(round(float(number) * units[unit]) for number, unit in parts)


def environment(line: Line, workspace: Workspace, cwd: str, env: dict[str, str]) -> list[str]:
    """Read --env-file and --env; a name alone takes the terminal's own value."""
    rows: list[str] = []
    for path in line.all("env-file"):
        text = workspace.read(cwd, path)
        if text is None:
            raise OptionError(f"open {path}: no such file or directory")
        for row in text.splitlines():
            row = row.lstrip()
            if row and not row.startswith("#"):
                name = row.partition("=")[0]
                if " " in name.strip() or name != name.rstrip():
                    raise OptionError(f"invalid env file ({path}): variable '{name}' contains "
                                      "whitespaces")  # fmt: skip
                rows.append(row)
    rows += line.all("env")
    found: list[str] = []
    for row in rows:
        if row.startswith("=") or not row:
            raise OptionError(f"invalid environment variable: {row}")
        if "=" in row:
            found.append(row)
        elif row in env:
            found.append(f"{row}={env[row]}")
    return found


def labels(rows: list[str]) -> dict[str, str]:
    """Read `--label a=b`."""
    return dict(row.partition("=")[::2] for row in rows)


def _ports(line: Line, body: Body) -> None:
    exposed: dict[str, Body] = {}
    bindings: dict[str, list[Body]] = {}
    for text in line.all("expose"):
        low, high = check_expose(text)
        for port in range(low, high + 1):
            exposed[f"{port}/{text.partition('/')[2] or 'tcp'}"] = {}
    for text in line.all("publish"):
        for name, binding in parse_publish(text):
            exposed[name] = {}
            bindings.setdefault(name, []).append(binding)
    if exposed:
        body["ExposedPorts"] = exposed
    if bindings:
        body["HostConfig"]["PortBindings"] = bindings


def parse_publish(text: str) -> list[tuple[str, Body]]:
    """Read one `-p` text; raises OptionError in the words of docker/go-connections."""
    if "=" in text:
        pairs = dict(part.partition("=")[::2] for part in text.split(","))
        ends = f"{pairs.get('published', '')}:{pairs.get('target', '')}"
        text = f"{ends}/{pairs.get('protocol', 'tcp')}"
    body, _, protocol = text.partition("/")
    protocol = (protocol or "tcp").lower()
    address = ""
    match = re.match(r"^\[([0-9a-fA-F:]*)\]:(.*)$", body)
    if match:
        address, body = match[1], match[2]
        outer, _, inner = body.rpartition(":")
    else:
        parts = body.split(":")
        inner = parts[-1]
        outer = parts[-2] if len(parts) > 1 else ""
        address = ":".join(parts[:-2])
    if not inner:
        raise OptionError(f"no port specified: {text}<empty>")
    if address and not re.fullmatch(r"\d+(\.\d+){3}|[0-9a-fA-F:]+", address):
        raise OptionError(f"invalid IP address: {address}")
    inside = _range(inner, "containerPort")
    outside = _range(outer, "hostPort") if outer else []
    if protocol not in ("tcp", "udp", "sctp"):
        raise OptionError(f"invalid proto: {protocol}")
    if outside and len(outside) != len(inside) and len(inside) != 1:
        raise OptionError(f"invalid ranges specified for container and host Ports: {inner} and "
                          f"{outer}")  # fmt: skip
    found = []
    for index, port in enumerate(inside):
        wish = "" if not outside else str(outside[index if len(inside) > 1 else 0])
        if len(outside) > len(inside):
            wish = f"{outside[0]}-{outside[-1]}"  # the daemon takes the first that is free
        found.append((f"{port}/{protocol}", {"HostIp": address, "HostPort": wish}))
    return found


def _range(text: str, what: str) -> list[int]:
    first, dash, last = text.partition("-")
    if not first.isdigit() or (dash and not last.isdigit()):
        raise OptionError(f"invalid {what}: {text}")
    low, high = int(first), int(last or first)
    if high < low or high > 65535:
        raise OptionError(f"invalid {what}: {text}")
    return list(range(low, high + 1))


def _volumes(line: Line, body: Body, workspace: Workspace, cwd: str) -> None:
    binds: list[str] = []
    anonymous: dict[str, Body] = {}
    for text in line.all("volume"):
        if ":" not in text:
            anonymous[text] = {}
            continue
        source, _, rest = text.partition(":")
        if source.startswith((".", "~", "/")):
            source = workspace.resolve(cwd, source)
        binds.append(f"{source}:{rest}")
    if binds:
        body["HostConfig"]["Binds"] = binds
    if anonymous:
        body["Volumes"] = anonymous
    mounts = [_mount(text, workspace, cwd) for text in line.all("mount")]
    if mounts:
        body["HostConfig"]["Mounts"] = mounts


def _mount(text: str, workspace: Workspace, cwd: str) -> Mount:
    """Read one `--mount` text; the source of a bind is a path of the workspace."""
    mount = parse_mount(text)
    source = str(mount.get("Source") or "")
    if mount["Type"] == "bind" and source.startswith((".", "~", "/")):
        mount["Source"] = workspace.resolve(cwd, source)
    return mount


def healthcheck(line: Line) -> Body | None:
    """Read the --health-* flags; raises OptionError."""
    names = ("interval", "timeout", "start-period", "start-interval", "retries")
    timing = [name for name in names if line.text(f"health-{name}")]
    command = line.text("health-cmd")
    if line.on("no-healthcheck"):
        if command or timing:
            raise OptionError("--no-healthcheck conflicts with --health-* options")
        return {"Test": ["NONE"]}
    if not command and not timing:
        return None
    health: Body = {}
    if command:
        health["Test"] = ["CMD-SHELL", command]
    for flag, key in (("health-interval", "Interval"), ("health-timeout", "Timeout"),
                      ("health-start-period", "StartPeriod"),
                      ("health-start-interval", "StartInterval")):  # fmt: skip
        if line.text(flag):
            health[key] = duration_ns(line.text(flag))
    if line.text("health-retries"):
        health["Retries"] = int(line.text("health-retries"))
    return health


def _networks(line: Line) -> dict[str, Body]:
    found: dict[str, Body] = {}
    for text in line.all("network"):
        row = parse_network(text)
        name, aliases = row.get("name", [""])[0], row.get("alias", [])
        address = row.get("ip", [""])[0]
        found[name] = {"Aliases": aliases or None}
        if address:
            found[name]["IPAMConfig"] = {"IPv4Address": address}
    if not found and line.text("ip"):
        found["bridge"] = {"Aliases": None}  # the daemon refuses it there
    if found:
        first = found[next(iter(found))]
        more = line.all("network-alias")
        if more:
            first["Aliases"] = [*(first["Aliases"] or []), *more]
        if line.text("ip"):
            first["IPAMConfig"] = {"IPv4Address": line.text("ip")}
    return found
