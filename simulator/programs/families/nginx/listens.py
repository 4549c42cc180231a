"""`listen`: on which addresses and ports a server listens, and which server is the default one."""

from __future__ import annotations

import re
from typing import Any

from .syntax import Emergency
from .variables import search

FLAGS = ("default_server", "default", "ssl", "http2", "quic", "reuseport", "deferred", "bind",
         "proxy_protocol", "spdy", "multipath")  # fmt: skip
VALUED = ("setfib", "fastopen", "backlog", "rcvbuf", "sndbuf", "accept_filter", "ipv6only",
          "so_keepalive", "sslproto")  # fmt: skip


def read_listen(server: dict[str, Any], args: list[str], path: str, line: int) -> None:
    """Read a `listen`: {"address", "port", "ssl", "default"}; raises Emergency."""
    text = args[0]
    place = f"{path}:{line}"
    for word in args[1:]:
        if word not in FLAGS and word.partition("=")[0] not in VALUED:
            raise Emergency(f'invalid parameter "{word}" in {place}')
    if text.startswith("unix:"):
        return
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]*\]|\*|[\w.-]+)?(?::?(\d+|[^:]*))?", text)
    address, port = "0.0.0.0", "80"
    if text.isdigit():
        port = text
    elif found is not None:
        address, port = found[1] or "0.0.0.0", found[2] or "80"
    if not port.isdigit() or not 0 < int(port) < 65_536:
        raise Emergency(f'invalid port in "{text}" of the "listen" directive in {place}')
    if address not in ("0.0.0.0", "*", "localhost") and not re.fullmatch(r"[\d.]+|\[.*\]", address):
        raise Emergency(f'host not found in "{text}" of the "listen" directive in {place}')
    address = {"*": "0.0.0.0", "localhost": "127.0.0.1"}.get(address, address)
    row = {"address": address, "port": int(port), "ssl": "ssl" in args[1:], "place": place,
           "default": "default_server" in args[1:] or "default" in args[1:]}  # fmt: skip
    if any(one["address"] == address and one["port"] == row["port"] for one in server["listens"]):
        raise Emergency(f"a duplicate listen {address}:{port} in {place}")
    server["listens"].append(row)


def set_listens(config: dict[str, Any]) -> None:
    """Give servers without a `listen` port 80, and find what two of them both claim."""
    defaults: dict[tuple[str, int], str] = {}
    names: dict[tuple[str, int, str], None] = {}
    for server in config["servers"]:
        if not server["listens"] and not any(server["says"].get("listen") or ()):
            place = f"{server['path']}:{server['line']}"
            server["listens"] = [{"address": "0.0.0.0", "port": 80, "ssl": False,
                                  "default": False, "place": place}]  # fmt: skip
        for one in server["listens"]:
            key = (one["address"], one["port"])
            shown = f"{one['address']}:{one['port']}"
            if one["default"] and key in defaults:
                raise Emergency(f"a duplicate default server for {shown} in {one['place']}")
            if one["default"]:
                defaults[key] = one["place"]
            for name in dict.fromkeys(server["names"] or [""]):
                if (*key, name) in names:
                    config["warnings"].append(
                        f'conflicting server name "{name}" on {shown}, ignored'
                    )
                names[(*key, name)] = None  # fmt: skip


def choose_server(config: dict[str, Any], port: int, host: str) -> dict[str, Any] | None:
    """Find the server for a port and a Host header, as nginx's documentation orders them."""
    fitting: list[dict[str, Any]] = [
        s for s in config["servers"] if any(one["port"] == port for one in s["listens"])
    ]
    if not fitting:
        return None
    host = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    host = host.lower().rstrip(".")
    ranked = [(_rank(name.lower(), host), server) for server in fitting for name in server["names"]]
    best = max((rank for rank, _ in ranked), default=(0, 0))
    if best > (0, 0):
        return next(server for rank, server in ranked if rank == best)
    marked = [s for s in fitting if any(o["default"] and o["port"] == port for o in s["listens"])]
    return (marked or fitting)[0]


def _rank(name: str, host: str) -> tuple[int, int]:
    """Say how well a server name fits: exact, longest `*.x`, longest `x.*`, regular expression."""
    if name == host or (name.startswith(".") and host == name[1:]):
        return 4, 0
    tail = name[1:] if name.startswith("*.") else name if name.startswith(".") else ""
    if tail and host.endswith(tail):
        return 3, len(tail)
    if name.endswith(".*") and host.startswith(name[:-1]):
        return 2, len(name)
    if name.startswith("~") and search(name[1:], host) is not None:
        return 1, 0
    return 0, 0
