"""Which containers a service asks for: names, labels, the create body, and when they are outdated.

Imitates docker compose's create.go and hash.go.
"""

from __future__ import annotations

import hashlib
import posixpath
from typing import Any

from simulator.plain import Object, copy

from . import syntax
from .errors import ComposeError
from .forms import arrange
from .hostconfig import host_config
from .loader import VALUE
from .output import go_json
from .project import Project

VERSION = "2.36.2"
PREFIX = "com.docker.compose."
UNHASHED = ("build", "pull_policy", "scale", "depends_on", "profiles")
"""Fields whose change does not make a container outdated. Source: compose hash.go."""

Body = dict[str, Any]


def image_name(project: Project, name: str) -> str:
    """Give the image of a service: what it says, or the name that its build gets."""
    service = project.services.get(name) or project.disabled[name]
    return str(service.get("image") or f"{project.name}-{name}")


def container_name(project: Project, name: str, number: int) -> str:
    """Give a container's name, `shop-web-1` unless the service has its own."""
    return str(project.services[name].get("container_name") or f"{project.name}-{name}-{number}")


def config_hash(service: Body) -> str:
    """Digest what a container is made from, as compose's JSON of it."""
    kept = {key: value for key, value in service.items() if key not in UNHASHED}
    if kept.get("deploy"):
        kept["deploy"] = {k: v for k, v in kept["deploy"].items() if k != "replicas"}
    text = go_json(arrange(kept, "service", as_json=True))
    return hashlib.sha256(text.encode()).hexdigest()


def labels(project: Project, name: str, number: int, image_id: str, oneoff: bool) -> dict[str, str]:
    """Give the labels by which compose finds its containers again."""
    service = project.services[name]
    needed = [
        f"{one}:{row['condition']}:{str(bool(row.get('restart'))).lower()}"
        for one, row in (service.get("depends_on") or {}).items()
    ]
    own = {
        "config-hash": config_hash(service),
        "container-number": str(number),
        "depends_on": ",".join(needed),
        "image": image_id,
        "oneoff": "True" if oneoff else "False",
        "project": project.name,
        "project.config_files": ",".join(project.data["files"]),
        "project.working_dir": project.data["working_dir"],
        "service": name,
        "version": VERSION,
    }
    return {
        **(service.get("labels") or {}),
        **{PREFIX + key: value for key, value in own.items()},
    }


def create_body(
    project: Project, name: str, number: int, image_id: str, oneoff: bool = False,
    aliases: bool = False,
) -> Body:  # fmt: skip
    """Make the body of `POST /containers/create` for one container of a service.

    oneoff: of `compose run`; aliases: it has the service's names in its networks all the same.
    """
    service = project.services[name]
    body: Body = {
        "Image": image_name(project, name),
        "Tty": bool(service.get("tty")),
        "OpenStdin": bool(service.get("stdin_open")),
        "Env": [
            f"{key}={value}"
            for key, value in sorted((service.get("environment") or {}).items())
            if value is not None
        ],
        "Labels": labels(project, name, number, image_id, oneoff),
        "HostConfig": host_config(service),
    }
    _mounts(project, service, body["HostConfig"])
    if service.get("command") is not None:
        body["Cmd"] = list(service["command"])  # an empty one leaves the image's, as in life
    if service.get("entrypoint") is not None:
        body["Entrypoint"] = service["entrypoint"] or [""]
    for field, key in (("hostname", "Hostname"), ("domainname", "Domainname"), ("user", "User"),
                       ("working_dir", "WorkingDir"), ("stop_signal", "StopSignal"),
                       ("mac_address", "MacAddress")):  # fmt: skip
        if service.get(field):
            body[key] = str(service[field])
    if service.get("stop_grace_period"):
        nanos = syntax.duration_ns(service["stop_grace_period"], "stop_grace_period")
        body["StopTimeout"] = -(-nanos // 10**9)
    health = _healthcheck(service.get("healthcheck"))
    if health:
        body["Healthcheck"] = health
    exposed: Body = {(p if "/" in p else f"{p}/tcp"): {} for p in service.get("expose") or []}
    exposed.update({f"{p['target']}/{p['protocol']}": {} for p in service.get("ports") or []})
    if exposed:
        body["ExposedPorts"] = exposed
    anonymous: Body = {m["target"]: {} for m in service.get("volumes") or []
                 if m["type"] == "volume" and not m.get("source")}  # fmt: skip
    if anonymous:
        body["Volumes"] = anonymous
    _join_networks(project, name, number, body, oneoff and not aliases)
    return body


def _join_networks(project: Project, name: str, number: int, body: Body, oneoff: bool) -> None:
    """Connect to the service's networks, the one of highest priority first."""
    service = project.services[name]
    mode = service.get("network_mode")
    if mode:
        body["HostConfig"]["NetworkMode"] = mode
        return
    joined = service.get("networks") or {}
    ordered = sorted(joined, key=lambda key: (-int((joined[key] or {}).get("priority") or 0), key))
    endpoints: Body = {}
    for key in ordered:
        wish = joined[key] or {}
        aliases = [] if oneoff else [container_name(project, name, number), name]
        endpoint: Body = {"Aliases": [*aliases, *(wish.get("aliases") or [])]}
        if wish.get("ipv4_address"):
            endpoint["IPAMConfig"] = {"IPv4Address": wish["ipv4_address"]}
        endpoints[project.networks[key]["name"]] = endpoint
    if endpoints:
        body["HostConfig"]["NetworkMode"] = next(iter(endpoints))
        body["NetworkingConfig"] = {"EndpointsConfig": endpoints}


def _mounts(project: Project, service: Body, host: Body) -> None:
    """Add volumes, bind mounts, tmpfs, secrets and configs.

    Secrets and configs that come from a variable or a text are put in later, see `contents`.
    """
    binds: list[str] = []
    tmpfs: dict[str, str] = {}
    for row in service.get("tmpfs") or []:
        place, _, options = row.partition(":")
        tmpfs[place] = options
    for mount in service.get("volumes") or []:
        options = ["ro" if mount.get("read_only") else "rw"]
        if mount["type"] == "tmpfs":
            tmpfs[mount["target"]] = _tmpfs(mount.get("tmpfs") or {})
        elif mount["type"] not in ("bind", "volume"):
            host.setdefault("Mounts", []).append({
                "Type": mount["type"], "Source": mount.get("source") or "",
                "Target": mount["target"], "ReadOnly": bool(mount.get("read_only"))})  # fmt: skip
        elif mount["type"] == "bind":
            if (mount.get("bind") or {}).get("create_host_path") in (True, "true"):
                binds.append(f"{mount['source']}:{mount['target']}:{options[0]}")
            else:
                host.setdefault("Mounts", []).append({
                    "Type": "bind", "Source": mount["source"], "Target": mount["target"],
                    "ReadOnly": options == ["ro"]})  # fmt: skip
        elif mount.get("source"):
            if (mount.get("volume") or {}).get("nocopy"):
                options.append("nocopy")
            source = project.volumes[mount["source"]]["name"]
            binds.append(f"{source}:{mount['target']}:{','.join(options)}")
    for section, folder in (("secrets", "/run/secrets"), ("configs", "/")):
        for grant in service.get(section) or []:
            file = project.data[section][grant["source"]].get("file")
            target = posixpath.join(folder, grant.get("target") or grant["source"])
            if file and not project.data[section][grant["source"]].get("external"):
                binds.append(f"{file}:{target}:ro")
    if binds:
        host["Binds"] = binds
    if tmpfs:
        host["Tmpfs"] = tmpfs


def _tmpfs(options: Body) -> str:
    found = [f"size={options['size']}"] if options.get("size") else []
    return ",".join([*found, *([f"mode={options['mode']:o}"] if options.get("mode") else [])])


def contents(project: Project, name: str) -> list[Body]:
    """Give the secrets and configs of a service that are no files of the host.

    Each is {target, text, mode, uid, gid}. Raises ComposeError.
    """
    found: list[Body] = []
    service = project.services[name]
    for section, word, folder in (
        ("secrets", "secret", "/run/secrets"),
        ("configs", "config", "/"),
    ):
        for grant in service.get(section) or []:
            source = project.data[section][grant["source"]]
            text = str(source.get("content") or "")
            variable = source.get("environment")
            if not text and variable:
                if VALUE not in source:
                    raise ComposeError(f'environment variable "{variable}" required by {word} '
                                       f'"{source["name"]}" is not set')  # fmt: skip
                text = str(source[VALUE])
            if not text:
                continue
            if service.get("read_only"):
                raise ComposeError(f'cannot create {word} "{source["name"]}" in read-only service '
                                   f"{name}: `file` is the sole supported option")  # fmt: skip
            found.append({
                "target": posixpath.join(folder, grant.get("target") or grant["source"]),
                "text": text, "mode": int(str(grant.get("mode") or "0444"), 8),
                "uid": int(grant.get("uid") or 0), "gid": int(grant.get("gid") or 0)})  # fmt: skip
    return found


def _healthcheck(check: Body | None) -> Body | None:
    if not check:
        return None
    if check.get("disable"):
        return {"Test": ["NONE"]}
    found: Body = {}
    if check.get("test"):
        found["Test"] = list(check["test"])
    for field, key in (("interval", "Interval"), ("timeout", "Timeout"),
                       ("start_period", "StartPeriod"),
                       ("start_interval", "StartInterval")):  # fmt: skip
        if check.get(field):
            found[key] = syntax.duration_ns(check[field], field)
    if check.get("retries"):
        found["Retries"] = int(check["retries"])
    return found


def inherit_volumes(body: Body, old: Object) -> None:
    """Give a recreated container the anonymous volumes of the one that it replaces."""
    taken = {text.split(":")[1]: None for text in body["HostConfig"].get("Binds") or []}
    for mount in old["Mounts"]:
        named = mount["Type"] == "volume" and mount["Destination"] not in taken
        if named and mount["Destination"] not in (body["HostConfig"].get("Tmpfs") or {}):
            bind = f"{mount['Name']}:{mount['Destination']}"
            binds = copy(body["HostConfig"].get("Binds") or [])
            is_anonymous = len(mount["Name"]) == 64
            if is_anonymous:
                body["HostConfig"]["Binds"] = [*binds, bind]
                (body.get("Volumes") or {}).pop(mount["Destination"], None)


def is_outdated(project: Project, name: str, container: Object, image_id: str) -> bool:
    """Tell whether a container is no longer what its service asks for."""
    own = container["Config"]["Labels"] or {}
    return bool(
        own.get(PREFIX + "config-hash") != config_hash(project.services[name])
        or own.get(PREFIX + "image") != image_id
    )
