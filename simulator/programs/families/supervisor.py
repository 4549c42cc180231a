"""supervisord: starts the programs of its configuration and starts them again.

Source: the manual of Supervisor 4.2 (configuration file, subprocesses, logging).
# Simplified: supervisorctl, event listeners and the HTTP server of Supervisor are not modelled.
"""

from __future__ import annotations

import configparser
import posixpath
import re
import shlex
from typing import Any

from simulator import globs
from simulator.docker.containers.errors import DockerError
from simulator.docker.containers.signals import signal_name
from simulator.timing import SECOND

from ..lookup import ExecError, find_program
from ..process import Family, Process
from ..users import find_user

MEMORY = 22 << 20
"""Resident size of the Python program (assumed)."""
PLACES = (
    "/etc/supervisord.conf",
    "/etc/supervisor/supervisord.conf",
    "/etc/supervisord/supervisord.conf",
)
STREAMS = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/stderr", "/dev/fd/2")
BACKOFF_US = SECOND
NO_CONFIG = (
    "No config file found at default paths; use the -c option to specify a config file at a "
    "different path"
)
AS_ROOT = (
    "Supervisor is running as root.  Privileges were not dropped because no user is specified in "
    "the config file.  If you intend to run as root, you can set user=root in the config file to "
    "avoid this message."
)


class Supervisor(Family):
    """supervisord."""

    name = "supervisor"

    def begin(self, p: Process) -> None:
        """Read the configuration and start what is to start by itself."""
        p.use_memory(MEMORY)
        words = p.argv[1:]
        path = words[words.index("-c") + 1] if "-c" in words[:-1] else ""
        path = path or next((one for one in PLACES if p.view.is_file(one)), "")
        if not path or not p.view.is_file(path, p.cwd):
            what = f"could not find config file {path}" if path else NO_CONFIG
            p.err(f"Error: {what}\nFor help, use /usr/bin/supervisord -h\n")
            p.exit(2)
            return
        try:
            own, programs = _read(p, path)
        except (configparser.Error, ValueError) as error:
            p.err(f"Error: {str(error).splitlines()[0]}\nFor help, use /usr/bin/supervisord -h\n")
            p.exit(2)
            return
        p.state.update(programs=programs, pids={}, ending=False)
        foreground = "-n" in words or own.get("nodaemon", "").lower() in ("true", "1", "yes")
        if not foreground:
            if p.pid == 1:
                p.exit(0)
                return
            p.programs.detach(p)
        p.state["log"] = foreground
        if p.uid == 0 and "user" not in own:
            _say(p, "CRIT", AS_ROOT)
        _say(p, "INFO", f"supervisord started with pid {p.pid}")
        p.wake(SECOND)
        p.state["begun"] = False

    def wake(self, p: Process) -> None:
        """Start programs whose time has come; note those that have stayed up."""
        now = p.engine.now_us
        for name, row in list(p.state["programs"].items()):
            if row["state"] == "waiting" and row["at"] <= now and not p.state["ending"]:
                self._start(p, name, row)
            if row["state"] == "starting" and now - row["at"] >= row["startsecs"] * SECOND:
                row["state"], row["tries"] = "running", 0
                _say(p, "INFO", f"success: {name} entered RUNNING state, process has stayed up for "
                                f"> than {row['startsecs']} seconds (startsecs)")  # fmt: skip
        if not p.row.get("ended"):
            p.wake(SECOND)

    def _start(self, p: Process, name: str, row: dict[str, Any]) -> None:
        argv = row["argv"]
        if find_program(p.view, argv[0], p.env, row["directory"] or p.cwd) is None:
            _say(p, "INFO", f"spawnerr: can't find command '{argv[0]}'")
            self._failed(p, name, row)
            return
        kept = {key: p.row[key] for key in ("uid", "gid", "user", "cwd")}
        env = dict(p.env)
        if row["user"]:
            uid, gid, user, _ = find_user(p.view, row["user"])
            p.row.update(uid=uid, gid=gid, user=user or str(uid))
        p.row.update(cwd=row["directory"] or p.cwd, env={**env, **row["environment"]})
        row.update(state="starting", at=p.engine.now_us)
        _say(p, "INFO", f"spawned: '{name}' with pid {p.box['next']}")
        p.state["pids"][str(p.box["next"])] = name
        try:
            p.spawn(argv, row["sink"])
        except ExecError as error:
            _say(p, "INFO", f"spawnerr: {error}")
            self._failed(p, name, row)
        finally:
            p.row.update(kept, env=env)

    def _failed(self, p: Process, name: str, row: dict[str, Any]) -> None:
        """Try again after a while, or give up."""
        row["tries"] += 1
        if row["tries"] > row["startretries"]:
            row["state"] = "fatal"
            _say(p, "INFO", f"gave up: {name} entered FATAL state, too many start retries too "
                            "quickly")  # fmt: skip
            return
        row.update(state="waiting", at=p.engine.now_us + row["tries"] * BACKOFF_US)

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """Note how a program has ended, and decide whether it is started again."""
        name = p.state["pids"].pop(str(pid), None)
        if name is None:
            return
        row = p.state["programs"][name]
        how = (
            f"terminated by {signal_name(str(code - 128))}" if code > 128 else f"exit status {code}"
        )
        if p.state["ending"]:
            _say(p, "WARN", f"stopped: {name} ({how})")
            row["state"] = "stopped"
            if not p.state["pids"]:
                p.exit(0)
            return
        early = row["state"] == "starting"
        expected = str(code) in row["exitcodes"] and not early
        shown = "expected" if expected else "not expected"
        _say(p, "INFO" if expected else "WARN", f"exited: {name} ({how}; {shown})")
        if early:
            self._failed(p, name, row)
        elif row["autorestart"] == "true" or (row["autorestart"] == "unexpected" and not expected):
            row.update(state="waiting", at=p.engine.now_us + SECOND)
        else:
            row["state"] = "exited"

    def signal(self, p: Process, name: str) -> bool:
        """Stop all programs, each by its own signal, then end."""
        if name not in ("SIGTERM", "SIGINT", "SIGQUIT") or "programs" not in p.state:
            return False
        if p.state["ending"]:
            return True
        p.state["ending"] = True
        _say(p, "WARN", f"received {name} indicating exit request")
        pids = dict(p.state["pids"])
        if not pids:
            p.exit(0)
            return True
        _say(p, "INFO", f"waiting for {', '.join(pids.values())} to die")
        for pid, program in pids.items():
            stop = p.state["programs"][program]["stopsignal"]
            p.programs.signal(p.container, stop, int(pid))
        return True


def _say(p: Process, level: str, text: str) -> None:
    """Write to the log, which goes to standard output of a supervisord in the foreground."""
    if p.state.get("log", True):
        stamp = p.engine.timestamp()
        p.out(f"{stamp[:10]} {stamp[11:19]},{stamp[20:23] or '000'} {level} {text}\n")


def _read(p: Process, path: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Read the configuration with what it includes: (own section, programs)."""
    parser = configparser.RawConfigParser(inline_comment_prefixes=(" ;", "\t;"), strict=False)
    parser.read_string(p.view.text(path, p.cwd) or "")
    if parser.has_option("include", "files"):
        for pattern in parser.get("include", "files").split():
            full = posixpath.normpath(posixpath.join("/", p.cwd, posixpath.dirname(path), pattern))
            folder, name = posixpath.split(full)
            for child in p.view.children(folder) if p.view.is_dir(folder) else []:
                if globs.fits(child, name):
                    parser.read_string(p.view.text(f"{folder}/{child}") or "")
    if not parser.has_section("supervisord"):
        raise ValueError(".ini file does not include supervisord section")
    found: list[tuple[int, str, dict[str, Any]]] = []
    for section in parser.sections():
        kind, _, name = section.partition(":")
        if kind == "program":
            values = dict(parser.items(section))
            found.append(
                (int(values.get("priority", "999") or 999), name, _program(p, name, values))
            )
    found.sort(key=lambda one: (one[0], one[1]))
    return dict(parser.items("supervisord")), {name: row for _, name, row in found}


def _program(p: Process, name: str, values: dict[str, str]) -> dict[str, Any]:
    text = re.sub(r"%\(ENV_(\w+)\)s", lambda m: p.env.get(m[1], ""), values.get("command", ""))
    argv = shlex.split(text.replace("%(program_name)s", name))
    if not argv:
        raise ValueError(f"program section program:{name} does not specify a command")
    log = values.get("stdout_logfile", "AUTO")
    environment = re.findall(
        r"([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|[^,]*)", values.get("environment", "")
    )
    try:
        stop = signal_name(values.get("stopsignal", "TERM"))
    except DockerError:
        raise ValueError(f"value {values['stopsignal']!r} is not a valid signal name") from None
    starts = values.get("autostart", "true").lower() not in ("false", "no", "0")
    return {
        "argv": argv, "directory": values.get("directory", ""), "user": values.get("user", ""),
        "autorestart": values.get("autorestart", "unexpected").lower(),
        "startsecs": int(values.get("startsecs", "1")), "stopsignal": stop,
        "startretries": int(values.get("startretries", "3")), "tries": 0, "at": 0,
        "exitcodes": [code.strip() for code in values.get("exitcodes", "0").split(",")],
        "environment": {key: value.strip("\"'") for key, value in environment},
        # A log of its own, as by default, is a file that docker logs does not show.
        "sink": None if log in STREAMS else "null" if log in ("AUTO", "NONE", "/dev/null")
                else f"file:{log}",
        "state": "waiting" if starts else "stopped",
    }  # fmt: skip


FAMILIES: list[Family] = [Supervisor()]
