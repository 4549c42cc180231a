"""curl: requests, redirects that are followed, tries that are made again, and its exit codes.

Source: the manual pages of curl 8, and what curl 7.88 sends and prints against a small server.
# Simplified: curl speaks HTTP/1.1 only; other protocols, proxies, configuration files and Unix
# sockets are refused or named in its output.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from simulator.timing import MS, SECOND

from . import curl_output as shown
from .cookies import Jar
from .curl_options import Options, Usage, basic, parse
from .session import MOST_WORDS, TOO_LONG, Session, Target
from .uploads import Unreadable, body_of

Row = dict[str, Any]
FOLLOWED = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 50
TRANSIENT = (408, 429, 500, 502, 503, 504)
LONGEST_PAUSE_US = 600 * SECOND


@dataclass(slots=True)
class Done:
    """How a transfer ended: exit code, words of the error, the last answer with its request."""

    code: int = 0
    text: str = ""
    answer: Row | None = None
    request: Row | None = None
    url: str = ""
    redirects: int = 0
    next_url: str = ""
    error: str = ""
    closing: str = ""
    begun_us: int = 0
    uploaded: int = 0
    received: int = 0
    file: str = ""


def curl(s: Session, argv: list[str]) -> int:
    """Run a command line; the exit code is that of the last transfer."""
    if len(argv) > MOST_WORDS:
        s.err(TOO_LONG.format("curl"))
        return 126
    try:
        o = parse(s, argv[1:])
        urls = [one for url in o.urls for one in expand(url, o.has("globoff"))]
        if o.data is not None and o.has("head") and not o.has("get"):
            s.err("Warning: You can only select one HTTP request method! You asked for both POST "
                  "\nWarning: (-d, --data) and HEAD (-I, --head).\n")  # fmt: skip
            return 2
    except Usage as wrong:
        (s.err if wrong.code else s.out)(wrong.text)
        return wrong.code
    jar = Jar(s, o)
    code = 0
    for at, url in enumerate(urls):
        named = o.outputs[at] if at < len(o.outputs) else None
        if named is None and o.has("remote-name-all"):
            named = ""
        code = _transfer(s, o, url, named, jar)
        if code and o.has("fail-early"):
            break
    jar.save()
    return code


def expand(url: str, plain: bool) -> list[str]:
    """Write out {a,b} and [1-3] of a URL; raises Usage."""
    match = re.search(r"\{([^{}]*)\}|\[(\d+)-(\d+)(?::(\d+))?\]|\[([a-z])-([a-z])\]", url)
    if plain or match is None:
        bad = None if plain else re.search(r"\[(?![0-9a-fA-F:]+\])", url)
        if bad:
            at = bad.start() + 2 if "]" in url[bad.start() :] else len(url)
            text = f"bad range in URL position {at}:\n{url}\n{' ' * (at - 1)}^"
            raise Usage(f"curl: (3) {text}\n", 3)
        return [url]
    if match[1] is not None:
        words = match[1].split(",")
    elif match[2] is not None:
        width = len(match[2]) if match[2].startswith("0") else 0
        numbers = range(int(match[2]), int(match[3]) + 1, int(match[4] or 1) or 1)
        words = [str(one).zfill(width) for one in numbers[:1000]]
    else:
        words = [chr(one) for one in range(ord(match[5]), ord(match[6]) + 1)]
    head, tail = url[: match.start()], url[match.end() :]
    return [one for word in words for one in expand(f"{head}{word}{tail}", plain)][:1000]


def _transfer(s: Session, o: Options, url: str, named: str | None, jar: Jar) -> int:
    """Fetch one URL, again if that was asked for; prints and answers the exit code."""
    left, pause, begun = o.number("retry", 0), SECOND, s.now_us
    while True:
        done = _attempt(s, o, url, named, jar)
        shown.finished(s, o, done)
        if done.code and not o.quiet:
            s.err(f"curl: ({done.code}) {done.text}\n")
        why = _transient(o, done) if left > 0 else ""
        wait = o.us("retry-delay") or pause
        most = o.us("retry-max-time")
        if not why or (most and s.now_us + wait - begun > most):
            return done.code
        if not o.quiet:
            seconds = wait // SECOND
            s.warn(f"Problem: {why}. Will retry in {seconds} second"
                          f"{'' if seconds == 1 else 's'}. {left} retr{'y' if left == 1 else 'ies'}"
                          " left.")  # fmt: skip
        left -= 1
        s.sleep(wait)
        pause = min(2 * pause, LONGEST_PAUSE_US)


def _transient(o: Options, done: Done) -> str:
    """Name why a transfer may be tried again; "" when it may not."""
    status = int((done.answer or {}).get("status") or 0)
    if done.code in (0, 22) and status in TRANSIENT:
        return "HTTP error"
    if done.code == 28 or done.error == "dns":
        return "timeout"
    if done.error == "refused" and o.has("retry-connrefused"):
        return "connection refused"
    return "(retrying all errors)" if done.code and o.has("retry-all-errors") else ""


def _attempt(s: Session, o: Options, url: str, named: str | None, jar: Jar) -> Done:
    """Send the request and follow where it leads."""
    done = Done(url=url if "//" in url else f"http://{url}", begun_us=s.now_us)
    try:
        _target(o, done)
        body = body_of(s, o, done.url)
    except Unreadable as wrong:
        done.code, done.text = 26, str(wrong)
        return done
    except Usage as wrong:
        done.code, done.text = wrong.code, wrong.text
        return done
    done.url = body.url
    done.file = shown.file_of(o, done.url, named)
    if named == "" and not done.file:
        s.err("curl: Remote file name has no length!\n")
        done.code, done.text = 23, "Failed writing received data to disk/application"
        return done
    shown.begun(s, o, done)
    method, first = o.values.get("request") or body.method, urlsplit(done.url).hostname
    while True:
        request = _request(s, o, done.url, method, body.headers, body.text, jar, first)
        target = _target(o, done, s.now_us - done.begun_us)
        shown.asked(s, o, target, done)
        answer = s.ask(target, request)
        done.answer, done.request = answer, request
        done.uploaded = len((request["body"] or "").encode("utf-8", "replace"))
        if answer.get("error"):
            _fault(s, o, done, target, str(answer["error"]))
            return done
        jar.take(answer, done.url, s.stamp())
        status = int(answer["status"])
        place = shown.header(answer, "location")
        done.next_url = urljoin(done.url, place) if place and status in FOLLOWED else ""
        follows = bool(done.next_url) and o.has("location", "location-trusted")
        shown.answered(s, o, target, done, follows)
        if not follows:
            return _kept(s, o, done, status)
        if done.redirects >= o.number("max-redirs", MOST_REDIRECTS) >= 0:
            most = o.number("max-redirs", MOST_REDIRECTS)
            done.code, done.text = 47, f"Maximum ({most}) redirects followed"
            return done
        done.redirects += 1
        done.url, done.next_url = done.next_url, ""
        if _becomes_get(o, status, method if "request" not in o.values else body.method):
            body = body.without()
            method = o.values.get("request") or body.method
        shown.followed(s, o, done, method)


def _becomes_get(o: Options, status: int, method: str) -> bool:
    """Tell whether a request that is sent on loses its body: POST does, unless told to stay."""
    if status == 303:
        return method not in ("GET", "HEAD") and not o.has("post303")
    return status in (301, 302) and method == "POST" and not o.has(f"post{status}")


def _kept(s: Session, o: Options, done: Done, status: int) -> Done:
    """Print the body, or write it to its file."""
    fails = status >= 400 and o.has("fail", "fail-with-body")
    if fails:
        done.code, done.text = 22, f"The requested URL returned error: {status}"
    if not fails or o.has("fail-with-body"):
        wrong = shown.body(s, o, done)
        if wrong:
            done.code, done.text = 23, wrong
    return done


def _target(o: Options, done: Done, spent_us: int = 0) -> Target:
    """Take a URL apart; raises Usage. spent_us: what the transfer has taken so far."""
    try:
        parts = urlsplit(done.url)
        port = parts.port
    except ValueError:
        raise Usage("URL rejected: Port number was not a decimal number between 0 and 65535", 3) \
            from None  # fmt: skip
    if re.search(r"[\s\x00-\x1f]", done.url):
        raise Usage("URL rejected: Malformed input to a URL function", 3)
    if parts.scheme not in ("http", "https"):
        raise Usage(f'Protocol "{parts.scheme}" not supported', 1)
    if not parts.hostname:
        raise Usage("URL rejected: No host part in the URL", 3)
    https = parts.scheme == "https"
    limit = max(1, o.us("max-time") - spent_us) if o.us("max-time") else 0
    return Target(parts.hostname, port or (443 if https else 80), https, o.has("insecure"),
                  o.us("connect-timeout"), limit)  # fmt: skip


def _request(
    s: Session, o: Options, url: str, method: str, more: dict[str, str], text: str | None,
    jar: Jar, first: str | None,
) -> Row:  # fmt: skip
    """Write a request as curl does: its own headers, those of -H in their place, the body's."""
    parts = urlsplit(url)
    usual = 443 if parts.scheme == "https" else 80
    host = parts.hostname or ""
    place = host if parts.port in (None, usual) else f"{host}:{parts.port}"
    user = o.values.get("user") or (parts.username and f"{parts.username}:{parts.password or ''}")
    trusted = host == first or o.has("location-trusted")
    own = {name.lower(): value for name, value in o.headers}
    headers = {"Host": own.get("host") or place if host == first else place}
    if user and trusted:
        headers["Authorization"] = basic(user)
    if "oauth2-bearer" in o.values and trusted:
        headers["Authorization"] = f"Bearer {o.values['oauth2-bearer']}"
    if "range" in o.values:
        headers["Range"] = f"bytes={o.values['range']}"
    headers["User-Agent"] = o.agent(s.version)
    headers["Accept"] = "*/*"
    if o.has("compressed"):
        headers["Accept-Encoding"] = "deflate, gzip, br, zstd"
    if "referer" in o.values:
        headers["Referer"] = o.values["referer"]
    cookies = jar.header(url, s.stamp(), trusted)
    if cookies:
        headers["Cookie"] = cookies
    headers = {k: v for k, v in headers.items() if k == "Host" or k.lower() not in own}
    for name, value in o.headers:
        secret = name.lower() in ("authorization", "cookie") and not trusted
        if value and not secret and name.lower() != "host":
            headers[name] = value.replace("\0", "")
    headers.update({k: v for k, v in more.items() if k.lower() not in own})
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return {"method": method, "path": path, "headers": headers, "body": text}


def _fault(s: Session, o: Options, done: Done, target: Target, error: str) -> None:
    """Give the exit code and the words of what went wrong on the way."""
    took = (s.now_us - done.begun_us) // MS
    place = f"{target.host} port {target.port} after {took} ms"
    failed = f"Failed to connect to {place}: "
    failed += "Could not connect to server" if s.newer else "Couldn't connect to server"
    timed = f"Connection timed out after {took} milliseconds"
    if target.connect_us and not (target.most_us and target.most_us < target.connect_us):
        timed = f"Failed to connect to {place}: Timeout was reached"
    known = {
        "dns": (6, f"Could not resolve host: {target.host}"),
        "refused": (7, failed),
        "unreachable": (7, failed),
        "timeout": (28, timed if target.connect_us or target.most_us else failed),
        "late": (28, f"Operation timed out after {took} milliseconds with 0 bytes received"),
        "reset": (56, "Recv failure: Connection reset by peer"),
        "empty": (52, "Empty reply from server"),
        "tls": (35, "TLS connect error: error:0A00010B:SSL routines::wrong version number"),
        "certificate": (60, "SSL certificate problem: unable to get local issuer certificate"),
    }
    done.error = error
    done.code, done.text = known[error]
    shown.failed(s, o, target, done)
    if error == "certificate":
        done.text += (
            "\nMore details here: https://curl.se/docs/sslcerts.html\n\ncurl failed to verify the "
            "legitimacy of the server and therefore could not\nestablish a secure connection to it."
            " To learn more about this situation and\nhow to fix it, please visit the web page "
            "mentioned above."
        )
