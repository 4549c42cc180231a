"""nginx's variables in one request, its regular expressions, and `map`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from simulator.patterns import searched, to_regex

from ...process import Process

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
MAX_MAPS = 8
"""Maps whose values name other maps."""


@lru_cache(maxsize=512)
def regex(text: str, ignore_case: bool = False) -> re.Pattern[str] | None:
    """Compile a regular expression of PCRE; None for one that could take for ever."""
    return to_regex(translated(text), ignore_case=ignore_case)


def translated(text: str) -> str:
    """Write a regular expression of PCRE as Python reads it: named groups differ."""
    return re.sub(r"\(\?<(?![=!])", "(?P<", text)


def search(text: str, subject: str, ignore_case: bool = False) -> re.Match[str] | None:
    """Search with a configuration's regular expression."""
    found = regex(text, ignore_case)
    return found.search(searched(found, subject)) if found is not None else None


class Request:
    """One request while nginx works on it."""

    def __init__(self, p: Process, config: dict[str, Any], server: dict[str, Any], port: int,
                 asked: dict[str, Any]) -> None:  # fmt: skip
        self.p = p
        self.config = config
        self.server = server
        self.port = port
        self.asked = asked
        self.target = str(asked.get("path") or "/")
        path, _, self.args = self.target.partition("?")
        self.uri = normal(path)
        self.method = str(asked.get("method") or "GET")
        self.headers = {str(k).lower(): str(v) for k, v in (asked.get("headers") or {}).items()}
        self.client = str(asked.get("client") or "172.17.0.1")
        self.location: dict[str, Any] = server
        self.set: dict[str, str] = {}
        self.groups: list[str] = []
        self.turns = 0
        self.internal = False
        self.depth = 0
        self.memo: list[Any] = []
        self._at = 0

    def once(self, act: Callable[[], Any]) -> Any:
        """Do something that is not to be done again when the request is served anew.

        memo: what came of each act before the request had to wait for an upstream server.
        """
        if self._at >= len(self.memo):
            self.memo = [*self.memo, act()]
        self._at += 1
        return self.memo[self._at - 1]

    @property
    def host(self) -> str:
        """The host that was asked for, without its port."""
        name = self.headers.get("host", "")
        name = re.sub(r":\d+$", "", name)
        return name.lower() or str((self.server["names"] or [""])[0])

    def captured(self, match: re.Match[str]) -> None:
        """Keep what a regular expression has captured."""
        self.groups = [one or "" for one in match.groups()]
        self.set.update({name: value or "" for name, value in match.groupdict().items()})

    def filled(self, text: str) -> str:
        """Put the values of variables into a text."""
        if "$" not in text:
            return text
        return _VARIABLE.sub(lambda m: self.value(m[1] or m[2]), text)

    def value(self, name: str) -> str:
        """Give a variable's value; "" for one that is not known."""
        if name.isdigit():
            return self.groups[int(name) - 1] if 0 < int(name) <= len(self.groups) else ""
        if name in self.set:
            return self.set[name]
        for source, target, rows in self.config["maps"]:
            if target == name and self.turns < MAX_MAPS:
                self.turns += 1
                found = self._mapped(self.filled(source), rows)
                self.turns -= 1
                return found
        if name.startswith("http_"):
            return self.headers.get(name[5:].replace("_", "-"), "")
        if name.startswith("arg_"):
            pairs = [one.partition("=") for one in self.args.split("&")]
            return next((value for key, _, value in pairs if key == name[4:]), "")
        if name.startswith("cookie_"):
            pairs = [
                one.strip().partition("=") for one in self.headers.get("cookie", "").split(";")
            ]
            return next((value for key, _, value in pairs if key == name[7:]), "")
        return self._known(name)

    def _known(self, name: str) -> str:
        from .config import setting

        forwarded = self.headers.get("x-forwarded-for", "")
        root = (setting(self.location, "root") or ["/etc/nginx/html"])[0]
        if name == "request_filename":
            return root + self.uri
        stamp = self.p.engine.timestamp()
        secure = self._is_secure()
        through = f"{forwarded}, {self.client}" if forwarded else self.client
        return {
            "uri": self.uri, "document_uri": self.uri, "request_uri": self.target,
            "args": self.args, "query_string": self.args, "is_args": "?" if self.args else "",
            "host": self.host, "remote_addr": self.client, "remote_port": "52344",
            "scheme": "https" if secure else "http", "server_port": str(self.port),
            "server_protocol": "HTTP/1.1", "request_method": self.method,
            "server_name": str((self.server["names"] or [""])[0]), "document_root": root,
            "hostname": str(self.p.container["Config"]["Hostname"]),
            "proxy_add_x_forwarded_for": through, "https": "on" if secure else "",
            "proxy_host": self.set.get("\0proxy_host", ""),
            "server_addr": str(self.p.container["NetworkSettings"]["IPAddress"] or "127.0.0.1"),
            "content_type": self.headers.get("content-type", ""), "nginx_version": version(self.p),
            "request": f"{self.method} {self.target} HTTP/1.1",
            "time_iso8601": f"{stamp[:19]}+00:00",
            "request_body": str(self.asked.get("body") or ""), "pid": str(self.p.pid),
            "msec": f"{self.p.engine.now_us / 1e6:.3f}", "request_time": "0.000",
            "remote_user": "", "request_id": "", "connection": "1", "connection_requests": "1",
        }.get(name, "")  # fmt: skip

    def _is_secure(self) -> bool:
        return any(one["ssl"] and one["port"] == self.port for one in self.server["listens"])

    def _mapped(self, subject: str, rows: list[list[str]]) -> str:
        default = ""
        for key, value in rows:
            if key == "default":
                default = value
            elif key.startswith("~"):
                insensitive = key.startswith("~*")
                match = search(key.lstrip("~*"), subject, insensitive)
                if match is not None:
                    self.captured(match)
                    return self.filled(value)
            elif key.lower() == subject.lower():
                return self.filled(value)
        return self.filled(default)


def normal(path: str) -> str:
    """Make a path plain, as `merge_slashes` and the normalisation of $uri do."""
    from urllib.parse import unquote

    parts: list[str] = []
    for part in unquote(path).split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    end = "/" if path.endswith(("/", "/.", "/..")) and parts else ""
    return "/" + "/".join(parts) + end


def version(p: Process) -> str:
    """Give nginx's version, as the official image declares it."""
    return p.env.get("NGINX_VERSION") or "1.28.0"
