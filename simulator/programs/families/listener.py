"""Small servers of the command line: nc -l, socat TCP-LISTEN, BusyBox httpd; and `go run`.

nc answers a connection with what it reads, and ends after the first one (unless -k). Sources: the
manuals of BusyBox nc and httpd, OpenBSD nc, ncat and socat.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from simulator.timing import MS

from ..process import Family, Process
from ..utilities import Context, Wait
from ..utilities.files import split
from ..utilities.modelled import modelled

_SOCAT = re.compile(r"(?:tcp|tcp4|tcp6|tcp-l|tcp4-l)-?(?:listen)?:(\d{1,5})(?=[,]|$)", re.I)
NAMES = ("nc", "ncat", "netcat", "nc.openbsd", "nc.traditional")


def listens(argv: list[str]) -> bool:
    """Tell whether a command line is a netcat that waits for connections."""
    name = posixpath.basename(argv[0]) if argv else ""
    if name == "socat":
        return any(_SOCAT.match(word) for word in argv[1:])
    return name in NAMES and any(
        word == "--listen" or re.fullmatch(r"-[a-zA-Z]*l[a-zA-Z]*", word) for word in argv[1:]
    )


class Listener(Family):
    """A netcat that listens; `state["answer"]` is what came through its standard input."""

    name = "listener"

    def begin(self, p: Process) -> None:
        """Open the port: the one after -p, or the last number."""
        numbers = [word for word in p.argv[1:] if re.fullmatch(r"\d{1,5}", word)]
        joined = next((re.fullmatch(r"-[a-zA-Z]*p(\d+)", word) for word in p.argv[1:]
                       if re.fullmatch(r"-[a-zA-Z]*p(\d+)", word)), None)  # fmt: skip
        port = joined[1] if joined else (numbers[-1] if numbers else "")
        flagged = [p.argv[at + 1] for at, word in enumerate(p.argv[:-1])
                   if re.fullmatch(r"-[a-zA-Z]*p", word)]  # fmt: skip
        port = next((word for word in flagged if word.isdigit()), port)
        if posixpath.basename(p.argv[0]) == "socat":
            port = next(match[1] for word in p.argv[1:] if (match := _SOCAT.match(word)))
        if not port:
            p.err(f"{posixpath.basename(p.argv[0])}: missing port number\n")
            p.exit(1)
            return
        wrong = p.listen(int(port))
        if wrong:
            p.err(f"{posixpath.basename(p.argv[0])}: bind: {wrong}\n")
            p.exit(1)

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Send what standard input held; an answer that begins as HTTP does is read as HTTP."""
        words = p.argv[1:]
        if posixpath.basename(p.argv[0]) == "socat":
            return _passed_on(p, request)
        stays = any(w == "--keep-open" or re.fullmatch(r"-[a-zA-Z]*k[a-zA-Z]*", w) for w in words)
        if not stays and not any(w in ("-c", "-e", "--sh-exec", "--exec") for w in words):
            p.exit(0, 1 * MS)
        p.out(f"{request.get('method') or ''} {request.get('path') or '/'} HTTP/1.1\n"
              if request.get("method") else str(request.get("raw") or ""))  # fmt: skip
        text = str(p.state.get("answer") or "")
        match = re.match(r"HTTP/1\.[01] (\d{3})[^\n]*\n(?:[^\n]+\n)*?\r?\n", text)
        if match is None:
            return {"status": 200, "body": text}
        return {"status": int(match[1]), "body": text[match.end() :]}


def _passed_on(p: Process, request: dict[str, Any]) -> dict[str, Any]:
    """Send a request on to where socat's second address points."""
    from simulator.network.resolve import Source

    pattern = re.compile(r"tcp4?(?:-connect)?:([^:,]+):(\d+)", re.I)
    target = next((m for word in p.argv[1:] if (m := pattern.match(word))), None)
    if target is None:
        return {"status": 200, "body": ""}
    source = Source(p.box["machine"], p.container)
    route = p.engine.network.connect(source, target[1], int(target[2]))
    if route.error or route.container is None:
        return {"status": 502, "body": ""}
    return p.programs.respond(route.container, route.port, {**request, "asker": None})


class BusyboxHttpd(Family):
    """BusyBox httpd: -p [address:]port, -h folder, -f to stay in the foreground."""

    name = "busybox-httpd"

    def begin(self, p: Process) -> None:
        """Open the port; without -f it goes on in the background."""
        words = p.argv[1:] if posixpath.basename(p.argv[0]) == "busybox" else p.argv
        flags, _ = split(words, "phucrm")
        text = flags.get("p", "80").rpartition(":")[2]
        p.state["root"] = p.view.resolve(flags.get("h") or ".", p.cwd)
        if "f" not in flags and p.pid != 1 and not p.state.get("daemon"):
            p.state["daemon"] = True
            p.programs.detach(p)
        elif "f" not in flags:
            p.exit(0)  # its child stays, but a container ends with its first process
            return
        wrong = p.listen(int(text) if text.isdigit() else 80)
        if wrong:
            p.err(f"httpd: bind: {wrong}\n")
            p.exit(1)

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Serve a file of the folder, or its index.html."""
        asked = str(request.get("path") or "/").partition("?")[0]
        path = posixpath.normpath(f"{p.state['root']}/{asked}")
        if p.view.is_dir(path):
            path = f"{path.rstrip('/')}/index.html"
        if not p.view.is_file(path):
            return {"status": 404, "body": "<HTML><BODY><H1>404 Not Found</H1></BODY></HTML>\n"}
        return {"status": 200, "body": p.view.text(path) or ""}


class GoRun(Family):
    """`go run FILE`: the program is built, by the model of builds, and takes go's place."""

    name = "go-run"

    def begin(self, p: Process) -> None:
        """Build."""
        words = p.argv[2:]
        sources = [word for word in words if word.endswith(".go") or word.startswith(".")]
        argv = ["go", "build", "-o", "/tmp/go-build/exe/main", *(sources or ["."])]
        done = modelled(Context(p, argv, None, p.err, p.err, p.env))
        us, p.state["code"] = (done.us or 0, done.code) if isinstance(done, Wait) else (0, done)
        p.state["rest"] = words[len(sources) :]
        p.wake(us)

    def wake(self, p: Process) -> None:
        """Run what was built."""
        if p.state["code"]:
            p.exit(int(p.state["code"]))
            return
        p.become(["/tmp/go-build/exe/main", *p.state["rest"]])


FAMILIES: list[Family] = [Listener(), BusyboxHttpd(), GoRun()]
