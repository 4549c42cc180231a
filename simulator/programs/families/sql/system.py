"""Tables of the system, and what a server can be asked with SHOW."""

from __future__ import annotations

from typing import Any

from .reader import Node
from .run import Column, Run
from .types import BIGINT, BOOL, INT, TEXT, Type, from_plain, shown

SCHEMAS = ("information_schema", "mysql", "performance_schema", "sys")
MY_VARIABLES = {
    "autocommit": "1", "sql_mode": "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,"
    "NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
    "version_comment": "MySQL Community Server - GPL", "max_connections": "151",
    "character_set_server": "utf8mb4", "collation_server": "utf8mb4_0900_ai_ci",
    "character_set_client": "utf8mb4", "time_zone": "SYSTEM", "datadir": "/var/lib/mysql/",
    "port": "3306", "max_allowed_packet": "67108864", "tx_isolation": "REPEATABLE-READ",
    "transaction_isolation": "REPEATABLE-READ", "default_storage_engine": "InnoDB",
    "foreign_key_checks": "1", "unique_checks": "1", "sql_notes": "1",
    "innodb_buffer_pool_size": "134217728", "innodb_lock_wait_timeout": "50",
    "wait_timeout": "28800", "hostname": "db", "character_set_results": "utf8mb4",
    "collation_connection": "utf8mb4_0900_ai_ci", "lower_case_table_names": "0",
}  # fmt: skip
PG_SETTINGS = {
    "server_encoding": "UTF8", "client_encoding": "UTF8", "timezone": "Etc/UTC",
    "max_connections": "100", "shared_buffers": "128MB", "search_path": '"$user", public',
    "datestyle": "ISO, MDY", "transaction_isolation": "read committed", "port": "5432",
    "listen_addresses": "*", "standard_conforming_strings": "on", "work_mem": "4MB",
    "statement_timeout": "0", "wal_level": "replica", "lc_collate": "en_US.utf8",
    "default_transaction_isolation": "read committed", "application_name": "psql",
    "log_statement": "none", "ssl": "off", "fsync": "on", "synchronous_commit": "on",
    "client_min_messages": "notice", "lock_timeout": "0", "idle_in_transaction_session_timeout":
    "0", "row_security": "on", "check_function_bodies": "on", "xmloption": "content",
    "default_tablespace": "", "default_table_access_method": "heap", "transaction_timeout": "0",
    "default_transaction_read_only": "off", "lc_messages": "en_US.utf8", "lc_monetary":
    "en_US.utf8", "lc_numeric": "en_US.utf8", "lc_time": "en_US.utf8", "jit": "on",
    "random_page_cost": "4", "effective_cache_size": "4GB", "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB", "min_wal_size": "80MB", "log_min_duration_statement": "-1",
    "default_text_search_config": "pg_catalog.english", "enable_seqscan": "on",
    "enable_indexscan": "on", "enable_hashjoin": "on", "enable_mergejoin": "on",
    "enable_nestloop": "on", "session_replication_role": "origin", "temp_buffers": "8MB",
    "autovacuum": "on", "max_worker_processes": "8", "password_encryption": "scram-sha-256",
    "default_statistics_target": "100", "transaction_read_only": "off", "hba_file": "",
    "config_file": "", "superuser_reserved_connections": "3", "max_wal_senders": "10",
    "effective_io_concurrency": "16", "checkpoint_completion_target": "0.9", "wal_buffers": "4MB",
    "default_transaction_deferrable": "off", "log_connections": "off", "quote_all_identifiers":
    "off", "log_min_messages": "warning", "logging_collector": "off", "server_version": "",
    "shared_preload_libraries": "", "track_activities": "on", "unix_socket_directories":
    "/var/run/postgresql", "escape_string_warning": "on", "plan_cache_mode": "auto",
    "bytea_output": "hex", "extra_float_digits": "1", "intervalstyle": "postgres",
}  # fmt: skip

Answer = tuple[list[Column], list[list[Any]]]


def answer(name: str, columns: list[tuple[str, Type]], rows: list[list[Any]]) -> Answer:
    """Make a table of the system."""
    return [Column(one, name, kind) for one, kind in columns], rows


def read(run: Run, db: Any, name: Node) -> Answer | None:
    """Give a table of the system; None when there is none of that name."""
    short = name["parts"][-1].lower()
    schema = name["parts"][-2].lower() if len(name["parts"]) > 1 else ""
    if schema == "information_schema" or (
        run.dialect != "postgres" and db.name == "information_schema"
    ):
        return {"tables": _tables, "columns": _columns, "schemata": _schemata}.get(
            short, lambda db: None)(db)  # fmt: skip
    if run.dialect == "mysql":
        return _my_user(db) if (schema, short) == ("mysql", "user") else None
    if schema not in ("", "pg_catalog"):
        return None
    return {
        "pg_database": _databases,
        "pg_tables": _pg_tables,
        "pg_roles": _roles,
        "pg_user": _roles,
        "pg_stat_activity": _activity,
        "pg_settings": _settings,
        "pg_indexes": _indexes,
        "pg_views": _views,
    }.get(short, lambda db: None)(db)


def _of_all(db: Any) -> list[tuple[str, dict[str, Any]]]:
    cluster = db.store.get("cluster") or {}
    names = [db.name] if db.is_pg else sorted(cluster.get("databases", {}))
    found = [(name, db.store.get(f"cat/{name}")) for name in names]
    return [(name, row) for name, row in found if row is not None]


def _tables(db: Any) -> Answer:
    rows = []
    for base, catalogue in _of_all(db):
        for kind, word in (("tables", "BASE TABLE"), ("views", "VIEW")):
            for key in sorted(catalogue[kind]):
                schema, _, short = key.rpartition(".")
                rows.append(["def" if not db.is_pg else base, schema or base, short, word])
    columns = [(one, TEXT) for one in ("table_catalog", "table_schema", "table_name", "table_type")]
    return answer("tables", _cased(db, columns), rows)


def _cased(db: Any, columns: list[tuple[str, Type]]) -> list[tuple[str, Type]]:
    return columns if db.is_pg else [(name.upper(), kind) for name, kind in columns]


def _columns(db: Any) -> Answer:
    rows = []
    for base, catalogue in _of_all(db):
        for key in sorted(catalogue["tables"]):
            schema, _, short = key.rpartition(".")
            for n, one in enumerate(catalogue["tables"][key]["columns"], 1):
                kind = from_plain(one["type"])
                name = shown(kind._replace(a=None, b=None), "postgres" if db.is_pg else "mysql")
                rows.append(
                    [
                        base,
                        schema or base,
                        short,
                        one["name"],
                        n,
                        one.get("default"),
                        "NO" if one["not_null"] else "YES",
                        name if db.is_pg else kind.name,
                        kind.a if kind.name in ("varchar", "bpchar", "char") else None,
                    ]
                )
    names = [("table_catalog", TEXT), ("table_schema", TEXT), ("table_name", TEXT),
             ("column_name", TEXT), ("ordinal_position", INT), ("column_default", TEXT),
             ("is_nullable", TEXT), ("data_type", TEXT),
             ("character_maximum_length", INT)]  # fmt: skip
    return answer("columns", _cased(db, names), rows)


def _schemata(db: Any) -> Answer:
    if db.is_pg:
        rows = [[db.name, one] for one in [*db.catalogue()["schemas"], "information_schema",
                                           "pg_catalog"]]  # fmt: skip
    else:
        rows = [["def", one] for one in databases(db)]
    return answer("schemata", _cased(db, [("catalog_name", TEXT), ("schema_name", TEXT)]), rows)


def databases(db: Any) -> list[str]:
    """List the databases by name, those of the system with them."""
    own = list((db.store.get("cluster") or {}).get("databases", {}))
    return sorted([*own, *([] if db.is_pg else SCHEMAS)])


def _my_user(db: Any) -> Answer:
    users = (db.store.get("cluster") or {}).get("roles", {})
    rows = [list(reversed(key.split("@", 1))) for key in sorted(users)]
    rows += [["localhost", name] for name in ("mysql.infoschema", "mysql.session", "mysql.sys")]
    return answer("user", [("Host", TEXT), ("User", TEXT)], rows)


def _databases(db: Any) -> Answer:
    rows = [[n, name, name != "template0", name.startswith("template")]
            for n, name in enumerate(databases(db), 1)]  # fmt: skip
    return answer("pg_database", [("oid", Type("oid")), ("datname", TEXT), ("datallowconn", BOOL),
                                  ("datistemplate", BOOL)], rows)  # fmt: skip


def _pg_tables(db: Any) -> Answer:
    rows = []
    for key, row in sorted(db.catalogue()["tables"].items()):
        schema, _, short = key.partition(".")
        rows.append([schema, short, row["owner"], bool(row["constraints"] or row["indexes"])])
    return answer("pg_tables", [("schemaname", TEXT), ("tablename", TEXT), ("tableowner", TEXT),
                                ("hasindexes", BOOL)], rows)  # fmt: skip


def _views(db: Any) -> Answer:
    rows = [[*key.split(".", 1), row["owner"], row["text"]]
            for key, row in sorted(db.catalogue()["views"].items())]  # fmt: skip
    return answer("pg_views", [("schemaname", TEXT), ("viewname", TEXT), ("viewowner", TEXT),
                               ("definition", TEXT)], rows)  # fmt: skip


def _roles(db: Any) -> Answer:
    rows = [
        [
            name,
            row["superuser"],
            row.get("createrole", False),
            row.get("createdb", False),
            row["login"],
        ]
        for name, row in sorted(db.store.get("cluster")["roles"].items())
    ]
    return answer("pg_roles", [("rolname", TEXT), ("rolsuper", BOOL), ("rolcreaterole", BOOL),
                               ("rolcreatedb", BOOL), ("rolcanlogin", BOOL)], rows)  # fmt: skip


def _activity(db: Any) -> Answer:
    rows = []
    for one in db.store.sessions.values():
        state = "active" if one["id"] == db.session["id"] else (
            "idle in transaction" if one.get("tx") else "idle")  # fmt: skip
        rows.append([one["pid"], one.get("database"), one["user"], one.get("client"), state,
                     one.get("last", "")])  # fmt: skip
    return answer("pg_stat_activity", [("pid", INT), ("datname", TEXT), ("usename", TEXT),
                                       ("client_addr", TEXT), ("state", TEXT),
                                       ("query", TEXT)], rows)  # fmt: skip


def _settings(db: Any) -> Answer:
    rows = [[name, PG_SETTINGS[name]] for name in sorted(PG_SETTINGS)]
    return answer("pg_settings", [("name", TEXT), ("setting", TEXT)], rows)


def _indexes(db: Any) -> Answer:
    rows = []
    for key, row in sorted(db.catalogue()["tables"].items()):
        schema, _, short = key.partition(".")
        for one in [*row["constraints"], *row["indexes"]]:
            if one["k"] in ("primary", "unique", "index"):
                unique = "UNIQUE " if one["k"] != "index" or one.get("unique") else ""
                rows.append([schema, short, one["name"], f"CREATE {unique}INDEX {one['name']} ON "
                             f"{key} USING btree ({', '.join(one['columns'])})"])  # fmt: skip
    return answer("pg_indexes", [("schemaname", TEXT), ("tablename", TEXT), ("indexname", TEXT),
                                 ("indexdef", TEXT)], rows)  # fmt: skip


__all__ = ["BIGINT", "MY_VARIABLES", "PG_SETTINGS", "SCHEMAS", "databases", "read"]
