"""docker context: the endpoints that a client of a machine knows, and which of them it uses.

Kept in the engine's table "docker contexts": {machine: {"current", "rows": {name: [description,
host]}}}.   Source: docker/cli cli/command/context; its words are those of the client 28.2.2.

# Simplified: A context for another machine can be made, chosen and removed, but docker talks to no
# other machine's daemon: with such a context in use its commands end with an error.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from .client import Client
from .inspect import to_text
from .listing import fields
from .template import render, to_json

if TYPE_CHECKING:
    from simulator.engine import Engine

TABLE = "docker contexts"
HOME = "/home/student/.docker/contexts"
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.+-]+")
LOCAL = ("Current DOCKER_HOST based configuration", "unix:///var/run/docker.sock")
SCHEMES = ("tcp", "unix", "ssh", "npipe", "fd", "http", "https")
OPTIONS = ("host", "from", "ca", "cert", "key", "skip-tls-verify")


def known(engine: Engine, machine: str) -> tuple[str, dict[str, list[str]]]:
    """Give the current context of a machine's client, and description and host by name."""
    row = engine.peek(TABLE).get(machine)
    rows = {"default": list(LOCAL), **(row["rows"] if row else {})}
    return (row["current"] if row else "default"), rows


def _keep(c: Client, current: str, rows: dict[str, list[str]]) -> None:
    own = {name: row for name, row in rows.items() if name != "default"}
    c.engine.table(TABLE)[c.machine] = {"current": current, "rows": own}


def refusal(engine: Engine, machine: str, named: str = "") -> str:
    """Say why no command can be carried out with the context in use; "" when one can."""
    current, rows = known(engine, machine)
    name = named or current
    if name not in rows:
        return f"Failed to initialize: unable to resolve docker endpoint: {missing(name)}\n"
    host = rows[name][1]
    if host == LOCAL[1]:
        return ""
    if engine.machines.get(re.sub(r"^\w+://(?:[^@/]*@)?|[:/].*$", "", host)) is not None:
        return (f"drydock: docker talks to no other machine's daemon: open a terminal on the "
                f"machine of {host}, or docker context use default\n")  # fmt: skip
    return f"Cannot connect to the Docker daemon at {host}. Is the docker daemon running?\n"


def missing(name: str) -> str:
    """Say that there is no such context; its folder is the digest of its name."""
    place = f"{HOME}/meta/{_digest(name)}/meta.json"
    return f'context "{name}": context not found: open {place}: no such file or directory'


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def create(c: Client) -> int:
    """Make a context."""
    name = c.args[0]
    current, rows = known(c.engine, c.machine)
    if name == "default":
        return _wrong(c, '"default" is a reserved context name')
    if not NAME.fullmatch(name):
        return _wrong(c, f'context name "{name}" is invalid, names are validated against regexp '
                         f'"^{NAME.pattern}$"')  # fmt: skip
    if name in rows:
        return _wrong(c, f'context "{name}" already exists')
    source = c.line.text("from")
    if source and source not in rows:
        return _wrong(c, missing(source))
    host, wrong = _host(c.line.text("docker"), rows[source or current][1], rows)
    if wrong:
        return _wrong(c, wrong)
    _keep(c, current, {**rows, name: [c.line.text("description"), host]})
    c.out(f"{name}\n")
    c.err(f'Successfully created context "{name}"\n')
    return 0


def _wrong(c: Client, text: str) -> int:
    c.err(f"{text}\n")
    return 1


def _host(text: str, default: str, rows: dict[str, list[str]]) -> tuple[str, str]:
    """Read `--docker host=...`: (the host, what is wrong)."""
    given = dict(part.partition("=")[::2] for part in text.split(",") if part)
    odd = [key for key in given if key not in OPTIONS]
    if odd:
        return "", f"unable to create docker endpoint config: unrecognized config key: {odd[0]}"
    if "from" in given:
        if given["from"] not in rows:
            return "", missing(given["from"])
        return rows[given["from"]][1], ""
    host = given.get("host", default)
    if host.partition("://")[0] not in SCHEMES or "://" not in host:
        return "", (
            "unable to create docker endpoint config: unable to apply docker "
            f"endpoint options: unable to parse docker host `{host}`"
        )
    return host, ""


def update(c: Client) -> int:
    """Change a context."""
    name = c.args[0]
    current, rows = known(c.engine, c.machine)
    if name not in rows or name == "default":
        return _wrong(c, missing(name))
    host, wrong = _host(c.line.text("docker"), rows[name][1], rows)
    if wrong:
        return _wrong(c, wrong)
    description = c.line.text("description") or rows[name][0]
    _keep(c, current, {**rows, name: [description, host]})
    c.out(f"{name}\n")
    c.err(f'Successfully updated context "{name}"\n')
    return 0


def use(c: Client) -> int:
    """Choose a context."""
    name = c.args[0]
    current, rows = known(c.engine, c.machine)
    if name not in rows:
        return _wrong(c, missing(name))
    if name != current:
        _keep(c, name, rows)
    c.out(f"{name}\n")
    c.err(f'Current context is now "{name}"\n')
    return 0


def remove(c: Client) -> int:
    """Remove contexts."""
    current, rows = known(c.engine, c.machine)
    code = 0
    for name in c.args:
        if name == "default":
            code = _wrong(c, 'context "default" cannot be removed')
        elif name not in rows:
            if not c.line.on("force"):
                code = _wrong(c, f'context "{name}" does not exist')
        elif name == current and not c.line.on("force"):
            code = _wrong(c, f'context "{name}" is in use, set -f flag to force remove')
        else:
            rows = {key: row for key, row in rows.items() if key != name}
            current = "default" if name == current else current
            _keep(c, current, rows)
            c.out(f"{name}\n")
    return code


def ls(c: Client) -> int:
    """List contexts."""
    current, rows = known(c.engine, c.machine)
    form = c.line.text("format")
    found = [
        {"Name": name if form or name != current else f"{name} *", "Description": row[0],
         "DockerEndpoint": row[1], "Error": "", "Current": name == current}
        for name, row in sorted(rows.items())
    ]  # fmt: skip
    columns = [("Name", "NAME"), ("Description", "DESCRIPTION"),
               ("DockerEndpoint", "DOCKER ENDPOINT"), ("Error", "ERROR")]  # fmt: skip
    if c.line.on("quiet"):
        c.out("".join(f"{name}\n" for name in sorted(rows)))
        return 0
    return fields(c, found, columns, "Name Description DockerEndpoint Error")


def show(c: Client) -> int:
    """Name the context in use."""
    c.out(f"{known(c.engine, c.machine)[0]}\n")
    return 0


def inspect(c: Client) -> int:
    """Show contexts."""
    current, rows = known(c.engine, c.machine)
    names = c.args or [current]
    found = [_shown(name, rows[name]) for name in names if name in rows]
    form = c.line.text("format")
    if form in ("", "json"):
        c.out((to_json(found) if form else to_text(found)) + "\n")
    else:
        c.out("".join(render(form, one) + "\n" for one in found) or "\n")
    lost = [name for name in names if name not in rows]
    c.err("".join(f"{missing(name)}\n" for name in lost))
    return 1 if lost else 0


def _shown(name: str, row: list[str]) -> dict[str, Any]:
    own = name != "default"
    place = {"MetadataPath": f"{HOME}/meta/{_digest(name)}", "TLSPath": f"{HOME}/tls/"
             f"{_digest(name)}"} if own else dict.fromkeys(("MetadataPath", "TLSPath"),
                                                           "<IN MEMORY>")  # fmt: skip
    return {
        "Name": name, "Metadata": {"Description": row[0]} if own and row[0] else {},
        "Endpoints": {"docker": {"Host": row[1], "SkipTLSVerify": False}},
        "TLSMaterial": {}, "Storage": place,
    }  # fmt: skip
