"""Pages that nginx writes itself: errors, redirections, listings; and the types of files."""

from __future__ import annotations

import posixpath
from typing import Any

from .config import setting
from .variables import Request, version

REDIRECTS = (301, 302, 303, 307, 308)
TYPES = {
    "html": "text/html", "htm": "text/html", "css": "text/css", "xml": "text/xml",
    "js": "application/javascript", "mjs": "application/javascript", "json": "application/json",
    "png": "image/png", "gif": "image/gif", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "svg": "image/svg+xml", "ico": "image/x-icon", "webp": "image/webp", "txt": "text/plain",
    "wasm": "application/wasm", "pdf": "application/pdf", "woff": "font/woff",
    "woff2": "font/woff2", "zip": "application/zip", "mp4": "video/mp4", "mp3": "audio/mpeg",
}  # fmt: skip
"""Of mime.types in the official image, the common ones."""
WORDS = {
    301: "Moved Permanently", 302: "Found", 303: "See Other", 307: "Temporary Redirect",
    308: "Permanent Redirect", 400: "Bad Request", 401: "Authorization Required",
    403: "Forbidden", 404: "Not Found", 405: "Not Allowed", 410: "Gone",
    413: "Request Entity Too Large", 429: "Too Many Requests", 500: "Internal Server Error",
    501: "Not Implemented", 502: "Bad Gateway", 503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}  # fmt: skip


def type_of(r: Request, path: str) -> str:
    """Give a file's type by its ending: of `types`, or of mime.types where that is included."""
    ending = posixpath.splitext(path)[1][1:].lower()
    default = (setting(r.location, "default_type") or ["text/plain"])[0]
    here: dict[str, Any] | None = r.location
    while here is not None and "types" not in here["says"]:
        here = here.get("outer")
    if here is not None and here["says"]["types"]:
        rows = here["says"]["types"]
        return next((str(kind) for kind, endings in rows if ending in endings), default)
    return TYPES.get(ending, default)


def error_page(r: Request, answer: dict[str, Any]) -> dict[str, Any]:
    """Give an answer without a body the page that nginx has for its status."""
    status = int(answer["status"])
    shown = "" if setting(r.location, "server_tokens") == ["off"] else f"/{version(r.p)}"
    headers = {"Server": f"nginx{shown}", **(answer.get("headers") or {})}
    body = str(answer.get("body") or "")
    if status == 401:
        realm = (setting(r.location, "auth_basic") or [""])[0]
        headers["WWW-Authenticate"] = f'Basic realm="{realm}"'
    if not body and not answer.get("passed") and status in WORDS:
        title = f"{status} {WORDS[status]}"
        body = (f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center>"
                f"<h1>{title}</h1></center>\r\n<hr><center>nginx{shown}</center>\r\n"
                "</body>\r\n</html>\r\n")  # fmt: skip
        headers["Content-Type"] = "text/html"
    headers.setdefault("Content-Type", "text/html" if body.startswith("<") else "text/plain")
    if status == 204:
        body = ""
    return {**answer, "body": body, "headers": headers}


def listing(r: Request, path: str, uri: str) -> dict[str, Any]:
    """Write the list of a folder, as autoindex does."""
    names = [one for one in r.p.view.children(path) if not one.startswith((".", "*"))]
    folders = [one for one in names if r.p.view.is_dir(f"{path}/{one}")]
    stamp = r.p.engine.timestamp(0)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    date = f"{stamp[8:10]}-{months[int(stamp[5:7]) - 1]}-{stamp[:4]} {stamp[11:16]}"
    rows = ""
    for name in [*folders, *(one for one in names if one not in folders)]:
        shown = name + "/" if name in folders else name
        size = (
            "-" if name in folders else str((r.p.view.get(f"{path}/{name}") or {}).get("size", 0))
        )
        rows += f'<a href="{shown}">{shown}</a>{" " * max(1, 51 - len(shown))}{date}{size:>20}\r\n'
    title = f"Index of {uri}"
    body = (f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<h1>{title}</h1><hr><pre>"
            f'<a href="../">../</a>\r\n{rows}</pre><hr></body>\r\n</html>\r\n')  # fmt: skip
    return {"status": 200, "body": body, "headers": {"Content-Type": "text/html"}}
