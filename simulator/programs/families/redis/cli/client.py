"""redis-cli as a process: one command, commands from standard input, or the prompt."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from simulator.timing import MS, SECOND

from ....process import Family, Process
from ..words import split
from . import link, modes
from .formats import written
from .options import Usage, read

RUN_US = 3 * MS
"""What a call takes from its start to its end, where something waits for it (assumed)."""
SHOWN_FROM_US = SECOND // 2
HELP = (
    'To get help about {name} commands type:\n      "help @<group>" to get a list of commands in '
    '<group>\n      "help <command>" for help on <command>\n      "help <tab>" to get a list of '
    'possible help topics\n      "quit" to exit\n\nTo set {name}-cli preferences:\n'
    '      ":set hints" enable online hints\n      ":set nohints" disable online hints\n'
    "Set your preferences in ~/.{name}clirc\n"
)


class RedisCli(Family):
    """redis-cli and valkey-cli."""

    name = "redis-cli"

    def begin(self, p: Process) -> None:
        """Read the options, connect, begin."""
        name = posixpath.basename(p.argv[0])
        version = p.env.get("VALKEY_VERSION") or p.env.get("REDIS_VERSION") or "7.0.15"
        try:
            options = read(p.argv, p.env, version, name)
        except Usage as error:
            (p.err if error.code else p.out)(str(error))
            p.exit(error.code)
            return
        if "password" in options and not options.get("quiet"):
            p.err(link.WARNING)
        sink = str(p.row["sink"])
        formatted = p.on_terminal and sink.partition(":")[0] in ("exec", "log")
        output = next((one for one in ("csv", "json") if options.get(one)), "")
        raw = options.get("raw") or not (formatted or options.get("no_raw"))
        p.state.update(options=options, output=output or ("raw" if raw else "tty"), db=0, code=0,
                       tx=False, queue=[], typed=False)  # fmt: skip
        route = link.reach(p)
        if route is None and (options["words"] or not p.on_terminal):
            self.end(p, 1)
            return
        if route is not None:
            p.state["place"] = [route.container, route.port]
            link.connect(p, route)
        if modes.begin(self, p):
            return
        words = options["words"]
        if options.get("x"):
            words = [*words, self._piped(p)]
        if words:
            p.state.update(words=words, left=options["repeat"] or 1)
            self._repeat(p)
            return
        p.state["typed"] = True
        self._prompt(p)
        self.input(p)

    def _piped(self, p: Process) -> str:
        text = p.programs.stdin(p)
        while (line := p.read_line()) and not text.endswith("\0"):
            text += line
        return text

    # One command, once or often

    def _repeat(self, p: Process) -> None:
        """Send the command of the command line once more, as often as it was asked for."""
        while p.state["left"]:
            p.state["left"] -= 1
            if not self.send(p, p.state["words"]):
                return
            interval = p.state["options"].get("interval")
            if p.state["left"] and (interval or p.state["left"] < 0):
                p.wake(round((interval or 0.001) * SECOND))
                return
        self.end(p, p.state["code"])

    def end(self, p: Process, code: int) -> None:
        """Hang up and end."""
        link.close(p)
        alone = p.row["parent"] == 0 or str(p.row["sink"]).startswith("capture:")
        p.exit(code, 0 if alone else RUN_US)

    def send(self, p: Process, words: list[str]) -> bool:
        """Send a command and write its answer; False when that comes later, or not at all."""
        route = link.reach(p)
        if route is None:
            if not p.state["typed"] or not p.on_terminal:
                self.end(p, 1)
                return False
            return True
        p.state["place"] = [route.container, route.port]
        link.connect(p, route)
        p.state.update(sent=words, sent_us=p.engine.now_us)
        answer = link.ask(p, route, words)
        if "pending" in answer:
            name = words[0].lower()
            streams = name in ("subscribe", "psubscribe", "monitor")
            p.state.update(pending=answer["pending"], streams=streams)
            if streams and p.state["output"] == "tty" and name != "monitor":
                p.out("Reading messages... (press Ctrl-C to quit)\n")
            return False
        return self._show(p, answer)

    def _show(self, p: Process, answer: dict[str, Any]) -> bool:
        words = p.state["sent"]
        name = words[0].lower()
        if answer.get("error") == "closed":
            p.state["connected"] = ""
            if name not in ("shutdown", "quit"):
                p.err("Error: Server closed the connection\n")
            if not (p.state["typed"] and p.on_terminal):
                self.end(p, 0 if name == "shutdown" else 1)
                return False
            return True
        if answer.get("status") == "OK" and name == "select":
            p.state["db"] = p.state["options"]["db"] = int(words[1])
        p.state["tx"] = (p.state["tx"] or name == "multi") and name not in ("exec", "discard")
        if "error" in answer and p.state["options"].get("strict"):
            p.state["code"] = 1
        p.out(written(answer, p.state["output"], words))
        taken = p.engine.now_us - p.state["sent_us"]
        if taken >= SHOWN_FROM_US and p.state["output"] == "tty" and p.state["typed"]:
            p.out(f"({taken / SECOND:.2f}s)\n")
        return True

    def answered(self, p: Process, number: int, answer: dict[str, Any]) -> None:
        """Take an answer that comes later: one, or one of many."""
        if number != p.state.get("pending"):
            return
        if p.state["streams"] and answer.get("error") != "closed":
            p.out(written(answer, p.state["output"], p.state["sent"]))
            return
        p.state["pending"] = None
        if self._show(p, answer):
            self._go_on(p)

    def _go_on(self, p: Process) -> None:
        if not p.state["typed"]:
            interval = p.state["options"].get("interval")
            if p.state["left"] and interval:
                p.wake(round(interval * SECOND))
            else:
                self._repeat(p)
            return
        self._after_typed(p)

    def wake(self, p: Process) -> None:
        """Go on after a pause."""
        if p.state.get("mode"):
            modes.go_on(self, p)
        else:
            self._repeat(p)

    def signal(self, p: Process, name: str) -> bool:
        """Take Ctrl-C: it ends a subscription at the prompt, and else the program."""
        if name != "SIGINT" or not p.state.get("typed"):
            return False
        if p.state.get("pending") is None or not p.state["streams"]:
            p.out("\n" if p.on_terminal else "")
            self.end(p, 0 if p.state.get("pending") is None else 1)
            return True
        p.stop_asking(p.state["pending"])
        link.close(p)
        p.state.update(pending=None, connected="")
        route = link.reach(p)
        if route is not None:
            link.connect(p, route)
        self._after_typed(p)
        return True

    # The prompt, and commands from standard input

    def _prompt(self, p: Process) -> None:
        if not p.on_terminal:
            return
        options = p.state["options"]
        if not p.state.get("connected"):
            p.out("not connected> ")
            return
        database = f"[{p.state['db']}]" if p.state["db"] else ""
        p.out(f"{options['host']}:{options['port']}{database}{'(TX)' if p.state['tx'] else ''}> ")

    def _after_typed(self, p: Process) -> None:
        """Show the prompt again and read on."""
        self._prompt(p)
        p.row["reading"] = True
        if p.state["queue"] or not p.programs.has_input(p):
            self.input(p)
        else:
            p.programs.feed_soon(p)

    def _line(self, p: Process) -> str | None:
        """Take the next line: of what was piped in before the start, or of what is typed."""
        if "lines" not in p.state:
            text = p.programs.stdin(p)
            p.state["lines"] = text.splitlines(keepends=True) if text else []
            p.state["whole"] = bool(text)
        if p.state["lines"]:
            return str(p.state["lines"].pop(0))
        return "" if p.state["whole"] else p.read_line()

    def input(self, p: Process) -> None:
        """Send what is typed, a command a line, until `quit` or the end."""
        while p.state.get("pending") is None and not p.row.get("ended"):
            words: list[str]
            if p.state["queue"]:
                words = p.state["queue"].pop(0)
            else:
                line = self._line(p)
                if line is None:
                    return
                if not line:
                    p.out("\n" if p.on_terminal else "")
                    self.end(p, 0)
                    return
                words = self._typed(p, line)
            if words and not self.send(p, words):
                return
            if not p.row.get("ended") and not p.state["queue"]:
                self._prompt(p)

    def _typed(self, p: Process, line: str) -> list[str]:
        """Read a line: a command to send, or [] when redis-cli itself has dealt with it."""
        words = split(line)
        if words is None:
            p.out("Invalid argument(s)\n")
            return []
        if not words:
            return [] if p.on_terminal else self._blank(p)
        name = words[0].lower()
        if name in ("quit", "exit"):
            self.end(p, 0)
            return []
        if name in ("help", "?"):
            kind = "redis" if "redis" in posixpath.basename(p.argv[0]) else "valkey"
            p.out(HELP.format(name=kind))
            return []
        if name == "clear" or name.startswith(":"):
            return []
        if name == "connect" and len(words) == 3 and words[2].isdigit():
            p.state["options"].update(host=words[1], port=int(words[2][:5]))
            return []
        if re.fullmatch(r"\d{1,4}", words[0]) and len(words) > 1:
            p.state["queue"] = [words[1:]] * max(0, int(words[0]) - 1)
            return words[1:]
        return words

    def _blank(self, p: Process) -> list[str]:
        p.out("\n")
        return []


FAMILIES: list[Family] = [RedisCli()]
