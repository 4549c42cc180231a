"""From nginx's directives to what it serves: servers, locations, upstreams, as plain data.

A scope (http, server, location, `if`) keeps what it says itself under the directive's name as a
list of [words, path, line]; what it does not say, it has from the scope around it (`setting`).
config: {"servers", "upstreams", "maps", "daemon", "files", "warnings"}.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from ...process import Process
from .listens import read_listen, set_listens
from .syntax import Emergency, Reader, Row
from .values import check_logs, check_values
from .variables import translated

CONFIG = "/etc/nginx/nginx.conf"
ONCE = (
    "root", "alias", "proxy_pass", "default_type", "autoindex", "client_max_body_size", "expires",
    "try_files", "proxy_http_version", "sendfile", "gzip", "server_tokens",
)  # fmt: skip
"""Directives that may stand once in a block."""
Scope = dict[str, Any]


def read(p: Process, path: str, options: str) -> dict[str, Any]:
    """Read and check the whole configuration; raises Emergency. options: the text of `-g`."""
    reader = Reader(p.view)
    rows = reader.file(path, "M")
    if not any(row[0] == "events" for row in rows):
        raise Emergency('no "events" section in configuration')
    files = [[one, text] for one, text in reader.files.items()]
    config: dict[str, Any] = {
        "servers": [], "upstreams": {}, "maps": [], "warnings": [], "files": files,
    }  # fmt: skip
    daemon = [row[1][0] for row in rows if row[0] == "daemon"]
    config["daemon"] = daemon[-1:] != ["off"] and "daemon off" not in " ".join(options.split())
    for name, _, _, place, line in rows:
        if name == "user" and p.uid:
            config["warnings"].append(
                'the "user" directive makes sense only if the master process runs with super-user '
                f"privileges, ignored in {place}:{line}"
            )
    check_values(p, rows)
    for row in rows:
        if row[0] == "http":
            _http(p, config, row[2])
    check_logs(p, rows)
    return config


def _http(p: Process, config: dict[str, Any], rows: list[Row]) -> None:
    http = _scope(rows, "http")
    for name, args, inner, path, line in rows:
        if name == "upstream":
            config["upstreams"][args[0]] = _upstream(p, inner, path, line)
        elif name == "map":
            config["maps"].append([args[0], args[1].lstrip("$"), [_map_row(row) for row in inner]])
    for name, _, inner, path, line in rows:
        if name == "server":
            config["servers"].append(_server(p, http, inner, path, line))
    if not config["servers"]:
        return
    set_listens(config)
    for server in config["servers"]:
        _check_certificates(p, server)
        for location in _all(server):
            _check_proxy(p, config, location)


def _map_row(row: Row) -> list[str]:
    return [row[0], row[1][0] if row[1] else ""]


def _scope(rows: list[Row], kind: str) -> Scope:
    """Note what a block says."""
    scope: Scope = {"kind": kind, "says": {}, "rules": [], "locations": []}
    for name, args, inner, path, line in rows:
        if name in ONCE and name in scope["says"]:
            raise Emergency(f'"{name}" directive is duplicate in {path}:{line}')
        if name in ("rewrite", "return", "set", "break", "if"):
            scope["rules"].append(_rule(name, args, inner, path, line))
        elif name == "types":
            scope["says"]["types"] = [[row[0], row[1]] for row in inner]
        elif name not in ("server", "location", "upstream", "map", "listen"):
            scope["says"].setdefault(name, []).append([args, path, line])
    return scope


def _rule(name: str, args: list[str], inner: list[Row], path: str, line: int) -> list[Any]:
    """Check a directive of the rewrite module: [name, words, scope of an `if`]."""
    if name == "if":
        words = " ".join(args)
        if not (words.startswith("(") and words.endswith(")")):
            raise Emergency(f'invalid condition "{args[0]}" in {path}:{line}')
        return [name, [words[1:-1].strip()], _scope(inner, "if")]
    if name == "rewrite":
        _regex(args[0], path, line)
        if len(args) > 2 and args[2] not in ("last", "break", "redirect", "permanent"):
            raise Emergency(f'invalid parameter "{args[2]}" in {path}:{line}')
    is_url = len(args) == 1 and args[0].startswith(("http://", "https://", "$scheme"))
    if name == "return" and not args[0].isdigit() and not is_url:
        raise Emergency(f'invalid return code "{args[0]}" in {path}:{line}')
    if name == "set" and not args[0].startswith("$"):
        raise Emergency(f'invalid variable name "{args[0]}" in {path}:{line}')
    return [name, args, None]


def _regex(text: str, path: str, line: int) -> None:
    try:
        re.compile(translated(text))
    except (re.error, OverflowError, RecursionError) as error:
        what = getattr(error, "msg", "") or "regular expression is too large"
        raise Emergency(f'pcre2_compile() failed: {what} in "{text}" in {path}:{line}') from None


def _server(p: Process, http: Scope, rows: list[Row], path: str, line: int) -> Scope:
    server = _scope(rows, "server")
    server.update(path=path, line=line, outer=http, names=[], listens=[])
    for name, args, inner, where, at in rows:
        if name == "listen":
            read_listen(server, args, where, at)
        elif name == "server_name":
            server["names"] += args
        elif name == "location":
            server["locations"].append(_location(args, inner, where, at, server))
    _check_twice(server["locations"])
    return server


def _location(args: list[str], rows: list[Row], path: str, line: int, outer: Scope) -> Scope:
    location = _scope(rows, "location")
    sign, text = ("", args[0]) if len(args) == 1 else (args[0], args[1])
    if len(args) == 1 and (found := re.match(r"(\^~|~\*|=|~)(.+)", text)):
        sign, text = found[1], found[2]
    if sign not in ("", "=", "~", "~*", "^~"):
        raise Emergency(f'invalid location modifier "{sign}" in {path}:{line}')
    if sign in ("~", "~*"):
        _regex(text, path, line)
    if outer["kind"] == "location" and outer["sign"] == "=":
        raise Emergency(f'location "{text}" cannot be inside the exact location "{outer["text"]}" '
                        f"in {path}:{line}")  # fmt: skip
    kept = {key: value for key, value in outer.items() if key != "locations"}
    location.update(sign=sign, text=text, path=path, line=line, outer=kept)
    for name, words, inner, where, at in rows:
        if name == "location":
            location["locations"].append(_location(words, inner, where, at, location))
    _check_twice(location["locations"])
    return location


def _check_twice(locations: list[Scope]) -> None:
    seen: dict[tuple[bool, str], None] = {}
    for one in locations:
        key = (one["sign"] == "=", one["text"])
        if one["sign"] in ("~", "~*"):
            continue
        if key in seen:
            raise Emergency(f'duplicate location "{one["text"]}" in {one["path"]}:{one["line"]}')
        seen[key] = None


def _all(scope: Scope) -> list[Scope]:
    """List all locations and conditions below a scope."""
    found: list[Scope] = []
    for one in [*scope["locations"], *[rule[2] for rule in scope["rules"] if rule[2]]]:
        found += [one, *_all(one)]
    return found


def setting(scope: Scope, name: str) -> list[str] | None:
    """Give the words of a directive that holds in a scope; None when nobody says it."""
    rows = settings(scope, name)
    return rows[-1] if rows else None


def settings(scope: Scope, name: str) -> list[list[str]]:
    """Give the words of all directives of a name: those of the nearest scope that has one."""
    here: Scope | None = scope
    while here is not None:
        if name in here["says"]:
            return [row[0] for row in here["says"][name]]
        here = here.get("outer")
    return []


def _upstream(p: Process, rows: list[Row], path: str, line: int) -> dict[str, Any]:
    """Read an upstream: {"method", "peers": [{"host", "port", "address", "weight", ...}]}."""
    method = next(
        (row[0] for row in rows if row[0] in ("least_conn", "ip_hash", "hash", "random")), ""
    )
    peers = []
    for name, args, _, where, at in rows:
        if name != "server":
            continue
        options = dict(word.partition("=")[::2] for word in args[1:])
        for word in options:
            if word not in ("weight", "max_fails", "fail_timeout", "backup", "down", "max_conns",
                            "resolve", "service", "slow_start", "route", "drain"):  # fmt: skip
                raise Emergency(f'invalid parameter "{word}" in {where}:{at}')
        host, _, port = args[0].partition(":")
        if port and not (port.isdigit() and 0 < int(port) < 65_536):
            raise Emergency(f'invalid port in upstream "{args[0]}" in {where}:{at}')
        address = "" if host == "unix" else address_of(p, host)
        if not address and host != "unix" and "resolve" not in options:
            raise Emergency(f'host not found in upstream "{args[0]}" in {where}:{at}')
        weight = options.get("weight", "")
        peers.append({
            "host": host, "port": int(port or 80), "address": address,
            "weight": int(weight) if weight.isdigit() else 1, "backup": "backup" in options,
            "down": "down" in options,
        })  # fmt: skip
    if not peers:
        raise Emergency(f"no servers are inside upstream in {path}:{line}")
    return {"method": method, "peers": peers}


def address_of(p: Process, host: str) -> str:
    """Look a host up as nginx does when it starts; "" when the name is not known."""
    if re.fullmatch(r"[\d.]+|localhost|\[[0-9a-fA-F:]+\]", host):
        return host
    if p.container["drydock"]["pod"] is not None or "." in host:
        return host  # the cluster's DNS and the internet's: asked when a request is passed on
    found = p.engine.docker.networks.resolve(p.container, host)
    if found:
        return found[0]
    return host if p.engine.machines.get(host) is not None else ""


URL = re.compile(r"(https?)://([^/:$]+)(?::(\d+))?(/.*)?$")


def _check_proxy(p: Process, config: dict[str, Any], scope: Scope) -> None:
    """Look the host of a location's proxy_pass up; with a variable in it that is done later."""
    for name in ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "grpc_pass"):
        for args, path, line in scope["says"].get(name, ()):
            url = args[0]
            if "$" in url or url.startswith(("unix:", "http://unix:")):
                continue
            prefixes = ("http://", "https://", "grpc://", "grpcs://")
            if name == "proxy_pass" and not url.startswith(prefixes):
                raise Emergency(f"invalid URL prefix in {path}:{line}")
            place = re.sub(r"^\w+://", "", url).partition("/")[0]
            host = place.partition(":")[0]
            regex = scope.get("sign") in ("~", "~*") or scope["kind"] == "if"
            if name == "proxy_pass" and regex and "/" in re.sub(r"^\w+://", "", url):
                raise Emergency(f'"proxy_pass" cannot have URI part in location given by regular '
                                f'expression, or inside named location, or inside "if" statement, '
                                f'or inside "limit_except" block in {path}:{line}')  # fmt: skip
            if place in config["upstreams"]:
                continue
            address = address_of(p, host)
            if not address:
                raise Emergency(f'host not found in upstream "{host}" in {path}:{line}')
            scope["address"] = address


def _check_certificates(p: Process, server: Scope) -> None:
    secure = next((one for one in server["listens"] if one["ssl"]), None)
    found = setting(server, "ssl_certificate")
    key = setting(server, "ssl_certificate_key")
    if secure is None or setting(server, "ssl_reject_handshake") == ["on"]:
        return
    if found is None:
        raise Emergency('no "ssl_certificate" is defined for the "listen ... ssl" directive in '
                        f"{server['path']}:{server['line']}")  # fmt: skip
    if key is None:
        raise Emergency('no "ssl_certificate_key" is defined for certificate '
                        f'"{_full(found[0])}"')  # fmt: skip
    for what, words in (("certificate", found), ("certificate key", key)):
        path = _full(words[0])
        if not p.view.exists(path):
            raise Emergency(
                f'cannot load {what} "{path}": BIO_new_file() failed (SSL: error:80000002:system '
                f"library::No such file or directory:calling fopen({path}, r) error:10000080:BIO "
                "routines::no such file)")  # fmt: skip


def _full(path: str) -> str:
    return posixpath.join("/etc/nginx", path)
