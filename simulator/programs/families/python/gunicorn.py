"""gunicorn's master as the log shows it: its workers begin, fail, are silent for too long.

Source: gunicorn 23 (arbiter.py, workers/base.py, glogging.py).
"""

from __future__ import annotations

from typing import Any

from simulator.timing import SECOND

from ...process import Process
from ...vm import Machine, Task
from . import sites
from .console import gunicorn_line, refused
from .machine.calls import enter
from .machine.library import namespace

FIRST = 7
"""Process number of the first worker (assumed: the interpreter's start takes some)."""
PLACE = "/usr/local/lib/python3.12/site-packages/gunicorn"
FRAMES = (
    ("arbiter.py", 608, "spawn_worker", "worker.init_process()"),
    ("workers/base.py", 135, "init_process", "self.load_wsgi()"),
    ("workers/base.py", 147, "load_wsgi", "self.wsgi = self.app.wsgi()"),
    ("app/base.py", 66, "wsgi", "self.callable = self.load()"),
    ("app/wsgiapp.py", 57, "load", "return self.load_wsgiapp()"),
    ("app/wsgiapp.py", 47, "load_wsgiapp", "return util.import_app(self.app_uri)"),
    ("util.py", 370, "import_app", "mod = importlib.import_module(module)"),
)

SILENT = (
    ("sync.py", 134, "handle", "self.handle_request(listener, req, client, addr)"),
    ("sync.py", 177, "handle_request", "respiter = self.wsgi(environ, resp.start_response)"),
    ("base.py", 204, "handle_abort", "sys.exit(1)"),
)


def boot(p: Process, host: str, port: int, kind: str, workers: int) -> bool:
    """Begin the master and its workers; True when the address cannot be had.

    # Simplified: gunicorn's workers are parts of one modelled process, with numbers in its log.
    """
    version = sites.version_of(p, "gunicorn") or "23.0.0"
    gunicorn_line(p, p.pid, "INFO", f"Starting gunicorn {version}")
    if p.programs.is_taken(p.container, port):
        refused(p, "gunicorn", host, port, "Address already in use")
        gunicorn_line(p, p.pid, "ERROR", f"Can't connect to ('{host}', {port})")
        return True
    gunicorn_line(p, p.pid, "INFO", f"Listening at: http://{host}:{port} ({p.pid})")
    gunicorn_line(p, p.pid, "INFO", f"Using worker: {kind}")
    for number in range(workers):
        pid = p.pid + FIRST - 1 + number
        gunicorn_line(p, pid, "INFO", f"Booting worker with pid: {pid}")
        if "uvicorn" in kind.lower():
            for text in (f"Started server process [{pid}]", "Waiting for application startup.",
                         "Application startup complete."):  # fmt: skip
                gunicorn_line(p, pid, "INFO", text)
    p.programs.show(p, [_worker(p, p.pid + FIRST - 1 + number) for number in range(workers)])
    return False


def _worker(p: Process, pid: int) -> dict[str, Any]:
    """Give what is seen of a worker."""
    return {"pid": pid, "argv": list(p.argv), "memory": int(p.row["memory"])}


def failed(p: Process, traceback: str) -> int:
    """Say that a worker could not load the application; the master's exit code."""
    pid = p.pid + FIRST - 1
    gunicorn_line(p, pid, "ERROR", "Exception in worker process")
    head, mark, rest = traceback.rpartition("Traceback (most recent call last):\n")
    frames = "".join(
        f'  File "{PLACE}/{path}", line {line}, in {name}\n    {text}\n'
        for path, line, name, text in FRAMES
    )
    p.err(f"{head}{mark or 'Traceback (most recent call last):' + chr(10)}{frames}{rest}")
    return _given_up(p, 3, "Worker failed to boot.")


def lacks(p: Process, variable: str, module: str) -> int:
    """Say that the module has no such application; the master's exit code."""
    p.err(f"Failed to find attribute '{variable}' in '{module}'.\n")
    return _given_up(p, 4, "App failed to load.")


def _given_up(p: Process, code: int, reason: str) -> int:
    pid = p.pid + FIRST - 1
    gunicorn_line(p, pid, "INFO", f"Worker exiting (pid: {pid})")
    gunicorn_line(p, p.pid, "ERROR", f"Worker (pid:{pid}) exited with code {code}")
    gunicorn_line(p, p.pid, "ERROR", "Shutting down: Master")
    gunicorn_line(p, p.pid, "ERROR", f"Reason: {reason}")
    return code


def is_full(vm: Machine, server: dict[str, Any]) -> bool:
    """Tell whether all workers (and their threads) have a request that waits for something."""
    if server.get("kind") != "gunicorn" or server.get("class") not in ("sync", "gthread", None):
        return False
    most = int(server.get("workers") or 1) * int(server.get("threads") or 1)
    return sum(not task.done for task, _ in vm.requests) >= most


def watch(vm: Machine, server: dict[str, Any], path: str) -> None:
    """Have a look, when --timeout is over, whether the newest request still has no answer."""
    limit = float(server.get("timeout") or 0)
    if server.get("kind") != "gunicorn" or not limit or server.get("class") not in ("sync", None):
        return
    task = vm.requests[-1][0] if vm.requests else None
    if task is not None and not task.done:
        vm.start(enter(vm, namespace("_web")["overdue"], [limit, path, task], {}).frame)


def overdue(p: Process, vm: Machine, path: str, task: Task) -> None:
    """End the worker of a request that has taken too long; its client hears nothing."""
    row = next((one for one in vm.requests if one[0] is task), None)
    if task.done or row is None:
        return
    vm.requests.remove(row)
    if task.number is not None:
        p.stop_asking(task.number)
    task.frames.clear()
    task.done = True
    timed_out(p, path)
    p.programs.answer(p, row[1], {"error": "closed"})


def too_slow(p: Process, vm: Machine, answer: dict[str, Any], path: str) -> dict[str, Any]:
    """Cut an answer off that a synchronous worker takes too long for, as its master would."""
    server = p.state.get("server") or {}
    limit = float(server.get("timeout") or 0)
    if server.get("kind") != "gunicorn" or not limit or int(answer.get("us") or 0) < limit * SECOND:
        return answer
    if server.get("class") not in ("sync", None):
        return answer
    vm.start(enter(vm, namespace("_web")["silent"], [limit, path], {}).frame)
    p.wake(1)
    return {"status": 502, "body": "", "headers": {}, "closed": True, "us": round(limit * SECOND)}


def timed_out(p: Process, path: str) -> None:
    """Say that a worker was silent for too long, and begin another one."""
    server = p.state["server"]
    gone = int(server.get("lost") or 0)
    workers = int(server.get("workers") or 1)
    old = p.pid + FIRST - 1 + gone
    new = p.pid + FIRST - 1 + workers + gone
    p.state["server"] = {**server, "lost": gone + 1}
    gunicorn_line(p, p.pid, "CRITICAL", f"WORKER TIMEOUT (pid:{old})")
    gunicorn_line(p, old, "ERROR", f"Error handling request {path}")
    frames = "".join(
        f'  File "{PLACE}/workers/{path}", line {line}, in {name}\n    {text}\n'
        for path, line, name, text in SILENT
    )
    p.err(f"Traceback (most recent call last):\n{frames}SystemExit: 1\n")
    gunicorn_line(p, old, "INFO", f"Worker exiting (pid: {old})")
    gunicorn_line(p, p.pid, "ERROR", f"Worker (pid:{old}) exited with code 1")
    gunicorn_line(p, new, "INFO", f"Booting worker with pid: {new}")
    kept = [row for row in p.row.get("workers", ()) if row["pid"] != old]
    p.programs.show(p, [*kept, _worker(p, new)])
