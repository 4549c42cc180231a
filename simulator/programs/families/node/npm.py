"""npm and its kin: scripts of package.json, and installing by the model that builds use."""

from __future__ import annotations

import json
import posixpath
import re
from typing import Any

from ...lookup import find_program
from ...process import Family, Process
from ...utilities import Context, Wait
from ...utilities.modelled import modelled

PACKAGE_TOOLS = ("npm-cli.js", "npx-cli.js", "npm", "npx", "yarn", "yarn.js", "pnpm.cjs")
INSTALLS = ("install", "i", "ci", "add", "update", "audit", "cache", "config", "init", "set")
"""Commands of npm and yarn that are no scripts."""
SCRIPTS = ("run", "run-script", "start", "stop", "restart", "test", "t", "tst")
"""Commands of npm that run a script of package.json; yarn runs any by its name."""
LIFECYCLE = ("install", "postinstall", "preinstall", "prepare", "restart", "start", "stop", "test")
NOT_FOLLOWED = (
    "access",
    "adduser",
    "bugs",
    "completion",
    "dedupe",
    "deprecate",
    "diff",
    "dist-tag",
    "docs",
    "doctor",
    "edit",
    "explain",
    "explore",
    "find-dupes",
    "fund",
    "get",
    "help",
    "hook",
    "link",
    "login",
    "logout",
    "org",
    "outdated",
    "owner",
    "pack",
    "ping",
    "pkg",
    "prefix",
    "profile",
    "prune",
    "publish",
    "query",
    "rebuild",
    "repo",
    "root",
    "sbom",
    "search",
    "shrinkwrap",
    "star",
    "stars",
    "team",
    "token",
    "uninstall",
    "unpublish",
    "unstar",
    "version",
    "view",
    "whoami",
)


def _scripts(package: dict[str, Any], scripts: dict[str, Any]) -> str:
    """List the scripts as `npm run` does: those of npm's own life cycle first."""
    text = ""
    name = f"{package.get('name', '')}@{package.get('version', '')}"
    first = {key: line for key, line in scripts.items() if key in LIFECYCLE}
    rest = {key: line for key, line in scripts.items() if key not in LIFECYCLE}
    for rows, title in (
        (first, f"Lifecycle scripts included in {name}:\n"),
        (
            rest,
            "available via `npm run`:\n"
            if first
            else f"Scripts available in {name} via `npm run`:\n",
        ),
    ):
        if rows:
            text += "\n" * bool(text) + title
            text += "".join(f"  {key}\n    {line}\n" for key, line in rows.items())
    return text


class Npm(Family):
    """The part of the family for package tools; not of use by itself."""

    def npm(self, p: Process, words: list[str]) -> None:
        """Run a script of package.json as npm does, in a shell of its own; or install packages."""
        tool = self._tool(p, words)
        if tool == "npx" or (tool == "npm" and words[:1] in (["exec"], ["x"])):
            self._npx(p, words[tool == "npm" :])
            return
        if words[:1] and words[0] in (*INSTALLS, "-v", "--version"):
            self._install(p, words)
            return
        if tool == "npm" and words[:1] and words[0] in ("ls", "list", "ll", "la"):
            self._install(p, words)
            return
        if tool == "npm" and words[:1] and words[0] not in SCRIPTS:
            self._unknown(p, words[0])
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
        scripts = package.get("scripts") or {}
        if tool == "npm" and words in (["run"], ["run-script"]):
            p.out(_scripts(package, scripts))
            p.exit(0)
            return
        line = scripts.get(script)
        if line is None and script == "start" and p.view.exists("server.js", p.cwd):
            line = "node server.js"
        if line is None:
            p.err(f'npm error Missing script: "{script}"\nnpm error\nnpm error To see a list of '
                  "scripts, run:\nnpm error   npm run\n")  # fmt: skip
            p.exit(1)
            return
        name, version = package.get("name", ""), package.get("version", "1.0.0")
        if tool == "yarn":
            p.out(f"yarn run v{p.env.get('YARN_VERSION', '1.22.22')}\n$ {line}\n")
        else:
            p.out(f"\n> {name}@{version} {script}\n> {line}\n\n")
        p.env["PATH"] = f"{p.cwd}/node_modules/.bin:{p.env.get('PATH', '')}"
        p.state["npm"] = True
        p.spawn(["sh", "-c", str(line)])

    def _tool(self, p: Process, words: list[str]) -> str:
        """Name the tool that was called: npm, npx, yarn or pnpm."""
        tool = posixpath.basename(p.argv[0] if len(p.argv) == len(words) + 1 else p.argv[1])
        return tool.partition("-cli")[0].partition(".")[0]

    def _npx(self, p: Process, words: list[str]) -> None:
        """Run a command of a package: of the project, of the image, or else fetched for this once.

        Source: `npm help exec`.

        # Simplified: npx installs a package that is missing for the whole container, and keeps it.
        """
        rest = list(words)
        while rest and rest[0].startswith("-"):
            rest = rest[2:] if rest[0] in ("-p", "--package") else rest[1:]
        if not rest:
            p.exit(0)
            return
        wanted = rest[0]
        name = posixpath.basename(re.sub(r"(?<!^)@[^/]*$", "", wanted))
        p.env["PATH"] = f"{p.cwd}/node_modules/.bin:{p.env.get('PATH', '')}"
        p.state["npm"] = True
        if find_program(p.view, name, p.env, p.cwd) is None:
            p.err(f"npm warn exec The following package was not found and will be installed: "
                  f"{wanted}\n")  # fmt: skip
            said: list[str] = []
            argv = ["npm", "install", "-g", wanted]
            done = modelled(Context(p, argv, None, said.append, p.err, p.env))
            code = done.code if isinstance(done, Wait) else done
            if code or find_program(p.view, name, p.env, p.cwd) is None:
                p.exit(code or 1)
                return
        p.spawn([name, *rest[1:]])

    def _unknown(self, p: Process, word: str) -> None:
        if word in NOT_FOLLOWED:
            p.err(f"npm {word}: not part of this simulator\n")
        else:
            p.err(f'Unknown command: "{word}"\n\n\nTo see a list of supported npm commands, run:\n'
                  "  npm help\n")  # fmt: skip
        p.exit(1)

    def _install(self, p: Process, words: list[str]) -> None:
        """Bring packages by the model that builds use; it takes the time that it declares."""
        argv = [self._tool(p, words), *words]
        done = modelled(Context(p, argv, None, p.out, p.err, p.env))
        us, code = (done.us or 0, done.code) if isinstance(done, Wait) else (0, done)
        p.state["npm"] = True
        p.exit(code, 0 if str(p.row["sink"]).startswith("capture:") else us)
