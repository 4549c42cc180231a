"""The command line of redis-cli."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

VALUED = {
    "-h": "host", "-p": "port", "-n": "db", "-a": "password", "--pass": "password",
    "--user": "user", "-u": "uri", "-r": "repeat", "-i": "interval", "-d": "delimiter",
    "-D": "array_delimiter", "-s": "socket", "-t": "timeout", "--pattern": "pattern",
    "--quoted-pattern": "pattern", "--count": "count", "-X": "tag", "--eval": "eval",
    "--sni": "", "--cacert": "", "--cert": "", "--key": "", "--show-pushes": "",
}  # fmt: skip
FLAGS = {
    "--raw": "raw", "--no-raw": "no_raw", "--csv": "csv", "--json": "json", "-x": "x", "-c": "",
    "-3": "", "-2": "", "-e": "strict", "--scan": "scan", "--stat": "stat", "--latency": "latency",
    "--latency-history": "latency", "--no-auth-warning": "quiet", "--verbose": "", "--tls": "",
    "--insecure": "", "--quoted-input": "quoted", "--askpass": "", "--pipe": "pipe",
    "--bigkeys": "bigkeys", "--memkeys": "bigkeys", "--hotkeys": "bigkeys",
}  # fmt: skip
NUMBERS = ("port", "db", "repeat", "count")


class Usage(Exception):
    """The command line asks for help, or cannot be read: (text, exit code)."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def read(argv: list[str], env: dict[str, str], version: str, name: str) -> dict[str, Any]:
    """Read the options: {name: value, "words": the command}; raises Usage."""
    found: dict[str, Any] = {"host": "127.0.0.1", "port": 6379, "db": 0, "repeat": 1}
    words = list(argv[1:])
    while words and words[0].startswith("-") and len(words[0]) > 1:
        word = words.pop(0)
        if (word == "-h" and not words) or word in ("--help", "-?"):
            raise Usage(_help(name, version), 0)
        if word in ("--version", "-v"):
            raise Usage(f"{name} {version}\n", 0)
        if word in VALUED and words:
            _value(found, VALUED[word], words.pop(0))
        elif word in FLAGS:
            found[FLAGS[word]] = True
        else:
            raise Usage(f"Unrecognized option or bad number of args for: '{word}'\n", 1)
    if "uri" in found:
        _uri(found)
    elif env.get("REDISCLI_AUTH") and "password" not in found:
        found.update(password=env["REDISCLI_AUTH"], quiet=True)
    found["words"] = words
    return found


def _value(found: dict[str, Any], name: str, text: str) -> None:
    if name in NUMBERS:
        match = re.match(r"\s*([+-]?\d{1,10})", text, re.A)
        found[name] = int(match[1]) if match else 0
        if name == "port" and not 0 <= found[name] <= 65535:
            raise Usage("Invalid server port.\n", 1)
    elif name == "interval":
        match = re.match(r"\d{1,8}(\.\d{1,6})?", text, re.A)
        found[name] = float(match[0]) if match else 0.0
    else:
        found[name] = text


def _uri(found: dict[str, Any]) -> None:
    """Read redis://user:password@host:port/database."""
    match = re.fullmatch(
        r"(redis|rediss|valkey)://(?:([^@/]*)@)?([^:/?]*)(?::(\d{1,5}))?(?:/(\d{1,6})?)?.*",
        found["uri"], re.S,
    )  # fmt: skip
    if match is None:
        raise Usage("Invalid URI scheme\n", 1)
    if match[2]:
        user, mark, password = match[2].partition(":")
        found["password"] = unquote(password if mark else user)
        if mark and user:
            found["user"] = unquote(user)
    found["host"] = match[3] or found["host"]
    found["port"] = int(match[4] or found["port"])
    found["db"] = int(match[5] or found["db"])


def _help(name: str, version: str) -> str:
    return (
        f"{name} {version}\n\nUsage: {name} [OPTIONS] [cmd [arg [arg ...]]]\n"
        "  -h <hostname>      Server hostname (default: 127.0.0.1).\n"
        "  -p <port>          Server port (default: 6379).\n"
        "  -a <password>      Password to use when connecting to the server.\n"
        "  -u <uri>           Server URI.\n"
        "  -r <repeat>        Execute specified command N times.\n"
        "  -i <interval>      When -r is used, waits <interval> seconds per command.\n"
        "  -n <db>            Database number.\n"
        "  -x                 Read last argument from STDIN.\n"
        "  -e                 Return exit error code when command execution fails.\n"
        "  --raw              Use raw formatting for replies (default when STDOUT is\n"
        "                     not a tty).\n"
        "  --no-raw           Force formatted output even when STDOUT is not a tty.\n"
        "  --csv              Output in CSV format.\n"
        "  --json             Output in JSON format.\n"
        "  --stat             Print rolling stats about server: mem, clients, ...\n"
        "  --latency          Enter a special mode continuously sampling latency.\n"
        "  --scan             List all keys using the SCAN command.\n"
        "  --pattern <pat>    Keys pattern when using the --scan option.\n"
        "  --help             Output this help and exit.\n"
        "  --version          Output version and exit.\n\n"
    )
