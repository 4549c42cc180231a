"""How redis-cli writes answers.   Source: cliFormatReply in redis-cli.c, 7.0, and its output."""

from __future__ import annotations

import json
from typing import Any

from ..words import quoted

RAW_TEXTS = {
    "info": ("",), "lolwut": ("",), "client": ("list", "info"), "cluster": ("nodes", "info"),
    "memory": ("malloc-stats", "doctor"), "latency": ("graph", "doctor"),
}  # fmt: skip
"""Commands whose text is written as it is, also on a terminal."""


def is_text(words: list[str]) -> bool:
    """Tell whether the answer to a command is written as it is."""
    second = RAW_TEXTS.get(words[0].lower(), ())
    return "" in second or (len(words) > 1 and words[1].lower() in second)


def written(answer: dict[str, Any], output: str, words: list[str]) -> str:
    """Write an answer; output: "tty", "raw", "csv" or "json"."""
    value = _flat(answer)
    if is_text(words) and output != "json":
        return _raw(value)
    if output == "raw":
        return _raw(value) + "\n"
    if output == "csv":
        return _csv(value) + "\n"
    if output == "json":
        return json.dumps(_json(answer), ensure_ascii=False, separators=(",", ":")) + "\n"
    return _tty(value, "")


def _flat(answer: Any) -> Any:
    """Turn an answer, or a part of one, into None, int, text, list or a one-line dict."""
    if isinstance(answer, dict):
        if "error" in answer or "status" in answer:
            return answer
        if "map" in answer:
            return [_flat(part) for pair in answer["map"] for part in pair]
        return _flat(answer.get("value"))
    if isinstance(answer, list):
        return [_flat(item) for item in answer]
    return answer


def _tty(value: Any, prefix: str) -> str:
    if value is None:
        return "(nil)\n"
    if isinstance(value, dict):
        return f"(error) {value['error']}\n" if "error" in value else f"{value['status']}\n"
    if isinstance(value, int):
        return f"(integer) {value}\n"
    if not isinstance(value, list):
        return f"{quoted(str(value))}\n"
    if not value:
        return "(empty array)\n"
    width = len(str(len(value)))
    inner = prefix + " " * (width + 2)
    return "".join(
        f"{prefix if at > 1 else ''}{at:>{width}}) {_tty(item, inner)}"
        for at, item in enumerate(value, 1)
    )


def _raw(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return f"{value['error']}\n" if "error" in value else str(value["status"])
    if isinstance(value, list):
        return "\n".join(map(_raw, value))
    return str(value)


def _csv(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, dict):
        return f"ERROR,{quoted(value['error'])}" if "error" in value else quoted(value["status"])
    if isinstance(value, list):
        return ",".join(map(_csv, value))
    return str(value) if isinstance(value, int) else quoted(str(value))


def _json(answer: Any) -> Any:
    if isinstance(answer, dict):
        if "map" in answer:
            return {str(key): _json(item) for key, item in answer["map"]}
        return answer.get("error") or answer.get("status") or _json(answer.get("value"))
    if isinstance(answer, list):
        return [_json(item) for item in answer]
    return answer
