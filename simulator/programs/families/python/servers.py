"""Web frameworks of Python: what they print, where they listen, how they answer.

Flask's own server, uvicorn with FastAPI or Starlette, `http.server`, and gunicorn before any of
them. Start-up times, memory and CPU time per request are in profiles.yaml beside this file.
"""

from __future__ import annotations

import ast
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .expressions import evaluate
from .values import PyError, made, tag, to_text

if TYPE_CHECKING:
    from .interpreter import Interpreter

METHODS = ("get", "post", "put", "delete", "patch", "route", "websocket", "head", "api_route")
APPS = {"flask.Flask": "flask", "fastapi.FastAPI": "fastapi", "starlette.applications.Starlette":
        "fastapi", "quart.Quart": "flask", "bottle.Bottle": "flask"}  # fmt: skip


@lru_cache(maxsize=1)
def profiles() -> dict[str, dict[str, Any]]:
    """Give the table of start-up times, memory and service times."""
    text = (Path(__file__).parent / "profiles.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)  # type: ignore[no-any-return]


def serve(i: Interpreter, name: str, args: list[Any], kw: dict[str, Any]) -> dict[str, Any] | None:
    """Make an app or begin to serve; None for what is no framework's.

    An answer with "$": "block" says that the program serves from now on and how.
    """
    if name in APPS:
        return made(APPS[name], serves=True, text=f"<{APPS[name].capitalize()}>")
    if name == "flask.run":
        host = to_text(kw.get("host") or (args[1] if len(args) > 1 else "127.0.0.1"))
        port = kw.get("port") or (args[2] if len(args) > 2 else 5000)
        return _block("flask", host, port, debug=bool(kw.get("debug")))
    if name == "uvicorn.run":
        return _block("uvicorn", to_text(kw.get("host", "127.0.0.1")), kw.get("port", 8000),
                      workers=kw.get("workers"))  # fmt: skip
    if name == "bottle.run":
        return _block("flask", to_text(kw.get("host", "127.0.0.1")), kw.get("port", 8080))
    if name in ("http.server.HTTPServer", "http.server.ThreadingHTTPServer",
                "socketserver.TCPServer", "socketserver.ThreadingTCPServer"):  # fmt: skip
        address = args[0] if args and isinstance(args[0], list) else ["", 8000]
        handler = args[1] if len(args) > 1 else None
        return made("httpserver", serves=True, host=to_text(address[0]) or "0.0.0.0",
                    port=address[1], handler=handler)  # fmt: skip
    if name == "httpserver.serve_forever":
        server = args[0]
        return _block("httpserver", server["host"], server["port"], handler=server["handler"])
    if name in ("flask.jsonify", "fastapi.responses.JSONResponse"):
        body = kw.get("content", kw if kw else (args[0] if args else None))
        return {"json": body} if not tag(body) else None
    if name in ("flask.make_response", "flask.Response", "fastapi.Response"):
        return args[0] if args and isinstance(args[0], dict) else {
            "text": to_text(args[0]) if args else ""}  # fmt: skip
    return None


def _block(kind: str, host: str, port: Any, **more: Any) -> dict[str, Any]:
    try:
        number = int(to_text(port))
    except ValueError as error:
        raise PyError("TypeError", "an integer is required (got type str)") from error
    if not 0 < number < 65536:
        raise PyError("OverflowError", "bind(): port must be 0-65535.")
    return {"$": "block", "kind": kind, "host": host, "port": number, **more}


def register_route(i: Interpreter, node: ast.expr, unit: str) -> None:
    """Note a route that a decorator names."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    holder = evaluate(i, node.func.value)
    if tag(holder) != "obj" or node.func.attr not in METHODS or not node.args:
        return
    path = to_text(evaluate(i, node.args[0]))
    methods = ["GET"] if node.func.attr in ("route", "api_route") else [node.func.attr.upper()]
    for keyword in node.keywords:
        if keyword.arg == "methods":
            found = evaluate(i, keyword.value)
            methods = [to_text(m).upper() for m in found] if isinstance(found, list) else methods
    row = {"path": path, "methods": methods, "unit": unit, "kind": holder["type"]}
    i.state.setdefault("routes", []).append(row)


def match_route(
    routes: list[dict[str, Any]], method: str, path: str
) -> tuple[dict[str, Any] | None, dict[str, Any], bool]:
    """Find the route of a request: (route, arguments from the path, is the path known)."""
    known = False
    for row in routes:
        pattern = re.sub(r"<(?:\w+:)?(\w+)>|\{(\w+)(?::\w+)?\}",
                         lambda m: f"(?P<{m[1] or m[2]}>[^/]+)", re.sub(r"[.+*()]", "", row["path"])
                         if "." not in row["path"] else re.escape(row["path"]))  # fmt: skip
        try:
            found = re.fullmatch(pattern, path)
        except re.error:
            continue
        if found:
            known = True
            if method in row["methods"] or (method == "HEAD" and "GET" in row["methods"]):
                values: dict[str, Any] = {}
                for name, text in found.groupdict().items():
                    whole = "int:" + name in row["path"] or row["kind"] == "fastapi"
                    values[name] = int(text) if whole and text.isdigit() else text
                return row, values, True
    return None, {}, known


def answer(value: Any, kind: str) -> dict[str, Any]:
    """Turn what a handler returned into a response."""
    status = 200
    if isinstance(value, list) and value and kind == "flask":
        status = int(value[1]) if len(value) > 1 and isinstance(value[1], int) else 200
        value = value[0]
    if isinstance(value, dict) and set(value) == {"json"}:
        return _json(value["json"], status, kind)
    if isinstance(value, dict) and set(value) == {"text"}:
        value = value["text"]
    if kind == "fastapi" or (isinstance(value, dict | list) and not tag(value)):
        return _json(value, status, kind)
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return {"status": status, "body": to_text(value), "headers": headers}


def _json(value: Any, status: int, kind: str) -> dict[str, Any]:
    tight = (",", ":") if kind in ("fastapi", "flask") else None
    plain = None if tag(value) else value
    body = json.dumps(plain, separators=tight, ensure_ascii=False, default=to_text)
    return {"status": status, "body": body + ("\n" if kind == "flask" else ""),
            "headers": {"Content-Type": "application/json"}}  # fmt: skip


def error_page(status: int, kind: str) -> dict[str, Any]:
    """Give the framework's page for an error."""
    if kind in ("fastapi", "uvicorn"):
        texts = {404: '{"detail":"Not Found"}', 405: '{"detail":"Method Not Allowed"}'}
        body = texts.get(status, "Internal Server Error")
        return {"status": status, "body": body, "headers": {"Content-Type": "application/json"}}
    titles = {404: "Not Found", 405: "Method Not Allowed", 500: "Internal Server Error"}
    texts = {
        404: "The requested URL was not found on the server. If you entered the URL manually "
             "please check your spelling and try again.",
        405: "The method is not allowed for the requested URL.",
        500: "The server encountered an internal error and was unable to complete your request. "
             "Either the server is overloaded or there is an error in the application.",
    }  # fmt: skip
    title = titles.get(status, "Error")
    body = (f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n"
            f"<p>{texts.get(status, '')}</p>\n")  # fmt: skip
    return {"status": status, "body": body, "headers": {"Content-Type": "text/html"}}
