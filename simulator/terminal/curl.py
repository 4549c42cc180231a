"""curl: one request, from the machine that it is typed on, queued like everybody else's."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from simulator.network.resolve import Route, Source
from simulator.statuses import REASONS
from simulator.timing import MS, SECOND

from .program import RUNNING, Call, Program

AGENT = "curl/8.5.0"
CONNECT_TIMEOUT_US = 130 * SECOND
"""What Linux waits for an unanswered SYN: tcp_syn_retries = 6, about 130 s."""


class Curl(Program):
    """Fetch a URL.

    Knows -s -S -i -I -v -k -f -o -w %{http_code} -X -d -H -m --connect-timeout and --resolve.
    """

    names = ("curl",)

    def start(self, call: Call) -> int | None:
        """Connect, and queue the request in the container that answers."""
        options = parse_options(call.argv[1:])
        if options.get("error"):
            call.err(options["error"])
            return 2
        parts = urlsplit(options["url"] if "//" in options["url"] else f"http://{options['url']}")
        try:
            host, port = (
                parts.hostname or "",
                parts.port or (443 if parts.scheme == "https" else 80),
            )
        except ValueError:
            call.err("curl: (3) URL rejected: Port number was not a decimal number\n")
            return 3
        if not host:
            call.err("curl: (3) URL rejected: No host part in the URL\n")
            return 3
        if parts.scheme not in ("http", "https"):
            call.err(f'curl: (1) Protocol "{parts.scheme}" not supported\n')
            return 1
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        options |= {"host": host, "port": port, "path": path, "https": parts.scheme == "https"}
        where = options["resolve"].get(f"{host}:{port}", host)
        route = call.engine.network.connect(Source(call.machine), where, port, call.machine)
        call.state.update(options=options, begun_us=call.engine.now_us)
        return self._send(call, options, route)

    def _send(self, call: Call, options: dict[str, Any], route: Route) -> int | None:
        if route.error == "dns":
            return self._fail(call, 6, f"Could not resolve host: {options['host']}")
        wrong = self._tls(call, options, route)
        if wrong is not None:
            return wrong
        if route.error is not None:
            call.state["error"] = route.error
            wait = options["connect_us"] or options["max_us"] or CONNECT_TIMEOUT_US
            call.wake_after(wait if route.error == "timeout" else 300)
            return RUNNING
        assert route.container is not None
        now = call.engine.now_us
        sent = now + route.delay_us + route.rtt_us // 2
        asked = {"host": host_header(options), "path": options["path"]}
        record = call.engine.traffic.queues.book(route.container, route.port, sent, asked)
        if record is None:
            return self._fail(call, 56, "Recv failure: Connection reset by peer")
        call.engine.traffic.queues.accept(route.container, record)
        call.state["route"] = asdict(route)
        wait = record[0] - now + route.rtt_us // 2
        if options["max_us"] and wait > options["max_us"]:
            call.state["error"], wait = "slow", options["max_us"]
        call.wake_after(wait)
        call.watch("Container", route.machine or "", route.container)
        call.state["due_us"] = now + wait
        return RUNNING

    def _tls(self, call: Call, options: dict[str, Any], route: Route) -> int | None:
        """Refuse https where no TLS is spoken, and the certificate that an Ingress makes itself."""
        if route.error is not None or not options["https"]:
            return None
        server = call.engine.traffic.queues.server(route.container or "", route.port)
        if route.port != 443 or not server or not server.get("router"):
            text = "TLS connect error: error:0A00010B:SSL routines::wrong version number"
            return self._fail(call, 35, text)
        if not options["insecure"]:
            text = "SSL certificate problem: unable to get local issuer certificate"
            return self._fail(call, 60, text)
        return None

    def step(self, call: Call) -> int | None:
        """Print the answer, or what became of the connection."""
        options, error = call.state["options"], call.state.get("error")
        took = (call.engine.now_us - call.state["begun_us"]) // MS
        host, port = options["host"], options["port"]
        if error == "refused":
            text = f"Failed to connect to {host} port {port} after {took} ms: "
            return self._fail(call, 7, text + "Couldn't connect to server")
        if error == "reset":
            return self._fail(call, 56, "Recv failure: Connection reset by peer")
        if error in ("timeout", "unreachable"):
            text = f"Failed to connect to {host} port {port} after {took} ms: "
            why = "Connection timed out" if error == "timeout" else "No route to host"
            return self._fail(call, 28 if error == "timeout" else 7, text + why)
        route = call.state["route"]
        container = call.engine.store.get("Container", route["machine"], route["container"])
        if container is None or not container["State"]["Running"]:
            return self._fail(call, 52, "Empty reply from server")
        if call.engine.now_us < call.state["due_us"]:
            call.wake_after(call.state["due_us"] - call.engine.now_us)
            call.watch("Container", route["machine"], route["container"])
            return RUNNING
        if error == "slow":
            text = f"Operation timed out after {took} milliseconds with 0 bytes received"
            return self._fail(call, 28, text)
        answer = call.state.get("answer") or self._ask(call, options, route)
        us = int(answer.pop("us", 0))
        if us <= 0:
            return self._print(call, options, answer)
        spent, most = call.engine.now_us - call.state["begun_us"], options["max_us"]
        if most and spent + us > most:
            call.state["error"], us = "slow", max(0, most - spent)
        call.state.update(answer=answer, due_us=call.engine.now_us + us)
        call.wake_after(us)
        call.watch("Container", route["machine"], route["container"])
        return RUNNING

    def _ask(self, call: Call, options: dict[str, Any], route: dict[str, Any]) -> dict[str, Any]:
        """Put the request to the program; what its handler waits for is in the answer's "us"."""
        request = {
            "method": options["method"],
            "path": options["path"],
            "headers": sent_headers(options),
            "body": options["data"],
        }
        return call.engine.programs.respond(route["container"], route["port"], request)

    def _print(self, call: Call, options: dict[str, Any], answer: dict[str, Any]) -> int:
        if answer.get("closed"):
            return self._fail(call, 52, "Empty reply from server")
        status, body = int(answer["status"]), str(answer.get("body") or "")
        if options["fail"] and status >= 400:
            return self._fail(call, 22, f"The requested URL returned error: {status}")
        if options["head"]:
            call.out(f"HTTP/1.1 {status} {REASONS.get(status, '')}\n")
            for name, value in (answer.get("headers") or {}).items():
                call.out(f"{name}: {value}\n")
            call.out("\n")
        if options["method"] != "HEAD" and not options["discard"]:
            call.out(body)
        if options["write"]:
            seconds = (call.engine.now_us - call.state["begun_us"]) / SECOND
            text = options["write"].replace("%{http_code}", str(status))
            text = text.replace("%{response_code}", str(status))
            text = text.replace("%{time_total}", f"{seconds:.6f}").replace("\\n", "\n")
            call.out(text)
        elif body and not body.endswith("\n") and call.tty:
            call.out("\n")
        return 0

    def _fail(self, call: Call, code: int, text: str) -> int:
        options = call.state["options"]
        if not options["silent"] or options["show_errors"]:
            call.err(f"curl: ({code}) {text}\n")
        return code


def sent_headers(options: dict[str, Any]) -> dict[str, str]:
    """Give the headers of the request: curl's own, and what -H, -A, -u, -d add or replace."""
    usual = {"Host": host_header(options), "User-Agent": AGENT, "Accept": "*/*"}
    if options["data"] is not None:
        usual["Content-Type"] = "application/x-www-form-urlencoded"
    given = {name.lower() for name in options["headers"]} - {"host"}
    own = {name: value for name, value in options["headers"].items() if name.lower() != "host"}
    kept = {name: value for name, value in usual.items() if name.lower() not in given}
    return {**kept, **{name: value for name, value in own.items() if value}}


def host_header(options: dict[str, Any]) -> str:
    """Give what the request names as its host: -H's, else the URL's with a port of its own."""
    for name, value in options["headers"].items():
        if name.lower() == "host":
            return str(value)
    usual = 443 if options["https"] else 80
    host, port = options["host"], options["port"]
    return str(host) if port == usual else f"{host}:{port}"


def parse_options(words: list[str]) -> dict[str, Any]:
    """Read curl's arguments; "error" holds the complaint about wrong ones."""
    options: dict[str, Any] = {
        "url": "",
        "method": "GET",
        "headers": {},
        "data": None,
        "write": "",
        "connect_us": 0,
        "max_us": 0,
        "resolve": {},
        "insecure": False,
    }
    options |= dict.fromkeys(("silent", "show_errors", "head", "fail", "discard"), False)
    rest = list(words)
    help_text = "curl: try 'curl --help' or 'curl --manual' for more information\n"
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or word == "-":
            options["url"] = options["url"] or word
            continue
        for flag in [word] if word.startswith("--") else [f"-{c}" for c in word[1:]]:
            if flag in _VALUED:
                if not rest:
                    wrong = f"curl: option {word}: requires parameter\n{help_text}"
                    return options | {"error": wrong}
                _set_value(options, flag, rest.pop(0))
            elif flag in _SWITCHES:
                options |= _SWITCHES[flag]
            else:
                return options | {"error": f"curl: option {word}: is unknown\n{help_text}"}
    if not options["url"]:
        return options | {"error": f"curl: (2) no URL specified\n{help_text}"}
    return options


_SWITCHES: dict[str, dict[str, Any]] = {
    "-s": {"silent": True},
    "--silent": {"silent": True},
    "-S": {"show_errors": True},
    "--show-error": {"show_errors": True},
    "-i": {"head": True},
    "--include": {"head": True},
    "-I": {"head": True, "method": "HEAD"},
    "--head": {"head": True, "method": "HEAD"},
    "-f": {"fail": True},
    "--fail": {"fail": True},
    "-v": {"head": True},
    "-L": {},
    "--location": {},
    "-k": {"insecure": True},
    "--insecure": {"insecure": True},
    "-4": {},
}
_VALUED = {"-X", "--request", "-d", "--data", "-H", "--header", "-o", "--output", "-w"}
_VALUED |= {"--write-out", "-m", "--max-time", "--connect-timeout", "-A", "-u"}
_VALUED |= {"--resolve", "--user-agent", "--user", "--json"}
_VALUED |= {"--data-raw", "--data-binary", "--data-ascii"}


def _set_value(options: dict[str, Any], flag: str, value: str) -> None:
    if flag in ("-X", "--request"):
        options["method"] = value
    elif flag in ("-A", "--user-agent"):
        options["headers"]["User-Agent"] = value
    elif flag in ("-u", "--user"):
        words = base64.b64encode(value.encode()).decode()
        options["headers"]["Authorization"] = f"Basic {words}"
    elif flag == "--json":
        for name in ("Content-Type", "Accept"):
            options["headers"].setdefault(name, "application/json")
        _set_value(options, "-d", value)
    elif flag in ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii"):
        before = options["data"]
        options["data"] = value if before is None else f"{before}&{value}"
        options["method"] = "POST" if options["method"] == "GET" else options["method"]
    elif flag in ("-H", "--header"):
        name, _, text = value.partition(":")
        options["headers"][name.strip()] = text.strip()
    elif flag in ("-o", "--output"):
        options["discard"] = True
    elif flag in ("-w", "--write-out"):
        options["write"] = value
    elif flag == "--resolve":
        host, port, address = [*value.split(":", 2), "", ""][:3]
        options["resolve"][f"{host.lstrip('+')}:{port}"] = address
    elif flag in ("-m", "--max-time", "--connect-timeout"):
        key = "connect_us" if flag == "--connect-timeout" else "max_us"
        options[key] = int(float(value) * SECOND) if value.replace(".", "", 1).isdigit() else 0
