"""wget: BusyBox's and GNU's, which say the same in different words.

Sources: BusyBox 1.37 (networking/wget.c), the manual of GNU wget, and what GNU wget 1.21.3 prints
against a small server.
# Simplified: GNU wget fetches single pages here: no recursion, no proxies, no files taken up again.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from simulator.statuses import REASONS
from simulator.timing import SECOND

from .curl_options import basic
from .curl_output import header
from .session import MOST_WORDS, TOO_LONG, Session, Target

Row = dict[str, Any]
LONG = {
    "output-document": "O", "timeout": "T", "tries": "t", "quiet": "q", "server-response": "S",
    "header": "2", "post-data": "3", "post-file": "4", "user-agent": "U", "spider": "5",
    "directory-prefix": "P", "connect-timeout": "6", "read-timeout": "T", "dns-timeout": "0",
    "wait": "w", "waitretry": "0", "user": "7", "http-user": "7", "password": "8",
    "http-password": "8", "ca-certificate": "0", "output-file": "o", "method": "9",
    "body-data": "3", "body-file": "4", "no-verbose": "n", "continue": "c", "referer": "R",
    "retry-connrefused": "!", "max-redirect": "M", "content-on-error": "E", "auth-no-challenge":
    "A", "no-check-certificate": "-", "no-cache": "-", "no-clobber": "-", "progress": "0",
    "show-progress": "-", "no-hsts": "-", "no-proxy": "-", "inet4-only": "-", "inet6-only": "-",
    "certificate": "0", "private-key": "0", "no-dns-cache": "-", "compression": "0",
    "content-disposition": "-", "https-only": "-", "secure-protocol": "0", "limit-rate": "0",
}  # fmt: skip
VALUED = "OTtUPeo0234678wiRM9"
LISTED = "2"
MOST_TRIES, MOST_HOPS = 20, 20
BUSYBOX_HOPS = 5
READ_US = 900 * SECOND


class Usage(Exception):
    """A command line that is refused."""


@dataclass(slots=True)
class Words:
    """A command line. flags: the last value of each letter; headers: those of --header."""

    flags: dict[str, str] = field(default_factory=dict)
    headers: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    def us(self, letter: str) -> int:
        """Give an option that is a time; 0: none."""
        text = self.flags.get(letter, "")
        return round(float(text) * SECOND) if re.fullmatch(r"\d+(\.\d*)?", text) else 0


def parse(argv: list[str]) -> Words:
    """Read a command line; raises Usage with the option that is not known."""
    words, rest = Words(), deque(argv[1:])
    while rest:
        word = rest.popleft()
        if word.startswith("--") and len(word) > 2:
            name, mark, value = word[2:].partition("=")
            letter = LONG.get(name)
            if letter is None:
                raise Usage(f"unrecognized option '--{name}'")
            if letter in VALUED and not mark:
                value = rest.popleft() if rest else ""
            _note(words, letter, value)
        elif word.startswith("-") and len(word) > 1:
            for at, letter in enumerate(word[1:], 1):
                if letter in VALUED and letter.isalpha():
                    _note(words, letter, word[at + 1 :] or (rest.popleft() if rest else ""))
                    break
                _note(words, letter, "")
        else:
            words.urls.append(word)
    return words


def _note(words: Words, letter: str, value: str) -> None:
    if letter in LISTED:
        words.headers.append(value)
    words.flags[letter] = value


def wget(s: Session, argv: list[str], busy: bool) -> int:
    """Fetch pages; answers the exit code."""
    if len(argv) > MOST_WORDS:
        s.err(TOO_LONG.format("wget"))
        return 126
    try:
        words = parse(argv)
    except Usage as wrong:
        s.err(f"wget: {wrong}\n" + ("" if busy else _HELP))
        return 1 if busy else 2
    if not words.urls:
        s.err("wget: missing URL\n" + ("" if busy else _HELP))
        return 1
    code = 0
    for url in words.urls:
        made = url if "//" in url else f"http://{url}"
        one = (_Busy if busy else _Gnu)(s, words, made)
        try:
            code = one.run() or code
        except ValueError as error:
            code = one.refuse(made, "port" if "Port" in str(error) or "port" in str(error) else "")
    return code


_HELP = "Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n"


class _Wget:
    """One page, and what both have in common."""

    agent = "Wget"

    def __init__(self, s: Session, words: Words, url: str) -> None:
        self.s, self.words, self.url = s, words, url
        self.quiet = "q" in words.flags
        self.hops = 0

    def say(self, text: str) -> None:
        """Write to standard error, unless -q is given."""
        if not self.quiet:
            self.s.err(text)

    def place(self) -> tuple[str, int, str]:
        """Give (host, port, path) of the URL; raises ValueError."""
        parts = urlsplit(self.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), path

    def ask(self) -> Row:
        """Send the request."""
        flags = self.words.flags
        host, port, path = self.place()
        body: str | None = flags.get("3")
        if "4" in flags:
            body = (self.s.stdin() if flags["4"] == "-" else self.s.read(flags["4"])) or ""
        method = flags.get("9") or ("POST" if body is not None else "GET")
        if "5" in flags and body is None:
            method = "HEAD"
        headers = self.heads(host, port)
        parts = urlsplit(self.url)
        user = flags.get("7") or parts.username
        if user and (parts.username or "A" in flags or isinstance(self, _Busy)):
            headers["Authorization"] = basic(f"{user}:{flags.get('8') or parts.password or ''}")
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Content-Length"] = str(len(body.encode("utf-8", "replace")))
        for line in self.words.headers:
            name, _, value = line.partition(":")
            known = next((one for one in headers if one.lower() == name.strip().lower()), None)
            headers[known or name.strip()] = value.strip()
        https = self.url.startswith("https:")
        target = Target(host, port, https, "-" in flags, self.words.us("6") or self.words.us("T"),
                        self.words.us("T") or READ_US)  # fmt: skip
        return self.s.ask(target, {"method": method, "path": path, "headers": headers,
                                   "body": body})  # fmt: skip

    def refuse(self, url: str, part: str) -> int:
        """Complain of a URL that cannot be taken apart; part: "port", or "" for its host."""
        raise NotImplementedError

    def heads(self, host: str, port: int) -> dict[str, str]:
        """Give the headers that are always sent."""
        raise NotImplementedError

    def name(self, path: str) -> str:
        """Name the file that is written."""
        flags = self.words.flags
        named = flags.get("O") or path.partition("?")[0].rpartition("/")[2] or "index.html"
        folder = flags.get("P", "").rstrip("/")
        return f"{folder}/{named}" if folder and "O" not in flags else named


class _Busy(_Wget):
    """BusyBox's."""

    def heads(self, host: str, port: int) -> dict[str, str]:
        place = host if port in (80, 443) else f"{host}:{port}"
        agent = self.words.flags.get("U", "Wget")
        return {"Host": place, "User-Agent": agent, "Connection": "close"}

    def refuse(self, url: str, part: str) -> int:
        place = url.partition("//")[2].partition("/")[0]
        return self.fail(f"bad port '{place}'" if part else f"bad address '{place}'")

    def fail(self, text: str) -> int:
        """Say what is wrong: not even -q hides it."""
        self.s.err(f"wget: {text}\n")
        return 1

    def run(self) -> int:
        """Fetch it; answers the exit code."""
        flags = self.words.flags
        while True:
            host, port, path = self.place()
            if not self.url.startswith(("http://", "https://")):
                return self.fail(f"not an http or ftp url: {self.url}")
            answer = self.ask()
            error, ip = str(answer.get("error") or ""), str(answer.get("ip") or host)
            if error == "dns":
                return self.fail(f"bad address '{host}'")
            self.say(f"Connecting to {host}:{port} ({ip}:{port})\n")
            if error:
                return self.fail(_BUSY.get(error, "download timed out").format(ip=ip))
            status = int(answer["status"])
            reason = f"HTTP/1.1 {status} {REASONS.get(status, '')}".rstrip()
            if "S" in flags:
                self.say(f"  {reason}\n")
                self.say("".join(f"  {row}\n" for row in _heads(answer)))
            to = header(answer, "location")
            if status in (301, 302, 303, 307, 308) and to:
                self.hops += 1
                if self.hops > BUSYBOX_HOPS:
                    return self.fail("too many redirections")
                self.url = urljoin(self.url, to)
                continue
            if status >= 300:
                return self.fail(f"server returned error: {reason}")
            if "5" in flags:
                self.say("remote file exists\n")
                return 0
            return self._keep(self.name(path), answer)

    def _keep(self, name: str, answer: Row) -> int:
        body = str(answer.get("body") or "")
        size = len(body.encode("utf-8", "replace"))
        if name in ("-", "/dev/stdout"):
            self.say("writing to stdout\n")
            self.s.out(body)
            self.say(_bar("-", size) + "written to stdout\n")
            return 0
        self.say(f"saving to '{name}'\n")
        wrong = None if name == "/dev/null" else self.s.write(name, body, answer)
        if wrong:
            return self.fail(f"can't open '{name}': {wrong.rpartition(': ')[2]}")
        self.say(_bar(name, size) + f"'{name}' saved\n")
        return 0


_BUSY = {
    "refused": "can't connect to remote host ({ip}): Connection refused",
    "unreachable": "can't connect to remote host ({ip}): Host is unreachable",
    "timeout": "download timed out", "late": "download timed out",
    "reset": "error getting response: Connection reset by peer",
    "empty": "error getting response", "tls": "TLS error from peer",
}  # fmt: skip


def _bar(name: str, size: int) -> str:
    """Write the progress meter as it looks at the end, 80 columns wide."""
    shown = f"{size}" if size < 100_000 else f"{size >> 10}k"
    return f"{name[:20]:<20} 100% |{'*' * 32}| {shown:>5}  0:00:00 ETA\n"


def _heads(answer: Row) -> list[str]:
    rows = []
    for name, value in (answer.get("headers") or {}).items():
        rows += [f"{name}: {one}" for one in (value if isinstance(value, list) else [value])]
    return rows


class _Gnu(_Wget):
    """GNU's."""

    def refuse(self, url: str, part: str) -> int:
        self.s.err(f"{url}: {'Bad port number' if part else 'Invalid host name'}.\n")
        return 1

    @property
    def stamp(self) -> str:
        """Give the time as its log has it."""
        return f"{datetime.fromtimestamp(self.s.stamp(), UTC):%Y-%m-%d %H:%M:%S}"

    @property
    def talks(self) -> bool:
        """True when neither -q nor -nv is given."""
        return not self.quiet and "n" not in self.words.flags

    def heads(self, host: str, port: int) -> dict[str, str]:
        place = host if port in (80, 443) else f"{host}:{port}"
        agent = self.words.flags.get("U", "Wget/1.25.0" if self.s.newer else "Wget/1.21.4")
        found = {"Host": place, "User-Agent": agent, "Accept": "*/*",
                 "Accept-Encoding": "identity", "Connection": "Keep-Alive"}  # fmt: skip
        if "R" in self.words.flags:
            found["Referer"] = self.words.flags["R"]
        return found

    def run(self) -> int:
        """Fetch it, again if there is no answer in time; answers the exit code."""
        tries = self.words.flags.get("t", "")
        most = int(tries) if tries.isdigit() else MOST_TRIES
        turn = 1
        if "5" in self.words.flags:
            self.say("Spider mode enabled. Check if remote file exists.\n")
        while True:
            code = self._try(turn)
            if code is not None:
                return code
            if most and turn >= most:
                self.say("Giving up.\n\n")
                return 4
            self.say("Retrying.\n\n")
            self.s.sleep(min(turn, 10) * SECOND)
            turn += 1

    def _try(self, turn: int) -> int | None:
        """Do one try; None when there may be another one."""
        while True:
            host, port, path = self.place()
            if not host or not self.url.startswith(("http://", "https://")):
                self.s.err(
                    f"{self.url}: {'Unsupported scheme' if host else 'Invalid host name'}"
                    f"{'' if not host else ' ‘' + self.url.partition(':')[0] + '’'}.\n"
                )
                return 1
            self._say(f"--{self.stamp}--  {f'(try:{turn:2d})  ' if turn > 1 else ''}{self.url}\n")
            answer = self.ask()
            error, ip = str(answer.get("error") or ""), str(answer.get("ip") or host)
            if error == "dns":
                self._say(f"Resolving {host} ({host})... failed: Name or service not known.\n")
                self.say(f"wget: unable to resolve host address ‘{host}’\n")
                return 4
            self._connecting(host, port, ip, turn)
            if error:
                return self._failed(error)
            self._say("connected.\nHTTP request sent, awaiting response... ")
            status = int(answer["status"])
            reason = REASONS.get(status, "")
            if "S" in self.words.flags:
                rows = [f"HTTP/1.1 {status} {reason}", *_heads(answer)]
                self.say("\n" + "".join(f"  {row}\n" for row in rows))
            else:
                self._say(f"{status} {reason}\n")
            to = header(answer, "location")
            if status in (301, 302, 303, 307, 308) and to:
                self._say(f"Location: {to} [following]\n")
                self.hops += 1
                most = self.words.flags.get("M", "")
                limit = int(most) if most.isdigit() else MOST_HOPS
                if self.hops > limit:
                    self.say(f"{limit} redirections exceeded.\n")
                    return 8
                self.url = urljoin(self.url, to)
                if status in (301, 302, 303):
                    for letter in "349":
                        self.words.flags.pop(letter, None)
                continue
            return self._ended(path, answer, status, reason)

    def _say(self, text: str) -> None:
        if self.talks:
            self.s.err(text)

    def _connecting(self, host: str, port: int, ip: str, turn: int) -> None:
        if re.fullmatch(r"[\d.]+", host):
            self._say(f"Connecting to {host}:{port}... ")
            return
        if turn == 1:
            self._say(f"Resolving {host} ({host})... {ip}\n")
        self._say(f"Connecting to {host} ({host})|{ip}|:{port}... ")

    def _failed(self, error: str) -> int | None:
        texts = {"refused": "Connection refused", "unreachable": "No route to host",
                 "timeout": "Connection timed out"}  # fmt: skip
        if error in texts:
            self._say(f"failed: {texts[error]}.\n")
            again = error == "timeout" or (error == "refused" and "!" in self.words.flags)
            return None if again else 4
        if error in ("tls", "certificate"):
            self._say("connected.\n")
            self.say("OpenSSL: error:0A00010B:SSL routines::wrong version number\n"
                     "Unable to establish SSL connection.\n")  # fmt: skip
            return 4
        why = {"late": "Read error (Connection timed out) in headers.", "reset": "Read error "
               "(Connection reset by peer) in headers."}  # fmt: skip
        self._say("connected.\nHTTP request sent, awaiting response... ")
        self._say(why.get(error, "No data received.") + "\n")
        return None

    def _ended(self, path: str, answer: Row, status: int, reason: str) -> int:
        body = str(answer.get("body") or "")
        size = len(body.encode("utf-8", "replace"))
        kind = header(answer, "content-type").partition(";")[0]
        if status >= 400:
            head = f"{self.url}:\n" if not self.talks else ""
            end = "" if not self.talks else "\n"
            if "5" in self.words.flags:
                self.say("Remote file does not exist -- broken link!!!\n\n")
            else:
                self.say(f"{head}{self.stamp} ERROR {status}: {reason}.\n{end}")
            if "E" in self.words.flags and self.name(path) == "-":
                self.s.out(body)
            return 8
        length = header(answer, "content-length") or "unspecified"
        self._say(f"Length: {length}{f' [{kind}]' if kind else ''}\n")
        if "5" in self.words.flags:
            self._say("Remote file exists.\n\n")
            return 0
        name = self.name(path)
        return self._keep(name, body, size, answer)

    def _keep(self, name: str, body: str, size: int, answer: Row) -> int:
        stdout = name in ("-", "/dev/stdout")
        if "O" not in self.words.flags:
            first, count = name, 0
            while self.s.read(name) is not None:
                count += 1
                name = f"{first}.{count}"
        if not stdout and name != "/dev/null":
            wrong = self.s.write(name, body, answer)
            if wrong:
                self.say(f"{wrong}\n")
                if "O" not in self.words.flags:
                    self.say(f"\nCannot write to ‘{name}’ (Success).\n")
                return 1 if "O" in self.words.flags else 3
        self._say(f"Saving to: ‘{'STDOUT' if stdout else name}’\n\n")
        if stdout:
            self.s.out(body)
        took = max(1, self.s.now_us - self.s.begun_us)
        rate = _rate(size * SECOND // took)
        shown = "written to stdout" if stdout else f"‘{name}’ saved"
        spaces = " " * 54
        self._say(f"     0K {spaces}100% {rate.replace(' ', '')[:-3]:>5}=0s\n\n"
                  f"{self.stamp} ({rate}) - {shown} [{size}/{size}]\n\n")  # fmt: skip
        if not self.talks:
            self.say(f'{self.stamp} URL:{self.url} [{size}/{size}] -> "{name}" [1]\n')
        return 0


def _rate(speed: int) -> str:
    """Write bytes a second as wget does."""
    if speed < 1 << 10:
        return f"{speed} B/s"
    for unit, base in (("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)):
        value = speed / base
        if value < 1024 or unit == "GB":
            return f"{value:.{0 if value >= 99.5 else 1 if value >= 9.95 else 2}f} {unit}/s"
    return ""
