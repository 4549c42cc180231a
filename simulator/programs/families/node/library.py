"""Brings the whole library together: whoever runs a program imports this."""

from __future__ import annotations

from . import (
    dates,
    modules,
    natives_buffers,
    natives_core,
    natives_files,
    natives_functions,
    natives_json,
    natives_lists,
    natives_net,
    natives_numbers,
    natives_promises,
    natives_reflect,
    natives_sql,
    natives_sqlite,
    natives_sys,
    natives_tables,
    natives_text,
    natives_world,
    promises,
)
from .registry import TABLES, scripted

PARTS = (
    dates, modules, natives_buffers, natives_core, natives_files, natives_functions, natives_json,
    natives_lists, natives_net, natives_numbers, natives_promises, natives_reflect, natives_sql,
    natives_sqlite, natives_sys, natives_tables, natives_text, natives_world, promises,
)  # fmt: skip

scripted("array", "promise", "world")
TABLES["globalThis"].pop("sys", None)
for _name in (
    "fetch",
    "URL",
    "URLSearchParams",
    "TextEncoder",
    "TextDecoder",
    "EventTarget",
    "AbortController",
    "AbortSignal",
    "Headers",
    "Request",
    "Response",
    "Event",
):
    TABLES["globalThis"][_name] = ("get", f"lazy {_name}")
