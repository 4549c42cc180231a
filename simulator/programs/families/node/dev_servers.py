"""Servers of npm packages that serve a folder: those of React, Vite, Vue and Angular for
development, and `serve`, `http-server` and `live-server` for what was built.

What they print, their ports and addresses are as their documentation and their own first lines
show them: react-scripts 5, vite 7, @vue/cli-service 5, @angular/cli 20, serve 14, http-server 14.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from simulator.timing import MS

from ...process import Family, Process
from ..nginx.pages import TYPES
from .tools import MEMORY, json_of, version_of

KINDS: dict[str, dict[str, Any]] = {
    "react-scripts": {"verb": "start", "port": 3000, "ms": 4000, "open": True, "pages": "public"},
    "vite": {"verb": "dev", "port": 5173, "ms": 400, "open": False, "pages": "."},
    "vue-cli-service": {"verb": "serve", "port": 8080, "ms": 3000, "open": True, "pages": "public"},
    "ng": {"verb": "serve", "port": 4200, "ms": 6000, "open": False, "pages": "src"},
    "serve": {"verb": "", "port": 3000, "ms": 300, "open": True, "pages": "."},
    "http-server": {"verb": "", "port": 8080, "ms": 200, "open": True, "pages": "."},
    "live-server": {"verb": "", "port": 8080, "ms": 300, "open": True, "pages": "."},
}
"""Name of the command: its verb, port, start in ms (assumed), whether it listens on all addresses
by itself, and where its index.html stands."""
SERVED = ("serve", "http-server", "live-server")
FOLDERS = ("public", ".", "src", "src/assets")


def is_dev_server(name: str, path: str) -> bool:
    """Tell whether a program is a server that npm has put in place."""
    return name in KINDS and ("/node_modules/.bin/" in path or path.startswith("/usr/"))


class DevServer(Family):
    """A server of a folder in Node.js.

    # Simplified: The modelled servers for development of React, Vue, Vite and Angular serve the
    page and the project's files as they are: no script is bundled, and no browser runs one.
    """

    name = "dev-server"

    def begin(self, p: Process) -> None:
        """Read the command line."""
        tool = posixpath.basename(p.argv[0])
        kind = KINDS[tool]
        options, words = _options(p.argv[1:])
        if any(flag in options for flag in ("-v", "--version")):
            p.out(f"{version_of(p, tool)}\n")
            p.exit(0)
            return
        verb = words.pop(0) if kind["verb"] and words else ("dev" if tool == "vite" else "")
        if kind["verb"] and verb not in (kind["verb"], "serve", "preview", "start"):
            # Builds are made by the model of build steps; other verbs do nothing here.
            p.err(f"drydock: {tool} {verb} is not followed by the model\n")
            p.exit(1)
            return
        p.use_memory(MEMORY * 3)
        host = str(options.get("--host", options.get("-a", "")))
        everywhere = kind["open"] or ("--host" in options and host in ("", "0.0.0.0", "true", "::"))
        port = (
            options.get("--port")
            or options.get("-p")
            or options.get("-l")
            or (p.env.get("PORT") if tool in ("react-scripts", "serve", "vue-cli-service") else "")
        )
        number = re.search(r"(\d+)$", str(port or ""))
        folder = words[0] if tool in SERVED and words else "." if tool in SERVED else ""
        if tool == "http-server" and not words and p.view.is_dir("public", p.cwd):
            folder = "public"
        p.state.update(
            tool=tool, port=int(number[1]) if number else kind["port"], everywhere=everywhere,
            folder=p.view.resolve(folder, p.cwd) if folder else "", single="-s" in options
            or "--single" in options, preview=verb == "preview",
        )  # fmt: skip
        if verb == "preview":
            p.state.update(folder=p.view.resolve("dist", p.cwd), single=True)
            p.state["port"] = int(number[1]) if number else 4173
        if self._first_lines(p, tool):
            p.wake(int(p.luck().lognormal_us(kind["ms"] * MS, 0.1)))

    def _first_lines(self, p: Process, tool: str) -> bool:
        """Print what comes before the port is open; False when a file is missing."""
        if tool == "react-scripts":
            missing = next((one for one in ("public/index.html", "src/index.js")
                            if not p.view.is_file(one, p.cwd)
                            and not p.view.is_file("src/index.tsx", p.cwd)), None)  # fmt: skip
            if missing:
                p.out("Could not find a required file.\n  Name: " + posixpath.basename(missing)
                      + f"\n  Searched in: {p.cwd}/{posixpath.dirname(missing)}\n")  # fmt: skip
                p.exit(1)
                return False
            p.out("Starting the development server...\n\n")
        elif tool == "vue-cli-service":
            p.out(" INFO  Starting development server...\n")
        return True

    def wake(self, p: Process) -> None:
        """Listen."""
        tool, port = p.state["tool"], int(p.state["port"])
        address = "0.0.0.0" if p.state["everywhere"] else "127.0.0.1"
        wrong = p.listen(port, address=address, service_us=900, sigma=0.4, workers=64)
        if wrong and tool == "vite":
            p.out(f"Port {port} is in use, trying another one...\n")
            p.state["port"] = port + 1
            p.wake(50 * MS)
            return
        if wrong:
            p.err(f"Something is already running on port {port}.\n")
            p.exit(1)
            return
        p.out(_ready(p, tool, port))

    def signal(self, p: Process, name: str) -> bool:
        """End at once; as process 1 some have no handler of their own."""
        if name not in ("SIGTERM", "SIGINT"):
            return False
        p.exit(0 if p.state["tool"] != "vite" else 143, 20 * MS)
        return True

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Give a file of the folder; a page of one's own for paths that are none."""
        path = posixpath.normpath("/" + str(request.get("path") or "/").partition("?")[0])
        answer = self._file(p, path)
        if p.state["tool"] == "serve":
            moment = p.engine.timestamp()[:19].replace("T", " ")
            client = request.get("client") or "172.17.0.1"
            p.out(f" HTTP  {moment} {client} {request.get('method') or 'GET'} {path}\n"
                  f" HTTP  {moment} {client} Returned {answer['status']} in 2 ms\n")  # fmt: skip
        return answer

    def _file(self, p: Process, path: str) -> dict[str, Any]:
        kind, folder = KINDS[p.state["tool"]], str(p.state["folder"])
        places = [folder] if folder else [p.view.resolve(one, p.cwd) for one in FOLDERS]
        page = folder or p.view.resolve(kind["pages"], p.cwd)
        ending = posixpath.splitext(path)[1][1:]
        for place in places:
            target = f"{place}{path}".rstrip("/")
            if p.view.is_dir(target):
                target += "/index.html"
            elif p.state["tool"] in ("serve", "http-server") and not ending:
                target += ".html"
            if p.view.is_file(target) and (path != "/" or target.startswith(page)):
                return self._found(p, target)
        single = p.state["single"] or p.state["tool"] not in SERVED
        home = f"{page}/index.html".replace("//", "/")
        if single and not ending and p.view.is_file(home):
            return self._found(p, home)
        return {"status": 404, "body": "Not Found" if folder else f"Cannot GET {path}",
                "headers": {"Content-Type": "text/html; charset=utf-8"}}  # fmt: skip

    def _found(self, p: Process, path: str) -> dict[str, Any]:
        text = p.view.text(path) or ""
        tool = p.state["tool"]
        kind = TYPES.get(posixpath.splitext(path)[1][1:].lower(), "text/plain")
        if kind == "text/html" and not p.state["folder"]:
            text = _with_scripts(tool, text)
        if "text" in kind or "script" in kind or "json" in kind:
            kind += "; charset=utf-8"
        return {"status": 200, "body": text, "headers": {"Content-Type": kind}}


def _with_scripts(tool: str, text: str) -> str:
    """Add the scripts that the server adds to the page."""
    if tool == "vite":
        client = '    <script type="module" src="/@vite/client"></script>\n'
        return text.replace("<head>\n", "<head>\n" + client, 1)
    if tool == "react-scripts":
        script = '<script defer src="/static/js/bundle.js"></script>'
        return text.replace("%PUBLIC_URL%", "").replace("</head>", f"{script}</head>", 1)
    if tool == "ng":
        script = '<script src="main.js" type="module"></script>'
        return text.replace("</body>", f"{script}</body>", 1)
    scripts = '<script defer src="/js/chunk-vendors.js"></script>'
    scripts += '<script defer src="/js/app.js"></script>'
    return text.replace("<%= BASE_URL %>", "/").replace("</head>", f"{scripts}</head>", 1)


def _ready(p: Process, tool: str, port: int) -> str:
    """Give what a server prints when it listens."""
    networks = p.container["NetworkSettings"]["Networks"].values()
    address = next((row["IPAddress"] for row in networks if row["IPAddress"]), "127.0.0.1")
    here, there = f"http://localhost:{port}", f"http://{address}:{port}"
    package = str(json_of(p, "package.json").get("name") or "app")
    if tool == "react-scripts":
        return (f"Compiled successfully!\n\nYou can now view {package} in the browser.\n\n"
                f"  Local:            {here}\n  On Your Network:  {there}\n\nNote that the "
                "development build is not optimized.\nTo create a production build, use npm run "
                "build.\n\nwebpack compiled successfully\n")  # fmt: skip
    if tool == "vite":
        version = version_of(p, "vite")
        network = f"  ➜  Network: {there}/\n" if p.state["everywhere"] else (
            "  ➜  Network: use --host to expose\n")  # fmt: skip
        first = "" if p.state["preview"] else f"\n  VITE v{version}  ready in 412 ms\n\n"
        return f"{first}  ➜  Local:   {here}/\n{network}"
    if tool == "vue-cli-service":
        return (" DONE  Compiled successfully in 2914ms\n\n\n  App running at:\n"
                f"  - Local:   {here}/\n  - Network: {there}/\n\n"
                "  Note that the development build is not optimized.\n"
                "  To create a production build, run npm run build.\n\n")  # fmt: skip
    if tool == "ng":
        network = f"  ➜  Network: {there}/\n" if p.state["everywhere"] else ""
        return ("Application bundle generation complete. [5.214 seconds]\n\nWatch mode enabled. "
                f"Watching for file changes...\n  ➜  Local:   {here}/\n{network}"
                "  ➜  press h + enter to show help\n")  # fmt: skip
    if tool == "serve":
        return f" INFO  Accepting connections at {here}\n"
    if tool == "http-server":
        folder = "./" + posixpath.relpath(str(p.state["folder"]), p.cwd).removeprefix(".")
        return (f"Starting up http-server, serving {folder}\n\nhttp-server version: "
                f"{version_of(p, 'http-server')}\n\nAvailable on:\n  http://127.0.0.1:{port}\n  "
                f"{there}\nHit CTRL-C to stop the server\n\n")  # fmt: skip
    return f'Serving "{p.state["folder"]}" at http://127.0.0.1:{port}\nReady for changes\n'


def _options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Split a command line into its options, with their values, and its other words."""
    options: dict[str, str] = {}
    rest: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            rest.append(word)
        elif equals:
            options[name] = value
        elif (
            name
            in (
                "--port",
                "-p",
                "-l",
                "--listen",
                "--host",
                "-a",
                "--mode",
                "-c",
                "--config",
                "--configuration",
            )
            and left
            and not left[0].startswith("-")
        ):
            options[name] = left.pop(0)
        else:
            options[name] = ""
    if "--listen" in options:
        options["-l"] = options["--listen"]
    return options, rest


FAMILIES: list[Family] = [DevServer()]
