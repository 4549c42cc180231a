"""nc -l: answers a connection with what it reads, and ends after the first one (unless -k).

Sources: the manuals of BusyBox nc, OpenBSD nc and ncat.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from simulator.timing import MS

from ..process import Family, Process

NAMES = ("nc", "ncat", "netcat", "nc.openbsd", "nc.traditional")


def listens(argv: list[str]) -> bool:
    """Tell whether a command line is a netcat that waits for connections."""
    name = posixpath.basename(argv[0]) if argv else ""
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


FAMILIES: list[Family] = [Listener()]
