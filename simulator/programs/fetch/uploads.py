"""What curl sends: the body that -d, --json, -F or -T ask for, with its method and headers."""

from __future__ import annotations

import hashlib
import posixpath
from dataclasses import dataclass
from urllib.parse import urlsplit

from .curl_options import Options
from .session import Session

TYPES = {".gif": "image/gif", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png",
         ".svg": "image/svg+xml", ".txt": "text/plain", ".htm": "text/html", ".html": "text/html",
         ".pdf": "application/pdf", ".xml": "application/xml"}  # fmt: skip
"""Content types that curl guesses from a file's name."""


class Unreadable(Exception):
    """A file that is to be sent cannot be read."""


@dataclass(slots=True)
class Body:
    """What is sent: method, headers about the body, the body (None: no body), and where to."""

    method: str
    headers: dict[str, str]
    text: str | None
    url: str

    def without(self) -> Body:
        """Give what a redirected request sends that has lost its body."""
        return Body("GET", {}, None, self.url)


def body_of(s: Session, o: Options, url: str) -> Body:
    """Put the body together; raises Unreadable."""
    if "url-query" in o.values:
        url = _with_query(url, o.values["url-query"])
    if "upload-file" in o.values:
        return _upload(s, o, url)
    if o.parts:
        return _form(s, o, url)
    if o.data is not None and o.has("get"):
        return Body("HEAD" if o.has("head") else "GET", {}, None, _with_query(url, o.data))
    if o.data is not None:
        size = str(len(o.data.encode("utf-8", "replace")))
        headers = {"Content-Length": size}
        if "json" in o.values:
            headers = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return Body("POST", headers, o.data, url)
    return Body("HEAD" if o.has("head") else "GET", {}, None, url)


def _with_query(url: str, query: str) -> str:
    head, mark, tail = url.partition("#")
    return head + ("&" if "?" in head else "?") + query + mark + tail


def _upload(s: Session, o: Options, url: str) -> Body:
    path = o.values["upload-file"]
    text = s.stdin() if path in ("-", ".") else s.read(path)
    if text is None:
        raise Unreadable(f"Can't open '{path}'!")
    if urlsplit(url).path.endswith("/") or not urlsplit(url).path:
        url = url.rstrip("/") + "/" + posixpath.basename(path)
    return Body("PUT", {"Content-Length": str(len(text.encode("utf-8", "replace")))}, text, url)


def _form(s: Session, o: Options, url: str) -> Body:
    """Write a form as multipart/form-data; the boundary comes of the content.

    # Simplified: The boundary of a form is worked out from what is sent, not drawn by lot.
    """
    pieces = [_part(s, text) for text in o.parts]
    digest = hashlib.sha256("\0".join(pieces).encode("utf-8", "replace")).hexdigest()
    mark = "-" * 24 + digest[: 22 if s.newer else 16]
    text = "".join(f"--{mark}\r\n{piece}\r\n" for piece in pieces) + f"--{mark}--\r\n"
    headers = {"Content-Length": str(len(text.encode("utf-8", "replace"))),
               "Content-Type": f"multipart/form-data; boundary={mark}"}  # fmt: skip
    return Body("POST", headers, text, url)


def _part(s: Session, text: str) -> str:
    """Write one part: NAME=TEXT, NAME=@FILE, NAME=<FILE, with ;type= and ;filename=."""
    literal = text.startswith("=") and "=" in text[1:]
    name, _, value = text.removeprefix("=" if literal else "").partition("=")
    words: dict[str, str] = {}
    if not literal:
        value, *more = value.split(";")
        for one in more:
            key, equals, rest = one.strip().partition("=")
            if equals and key in ("type", "filename", "headers"):
                words[key] = rest.strip('"')
            else:
                value += ";" + one
    shown, kind, content = "", words.get("type", ""), value
    if not literal and value[:1] in ("@", "<"):
        path = value[1:].strip('"')
        found = s.stdin() if path == "-" else s.read(path)
        if found is None:
            raise Unreadable("Failed to open/read local data from file/application")
        content = found
        if value[0] == "@":
            shown = words.get("filename") or posixpath.basename(path)
            guessed = TYPES.get(posixpath.splitext(shown)[1].lower(), "application/octet-stream")
            kind = kind or guessed
    named = f'; filename="{shown}"' if shown else ""
    typed = f"\r\nContent-Type: {kind}" if kind else ""
    return f'Content-Disposition: form-data; name="{name}"{named}{typed}\r\n\r\n{content}'
