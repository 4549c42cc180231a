"""INFO: what a server says of itself."""

from __future__ import annotations

from typing import Any

from . import clients, memory, replication
from .keyspace import Call

ORDER = ("server", "clients", "memory", "persistence", "stats", "replication", "cpu", "modules",
         "commandstats", "errorstats", "latencystats", "cluster", "keyspace")  # fmt: skip
LEFT_OUT = ("commandstats", "latencystats")
"""Sections that are shown only when they are asked for."""
Rows = list[tuple[str, Any]]


def text(c: Call, wanted: list[str]) -> str:
    """Write the sections that are asked for, the usual ones by default."""
    chosen = [name for name in ORDER if name not in LEFT_OUT]
    if any(word in ("all", "everything") for word in wanted):
        chosen = list(ORDER)
    elif wanted and "default" not in wanted:
        chosen = [name for name in ORDER if name in wanted]
    clients.sweep(c.p, c.state)
    parts = []
    for name in chosen:
        heading = {"cpu": "CPU"}.get(name, name.capitalize())
        rows = _SECTIONS[name](c)
        parts.append(f"# {heading}\r\n" + "".join(f"{key}:{value}\r\n" for key, value in rows))
    return "\r\n".join(parts)


def human(size: float) -> str:
    """Write a number of bytes as Redis does: 1.63M."""
    if size < 1024:
        return f"{int(size)}B"
    power = min(4, (int(size).bit_length() - 1) // 10)
    return f"{size / 1024**power:.2f}{'BKMGT'[power]}"


def _server(c: Call) -> Rows:
    state = c.state
    uptime = (c.now_us - state["started_us"]) // 1_000_000
    version: Rows = [("redis_version", state["shown_version"])]
    if state["kind"] == "valkey":
        version = [("redis_version", "7.2.4"), ("server_name", "valkey"),
                   ("valkey_version", state["shown_version"])]  # fmt: skip
    return [
        *version, ("redis_git_sha1", "00000000"), ("redis_git_dirty", 0),
        ("redis_mode", "sentinel" if state["sentinel"] else "standalone"),
        ("os", "Linux 6.8.0 x86_64"), ("arch_bits", 64),
        ("monotonic_clock", "POSIX clock_gettime"), ("multiplexing_api", "epoll"),
        ("process_id", c.p.pid), ("process_supervised", "no"), ("run_id", state["run_id"]),
        ("tcp_port", state["port"]), ("server_time_usec", state["epoch_us"] + c.now_us),
        ("uptime_in_seconds", uptime), ("uptime_in_days", uptime // 86_400),
        ("hz", state["config"]["hz"]), ("configured_hz", state["config"]["hz"]),
        ("executable", c.p.row.get("path") or c.p.argv[0]), ("config_file", state["path"]),
        ("io_threads_active", 0),
    ]  # fmt: skip


def _clients(c: Call) -> Rows:
    rows = c.state["clients"].values()
    extra = 0 if any(row["id"] == c.client["id"] for row in rows) else 1
    blocked = len(c.state["waiters"])
    return [
        ("connected_clients", len(rows) + extra), ("cluster_connections", 0),
        ("maxclients", c.state["config"]["maxclients"]), ("blocked_clients", blocked),
        ("tracking_clients", 0), ("clients_in_timeout_table",
         sum(row["until_us"] is not None for row in c.state["waiters"].values())),
    ]  # fmt: skip


def _memory(c: Call) -> Rows:
    state = c.state
    used, rss = memory.used(state), memory.BASE_RSS + int(state["memory"])
    peak = state["peak"] = max(used, state["peak"])
    limit = state["limit"]
    return [
        ("used_memory", used), ("used_memory_human", human(used)), ("used_memory_rss", rss),
        ("used_memory_rss_human", human(rss)), ("used_memory_peak", peak),
        ("used_memory_peak_human", human(peak)),
        ("used_memory_peak_perc", f"{used * 100 / peak:.2f}%"),
        ("used_memory_startup", memory.BASE_USED), ("used_memory_dataset", int(state["memory"])),
        ("maxmemory", limit), ("maxmemory_human", human(limit)),
        ("maxmemory_policy", state["config"]["maxmemory-policy"]),
        ("mem_fragmentation_ratio", f"{rss / used:.2f}"), ("mem_allocator", "jemalloc-5.3.0"),
        ("active_defrag_running", 0), ("lazyfree_pending_objects", 0), ("lazyfreed_objects", 0),
    ]  # fmt: skip


def _persistence(c: Call) -> Rows:
    state = c.state
    busy = (state["background"] or {}).get("kind")
    return [
        ("loading", 0), ("async_loading", 0),
        ("rdb_changes_since_last_save", state["dirty"] - state["saved_dirty"]),
        ("rdb_bgsave_in_progress", int(busy == "save")),
        ("rdb_last_save_time", (state["epoch_us"] + state["saved_us"]) // 1_000_000),
        ("rdb_last_bgsave_status", "err" if state["save_failed"] else "ok"),
        ("rdb_last_bgsave_time_sec", 0 if state["saves"] else -1), ("rdb_saves", state["saves"]),
        ("rdb_last_load_keys_loaded", state["loaded"]),
        ("aof_enabled", int(state["aof"] is not None)),
        ("aof_rewrite_in_progress", int(busy == "aof")), ("aof_rewrite_scheduled", 0),
        ("aof_last_bgrewrite_status", "ok"), ("aof_last_write_status", "ok"),
    ]  # fmt: skip


def _stats(c: Call) -> Rows:
    state, stats = c.state, c.state["stats"]
    return [
        ("total_connections_received", stats["total_connections_received"]),
        ("total_commands_processed", stats["total_commands_processed"]),
        ("rejected_connections", stats["rejected_connections"]),
        ("expired_keys", stats["expired_keys"]), ("evicted_keys", stats["evicted_keys"]),
        ("keyspace_hits", stats["keyspace_hits"]), ("keyspace_misses", stats["keyspace_misses"]),
        ("pubsub_channels", len(state["channels"])), ("pubsub_patterns", len(state["patterns"])),
        ("total_forks", stats["total_forks"]),
        ("total_error_replies", stats["total_error_replies"]),
    ]  # fmt: skip


def _replication(c: Call) -> Rows:
    state = c.state
    rows: Rows = [("role", "slave" if state["replica_of"] else "master")]
    if state["replica_of"]:
        host, _, port = state["replica_of"].partition(" ")
        up = bool(state["link"] and state["link"]["up"])
        rows += [("master_host", host), ("master_port", port),
                 ("master_link_status", "up" if up else "down"),
                 ("master_sync_in_progress", 0), ("slave_repl_offset", state["offset"]),
                 ("slave_priority", state["config"]["replica-priority"]),
                 ("slave_read_only", int(state["config"]["replica-read-only"] == "yes")),
                 ]  # fmt: skip
    followers = replication.online(c.p, state)
    rows.append(("connected_slaves", len(followers)))
    for number, at in enumerate(followers):
        ip, _, port = at.rpartition(":")
        shown = f"ip={ip},port={port},state=online,offset={state['offset']},lag=0"
        rows.append((f"slave{number}", shown))
    return [*rows, ("master_failover_state", "no-failover"), ("master_replid", state["run_id"]),
            ("master_repl_offset", state["offset"])]  # fmt: skip


def _cpu(c: Call) -> Rows:
    used = c.state["stats"]["total_commands_processed"] * 12e-6
    return [("used_cpu_sys", f"{used / 2:.6f}"), ("used_cpu_user", f"{used / 2:.6f}")]


def _keyspace(c: Call) -> Rows:
    rows: Rows = []
    for number in sorted(c.state["dbs"], key=int):
        db = c.state["dbs"][number]
        if not db["keys"]:
            continue
        left = [at_ms - c.now_ms for at_ms in db["expires"].values()]
        average = sum(left) // len(left) if left else 0
        shown = f"keys={len(db['keys'])},expires={len(left)},avg_ttl={max(0, average)}"
        rows.append((f"db{number}", shown))
    return rows


def _commandstats(c: Call) -> Rows:
    return [(f"cmdstat_{name}", f"calls={count},usec={count},usec_per_call=1.00,rejected_calls=0,"
             "failed_calls=0") for name, count in c.state["calls"].items()]  # fmt: skip


def _errorstats(c: Call) -> Rows:
    return [(f"errorstat_{code}", f"count={count}") for code, count in c.state["errors"].items()]


def _nothing(c: Call) -> Rows:
    return []


def _cluster(c: Call) -> Rows:
    return [("cluster_enabled", 0)]


_SECTIONS = {
    "server": _server, "clients": _clients, "memory": _memory, "persistence": _persistence,
    "stats": _stats, "replication": _replication, "cpu": _cpu, "modules": _nothing,
    "commandstats": _commandstats, "errorstats": _errorstats, "latencystats": _nothing,
    "cluster": _cluster, "keyspace": _keyspace,
}  # fmt: skip
