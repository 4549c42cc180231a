"""curl's command line: all its options, and what those mean that the model follows.

Source: the manual page of curl 8.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import quote

from simulator.timing import SECOND

from .session import Session

HELP = "curl: try 'curl --help' or 'curl --manual' for more information\n"
LONG_OF = {
    "X": "request", "d": "data", "H": "header", "o": "output", "m": "max-time", "w": "write-out",
    "u": "user", "A": "user-agent", "b": "cookie", "c": "cookie-jar", "D": "dump-header",
    "e": "referer", "E": "cert", "F": "form", "K": "config", "r": "range", "T": "upload-file",
    "U": "proxy-user", "x": "proxy", "y": "speed-time", "Y": "speed-limit", "z": "time-cond",
    "C": "continue-at", "P": "ftp-port", "Q": "quote", "t": "telnet-option", "h": "help",
    "s": "silent", "S": "show-error", "i": "include", "I": "head", "f": "fail", "v": "verbose",
    "L": "location", "k": "insecure", "4": "ipv4", "6": "ipv6", "0": "http1.0", "1": "tlsv1",
    "2": "sslv2", "3": "sslv3", "a": "append", "B": "use-ascii", "G": "get", "g": "globoff",
    "j": "junk-session-cookies", "J": "remote-header-name", "l": "list-only", "M": "manual",
    "n": "netrc", "N": "no-buffer", "O": "remote-name", "p": "proxytunnel", "q": "disable",
    "R": "remote-time", "V": "version", "Z": "parallel", "#": "progress-bar", ":": "next",
}  # fmt: skip
_VALUED = """
request data data-ascii data-binary data-raw data-urlencode header output max-time write-out user
user-agent cookie cookie-jar dump-header referer cert cert-type cacert capath ciphers config
connect-timeout connect-to continue-at form form-string json key key-type limit-rate local-port
max-filesize max-redirs netrc-file noproxy oauth2-bearer output-dir parallel-max pass proto
proto-default proto-redir proxy proxy-user range rate referer request-target resolve retry
retry-delay retry-max-time interface dns-servers socks5 socks5-hostname speed-limit speed-time
stderr time-cond tls-max tls13-ciphers trace trace-ascii unix-socket upload-file url url-query
keepalive-time expect100-timeout aws-sigv4 etag-save etag-compare proxy-header telnet-option quote
ftp-port create-file-mode pinnedpubkey hsts alt-svc help
"""
_SWITCHES = """
silent show-error include head fail fail-with-body fail-early verbose location location-trusted
insecure ipv4 ipv6 http1.0 http1.1 http2 http2-prior-knowledge http3 http0.9 tlsv1 tlsv1.0 tlsv1.1
tlsv1.2 tlsv1.3 sslv2 sslv3 append use-ascii get globoff junk-session-cookies remote-header-name
list-only manual netrc netrc-optional no-buffer buffer remote-name remote-name-all proxytunnel
disable remote-time version parallel parallel-immediate progress-bar progress-meter next compressed
create-dirs no-clobber basic digest anyauth negotiate ntlm post301 post302 post303 path-as-is
retry-all-errors retry-connrefused raw remove-on-error styled-output tcp-fastopen tcp-nodelay
tr-encoding trace-time keepalive sessionid ssl ssl-reqd cert-status crlf ignore-content-length alpn
"""
VALUED, SWITCHES = frozenset(_VALUED.split()), frozenset(_SWITCHES.split())
UNFOLLOWED = frozenset(("config", "unix-socket", "proxy", "socks5", "socks5-hostname", "next"))
"""Options that would change what happens and that are not followed."""


class Usage(Exception):
    """A command line that curl refuses: its words and exit code."""

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


@dataclass(slots=True)
class Options:
    """What a command line asks for. given: the switches; values: the last value of each option."""

    urls: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: str | None = None
    parts: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    resolve: dict[str, str] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        """Tell whether one of some switches was given."""
        return any(name in self.given for name in names)

    def us(self, name: str) -> int:
        """Give an option that is a time, in microseconds."""
        return round(float(self.values.get(name) or 0) * SECOND)

    def number(self, name: str, default: int) -> int:
        """Give an option that is a whole number."""
        return int(self.values.get(name) or default)

    @property
    def quiet(self) -> bool:
        """True when errors are not shown."""
        return self.has("silent") and not self.has("show-error")

    def agent(self, version: str) -> str:
        """Give the name that curl gives itself."""
        return self.values.get("user-agent", f"curl/{version}")


def parse(s: Session, words: list[str]) -> Options:
    """Read a command line; raises Usage."""
    options = Options()
    rest = list(words)
    operands = False
    while rest:
        word = rest.pop(0)
        if operands or not word.startswith("-") or word == "-":
            options.urls.append(word)
        elif word == "--":
            operands = True
        elif word.startswith("--"):
            _long(s, options, word, rest)
        else:
            _letters(s, options, word, rest)
    if options.has("version"):
        raise Usage(s.about(), 0)
    if not options.urls:
        text = "curl: (2) no URL specified\n" if words else ""
        raise Usage(text + HELP)
    return options


def _long(s: Session, options: Options, word: str, rest: list[str]) -> None:
    name = word[2:]
    known = VALUED | SWITCHES
    if name not in known and not (name.startswith("no-") and name[3:] in SWITCHES):
        near = [one for one in known if one.startswith(name)]
        if len(near) != 1:
            what = "is ambiguous" if near else "is unknown"
            raise Usage(f"curl: option {word}: {what}\n{HELP}")
        name = near[0]
    if name in VALUED:
        if not rest:
            raise Usage(f"curl: option {word}: requires parameter\n{HELP}")
        _set(s, options, name, rest.pop(0), word)
    else:
        _switch(s, options, name)


def _letters(s: Session, options: Options, word: str, rest: list[str]) -> None:
    """Read one-letter options written together: the first with a value takes what follows."""
    for at, letter in enumerate(word[1:], 1):
        name = LONG_OF.get(letter)
        if name is None:
            raise Usage(f"curl: option {word}: is unknown\n{HELP}")
        if name not in VALUED:
            _switch(s, options, name)
            continue
        value = word[at + 1 :]
        if not value:
            if not rest:
                raise Usage(f"curl: option {word}: requires parameter\n{HELP}")
            value = rest.pop(0)
        _set(s, options, name, value, word)
        return


def _switch(s: Session, options: Options, name: str) -> None:
    if name in UNFOLLOWED:
        s.err(f"drydock: curl --{name} is not followed by the model\n")
    if name.startswith("no-") and name not in SWITCHES:
        options.given.add(name)
        options.given.discard(name[3:])
    else:
        options.given.add(name)
    if name in ("remote-name", "remote-name-all"):
        options.outputs.append("")


def _set(s: Session, options: Options, name: str, value: str, word: str) -> None:
    if name in UNFOLLOWED:
        s.err(f"drydock: curl --{name} is not followed by the model\n")
    if name in ("max-time", "connect-timeout", "retry", "retry-delay", "retry-max-time",
                "max-redirs"):  # fmt: skip
        try:
            float(value)
        except ValueError:
            raise Usage(f"curl: option {word}: expected a proper numerical parameter\n{HELP}") \
                from None  # fmt: skip
    if name in ("data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"):
        _data(s, options, name, value)
    elif name == "header":
        _header(s, options, value)
    elif name in ("form", "form-string"):
        options.parts.append(value if name == "form" else "=" + value)
    elif name == "output":
        options.outputs.append(value)
    elif name == "url":
        options.urls.append(value)
    elif name == "cookie":
        options.cookies.append(value)
    elif name == "resolve":
        host, port, address = [*value.split(":", 2), "", ""][:3]
        options.resolve[f"{host.lstrip('+')}:{port}"] = address.strip("[]")
    options.values[name] = value


def _header(s: Session, options: Options, value: str) -> None:
    """Take a header; `Name:` takes one away, `Name;` sends an empty one, @FILE has several."""
    if value.startswith("@"):
        text = s.stdin() if value == "@-" else s.read(value[1:])
        if text is None:
            s.err(f"Warning: Failed to open {value[1:]}!\n")
        lines = (text or "").splitlines()
    else:
        lines = [value]
    for line in lines:
        name, colon, rest = line.partition(":")
        if colon:
            options.headers.append((name.strip(), rest.strip()))
        elif line.rstrip().endswith(";"):
            options.headers.append((line.rstrip()[:-1], "\0"))


def _data(s: Session, options: Options, name: str, value: str) -> None:
    """Take a body: pieces are joined by "&", those of --json are not."""
    if name == "data-urlencode":
        piece = _encoded(s, value)
    elif value.startswith("@") and name != "data-raw":
        text = s.stdin() if value == "@-" else s.read(value[1:])
        if text is None:
            s.warn(f'Couldn\'t read data from file "{value[1:]}", this makes an empty POST.')
        keeps = name in ("data-binary", "json")
        piece = (text or "") if keeps else (text or "").replace("\n", "").replace("\r", "")
    else:
        piece = value
    joint = "" if name == "json" else "&"
    options.data = piece if options.data is None else f"{options.data}{joint}{piece}"


def _encoded(s: Session, value: str) -> str:
    """Encode for --data-urlencode: TEXT, =TEXT, NAME=TEXT, @FILE or NAME@FILE."""
    name, equals, text = value.partition("=")
    if not equals:
        name, at, path = value.partition("@")
        text = (s.read(path) or "") if at else value
        name = name if at else ""
    written = quote(text, safe="-._~").replace("%20", "+")
    return f"{name}={written}" if name else written


def basic(text: str) -> str:
    """Write a user and a password as HTTP's basic authentication does."""
    return "Basic " + base64.b64encode(text.encode()).decode()
