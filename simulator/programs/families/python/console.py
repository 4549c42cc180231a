"""What Python and its servers print: banners, access logs, tracebacks, refusals."""

from __future__ import annotations

from typing import Any

from simulator.statuses import REASONS

from ...process import Process
from . import sites
from .output import write

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def own_address(p: Process) -> str:
    """Give the container's own address."""
    networks = p.container["NetworkSettings"]["Networks"].values()
    return next((row["IPAddress"] for row in networks if row.get("IPAddress")),
                p.container["NetworkSettings"]["IPAddress"] or "127.0.0.1")  # fmt: skip


def banner(p: Process, kind: str, host: str, port: int, workers: int) -> None:
    """Print what a server prints when it is ready."""
    if kind == "flask":
        server = p.state["server"]
        debug = "on" if server.get("debug") else "off"
        p.out(f" * Serving Flask app '{server.get('name', 'app')}'\n * Debug mode: {debug}\n")
        p.err("WARNING: This is a development server. Do not use it in a production deployment. "
              "Use a production WSGI server instead.\n")  # fmt: skip
        if host == "0.0.0.0":
            p.err(f" * Running on all addresses (0.0.0.0)\n * Running on http://127.0.0.1:{port}\n"
                  f" * Running on http://{own_address(p)}:{port}\n")  # fmt: skip
        else:
            p.err(f" * Running on http://{host}:{port}\n")
        p.err("Press CTRL+C to quit\n")
        if server.get("debug"):
            p.err(" * Restarting with stat\n * Debugger is active!\n * Debugger PIN: 139-971-245\n")
    elif kind == "uvicorn":
        for text in uvicorn_lines(p, host, port, workers):
            p.err(f"INFO:     {text}\n")
    elif kind == "http.server":
        write(p, f"Serving HTTP on {host} port {port} (http://{host}:{port}/) ...\n")
    elif kind == "django":
        note = p.state["server"].get("note", "")
        p.err("Watching for file changes with StatReloader\n")
        write(p, "Performing system checks...\n\nSystem check identified no issues (0 "
                             f"silenced).\n{note}Starting development server at http://{host}:{port}/\n"
                             "Quit the server with CONTROL-C.\n")  # fmt: skip


def uvicorn_lines(p: Process, host: str, port: int, workers: int) -> list[str]:
    """List what uvicorn says at its start: by itself, with a reloader, with several workers."""
    running = f"Uvicorn running on http://{host}:{port} (Press CTRL+C to quit)"
    ready = ["Waiting for application startup.", "Application startup complete."]
    folder = p.state["server"].get("reload")
    if folder:
        how = "WatchFiles" if sites.installed(p, "watchfiles") else "StatReload"
        return [f"Will watch for changes in these directories: ['{folder}']", running,
                f"Started reloader process [{p.pid}] using {how}",
                f"Started server process [{p.pid + 7}]", *ready]  # fmt: skip
    if workers > 1:
        rows = [running, f"Started parent process [{p.pid}]"]
        for at in range(workers):
            rows += [f"Started server process [{p.pid + 7 + at}]", *ready]
        return rows
    return [f"Started server process [{p.pid}]", *ready, running]


def gunicorn_line(p: Process, pid: int, level: str, text: str) -> None:
    """Print a line of gunicorn's error log."""
    stamp = p.engine.timestamp()[:19].replace("T", " ")
    p.err(f"[{stamp} +0000] [{pid}] [{level}] {text}\n")


def access_line(p: Process, kind: str, request: dict[str, Any], method: str, path: str,
            result: dict[str, Any]) -> None:  # fmt: skip
    """Write the line of the access log."""
    client = request.get("client") or "172.17.0.1"
    stamp = p.engine.timestamp()
    when = f"{stamp[8:10]}/{_MONTHS[int(stamp[5:7]) - 1]}/{stamp[:4]} {stamp[11:19]}"
    if kind in ("flask", "http.server", "httpserver"):
        p.err(f'{client} - - [{when}] "{method} {path} HTTP/1.1" {result["status"]} -\n')
    elif kind == "gunicorn" and p.state["server"].get("accesslog") == "-":
        agent = request.get("headers", {}).get("user-agent", "-")
        size = len(result["body"])
        p.out(f'{client} - - [{when.replace(" ", ":", 1)} +0000] "{method} {path} HTTP/1.1" '
              f'{result["status"]} {size} "-" "{agent}"\n')  # fmt: skip
    elif kind == "uvicorn":
        word = REASONS.get(int(result["status"]), "")
        write(
            p,
            f'INFO:     {client}:52344 - "{method} {path} HTTP/1.1" {result["status"]} {word}\n',
            True,
        )
    elif kind == "django":
        p.err(f'[{when}] "{method} {path} HTTP/1.1" {result["status"]} {len(result["body"])}\n')


def refused(p: Process, kind: str, host: str, port: int, wrong: str) -> None:
    """Print what a server says when it cannot have its port."""
    number = {"Permission denied": 13, "Address already in use": 98}[wrong]
    if kind == "flask":
        if number == 98:
            p.err(f"{wrong}\nPort {port} is in use by another program. Either identify and stop "
                  "that program, or start the server with a different port.\n")  # fmt: skip
        else:
            p.err(f"{wrong}\n")
    elif kind == "uvicorn":
        p.err(f"ERROR:    [Errno {number}] error while attempting to bind on address "
              f"('{host}', {port}): {wrong.lower()}\n")  # fmt: skip
    elif kind == "gunicorn":
        gunicorn_line(p, p.pid, "ERROR", f"Connection in use: ('{host}', {port})")
    else:
        kind_of = "PermissionError" if number == 13 else "OSError"
        p.err(f"Traceback (most recent call last):\n{kind_of}: [Errno {number}] {wrong}\n")


def no_app(p: Process, program: str, module: str) -> None:
    """Say that the application's module is not there, in the server's words."""
    if program == "uvicorn":
        p.err(f'ERROR:    Error loading ASGI app. Could not import module "{module}".\n')
        p.exit(1)
    elif program == "flask":
        p.err("Usage: flask run [OPTIONS]\nTry 'flask run --help' for help.\n\nError: Could not "
              f"import '{module}'.\n")  # fmt: skip
        p.exit(2)


def traceback_text(path: str, line: int, source: str, kind: str, text: str) -> str:
    """Write a traceback of one line."""
    return (f'Traceback (most recent call last):\n  File "{path}", line {line}, in <module>\n'
            f"    {source}\n{kind}: {text}\n")  # fmt: skip


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


def said_version(p: Process, program: str) -> str:
    """Give what a server says of its version; "" for one of which it is not known."""
    own, python = sites.version_of(p, program), sites.version(p)
    if program == "gunicorn":
        return f"gunicorn (version {own})\n"
    if program == "uvicorn":
        return f"Running uvicorn {own} with CPython {python} on Linux\n"
    if program == "flask":
        beside = sites.version_of(p, "werkzeug")
        return f"Python {python}\nFlask {own}\nWerkzeug {beside}\n"
    return ""
