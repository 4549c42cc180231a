"""npm and its kin: scripts of package.json, and installing by the model that builds use."""

from __future__ import annotations

import json
import posixpath

from ...process import Family, Process
from ...utilities import Context, Wait
from ...utilities.modelled import modelled

PACKAGE_TOOLS = ("npm-cli.js", "npx-cli.js", "npm", "npx", "yarn", "yarn.js", "pnpm.cjs")
INSTALLS = ("install", "i", "ci", "add", "update", "audit", "cache", "config", "init", "set")
"""Commands of npm and yarn that are no scripts."""


class Npm(Family):
    """The part of the family for package tools; not of use by itself."""

    def npm(self, p: Process, words: list[str]) -> None:
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
