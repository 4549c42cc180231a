"""What Python and its servers print: banners, access logs, tracebacks, refusals."""

from __future__ import annotations

import posixpath
from typing import Any

from ...process import Process
from .interpreter import Interpreter
from .values import PyError

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _own_address(p: Process) -> str:
    networks = p.container["NetworkSettings"]["Networks"].values()
    return next((row["IPAddress"] for row in networks if row.get("IPAddress")),
                p.container["NetworkSettings"]["IPAddress"] or "127.0.0.1")  # fmt: skip


def banner(p: Process, kind: str, host: str, port: int, workers: int) -> None:
    """Print what a server prints when it is ready."""
    if kind == "flask":
        app = posixpath.basename(p.state.get("path", "app")).removesuffix(".py")
        p.out(f" * Serving Flask app '{app}'\n * Debug mode: off\n")
        p.err("WARNING: This is a development server. Do not use it in a production deployment. "
              "Use a production WSGI server instead.\n")  # fmt: skip
        if host == "0.0.0.0":
            p.err(f" * Running on all addresses (0.0.0.0)\n * Running on http://127.0.0.1:{port}\n"
                  f" * Running on http://{_own_address(p)}:{port}\n")  # fmt: skip
        else:
            p.err(f" * Running on http://{host}:{port}\n")
        p.err("Press CTRL+C to quit\n")
    elif kind == "uvicorn":
        for text in (
            f"Started server process [{p.pid}]",
            "Waiting for application startup.",
            "Application startup complete.",
            f"Uvicorn running on http://{host}:{port} (Press CTRL+C to quit)",
        ):
            p.err(f"INFO:     {text}\n")
    elif kind == "gunicorn":
        gunicorn_line(p, p.pid, "INFO", "Starting gunicorn 23.0.0")
        gunicorn_line(p, p.pid, "INFO", f"Listening at: http://{host}:{port} ({p.pid})")
        gunicorn_line(p, p.pid, "INFO", "Using worker: sync")
        for number in range(workers):
            gunicorn_line(p, 7 + number, "INFO", f"Booting worker with pid: {7 + number}")
    elif kind == "http.server":
        Interpreter(p).write(f"Serving HTTP on {host} port {port} (http://{host}:{port}/) ...\n")
    elif kind == "django":
        p.err("Watching for file changes with StatReloader\n")
        Interpreter(p).write("Performing system checks...\n\nSystem check identified no issues (0 "
                             f"silenced).\nStarting development server at http://{host}:{port}/\n"
                             "Quit the server with CONTROL-C.\n")  # fmt: skip


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
    elif kind == "uvicorn":
        word = {200: "OK", 404: "Not Found", 500: "Internal Server Error"}.get(result["status"], "")
        Interpreter(p).write(
            f'INFO:     {client}:52344 - "{method} {path} HTTP/1.1" {result["status"]} {word}\n',
            flush=True,
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
    else:
        p.err(f"ModuleNotFoundError: No module named '{module}'\n")
        gunicorn_line(p, 1, "ERROR", "Reason: Worker failed to boot.")
        p.exit(3)


def traceback(p: Process, error: PyError, skip: int = 0) -> str:
    """Write an exception as CPython prints it, with the lines that it passed through."""
    text = "Traceback (most recent call last):\n"
    lines = p.state["text"].split("\n")
    path = p.state["path"]
    trace = error.trace or Interpreter(p).trace(p.state["frames"])
    for name, number in trace[skip:]:
        unit = name.rpartition(".")[2] or "<module>"
        text += f'  File "{path}", line {number}, in {unit}\n'
        if path not in ("<string>", "<stdin>") and 0 < number <= len(lines):
            text += f"    {lines[number - 1].strip()}\n"
    return text + (f"{error.kind}: {error.text}\n" if error.text else f"{error.kind}\n")


def traceback_text(path: str, line: int, source: str, kind: str, text: str) -> str:
    """Write a traceback of one line."""
    return (f'Traceback (most recent call last):\n  File "{path}", line {line}, in <module>\n'
            f"    {source}\n{kind}: {text}\n")  # fmt: skip


def syntax_error(p: Process, error: BaseException) -> None:
    """Print a syntax error as CPython does."""
    if not isinstance(error, SyntaxError):
        p.err(f"SyntaxError: {error}\n")
        return
    path: str = p.state["path"]
    number = error.lineno or 1
    source = (error.text or "").rstrip("\n")
    text = f'  File "{path}", line {number}\n'
    if source:
        stripped = source.lstrip()
        column = max(0, (error.offset or 1) - 1 - (len(source) - len(stripped)))
        end = (error.end_offset or 0) - (error.offset or 0)
        text += f"    {stripped}\n    {' ' * column}{'^' * max(1, end)}\n"
    kind = type(error).__name__
    p.err(f"{text}{kind}: {error.msg}\n")
