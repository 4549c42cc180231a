"""wget and curl: a page fetched, its headers and status, and the real errors.

Sources: the manuals of curl 8, BusyBox wget and GNU wget, and their messages.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.docker.tree import file_entry
from simulator.docker.unknown import GUESSED_BYTES
from simulator.statuses import REASONS
from simulator.timing import MS, SECOND

from . import Context, Utility, Wait, number
from .files import split
from .network import ask

CURL_LONG = {
    "request": "X", "data": "d", "data-raw": "d", "data-binary": "d", "header": "H", "output": "o",
    "max-time": "m", "write-out": "w", "user": "u", "user-agent": "A", "silent": "s",
    "show-error": "S", "fail": "f", "fail-with-body": "f", "head": "I", "include": "i",
    "location": "L", "insecure": "k", "verbose": "v", "remote-name": "O", "url": "0",
    "connect-timeout": "1", "retry": "1", "retry-delay": "1", "retry-max-time": "1",
    "cacert": "1", "cert": "1", "key": "1", "resolve": "1", "proxy": "1", "cookie": "1",
    "max-redirs": "1", "limit-rate": "1", "unix-socket": "1", "interface": "1", "form": "1",
}  # fmt: skip
CURL_VALUED = "XdHomwuA01bcEFxeKTyYCzt"
WGET_LONG = {
    "output-document": "O", "timeout": "T", "tries": "t", "quiet": "q", "server-response": "S",
    "header": "2", "post-data": "3", "post-file": "1", "user-agent": "U", "spider": "4",
    "no-verbose": "q", "directory-prefix": "P", "connect-timeout": "1", "read-timeout": "1",
    "dns-timeout": "1", "wait": "1", "waitretry": "1", "user": "1", "password": "1",
    "ca-certificate": "1", "output-file": "1", "method": "1", "body-data": "3",
}  # fmt: skip
WGET_VALUED = "OTtUPeo123w"
CURL_FAULTS = {
    "dns": (6, "Could not resolve host: {host}"),
    "refused": (
        7,
        "Failed to connect to {host} port {port} after 0 ms: Could not connect to server",
    ),
    "reset": (56, "Recv failure: Connection reset by peer"),
    "unreachable": (
        7,
        "Failed to connect to {host} port {port} after 0 ms: Network is unreachable",
    ),
}


def short(argv: list[str], long: dict[str, str], valued: str) -> list[str]:
    """Write a command line with one-letter options; options that are not known stay long."""
    words: list[str] = [argv[0]]
    for word in argv[1:]:
        name, mark, value = word[2:].partition("=")
        if not word.startswith("--") or name not in long:
            words.append(word)
            continue
        letter = long[name]
        words.append(f"-{letter}" + (value if mark and letter in valued else ""))
    return words


def wget(c: Context) -> int | Wait:
    """Fetch a page."""
    flags, urls = split(short(c.argv, WGET_LONG, WGET_VALUED), WGET_VALUED)
    if not urls:
        c.err("wget: missing URL\n")
        return 1
    busy = c.view.exists("/bin/busybox")
    method = "POST" if "3" in flags else "GET"
    answer = ask(c, urls[0], method, flags.get("3", ""), flags.get("2", ""))
    late = number(flags.get("T") or "0") * SECOND
    if late and int(answer.get("us") or 0) > late:
        c.err("wget: download timed out\n")
        return Wait(late, 1 if busy else 4)
    host, port = answer["host"], answer["port"]
    if answer["error"]:
        return _wget_failed(c, str(answer["error"]), host, port, busy, flags)
    if "q" not in flags:
        c.err(f"Connecting to {host}:{port} ({host}:{port})\n")
    if "S" in flags:
        c.err(f"  HTTP/1.1 {answer['status']} {reason(answer['status'])}\n")
        c.err("".join(f"  {name}: {value}\n" for name, value in answer["headers"].items()))
    if answer["status"] >= 400:
        text = f"server returned error: HTTP/1.1 {answer['status']} {reason(answer['status'])}"
        c.err(f"wget: {text}\n")
        return _taken(answer, 1 if busy else 8)
    if "4" in flags:
        return _taken(answer, 0)
    target = flags.get("O") or answer["path"].rpartition("/")[2] or "index.html"
    if flags.get("P") and "O" not in flags:
        target = f"{flags['P'].rstrip('/')}/{target}"
    if target in ("-", "/dev/stdout"):
        c.out(answer["body"])
    elif target != "/dev/null":
        why = c.p.refusal(target)
        if why:
            if busy:
                return c.fail(f"can't open '{target}': {why}")
            c.err(f"{target}: {why}\n")
            return 1
        _keep(c, target, answer)
    return _taken(answer, 0)


def _taken(answer: dict[str, Any], code: int) -> int | Wait:
    """End with a status, when the answer has come."""
    us = int(answer.get("us") or 0)
    return Wait(us, code) if us > 0 else code


def _keep(c: Context, target: str, answer: dict[str, Any]) -> None:
    """Write an answer to a file; a page of which nothing is known may be a program."""
    if answer.get("unknown"):
        entry = file_entry(size=GUESSED_BYTES, mode=0o644, content=f"from {answer['host']}")
        c.view.put(target, {**entry, "uid": c.p.uid}, c.p.cwd)
    else:
        c.view.write(target, answer["body"], c.p.cwd, uid=c.p.uid)


def _wget_failed(
    c: Context, error: str, host: str, port: int, busy: bool, flags: dict[str, str]
) -> int | Wait:
    if error == "dns":
        text = (
            f"bad address '{host}'" if busy else f"unable to resolve host address ‘{host}’"
        )  # fmt: skip
        return c.fail(text, 1 if busy else 4)
    if error == "refused":
        c.err(f"wget: can't connect to remote host ({host}): Connection refused\n")
        return 1 if busy else 4
    c.err("wget: download timed out\n")
    return Wait((number(flags.get("T") or "0") or 10) * SECOND, 1 if busy else 4)


def curl(c: Context) -> int | Wait:
    """Send a request and print the answer."""
    flags, urls = split(short(c.argv, CURL_LONG, CURL_VALUED), CURL_VALUED)
    urls = [flags["0"], *urls] if "0" in flags else urls
    if not urls:
        c.err("curl: (2) no URL specified\n")
        return 2
    method = flags.get("X") or ("HEAD" if "I" in flags else "POST" if "d" in flags else "GET")
    answer = ask(c, urls[0], method, flags.get("d", ""), flags.get("H", ""))
    silent = "s" in flags and "S" not in flags
    us, late = int(answer.get("us") or 0), number(flags.get("m") or "0") * SECOND
    if late and us > late:
        if not silent:
            c.err(f"curl: (28) Operation timed out after {late // MS} milliseconds with 0 bytes "
                  "received\n")  # fmt: skip
        return Wait(late, 28)
    if answer["error"]:
        code, text = CURL_FAULTS.get(str(answer["error"]), (28, "Connection timed out"))
        _write_out(c, flags, 0)
        if not silent:
            shown = text.format(host=answer["host"], port=answer["port"])
            c.err(f"curl: ({code}) {shown}\n")
        return code if code != 28 else Wait((number(flags.get("m") or "0") or 130) * SECOND, 28)
    failed = answer["status"] >= 400 and "f" in flags
    if not failed and not _print_answer(c, flags, answer):
        size = len(answer["body"])
        if not silent:
            c.err(f"curl: (23) Failure writing output to destination, passed {size} returned 0\n")
        return 23
    _write_out(c, flags, int(answer["status"]), us)
    if failed and not silent:
        c.err(f"curl: (22) The requested URL returned error: {answer['status']}\n")
    return _taken(answer, 22 if failed else 0)


def _print_answer(c: Context, flags: dict[str, str], answer: dict[str, Any]) -> bool:
    """Print an answer or write it to a file; False when that cannot be."""
    if "i" in flags or "I" in flags:
        c.out(f"HTTP/1.1 {answer['status']} {reason(answer['status'])}\r\n")
        c.out("".join(f"{name}: {value}\r\n" for name, value in answer["headers"].items()) + "\r\n")
    target = flags.get("o", answer["path"].rpartition("/")[2] if "O" in flags else "")
    if target and target != "-":
        why = "" if target == "/dev/null" else c.p.refusal(target)
        if why:
            if "s" not in flags:
                c.err(f"Warning: Failed to open the file {target}: {why}\n")
            return False
        if target != "/dev/null":
            _keep(c, target, answer)
    elif "I" not in flags:
        c.out(answer["body"])
    return True


def _write_out(c: Context, flags: dict[str, str], status: int, us: int = 0) -> None:
    """Print what -w asks for: the status, 000 when there was no answer."""
    text = re.sub(r"%\{(http_code|response_code)\}", f"{status:03}", flags.get("w", ""))
    text = re.sub(r"%\{time_(total|starttransfer)\}", f"{(us + MS) / SECOND:.6f}", text)
    text = re.sub(r"%\{time_\w+\}", "0.001000", text)
    text = re.sub(r"%\{\w+\}", "", text)
    c.out(text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t"))


def reason(status: int) -> str:
    """Give the words of an HTTP status."""
    return REASONS.get(status, "")


ALL: dict[str, Utility] = {"wget": wget, "curl": curl}
