"""The headers that a server adds to every answer: its name, the date, the length, the connection.

Programs set their own headers; what is here is what the server below them writes, and where.
Order and values are those of Werkzeug 3, gunicorn 23, uvicorn 0.30, Django's runserver, Node 22,
Go 1.23 and nginx 1.27, as `curl -i` prints them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .process import Process

OWN = "*"
"""Where the headers stand that the program has set."""
ORDERS: dict[str, tuple[str, ...]] = {
    "flask": ("Server", "Date", OWN, "Content-Length", "Connection: close"),
    "django": ("Date", "Server", OWN, "Content-Length"),
    "gunicorn": ("Server", "Date", "Connection: close", OWN, "Content-Length"),
    "uvicorn": ("date", "server", "content-length", OWN),
    "http.server": ("Server", "Date", OWN, "Content-Length"),
    "node": (OWN, "Date", "Connection: keep-alive", "Keep-Alive: timeout=5", "Content-Length"),
    "go-program": ("Date", "Content-Length", OWN),
    "nginx": ("Server", "Date", OWN, "Content-Length", "Connection: keep-alive"),
}
ANY = (OWN, "Date", "Content-Length")
SERVERS = {
    "flask": "Werkzeug/3.1.4 Python/{python}",
    "django": "WSGIServer/0.2 CPython/{python}",
    "gunicorn": "gunicorn",
    "uvicorn": "uvicorn",
    "http.server": "SimpleHTTP/0.6 Python/{python}",
}
WITHOUT_BODY = (204, 304)


def completed(p: Process, method: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Add to a program's answer, {"status", "body", "headers"}, what its server writes itself."""
    if not isinstance(answer.get("status"), int):
        return answer  # of another protocol than HTTP
    kind = str((p.state.get("server") or {}).get("kind") or p.row["family"])
    own: dict[str, Any] = answer.get("headers") or {}
    had = {name.lower(): name for name in own}
    headers: dict[str, Any] = {}
    for word in ORDERS.get(kind, ANY):
        name, _, value = word.partition(": ")
        if word == OWN:
            headers.update({key: one for key, one in own.items() if key not in headers})
        elif name.lower() in had:
            headers.setdefault(had[name.lower()], own[had[name.lower()]])
        else:
            found = value or _value(p, kind, name.lower(), method, answer, had)
            if found is not None:
                headers[name] = found
    return {**answer, "headers": headers}


def _value(
    p: Process, kind: str, name: str, method: str, answer: dict[str, Any], had: dict[str, str]
) -> str | None:
    if name == "date":
        return http_date(p.engine.timestamp())
    if name == "server":
        text = SERVERS.get(kind)
        return text and text.format(python=p.env.get("PYTHON_VERSION") or "3.12.14")
    body = str(answer.get("body") or "")
    if int(answer["status"]) in WITHOUT_BODY or "transfer-encoding" in had:
        return None
    return None if method == "HEAD" and not body else str(len(body.encode("utf-8", "replace")))


def http_date(stamp: str) -> str:
    """Write a moment (RFC 3339) as HTTP does: `Mon, 05 Jan 2026 09:00:08 GMT`."""
    at = datetime.fromisoformat(stamp[:19])
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months: tuple[str, ...] = ("Jan", "Feb", "Mar", "Apr", "May", "Jun")
    months += ("Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{days[at.weekday()]}, {at:%d} {months[at.month - 1]} {at:%Y %H:%M:%S} GMT"
