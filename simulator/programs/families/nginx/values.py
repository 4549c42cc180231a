"""What nginx refuses of the values of directives: users, sizes, times, numbers, files of logs.

Sources: nginx.org's documentation (configuration file measurement units), nginx's error words.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from simulator.docker.tree import TreeError

from ...process import Process
from .directives import FREE
from .syntax import Emergency, Row

SIZES = (
    "client_max_body_size", "client_body_buffer_size", "client_header_buffer_size",
    "proxy_buffer_size", "proxy_busy_buffers_size", "proxy_max_temp_file_size",
    "fastcgi_buffer_size", "gzip_min_length", "sendfile_max_chunk", "limit_rate",
    "limit_rate_after", "directio_alignment", "output_buffers_size",
)  # fmt: skip
TIMES = (
    "keepalive_timeout", "client_body_timeout", "client_header_timeout", "send_timeout",
    "proxy_connect_timeout", "proxy_read_timeout", "proxy_send_timeout", "fastcgi_read_timeout",
    "fastcgi_connect_timeout", "fastcgi_send_timeout", "resolver_timeout", "ssl_session_timeout",
    "proxy_next_upstream_timeout", "lingering_timeout", "worker_shutdown_timeout",
)  # fmt: skip
COUNTS = (
    "worker_connections", "worker_rlimit_nofile", "keepalive_requests", "types_hash_max_size",
    "types_hash_bucket_size", "server_names_hash_bucket_size", "server_names_hash_max_size",
    "gzip_comp_level", "proxy_next_upstream_tries",
)  # fmt: skip
SIZE = re.compile(r"\d+[kKmMgG]?")
TIME = re.compile(r"(\d+(ms|[smhdwMy])?\s*)+")


def check_values(p: Process, rows: Iterable[Row]) -> None:
    """Check the values of all directives; raises Emergency."""
    for name, args, inner, path, line in rows:
        _check(p, name, args, f"{path}:{line}")
        check_values(p, () if name in FREE else inner)


def _check(p: Process, name: str, args: list[str], place: str) -> None:
    if name == "user" and args and not p.uid:
        for word, file, call in zip(args, ("/etc/passwd", "/etc/group"), ("getpwnam", "getgrnam"),
                                    strict=False):  # fmt: skip
            text = p.view.text(file) or ""
            if not any(line.partition(":")[0] == word for line in text.splitlines()):
                raise Emergency(f'{call}("{word}") failed in {place}')
    first = args[0] if args else ""
    if not first or "$" in first:
        return
    if (name in SIZES and not SIZE.fullmatch(first)) or (
        name in TIMES and not TIME.fullmatch(first)
    ):
        raise Emergency(f'"{name}" directive invalid value in {place}')
    if name in COUNTS and not first.isdigit():
        raise Emergency(f"invalid number in {place}")
    if name == "worker_processes" and first != "auto" and not first.isdigit():
        raise Emergency(f"invalid value in {place}")


def check_logs(p: Process, rows: Iterable[Row]) -> None:
    """Check that logs can be opened, which nginx does once it has read all; raises Emergency."""
    for name, args, inner, _, _ in rows:
        target = args[0] if name in ("access_log", "error_log") and args else ""
        if target.startswith("/") and "$" not in target and target != "/dev/null":
            try:
                there = p.view.is_dir(posixpath.dirname(p.view.resolve(target, p.cwd)))
            except TreeError:
                there = False
            if not there:
                raise Emergency(f'open() "{target}" failed (2: No such file or directory)')
        check_logs(p, inner)
