"""node and npm: scripts, their modules, package.json."""

from __future__ import annotations

import json
import posixpath
import re

from ..process import Family, Process
from ..utilities import Context, Wait
from ..utilities.modelled import modelled
from .compiled import Compiled, describe

PACKAGE_TOOLS = ("npm-cli.js", "npx-cli.js", "npm", "npx", "yarn", "yarn.js", "pnpm.cjs")
INSTALLS = ("install", "i", "ci", "add", "update", "audit", "cache", "config", "init", "set")
"""Commands of npm and yarn that are no scripts."""
THROWN = "node:internal/modules/cjs/loader:1228\n  throw err;\n  ^\n\n"
NODE_BUILTINS = (
    "fs", "http", "https", "path", "os", "url", "util", "crypto", "events", "stream", "net", "dns",
    "zlib", "child_process", "cluster", "readline", "querystring", "assert", "buffer", "process",
    "timers", "worker_threads", "http2", "tls", "vm", "perf_hooks", "string_decoder",
)  # fmt: skip


class Node(Compiled):
    """node: a script, its packages checked as `require` does."""

    name = "node"

    def begin(self, p: Process) -> None:
        """Find the script; `npm start` reads package.json."""
        if posixpath.basename(str(p.row["path"])) in PACKAGE_TOOLS:
            self._npm(p, p.argv[1:])
            return
        words = [word for word in p.argv[1:] if not word.startswith("--")]
        if any(word in ("-v", "--version") for word in p.argv[1:2]):
            p.out(f"v{p.env.get('NODE_VERSION', '22.0.0')}\n")
            p.exit(0)
            return
        if words[:1] in (["-e"], ["-p"]):
            p.row["source"] = ""
            self.launch(p, "node", words[1] if len(words) > 1 else "")
            return
        if not words:
            p.state.update(what=describe("", {}), kind="node")
            if p.programs.has_input(p):
                version = p.env.get("NODE_VERSION", "22.0.0")
                if p.on_terminal:
                    p.out(f'Welcome to Node.js v{version}.\nType ".help" for more information.'
                          "\n> ")  # fmt: skip
                self.input(p)
            else:
                p.exit(0)
            return
        path = p.view.resolve(words[0], p.cwd)
        for candidate in (path, f"{path}.js", f"{path}/index.js"):
            if p.view.is_file(candidate):
                self._run(p, candidate)
                return
        p.err(f"{THROWN}Error: Cannot find module '{path}'\n    at Module._resolveFilename "
              "(node:internal/modules/cjs/loader:1225:15)\n"
              "    at Module._load (node:internal/modules/cjs/loader:1051:27) {\n  code: "
              "'MODULE_NOT_FOUND',\n  requireStack: []\n}\n")  # fmt: skip
        p.exit(1)

    def input(self, p: Process) -> None:
        """Read what is typed at the prompt.

        # Simplified: At Node's prompt only .exit and Ctrl-D do something; JavaScript that is typed
        there is not evaluated, and answers as if each line were a declaration.
        """
        while (line := p.read_line()) is not None:
            if not line or line.strip() == ".exit":
                p.out("\n" if not line and p.on_terminal else "")
                p.exit(0)
                return
            if p.on_terminal:
                p.out("undefined\n> " if line.strip() else "> ")

    def _run(self, p: Process, path: str) -> None:
        if posixpath.basename(path) in PACKAGE_TOOLS:
            self._npm(p, p.argv[2:])
            return
        text = p.view.text(path) or ""
        p.row["source"] = path
        names = re.findall(r"require\(\s*[\"']([^\"']+)[\"']\s*\)", text)
        names += re.findall(r"^\s*import\s+(?:[^\"']+from\s+)?[\"']([^\"']+)[\"']", text, re.M)
        for name in names:
            if not self._has(p, name, posixpath.dirname(path)):
                self._missing(p, name, path)
                return
        self.launch(p, "node", text)

    def _has(self, p: Process, name: str, folder: str) -> bool:
        if name.startswith("."):
            base = posixpath.normpath(f"{folder}/{name}")
            return any(
                p.view.exists(base + end) for end in ("", ".js", ".json", "/index.js", ".mjs")
            )
        if name.startswith("node:") or name.partition("/")[0] in NODE_BUILTINS:
            return True
        top = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
        while True:
            if p.view.exists(f"{folder.rstrip('/')}/node_modules/{top}"):
                return True
            if folder in ("/", ""):
                return False
            folder = posixpath.dirname(folder)

    def _missing(self, p: Process, name: str, path: str) -> None:
        p.err(f"{THROWN}Error: Cannot find module '{name}'\nRequire stack:\n- {path}\n"
              "    at Module._resolveFilename "
              "(node:internal/modules/cjs/loader:1225:15)\n    at Module._load "
              "(node:internal/modules/cjs/loader:1051:27) {\n  code: 'MODULE_NOT_FOUND',\n  "
              f"requireStack: [ '{path}' ]\n}}\n")  # fmt: skip
        p.exit(1)

    def _npm(self, p: Process, words: list[str]) -> None:
        """Run a script of package.json as npm does, in a shell of its own; or install packages."""
        if words[:1] and words[0] in INSTALLS:
            self._install(p, words)
            return
        script = words[1] if words[:1] == ["run"] and len(words) > 1 else (words or ["start"])[0]
        text = p.view.text("package.json", p.cwd)
        if text is None:
            p.err("npm error code ENOENT\nnpm error syscall open\nnpm error path "
                  f"{p.cwd.rstrip('/')}/package.json\nnpm error errno -2\nnpm error enoent Could "
                  "not "
                  f"read package.json: Error: ENOENT: no such file or directory, open "
                  f"'{p.cwd.rstrip('/')}/package.json'\n")  # fmt: skip
            p.exit(254)
            return
        try:
            package = json.loads(text)
        except ValueError:
            p.err("npm error code EJSONPARSE\nnpm error JSON.parse Invalid package.json\n")
            p.exit(1)
            return
        line = (package.get("scripts") or {}).get(script)
        if line is None and script == "start" and p.view.exists("server.js", p.cwd):
            line = "node server.js"
        if line is None:
            p.err(f'npm error Missing script: "{script}"\nnpm error\nnpm error To see a list of '
                  "scripts, run:\nnpm error   npm run\n")  # fmt: skip
            p.exit(1)
            return
        name, version = package.get("name", ""), package.get("version", "1.0.0")
        p.out(f"\n> {name}@{version} {script}\n> {line}\n\n")
        p.env["PATH"] = f"{p.cwd}/node_modules/.bin:{p.env.get('PATH', '')}"
        p.state["npm"] = True
        p.spawn(["sh", "-c", str(line)])

    def _install(self, p: Process, words: list[str]) -> None:
        """Bring packages by the model that builds use; it takes the time that it declares."""
        tool = posixpath.basename(p.argv[0] if len(p.argv) == len(words) + 1 else p.argv[1])
        argv = [tool.partition("-cli")[0].partition(".")[0], *words]
        done = modelled(Context(p, argv, None, p.out, p.err, p.env))
        us, code = (done.us or 0, done.code) if isinstance(done, Wait) else (0, done)
        p.state["npm"] = True
        p.exit(code, 0 if str(p.row["sink"]).startswith("capture:") else us)

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """npm ends with its script."""
        p.exit(code)

    def wake(self, p: Process) -> None:
        """Go on as a script; npm itself waits for its child."""
        if not p.state.get("npm"):
            super().wake(p)

    def signal(self, p: Process, name: str) -> bool:
        """npm passes signals on to its script."""
        if p.state.get("npm"):
            for row in list(p.box["processes"].values()):
                if row["parent"] == p.pid:
                    p.programs.signal(p.container, name, int(row["pid"]))
            return True
        return super().signal(p, name)


FAMILIES: list[Family] = [Node()]
