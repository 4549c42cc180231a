"""What a compose file may say: the Compose Specification's fields and types, checked in its words.

A shape is one of: a type's name ("string", "number", "integer", "boolean", "null"), a list of such
names, `Fields` (a mapping with known keys; `x-...` is always allowed), `Items` (a list),
`Names` (a mapping with names of the user's own as keys), `Choice` (one of several words) or
`Either` (one of several shapes).
Source: compose-spec's schema, read through what compose-go's schema package answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from simulator.plain import canonical

from .errors import ComposeError

Shape: TypeAlias = "str | list[str] | Fields | Items | Names | Either | Choice"


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping with known keys."""

    known: dict[str, Shape]
    required: tuple[str, ...] = ()
    may_be_null: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    shape: Shape
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """A mapping from names to values."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes."""

    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words, or a text that has a pattern in it."""

    words: tuple[str, ...] = ()
    pattern: str = ""


BOOL: Shape = ["boolean", "string"]
NUMBER: Shape = ["number", "string"]
INTEGER: Shape = ["integer", "string"]
SCALAR: Shape = ["string", "number", "boolean", "null"]
STRINGS = Items("string", unique=True)
PAIRS = Either((Names(SCALAR), STRINGS))
WORDS = Either(("string", Items("string")))
COMMAND = Either(("null", "string", Items("string")))
FILES = Either(("string", Items(Either(("string", Fields(
    {"path": "string", "format": "string", "required": BOOL}, ("path",)))))))  # fmt: skip
GRANTS = Items(Either(("string", Fields({
    "source": "string", "target": "string", "uid": "string", "gid": "string", "mode": NUMBER,
}))))  # fmt: skip
HOSTS = Either((Names(Either(("string", Items("string")))), STRINGS))
ULIMITS = Names(Either((INTEGER, Fields({"soft": INTEGER, "hard": INTEGER}, ("soft", "hard")))))
LIMITS = Fields({"cpus": NUMBER, "memory": "string", "pids": INTEGER})
ROLLOUT = Fields({
    "parallelism": INTEGER, "delay": "string", "failure_action": "string", "monitor": "string",
    "max_failure_ratio": NUMBER, "order": "string",
})  # fmt: skip
HOOK = Fields({
    "command": COMMAND, "user": "string", "privileged": BOOL, "working_dir": "string",
    "environment": PAIRS,
}, ("command",))  # fmt: skip

BUILD = Either(("string", Fields({
    "context": "string", "dockerfile": "string", "dockerfile_inline": "string",
    "entitlements": Items("string"), "args": PAIRS, "ssh": PAIRS, "labels": PAIRS,
    "cache_from": Items("string"), "cache_to": Items("string"), "no_cache": BOOL,
    "additional_contexts": PAIRS, "network": "string", "provenance": BOOL, "sbom": BOOL,
    "pull": BOOL, "target": "string", "shm_size": INTEGER, "extra_hosts": HOSTS,
    "isolation": "string", "privileged": BOOL, "secrets": GRANTS, "tags": Items("string"),
    "ulimits": ULIMITS, "platforms": Items("string"),
})))  # fmt: skip
DEPENDS_ON = Either((STRINGS, Names(Fields(
    {"restart": BOOL, "required": "boolean", "condition": Choice((
        "service_started", "service_healthy", "service_completed_successfully"))},
    ("condition",)))))  # fmt: skip
DEPLOY = Fields({
    "mode": "string", "endpoint_mode": "string", "replicas": INTEGER, "labels": PAIRS,
    "rollback_config": ROLLOUT, "update_config": ROLLOUT,
    "resources": Fields({"limits": LIMITS, "reservations": Fields({
        "cpus": NUMBER, "memory": "string", "generic_resources": Items(Names(Names(SCALAR))),
        "devices": Items(Names(Either((SCALAR, Items(SCALAR), Names(SCALAR))))),
    })}),
    "restart_policy": Fields({
        "condition": "string", "delay": "string", "max_attempts": INTEGER, "window": "string"}),
    "placement": Fields({
        "constraints": Items("string"), "preferences": Items(Fields({"spread": "string"})),
        "max_replicas_per_node": INTEGER}),
}, may_be_null=True)  # fmt: skip
WATCH_ACTION = Choice(("rebuild", "sync", "restart", "sync+restart", "sync+exec"))
DEVELOP = Fields({"watch": Items(Fields({
    "path": "string", "action": WATCH_ACTION, "target": "string", "ignore": WORDS, "include": WORDS,
    "exec": HOOK,
}, ("path", "action")))}, may_be_null=True)  # fmt: skip
HEALTHCHECK = Fields({
    "disable": BOOL, "interval": "string", "retries": NUMBER, "test": WORDS, "timeout": "string",
    "start_period": "string", "start_interval": "string",
})  # fmt: skip
PORT = Either(("number", "string", Fields({
    "name": "string", "mode": "string", "host_ip": "string", "target": INTEGER,
    "published": INTEGER, "protocol": "string", "app_protocol": "string",
})))  # fmt: skip
VOLUME_MOUNT = Either(("string", Fields({
    "type": Choice(("bind", "volume", "tmpfs", "cluster", "npipe", "image")),
    "source": "string", "target": "string", "read_only": BOOL, "consistency": "string",
    "bind": Fields({"propagation": "string", "create_host_path": BOOL, "recursive": "string",
                    "selinux": "string"}),
    "volume": Fields({"labels": PAIRS, "nocopy": BOOL, "subpath": "string"}),
    "tmpfs": Fields({"size": INTEGER, "mode": NUMBER}),
    "image": Fields({"subpath": "string"}),
}, ("type",))))  # fmt: skip
JOINED = Either((STRINGS, Names(Fields({
    "aliases": STRINGS, "interface_name": "string", "ipv4_address": "string",
    "ipv6_address": "string", "link_local_ips": STRINGS, "mac_address": "string",
    "driver_opts": Names(NUMBER), "priority": "number", "gw_priority": "number",
}, may_be_null=True))))  # fmt: skip

ALL = Choice(("all",))
CONTAINER_NAME = Choice(pattern="[a-zA-Z0-9][a-zA-Z0-9_.-]+")
POLICY = Choice(pattern="always|never|build|if_not_present|missing|refresh|daily|weekly|"
                "every_([0-9]+[wdhms])+")  # fmt: skip

SERVICE = Fields({
    "annotations": PAIRS, "attach": BOOL, "blkio_config": Names(Either((SCALAR, Items(
        Names(SCALAR))))), "build": BUILD, "cap_add": STRINGS, "cap_drop": STRINGS,
    "cgroup": "string", "cgroup_parent": "string", "command": COMMAND, "configs": GRANTS,
    "container_name": CONTAINER_NAME, "cpu_count": INTEGER, "cpu_percent": INTEGER,
    "cpu_period": NUMBER, "cpu_quota": NUMBER, "cpu_rt_period": NUMBER, "cpu_rt_runtime": NUMBER,
    "cpu_shares": NUMBER, "cpus": NUMBER, "cpuset": "string",
    "credential_spec": Names("string"), "depends_on": DEPENDS_ON, "deploy": DEPLOY,
    "develop": DEVELOP, "device_cgroup_rules": STRINGS,
    "devices": Items(Either(("string", Names("string")))), "dns": WORDS, "dns_opt": STRINGS,
    "dns_search": WORDS, "domainname": "string", "entrypoint": COMMAND, "env_file": FILES,
    "environment": PAIRS, "expose": Items(["string", "number"], unique=True),
    "extends": Either(("string", Fields({"service": "string", "file": "string"}, ("service",)))),
    "external_links": STRINGS, "extra_hosts": HOSTS,
    "gpus": Either((ALL, Items(Names(Either((SCALAR, Items(SCALAR), Names(SCALAR))))))),
    "group_add": Items(["string", "number"], unique=True), "healthcheck": HEALTHCHECK,
    "hostname": "string", "image": "string", "init": BOOL, "ipc": "string",
    "isolation": "string", "label_file": WORDS, "labels": PAIRS, "links": STRINGS,
    "logging": Fields({"driver": "string", "options": Names(["string", "number", "null"])}),
    "mac_address": "string", "mem_limit": NUMBER, "mem_reservation": INTEGER,
    "mem_swappiness": INTEGER, "memswap_limit": NUMBER, "network_mode": "string",
    "networks": JOINED, "oom_kill_disable": BOOL, "oom_score_adj": INTEGER,
    "pid": ["string", "null"], "pids_limit": NUMBER, "platform": "string",
    "ports": Items(PORT, unique=True), "post_start": Items(HOOK), "pre_stop": Items(HOOK),
    "privileged": BOOL, "profiles": STRINGS, "provider": Names(Either((SCALAR, Names(SCALAR)))),
    "pull_policy": POLICY, "pull_refresh_after": "string", "read_only": BOOL,
    "restart": "string", "runtime": "string", "scale": INTEGER, "secrets": GRANTS,
    "security_opt": STRINGS, "shm_size": NUMBER, "stdin_open": BOOL,
    "stop_grace_period": "string", "stop_signal": "string", "storage_opt": Names(SCALAR),
    "sysctls": PAIRS, "tmpfs": WORDS, "tty": BOOL, "ulimits": ULIMITS, "use_api_socket": BOOL,
    "user": "string", "userns_mode": "string", "uts": "string",
    "volumes": Items(VOLUME_MOUNT, unique=True), "volumes_from": STRINGS,
    "working_dir": "string",
})  # fmt: skip
EXTERNAL = Either(("boolean", "string", Fields({"name": "string"})))
NETWORK = Fields({
    "name": "string", "driver": "string", "driver_opts": Names(NUMBER), "external": EXTERNAL,
    "internal": BOOL, "attachable": BOOL, "enable_ipv4": BOOL, "enable_ipv6": BOOL,
    "labels": PAIRS,
    "ipam": Fields({"driver": "string", "options": Names("string"), "config": Items(Fields({
        "subnet": "string", "ip_range": "string", "gateway": "string",
        "aux_addresses": Names("string")}))}),
}, may_be_null=True)  # fmt: skip
VOLUME = Fields({
    "name": "string", "driver": "string", "driver_opts": Names(NUMBER), "external": EXTERNAL,
    "labels": PAIRS,
}, may_be_null=True)  # fmt: skip
SECRET = Fields({
    "name": "string", "environment": "string", "file": "string", "content": "string",
    "external": EXTERNAL, "labels": PAIRS, "driver": "string", "driver_opts": Names(NUMBER),
    "template_driver": "string",
})  # fmt: skip
INCLUDE = Items(Either(("string", Fields(
    {"path": WORDS, "env_file": WORDS, "project_directory": "string"}))))  # fmt: skip
FILE = Fields({
    "version": "string", "name": "string", "include": INCLUDE, "services": Names(SERVICE),
    "networks": Names(NETWORK), "volumes": Names(VOLUME), "secrets": Names(SECRET),
    "configs": Names(SECRET), "models": Names(Names(SCALAR)),
})  # fmt: skip

_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

Wrong = tuple[list[str], str]


def validate(document: dict[str, Any], path: str) -> None:
    """Refuse what the specification does not allow; ComposeError names file, field and reason."""
    wrong = _check(document, FILE, [])
    if wrong:
        place, words = _most_specific(wrong)
        raise ComposeError(f"validating {path}: {'.'.join(place)} {words}")


def _most_specific(wrong: list[Wrong]) -> Wrong:
    """Choose the first of the problems that lie deepest; a strange key lies one deeper."""
    return max(wrong, key=lambda row: len(row[0]) + row[1].startswith("additional properties"))


def _check(value: Any, shape: Any, place: list[str]) -> list[Wrong]:
    if isinstance(shape, str | list):
        wanted = [shape] if isinstance(shape, str) else shape
        return [] if _type_of(value, wanted) else [(place, f"must be a {_readable(wanted)}")]
    if isinstance(shape, Choice):
        if not isinstance(value, str):
            return [(place, "must be a string")]
        if shape.pattern:
            fits = re.search(shape.pattern, value)
            wrong = f"'{value}' does not match pattern '{shape.pattern}'"
            return [] if fits else [(place, wrong)]
        if value in shape.words:
            return []
        if len(shape.words) == 1:
            return [(place, f"value must be '{shape.words[0]}'")]
        words = ", ".join(f"'{word}'" for word in shape.words)
        return [(place, f"value must be one of {words}")]
    if isinstance(shape, Fields):
        return _check_fields(value, shape, place)
    if isinstance(shape, Items):
        return _check_items(value, shape, place)
    if isinstance(shape, Names):
        return _check_names(value, shape, place)
    answers = [_check(value, one, place) for one in shape.shapes]
    if any(not answer for answer in answers):
        return []
    return [row for answer in answers for row in answer]


def _check_fields(value: Any, shape: Fields, place: list[str]) -> list[Wrong]:
    if value is None and shape.may_be_null:
        return []
    if not isinstance(value, dict):
        wanted = ["object", "null"] if shape.may_be_null else ["object"]
        return [(place, f"must be a {_readable(wanted)}")]
    wrong: list[Wrong] = []
    missing = [f"'{name}'" for name in shape.required if name not in value]
    if missing:
        word = "property" if len(missing) == 1 else "properties"
        wrong.append((place, f"missing {word} {', '.join(missing)}"))
    strange = [f"'{k}'" for k in sorted(value) if k not in shape.known and not k.startswith("x-")]
    if strange:
        wrong.append((place, f"additional properties {', '.join(strange)} not allowed"))
    for key, item in value.items():
        if key in shape.known:
            wrong += _check(item, shape.known[key], [*place, key])
    return wrong


def _check_items(value: Any, shape: Items, place: list[str]) -> list[Wrong]:
    if not isinstance(value, list):
        return [(place, "must be a array")]
    wrong: list[Wrong] = []
    seen: dict[bytes, int] = {}
    for index, item in enumerate(value):
        wrong += _check(item, shape.shape, [*place, str(index)])
        double = seen.setdefault(canonical(item), index) if shape.unique else index
        if double != index and not wrong:
            return [(place, f"items at {double} and {index} are equal")]
    return wrong


def _check_names(value: Any, shape: Names, place: list[str]) -> list[Wrong]:
    if not isinstance(value, dict):
        return [(place, "must be a mapping")]
    wrong: list[Wrong] = []
    if place in (["services"], ["volumes"], ["secrets"], ["configs"]):
        strange = [f"'{k}'" for k in sorted(value) if not k or k.strip(_NAME_CHARACTERS)]
        if strange:
            wrong.append((place, f"additional properties {', '.join(strange)} not allowed"))
    for key, item in value.items():
        wrong += _check(item, shape.shape, [*place, key])
    return wrong


def _type_of(value: Any, wanted: list[str]) -> bool:
    names = {str: ("string",), bool: ("boolean",), int: ("integer", "number"),
             float: ("number",), type(None): ("null",)}  # fmt: skip
    return any(name in wanted for name in names.get(type(value), ()))


def _readable(wanted: list[str]) -> str:
    names = sorted("mapping" if name == "object" else name for name in wanted)
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} or {names[-1]}"
