"""Commands of npm packages that run other programs: nodemon, cross-env, pm2-runtime and their kin.

What they print is as nodemon 3, pm2 5 and ts-node's own documentation show it. Tools that serve a
folder are in `dev_servers`.
"""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from typing import Any

from simulator.timing import MS

from ...lookup import ExecError
from ...process import Family, Process
from ...vm import Machine
from .language import JavaScript
from .modules import find_file

RESTART_US = 500 * MS
"""From a change of a file to the new start (nodemon waits a second at most; assumed)."""
MEMORY = 40_000_000
"""Resident bytes of a tool in Node.js (assumed)."""
RUNNERS = ("nodemon", "node-dev", "cross-env", "cross-env-shell", "pm2-runtime", "dotenv")
VALUED = ("-e", "--ext", "-w", "--watch", "-i", "--ignore", "-x", "--exec", "--delay", "-d",
          "--signal", "-s", "--config", "-c", "--cwd", "-C")  # fmt: skip
ALONE = ("-L", "--legacy-watch", "-q", "--quiet", "-V", "--verbose", "-I", "--no-stdin",
         "--on-change-only", "--no-colors", "--no-update-notifier")  # fmt: skip


def is_tool(name: str, path: str) -> bool:
    """Tell whether a program is a runner that npm has put in place."""
    return name in RUNNERS and ("/node_modules/.bin/" in path or path.startswith("/usr/"))


class NodeTool(Family):
    """Tools that start a program and stay beside it.

    # Simplified: nodemon notices changes of the files that are mounted from the laptop, not those
    that a program in its own container makes elsewhere.
    """

    name = "node-tool"

    def begin(self, p: Process) -> None:
        """Read the options and start the program."""
        tool = posixpath.basename(p.argv[0])
        p.use_memory(MEMORY)
        p.state["tool"] = tool
        if tool in ("cross-env", "cross-env-shell", "dotenv"):
            self._with_environment(p, tool)
        elif tool == "pm2-runtime":
            self._pm2(p)
        else:
            self._nodemon(p)

    # nodemon

    def _nodemon(self, p: Process) -> None:
        asked = _read(p.argv[1:])
        package = json_of(p, "package.json")
        config = {**(package.get("nodemonConfig") or {}), **json_of(p, "nodemon.json")}
        if asked["version"]:
            p.out(f"{version_of(p, 'nodemon')}\n")
            p.exit(0)
            return
        run = asked["exec"] or str(config.get("exec") or "")
        line = _command(p, run, asked, package)
        if line is None:
            p.out(USAGE)
            p.exit(0)
            return
        endings = str(asked["ext"] or config.get("ext") or _endings(line))
        p.state.update(line=line, quiet=asked["quiet"])
        self._say(p, version_of(p, "nodemon"))
        self._say(p, "to restart at any time, enter `rs`")
        watched = asked["watch"] or config.get("watch") or ["*.*"]
        paths = watched if isinstance(watched, list) else [watched]
        self._say(p, f"watching path(s): {' '.join(str(one) for one in paths)}")
        self._say(p, f"watching extensions: {endings}")
        p.row["watches"] = [f".{one.strip('. ')}" for one in re.split(r"[,\s]+", endings) if one]
        p.env["PATH"] = f"{p.cwd}/node_modules/.bin:{p.env.get('PATH', '')}"
        self._start(p)

    def _say(self, p: Process, text: str) -> None:
        if not p.state.get("quiet"):
            p.out(f"[nodemon] {text}\n")

    def _start(self, p: Process) -> None:
        line = str(p.state["line"])
        self._say(p, f"starting `{line}`")
        simple = not re.search(r"[|&;<>$`*]", line)
        p.state.pop("ended", None)
        try:
            p.state["child"] = p.spawn(shlex.split(line) if simple else ["sh", "-c", line])
        except (ExecError, ValueError):
            p.state["child"] = p.spawn(["sh", "-c", line])
        if p.state.pop("ended", False):  # at once, before its number was known
            p.state["child"] = 0

    def wake(self, p: Process) -> None:
        """Start anew: a file that is watched has changed."""
        if p.state["tool"] == "pm2-runtime":
            self._start_pm2(p)
            return
        if "line" not in p.state:
            return
        self._say(p, "restarting due to changes...")
        if p.state.get("child"):
            p.programs.kill_process(p, int(p.state["child"]))
        self._start(p)

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """Wait for a change, as nodemon does; other tools end with their program."""
        if p.state["tool"] == "pm2-runtime":
            p.err(f"{_stamp(p)}: PM2      | App [{p.state['app']}:0] exited with code [{code}] "
                  "via signal [SIGINT]\n")  # fmt: skip
            p.wake(RESTART_US)
            return
        if "line" not in p.state:
            p.exit(code)
            return
        p.state.update(child=0, ended=True)
        if code == 0:
            self._say(p, "clean exit - waiting for changes before restart")
        elif not p.state.get("leaves"):
            self._say(p, "app crashed - waiting for file changes before starting...")

    def signal(self, p: Process, name: str) -> bool:
        """Pass the signal on, and end."""
        p.state["leaves"] = True
        for row in list(p.box["processes"].values()):
            if row["parent"] == p.pid:
                p.programs.signal(p.container, name, int(row["pid"]))
        p.exit({"SIGINT": 130, "SIGTERM": 143}.get(name, 129), 20 * MS)
        return True

    # Others

    def _with_environment(self, p: Process, tool: str) -> None:
        words = list(p.argv[1:])
        while words and tool != "dotenv" and re.match(r"[A-Za-z_]\w*=", words[0]):
            name, _, value = words.pop(0).partition("=")
            p.env[name] = value
        while words and tool == "dotenv" and words[0].startswith("-"):
            word = words.pop(0)
            if word == "-e" and words:
                word = words.pop(0)
            if word == "--":
                break
        if tool == "dotenv":
            for row in (p.view.text(".env", p.cwd) or "").splitlines():
                name, equals, value = row.partition("=")
                if equals and not name.startswith("#"):
                    p.env.setdefault(name.strip(), value.strip().strip("\"'"))
        if not words:
            p.exit(0)
            return
        try:
            p.spawn(words if tool != "cross-env-shell" else ["sh", "-c", " ".join(words)])
        except ExecError as error:
            p.err(f"node:events:497\n      throw er; // Unhandled 'error' event\n      ^\n\nError: "
                  f"spawn {error.path} ENOENT\n")  # fmt: skip
            p.exit(1)

    def _pm2(self, p: Process) -> None:
        words = [word for word in p.argv[1:] if not word.startswith("-") and word != "start"]
        script = words[0] if words else ""
        if script.endswith((".json", ".config.js", ".config.cjs", ".yml")):
            found = re.search(
                r"script['\"]?\s*:\s*['\"]([^'\"]+)", p.view.text(script, p.cwd) or ""
            )
            script = found[1] if found else ""
        if not script or not p.view.exists(script, p.cwd):
            p.err(f"[PM2][ERROR] File {words[0] if words else ''} not found\n")
            p.exit(1)
            return
        p.state.update(script=script, app=posixpath.basename(script).partition(".")[0])
        p.out(f"{_stamp(p)}: PM2      | Launching in no daemon mode\n")
        self._start_pm2(p)

    def _start_pm2(self, p: Process) -> None:
        app = p.state["app"]
        p.out(f"{_stamp(p)}: PM2      | App [{app}:0] starting in -fork mode-\n"
              f"{_stamp(p)}: PM2      | App [{app}:0] online\n")  # fmt: skip
        p.spawn(["node", str(p.state["script"])])


USAGE = (
    '  Usage: nodemon [nodemon options] [script.js] [args]\n\n  See "nodemon --help" for more.\n'
)


def _read(words: list[str]) -> dict[str, Any]:
    """Read nodemon's words: {"script", "args", "node" (options for node), "exec", "ext" ...}."""
    found: dict[str, Any] = {"script": "", "args": [], "node": [], "exec": "", "ext": "",
                             "watch": [], "quiet": False, "version": False}  # fmt: skip
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name in VALUED:
            value = value if equals else (rest.pop(0) if rest else "")
            key = {"-e": "ext", "--ext": "ext", "-x": "exec", "--exec": "exec", "-w": "watch",
                   "--watch": "watch"}.get(name)  # fmt: skip
            if key == "watch":
                found["watch"].append(value)
            elif key:
                found[key] = value
        elif word in ALONE:
            found["quiet"] = found["quiet"] or word in ("-q", "--quiet")
        elif word in ("-v", "--version"):
            found["version"] = True
        elif word == "--":
            found["args"] += rest
            break
        elif word.startswith("-") and not found["script"]:
            found["node"].append(word)
        elif not found["script"] and not found["exec"]:
            found["script"] = word
        else:
            found["args"].append(word)
    return found


def _command(p: Process, run: str, asked: dict[str, Any], package: dict[str, Any]) -> str | None:
    """Give the line that nodemon runs; None when it finds nothing to run."""
    script = str(asked["script"])
    if not script and not run:
        start = str((package.get("scripts") or {}).get("start") or "")
        script = str(package.get("main") or "") or ("" if not start else start.split()[-1])
        script = script or ("index.js" if p.view.exists("index.js", p.cwd) else "")
        if not script:
            return None
    elif script and not run and not p.view.exists(script, p.cwd):
        found = find_file(Machine(JavaScript(), p, {}, {}), p.view.resolve(script, p.cwd))
        if found is not None:
            script = posixpath.relpath(found, p.cwd)
    if script.endswith(".ts") and not run:
        run = "ts-node"
    words = [run] if run else ["node"]
    return " ".join([*words, *asked["node"], *([script] if script else []), *asked["args"]])


def _endings(line: str) -> str:
    return "ts,json" if "ts-node" in line or ".ts" in line else "js,mjs,cjs,json"


def json_of(p: Process, path: str) -> dict[str, Any]:
    try:
        found = json.loads(p.view.text(path, p.cwd) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def version_of(p: Process, package: str) -> str:
    for folder in ("node_modules", "/usr/local/lib/node_modules"):
        found = json_of(p, f"{folder}/{package}/package.json").get("version")
        if found:
            return str(found)
    return "3.1.11"


def _stamp(p: Process) -> str:
    return p.engine.timestamp()[:19]


FAMILIES: list[Family] = [NodeTool()]
