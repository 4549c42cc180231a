"""What a controller of Spring answers, where its source says so in one expression."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, unquote

MAPPING = re.compile(
    r"@(Get|Post|Put|Delete|Patch|Request)Mapping"
    r"(?:\s*\(\s*(?:(?:value|path)\s*=\s*)?\{?\s*(?:\"([^\"]*)\")?[^)]*\))?"
)
RETURN = re.compile(r"return\s+([^;]*);")
PIECE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*))\s*(\+|$)')
PARAMETER = re.compile(
    r"@(PathVariable|RequestParam)\s*(?:\(([^()]*)\))?\s+(?:final\s+)?[\w<>]+\s+(\w+)"
)
NOT_FOLLOWED = "drydock: what this method of the controller returns is not followed by the model"


def respond(sources: list[str], request: dict[str, Any], stamp: str) -> dict[str, Any] | None:
    """Answer a request by the mappings of the sources; None when they have none.

    # Simplified: Of a method of a controller of Spring only what it returns as literals, path
    variables and parameters that are added up is followed; other methods answer 501 and say so.
    """
    answers = [one for one in (_of(text, request, stamp) for text in sources) if one is not None]
    return min(answers, key=lambda one: (404, 405).count(int(one["status"])), default=None)


def _of(source: str, request: dict[str, Any], stamp: str) -> dict[str, Any] | None:
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", source, flags=re.S)
    found = list(MAPPING.finditer(text))
    at_class = text.find("class ")
    prefix = "".join(m[2] or "" for m in found if m.start() < at_class)
    rows = [m for m in found if m.start() > at_class]
    if not rows:
        return None
    path, _, query = str(request.get("path") or "/").partition("?")
    method = str(request.get("method") or "GET").upper()
    others: list[str] = []
    for number, row in enumerate(rows):
        values = _matched(f"{prefix}/{row[2] or ''}", path)
        if values is None:
            continue
        verb = "" if row[1] == "Request" else row[1].upper()
        if verb and verb != method and not (verb == "GET" and method == "HEAD"):
            others.append(verb)
            continue
        end = rows[number + 1].start() if number + 1 < len(rows) else len(text)
        return _returned(text[row.end() : end], values, query)
    if others:
        return _error(405, "Method Not Allowed", path, stamp)
    return _error(404, "Not Found", path, stamp)


def _matched(pattern: str, path: str) -> dict[str, str] | None:
    names = [part for part in pattern.split("/") if part]
    parts = [unquote(part) for part in path.split("/") if part]
    if len(names) != len(parts):
        return None
    values: dict[str, str] = {}
    for name, part in zip(names, parts, strict=True):
        if name.startswith("{") and name.endswith("}"):
            values[name[1:-1].partition(":")[0]] = part
        elif name != part:
            return None
    return values


def _returned(body: str, values: dict[str, str], query: str) -> dict[str, Any]:
    given = parse_qs(query, keep_blank_values=True)
    known = dict(values)
    for kind, words, name in PARAMETER.findall(body.partition("{")[0]):
        named = re.search(r'(?:^|(?:value|name)\s*=\s*)"([^"]*)"', words)
        key = named[1] if named else name
        default = re.search(r'defaultValue\s*=\s*"([^"]*)"', words)
        if kind == "PathVariable":
            known[name] = values.get(key, "")
        elif key in given:
            known[name] = ",".join(given[key])
        elif default:
            known[name] = default[1]
        else:
            known[name] = "null"
    value = RETURN.search(body)
    text = _added(value[1].strip(), known) if value else None
    if text is None:
        return {"status": 501, "body": NOT_FOLLOWED + "\n"}
    kind = "text/plain;charset=UTF-8"
    return {"status": 200, "body": text, "headers": {"Content-Type": kind}}


def _added(expression: str, known: dict[str, str]) -> str | None:
    """Add literals and known names up; None for anything else."""
    out, at = "", 0
    while at < len(expression):
        found = PIECE.match(expression, at)
        if found is None or (found[2] and found[2] not in known):
            return None
        out += known[found[2]] if found[2] else found[1].replace('\\"', '"').replace("\\n", "\n")
        at = found.end()
    return out


def _error(status: int, words: str, path: str, stamp: str) -> dict[str, Any]:
    body = (f'{{"timestamp":"{stamp[:23]}+00:00","status":{status},"error":"{words}",'
            f'"path":"{path}"}}')  # fmt: skip
    return {"status": status, "body": body, "headers": {"Content-Type": "application/json"}}
