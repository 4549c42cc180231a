"""The settings of a server: their kinds and defaults.   Source: CONFIG GET of redis-server 7.0.15.

# Simplified: Settings are kept, checked and shown; those of replication, TLS, clusters and tuning
# change nothing.
"""

from __future__ import annotations

import re
from typing import Any

POLICIES = ("volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl", "allkeys-lru",
            "allkeys-lfu", "allkeys-random", "noeviction")  # fmt: skip
_CHOICES = {
    "maxmemory-policy": POLICIES, "loglevel": ("debug", "verbose", "notice", "warning"),
    "appendfsync": ("everysec", "always", "no"),
    "supervised": ("upstart", "systemd", "auto", "no"),
    "repl-diskless-load": ("disabled", "on-empty-db", "swapdb"),
    "enable-debug-command": ("no", "yes", "local"),
    "enable-protected-configs": ("no", "yes", "local"),
    "enable-module-command": ("no", "yes", "local"),
}  # fmt: skip
_INTEGERS = """
acllog-max-len=128 auto-aof-rewrite-percentage=100 databases=16 hash-max-listpack-entries=128
hash-max-listpack-value=64 hz=10 io-threads=1 latency-monitor-threshold=0 lfu-decay-time=1
lfu-log-factor=10 list-compress-depth=0 list-max-listpack-size=-2 maxclients=10000
maxmemory-samples=5 min-replicas-max-lag=10 min-replicas-to-write=0 port=6379
repl-backlog-ttl=3600 repl-diskless-sync-delay=5 repl-ping-replica-period=10 repl-timeout=60
replica-priority=100 set-max-intset-entries=512 set-max-listpack-entries=128
set-max-listpack-value=64 shutdown-timeout=10 slowlog-log-slower-than=10000 slowlog-max-len=128
stream-node-max-entries=100 tcp-backlog=511 tcp-keepalive=300 timeout=0 tls-port=0
zset-max-listpack-entries=128 zset-max-listpack-value=64 lua-time-limit=5000
busy-reply-threshold=5000 maxmemory-eviction-tenacity=10 active-expire-effort=1
"""
_MEMORY = """
auto-aof-rewrite-min-size=67108864 client-query-buffer-limit=1073741824 maxmemory=0
maxmemory-clients=0 proto-max-bulk-len=536870912 repl-backlog-size=1048576
stream-node-max-bytes=4096 hll-sparse-max-bytes=3000
"""
_SWITCHES = """
activedefrag=no activerehashing=yes always-show-logo=no aof-load-truncated=yes
aof-use-rdb-preamble=yes aof-timestamp-enabled=no appendonly=no cluster-enabled=no
crash-log-enabled=yes daemonize=no dynamic-hz=yes latency-tracking=yes
lazyfree-lazy-eviction=no lazyfree-lazy-expire=no lazyfree-lazy-server-del=no
lazyfree-lazy-user-del=no lazyfree-lazy-user-flush=no no-appendfsync-on-rewrite=no
protected-mode=yes rdbchecksum=yes rdbcompression=yes repl-disable-tcp-nodelay=no
repl-diskless-sync=yes replica-lazy-flush=no replica-read-only=yes replica-serve-stale-data=yes
set-proc-title=yes stop-writes-on-bgsave-error=yes syslog-enabled=no io-threads-do-reads=no
disable-thp=yes aof-rewrite-incremental-fsync=yes rdb-save-incremental-fsync=yes
rdb-del-sync-files=no replica-announced=yes jemalloc-bg-thread=yes
"""
_TEXTS = """
aclfile= appenddirname=appendonlydir appendfilename=appendonly.aof appendfsync=everysec
bind-source-addr= dbfilename=dump.rdb dir=/data enable-debug-command=no
enable-module-command=no enable-protected-configs=no logfile= loglevel=notice masterauth=
masteruser= maxmemory-policy=noeviction notify-keyspace-events= oom-score-adj=no pidfile=
repl-diskless-load=disabled replica-announce-ip= replicaof= requirepass=
supervised=no syslog-ident=redis syslog-facility=local0 unixsocket= unixsocketperm=0
replica-announce-port=0 locale-collate= acl-pubsub-default=resetchannels
"""
KINDS: dict[str, str] = {}
DEFAULTS: dict[str, str] = {
    "save": "3600 1 300 100 60 10000", "bind": "* -::*", "oom-score-adj-values": "0 200 800",
    "client-output-buffer-limit": "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 "
    "8388608 60",
}  # fmt: skip
for _kind, _rows in (("int", _INTEGERS), ("memory", _MEMORY), ("switch", _SWITCHES),
                     ("text", _TEXTS)):  # fmt: skip
    for _row in _rows.split():
        _name, _, _value = _row.partition("=")
        KINDS[_name] = "choice" if _name in _CHOICES else _kind
        DEFAULTS[_name] = _value
MANY = ("save", "bind", "client-output-buffer-limit", "oom-score-adj-values")
"""Settings that take several words."""
IMMUTABLE = (
    "databases", "daemonize", "supervised", "appendfilename", "appenddirname", "io-threads",
    "cluster-enabled", "aclfile", "unixsocket", "pidfile", "logfile", "tcp-backlog",
    "syslog-enabled", "always-show-logo", "replicaof", "enable-debug-command",
    "enable-protected-configs", "enable-module-command",
)  # fmt: skip
OTHER_NAMES = {
    "slaveof": "replicaof", "slave-read-only": "replica-read-only",
    "hash-max-ziplist-entries": "hash-max-listpack-entries",
    "hash-max-ziplist-value": "hash-max-listpack-value",
    "zset-max-ziplist-entries": "zset-max-listpack-entries",
    "zset-max-ziplist-value": "zset-max-listpack-value",
    "list-max-ziplist-size": "list-max-listpack-size",
}  # fmt: skip
ONLY_IN_FILES = ("include", "loadmodule", "user", "rename-command", "tls-cert-file", "tls-key-file",
                 "tls-ca-cert-file", "tls-auth-clients", "sentinel")  # fmt: skip
EVENT_LETTERS = "AKEg$lshzxetdmn"
_UNITS = {"": 1, "b": 1, "k": 1000, "kb": 1024, "m": 1000**2, "mb": 1024**2, "g": 1000**3,
          "gb": 1024**3}  # fmt: skip


class BadSetting(Exception):
    """A value that a setting does not take; the text is Redis' own."""


def memory(text: str) -> int:
    """Read a size with its unit: 10mb is 10 times 1024 times 1024, 10m ten million."""
    found = re.fullmatch(r"(\d{1,15})([a-zA-Z]{0,2})", text, re.A)
    if found is None or found[2].lower() not in _UNITS:
        raise BadSetting("argument must be a memory value")
    return int(found[1]) * _UNITS[found[2].lower()]


def _whole(name: str, text: str) -> str:
    if not re.fullmatch(r"-?\d{1,18}", text, re.A):
        raise BadSetting("argument couldn't be parsed into an integer")
    low, high = {"port": (0, 65535), "databases": (1, 2**31 - 1), "maxclients": (1, 2**32 - 1)}.get(
        name, (-(2**63), 2**63 - 1)
    )
    if not low <= int(text) <= high:
        raise BadSetting(f"argument must be between {low} and {high} inclusive")
    return str(int(text))


def _save(words: list[str]) -> str:
    if words in ([""], []):
        return ""
    words = [part for word in words for part in word.split()]
    points = list(zip(words[::2], words[1::2], strict=False))
    if len(words) % 2 or not all(
        re.fullmatch(r"\d{1,9}", part, re.A) for point in points for part in point
    ) or any(int(seconds) < 1 for seconds, _ in points):  # fmt: skip
        raise BadSetting("Invalid save parameters")
    return " ".join(words)


def checked(name: str, words: list[str]) -> str:
    """Give the value of a setting as it is kept; raises BadSetting."""
    if name == "save":
        return _save(words)
    if name in MANY:
        return " ".join(words)
    if name == "replicaof" and len(words) == 2:
        return "" if [word.lower() for word in words] == ["no", "one"] else " ".join(words)
    if len(words) != 1:
        raise BadSetting("wrong number of arguments")
    text = words[0]
    kind = KINDS[name]
    if kind == "int":
        return _whole(name, text)
    if kind == "memory":
        return str(memory(text))
    if kind == "switch" and text.lower() not in ("yes", "no"):
        raise BadSetting("argument must be 'yes' or 'no'")
    if kind == "choice" and text.lower() not in _CHOICES[name]:
        listed = ", ".join(_CHOICES[name])
        raise BadSetting(f"argument(s) must be one of the following: {listed}")
    if name == "notify-keyspace-events" and any(char not in EVENT_LETTERS for char in text):
        raise BadSetting("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
    return text.lower() if kind in ("switch", "choice") else text


def defaults() -> dict[str, Any]:
    """Give all settings with their defaults."""
    return dict(DEFAULTS)
