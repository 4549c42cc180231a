"""BusyBox httpd: serves the files of a folder.   Source: BusyBox 1.37 networking/httpd.c."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from simulator.timing import MS

from ..process import Family, Process

MEMORY = 1 << 20
START_US = 5 * MS
"""Resident size and start (assumed)."""
PAGE = (
    "<HTML><HEAD><TITLE>{code} {word}</TITLE></HEAD>\n<BODY><H1>{code} {word}</H1>\n{text}\n"
    "</BODY></HTML>\n"
)


def serves_files(path: str, argv: list[str]) -> bool:
    """Tell whether a command line is BusyBox's httpd."""
    called = argv[1:2] if posixpath.basename(argv[0]) == "busybox" else argv[:1]
    return posixpath.basename(path) == "busybox" and [posixpath.basename(w) for w in called] == [
        "httpd"
    ]


class FileServer(Family):
    """`httpd -f -p PORT -h FOLDER`."""

    name = "file-server"

    def begin(self, p: Process) -> None:
        """Read the options."""
        words = p.argv[2:] if posixpath.basename(p.argv[0]) == "busybox" else p.argv[1:]
        options: dict[str, str] = {}
        while words:
            word = words.pop(0)
            for at, letter in enumerate(word[1:], 1) if word.startswith("-") else ():
                if letter in "pchu":
                    options[letter] = word[at + 1 :] or (words.pop(0) if words else "")
                    break
                options[letter] = ""
        port = options.get("p", "80").rpartition(":")[2]
        folder = posixpath.normpath(posixpath.join("/", p.cwd, options.get("h") or p.cwd))
        if not p.view.is_dir(folder):
            p.err(f"httpd: can't change directory to '{options['h']}': No such file or directory\n")
            p.exit(1)
            return
        p.row["memory"] = MEMORY
        p.state.update(port=int(port) if port.isdigit() else 80, folder=folder)
        p.state["log"] = "v" in options
        p.wake(START_US)

    def wake(self, p: Process) -> None:
        """Listen."""
        wrong = p.listen(int(p.state["port"]), service_us=80, sigma=0.3, workers=64)
        if wrong:
            p.err(f"httpd: bind: {wrong}\n")
            p.exit(1)

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Give a file, or a folder's index.html."""
        path = str(request.get("path") or "/").partition("?")[0]
        target = posixpath.normpath(p.state["folder"] + path)
        if p.view.is_dir(target):
            target += "/index.html"
        found = p.view.is_file(target) and not re.search(r"(^|/)\.\.(/|$)", path)
        status = 200 if found else 404
        if p.state["log"]:
            p.err(f"[::ffff:{request.get('client') or '127.0.0.1'}]:52344: response:{status}\n")
        if found:
            return {"status": 200, "body": p.view.text(target) or ""}
        text = "The requested URL was not found"
        return {"status": 404, "body": PAGE.format(code=404, word="Not Found", text=text)}


FAMILIES: list[Family] = [FileServer()]
