"""nginx's master process: start, options, signals, logs.   Source: src/core/nginx.c, 1.28."""

from __future__ import annotations

import re
from typing import Any

from simulator.docker.containers.errors import DockerError
from simulator.timing import MS

from ...kernel.machine import RELEASE, allowed_processors
from ...process import Family, Process
from ...users import find_user
from .config import CONFIG, URL, read, settings
from .listens import choose_server
from .passing import Held, lost, read_timeout_us
from .serving import serve
from .syntax import Emergency
from .variables import Request, version

MEMORY = 8 << 20
"""Resident size of nginx's master and workers (assumed)."""
START_US = 40 * MS
SERVICE_US = 90
"""CPU time for a small static file (assumed: about 11,000 requests a second a core)."""
WORKERS = 512
NUMBERS = {"Permission denied": 13, "Address already in use": 98, "Read-only file system": 30,
           "No such file or directory": 2, "Not a directory": 20}  # fmt: skip
TEMPORARY = ("client_temp", "proxy_temp", "fastcgi_temp", "uwsgi_temp", "scgi_temp")
CACHE, PID = "/var/cache/nginx", "/run/nginx.pid"
SIGNALS = {"stop": "SIGTERM", "quit": "SIGQUIT", "reopen": "SIGUSR1", "reload": "SIGHUP"}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Nginx(Family):
    """nginx as the official image runs it."""

    name = "nginx"

    def begin(self, p: Process) -> None:
        """Read the options and the configuration; a wrong one ends nginx at once."""
        p.use_memory(MEMORY)
        try:
            options = _options(p.argv[1:])
        except ValueError as error:
            p.err(f"nginx: {error}\n")
            p.exit(1)
            return
        if {"v", "V", "h"} & set(options):
            p.err(f"nginx version: nginx/{version(p)}\n")
            p.exit(0)
            return
        p.state["path"], p.state["global"] = options.get("c") or CONFIG, options.get("g", "")
        config = self._read(p)
        if "t" in options or "T" in options:
            self._tested(p, config, "T" in options, "q" in options)
        elif config is None:
            p.exit(1)
        elif "s" in options:
            self._send(p, options["s"])
        else:
            p.state["config"] = config
            p.wake(START_US)

    def _read(self, p: Process) -> dict[str, Any] | None:
        """Read the configuration; None, and what is wrong to the log, when nginx refuses it."""
        try:
            config = read(p, str(p.state["path"]), str(p.state["global"]))
        except Emergency as error:
            say(p, "emerg", str(error))
            return None
        for text in config["warnings"]:
            say(p, "warn", text)
        return config

    def _tested(self, p: Process, config: Any, whole: bool, quiet: bool) -> None:
        path = p.state["path"]
        if config is None:
            p.err(f"nginx: configuration file {path} test failed\n")
            p.exit(1)
            return
        if not quiet:
            p.err(f"nginx: the configuration file {path} syntax is ok\n"
                  f"nginx: configuration file {path} test is successful\n")  # fmt: skip
        if whole:
            for name, text in config["files"]:
                p.out(f"# configuration file {name}:\n{text}\n")
        p.exit(0)

    def _send(self, p: Process, word: str) -> None:
        """Send a signal to the master that runs."""
        rows = p.programs.processes(p.container["Id"])
        found = [
            row
            for row in rows
            if row["family"] == "nginx" and row["state"].get("config") and not row.get("is_worker")
        ]
        p.err(f"{_stamp(p)} [notice] {p.pid}#{p.pid}: signal process started\n")
        if not found:
            number = f'open() "{PID}" failed (2: No such file or directory)'
            p.err(f"{_stamp(p)} [error] {p.pid}#{p.pid}: {number}\nnginx: [error] {number}\n")
            p.exit(1)
            return
        p.exit(0)
        p.flush()
        p.programs.signal(p.container, SIGNALS[word], int(found[0]["pid"]))

    def wake(self, p: Process) -> None:
        """Open the ports; a daemon leaves the foreground, and with it the container ends."""
        if "held" in p.state:
            self._look(p)
            return
        wrong = self._make_folders(p) or self._listen(p) or self._note_pid(p)
        if wrong:
            say(p, "emerg", wrong)
            p.exit(1)
            return
        for text in (
            'using the "epoll" event method', f"nginx/{version(p)}", f"OS: Linux {RELEASE}",
            "getrlimit(RLIMIT_NOFILE): 1048576:1048576", "start worker processes",
        ):  # fmt: skip
            _notice(p, text)
        self._begin_workers(p)
        if p.state["config"]["daemon"] and p.pid != 1:
            p.programs.detach(p)
        elif p.state["config"]["daemon"]:
            p.exit(0)

    def _begin_workers(self, p: Process) -> None:
        """Give the workers their numbers: as many as worker_processes says.

        # Simplified: nginx's workers are parts of one modelled process.
        """
        says = p.view.text(str(p.state["path"])) or ""
        match = re.search(r"^\s*worker_processes\s+(auto|\d{1,3})\s*;", says, re.M)
        word = match[1] if match else "1"
        count = len(allowed_processors(p)) if word == "auto" else int(word)
        owner = re.search(r"^\s*user\s+([\w-]+)", says, re.M)
        user: dict[str, Any] = {}
        if p.uid == 0:
            try:
                uid, gid, name, _ = find_user(p.view, owner[1] if owner else "nginx")
                user = {"uid": uid, "gid": gid, "user": name or str(uid)}
            except DockerError:  # it has been refused before, unless nobody asked for it
                user = {}
        first = int(p.box["next"])
        workers = [{"pid": first + at, "argv": ["nginx: worker process"],
                    "memory": MEMORY // 4, **user} for at in range(count)]  # fmt: skip
        for row in workers:
            _notice(p, f"start worker process {row['pid']}")
        p.programs.show(p, workers, f"nginx: master process {' '.join(p.argv)}")

    def _make_folders(self, p: Process) -> str:
        """Make the folders for temporary files, as the master does before it listens."""
        for name in TEMPORARY if p.view.is_dir(CACHE) else ():
            path = f"{CACHE}/{name}"
            if p.view.is_dir(path):
                continue
            why = p.refusal(path, folder=True)
            if why:
                return f'mkdir() "{path}" failed ({NUMBERS.get(why, 5)}: {why})'
            owner = 101 if p.uid == 0 else p.uid
            p.view.make_dir(path, uid=owner, gid=int(p.row["gid"]), mode=0o700)
        return ""

    def _note_pid(self, p: Process) -> str:
        says = p.view.text(str(p.state["path"])) or ""
        path = next((line.split()[1].rstrip(";") for line in says.splitlines()
                     if line.split()[:1] == ["pid"] and len(line.split()) > 1), PID)  # fmt: skip
        why = p.refusal(path)
        if why:
            return f'open() "{path}" failed ({NUMBERS.get(why, 5)}: {why})'
        p.view.write(path, f"{p.pid}\n", uid=p.uid, gid=int(p.row["gid"]))
        return ""

    def _listen(self, p: Process) -> str:
        """Open the ports that are not open yet; answers what is in the way."""
        opened = [int(port) for port, row in p.box["ports"].items() if row["pid"] == p.pid]
        for server in p.state["config"]["servers"]:
            for row in server["listens"]:
                if row["port"] in opened:
                    continue
                address = "127.0.0.1" if row["address"] in ("127.0.0.1", "[::1]") else "0.0.0.0"
                wrong = p.listen(row["port"], address=address, service_us=SERVICE_US, sigma=0.3,
                                 workers=WORKERS, calls=_calls(p, server))  # fmt: skip
                if wrong:
                    number = NUMBERS[wrong]
                    shown = f"{row['address']}:{row['port']}"
                    return f"bind() to {shown} failed ({number}: {wrong})"
                opened.append(row["port"])
        return ""

    def signal(self, p: Process, name: str) -> bool:
        """QUIT ends gracefully, TERM and INT at once, HUP reads the configuration again."""
        if "config" not in p.state:
            return False
        if name == "SIGHUP":
            _notice(p, "signal 1 (SIGHUP) received from 35, reconfiguring")
            _notice(p, "reconfiguring")
            config = self._read(p)
            if config is not None:
                self._close(p, config)
                p.state["config"] = config
                wrong = self._listen(p)
                if wrong:
                    say(p, "emerg", wrong)
                _notice(p, "start worker processes")
            return True
        if name in ("SIGQUIT", "SIGTERM", "SIGINT"):
            number = {"SIGQUIT": 3, "SIGTERM": 15, "SIGINT": 2}[name]
            word = "shutting down" if name == "SIGQUIT" else "exiting"
            _notice(p, f"signal {number} ({name}) received, {word}")
            p.exit(0, 30 * MS)
            return True
        return name in ("SIGUSR1", "SIGWINCH", "SIGUSR2")

    def _close(self, p: Process, config: dict[str, Any]) -> None:
        """Close the ports that the new configuration does not have."""
        wanted = {str(row["port"]): 0 for server in config["servers"] for row in server["listens"]}
        for port in [one for one, row in p.box["ports"].items() if row["pid"] == p.pid]:
            if port not in wanted:
                del p.box["ports"][port]

    def may_wait(self, p: Process) -> bool:
        """Tell whether an answer may come later: that of an upstream server."""
        return any("_pass" in text for _, text in (p.state.get("config") or {}).get("files", ()))

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Serve a request and write it to the access log."""
        return self._serve(p, port, request, [])

    def _serve(
        self, p: Process, port: int, request: dict[str, Any], memo: list[Any]
    ) -> dict[str, Any]:
        """Serve a request, anew with what upstream servers have answered so far."""
        config = p.state["config"]
        host = str((request.get("headers") or {}).get("host") or "")
        server = choose_server(config, port, host)
        if server is None:
            return {"status": 404, "body": ""}
        r = Request(p, config, server, port, request)
        r.memo = memo
        method, target = r.method, r.target
        try:
            answer = serve(r)
        except Held as held:
            return self._hold(p, r, held)
        if int(answer["status"]) == 444:
            answer = {"status": 444, "body": "", "headers": {}, "error": "reset"}
        self._log(p, r, method, target, answer)
        if method == "HEAD":
            length = str(len(str(answer["body"]).encode()))
            headers = {**answer.get("headers", {}), "Content-Length": length}
            answer = {**answer, "body": "", "headers": headers}
        return {key: answer[key] for key in ("status", "body", "headers", "us") if key in answer}

    # Requests that wait: state["held"] = {question: {"port", "request", "memo", "until_us", ...}}

    def _hold(self, p: Process, r: Request, held: Held) -> dict[str, Any]:
        """Keep a request until its upstream server answers, or proxy_read_timeout is over."""
        until = p.engine.now_us + read_timeout_us(r)
        row = {"port": r.port, "request": r.asked, "memo": r.memo, "until_us": until, **held.row}
        p.state["held"] = {**p.state.get("held", {}), str(held.number): row}
        self._wait(p)
        return {"pending": True}

    def _wait(self, p: Process) -> None:
        times = [int(row["until_us"]) for row in p.state["held"].values()]
        if times:
            p.wake(max(0, min(times) - p.engine.now_us))

    def answered(self, p: Process, number: int, answer: dict[str, Any]) -> None:
        """Go on with a request whose upstream server has answered or has closed the connection."""
        rows = dict(p.state.get("held", {}))
        row = rows.pop(str(number), None)
        if row is not None:
            p.state["held"] = rows
            self._go_on(p, row, None if "status" not in answer else answer)

    def _go_on(
        self, p: Process, row: dict[str, Any], answer: dict[str, Any] | None, error: str = "closed"
    ) -> None:
        """Serve a request on; answer: None for an upstream server that has none."""
        asked = row["request"]
        headers = asked.get("headers") or {}
        server = choose_server(p.state["config"], row["port"], str(headers.get("host") or ""))
        if server is None:
            return
        r = Request(p, p.state["config"], server, row["port"], asked)
        if not p.programs.is_asking(asked["asker"]):
            self._log(p, r, r.method, r.target, {"status": 499, "body": ""})
            return
        came = {"raw": answer} if answer else lost(r, row, error)
        done = self._serve(p, row["port"], asked, [*row["memo"], came])
        if not done.get("pending"):
            p.programs.answer(p, asked["asker"], done)

    def _look(self, p: Process) -> None:
        """Give up upstream servers that have taken too long."""
        now, rows = p.engine.now_us, p.state.get("held", {})
        for number, row in rows.items():
            if int(row["until_us"]) <= now:
                left = {key: one for key, one in p.state["held"].items() if key != number}
                p.state["held"] = left
                p.stop_asking(int(number))
                self._go_on(p, row, None, "late")
        self._wait(p)

    def _log(
        self, p: Process, r: Request, method: str, target: str, answer: dict[str, Any]
    ) -> None:
        rows = settings(r.location, "access_log")
        if rows and rows[-1][0] == "off":
            return
        path = rows[-1][0] if rows else "/var/log/nginx/access.log"
        agent, referer = r.headers.get("user-agent", "-"), r.headers.get("referer", "-")
        line = (f'{r.client} - - [{_clock(p)}] "{method} {target} HTTP/1.1" {answer["status"]} '
                f'{len(str(answer["body"]).encode())} "{referer}" "{agent}" '
                f'"{r.headers.get("x-forwarded-for", "-")}"\n')  # fmt: skip
        real = p.view.resolve(path, "/")
        if real in ("/dev/stdout", "/proc/self/fd/1") or not p.view.exists(path):
            p.out(line)
        elif real in ("/dev/stderr", "/proc/self/fd/2"):
            p.err(line)
        elif real != "/dev/null":
            p.view.write(path, (p.view.text(path) or "") + line)


def _options(words: list[str]) -> dict[str, str]:
    """Read nginx's own options; raises ValueError in its words."""
    found: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or len(word) < 2:
            raise ValueError(f'invalid option: "{word}"')
        for at, letter in enumerate(word[1:], 1):
            if letter in "cgspe":
                value = word[at + 1 :] or (rest.pop(0) if rest else "")
                if not value:
                    what = {"c": "file name", "s": "signal name", "p": "directory name"}
                    needs = f"requires {what.get(letter, 'parameter')}"
                    raise ValueError(f'option "-{letter}" {needs}')
                found[letter] = value
                break
            if letter not in "vVtTqh?":
                raise ValueError(f'invalid option: "{letter}"')
            found["h" if letter == "?" else letter] = ""
    if "s" in found and found["s"] not in SIGNALS:
        raise ValueError(f'invalid option: "-s {found["s"]}"')
    return found


def _calls(p: Process, server: dict[str, Any]) -> list[dict[str, Any]]:
    """Say whom a request calls on its way, for the simulated traffic: the first proxied server."""
    for location in server["locations"]:
        for args, _, _ in location["says"].get("proxy_pass", ()):
            match = URL.match(args[0])
            if match is None:
                continue
            host, port = match[2], int(match[3] or 80)
            upstream = p.state["config"]["upstreams"].get(host)
            if upstream is not None:
                host, port = upstream["peers"][0]["host"], int(upstream["peers"][0]["port"])
            return [{"host": host, "port": port, "path": match[4] or "/"}]
    return []


def say(p: Process, level: str, text: str) -> None:
    """Write to the error log, and once more to standard error, as nginx does while it starts."""
    p.err(f"{_stamp(p)} [{level}] {p.pid}#{p.pid}: {text}\nnginx: [{level}] {text}\n")


def _stamp(p: Process) -> str:
    return p.engine.timestamp()[:19].replace("-", "/").replace("T", " ")


def _notice(p: Process, text: str) -> None:
    p.err(f"{_stamp(p)} [notice] {p.pid}#{p.pid}: {text}\n")


def _clock(p: Process) -> str:
    stamp = p.engine.timestamp()
    return f"{stamp[8:10]}/{_MONTHS[int(stamp[5:7]) - 1]}/{stamp[:4]}:{stamp[11:19]} +0000"
