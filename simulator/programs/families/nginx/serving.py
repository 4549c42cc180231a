"""What nginx does with a request: rewrite rules, the location, files, answers.

Sources: the documentation of ngx_http_core_module (location, try_files, error_page, alias) and
ngx_http_rewrite_module, nginx.org.
"""

from __future__ import annotations

import posixpath
import re
from datetime import datetime, timedelta
from typing import Any

from ...headers import http_date
from .config import setting, settings
from .pages import REDIRECTS, error_page, listing, type_of
from .passing import pass_on
from .variables import Request, search

MAX_CYCLES = 10
"""Internal redirections of one request (NGX_HTTP_MAX_URI_CHANGES)."""
Answer = dict[str, Any]
EPOCH = "Thu, 01 Jan 1970 00:00:01 GMT"
MAX_EXPIRES = "Thu, 31 Dec 2037 23:55:55 GMT"
"""What `expires epoch` and `expires max` write (ngx_http_headers_filter_module.c)."""


def serve(r: Request) -> Answer:
    """Answer a request: {"status", "body", "headers"}; status 444 closes the connection."""
    r.location = r.server
    found = _rules(r, r.server)
    answer = found if isinstance(found, dict) else _located(r)
    return finished(r, answer)


def finished(r: Request, answer: Answer) -> Answer:
    """Apply error_page, add the page of an error, and the headers that were asked for."""
    status = int(answer["status"])
    if status >= 400 and not answer.get("passed") and r.depth < 1:
        r.depth += 1
        replaced = _error_page(r, status, answer)
        if replaced is not None:
            answer = replaced
    answer = error_page(r, answer)
    headers = answer["headers"]
    for words in settings(r.location, "add_header"):
        if int(answer["status"]) in (200, 201, 204, 206, *REDIRECTS) or words[2:] == ["always"]:
            value = r.filled(words[1])
            if value:
                headers[words[0]] = value
    _expire(r, answer)
    return answer


def _expire(r: Request, answer: Answer) -> None:
    words = setting(r.location, "expires")
    if not words or words[-1] == "off" or int(answer["status"]) >= 400:
        return
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "M": 2_592_000, "y": 31_536_000}
    match = re.fullmatch(r"(-?)(\d+)([smhdwMy]?)", words[-1])
    headers = answer["headers"]
    if words[-1] == "max":
        headers["Expires"], headers["Cache-Control"] = MAX_EXPIRES, "max-age=315360000"
    elif words[-1] == "epoch":
        headers["Expires"], headers["Cache-Control"] = EPOCH, "no-cache"
    elif match:
        age = int(match[2][:9]) * units[match[3] or "s"] * (-1 if match[1] else 1)
        age = max(min(age, 10**10), -(10**10))  # three hundred years: what a date can hold
        moment = datetime.fromisoformat(r.p.engine.timestamp()[:19]) + timedelta(seconds=age)
        headers["Expires"] = http_date(moment.isoformat())
        headers["Cache-Control"] = "no-cache" if age < 0 else f"max-age={age}"


def _error_page(r: Request, status: int, answer: Answer) -> Answer | None:
    for words in settings(r.location, "error_page"):
        codes, target = [w for w in words[:-1] if not w.startswith("=")], words[-1]
        if str(status) not in codes:
            continue
        changed = next((w[1:] for w in words[:-1] if w.startswith("=")), None)
        target = r.filled(target)
        if target.startswith(("http://", "https://")):
            return {"status": 302, "body": "", "headers": {"Location": target}}
        r.method, r.internal = "GET", True
        if target.startswith("@"):
            shown = _named(r, target)
        else:
            r.uri, _, r.args = target.partition("?")
            shown = _located(r)
        final = int(changed) if changed else int(shown["status"]) if changed == "" else status
        if int(shown["status"]) >= 400 and not changed:
            return {**answer, "status": int(shown["status"]) if changed == "" else status}
        return {**shown, "status": final}
    return None


def _named(r: Request, name: str) -> Answer:
    found = next((one for one in r.server["locations"] if one["text"] == name), None)
    if found is None:
        return {"status": 500, "body": ""}
    r.location = found
    return _content(r)


def choose(locations: list[dict[str, Any]], r: Request) -> dict[str, Any] | None:
    """Find the location for the URI: exact, longest prefix, else the first regular expression."""
    best: dict[str, Any] | None = None
    for one in locations:
        if one["sign"] == "=" and one["text"] == r.uri:
            return one
        longer = best is None or len(one["text"]) > len(best["text"])
        plain = one["sign"] in ("", "^~") and not one["text"].startswith("@")
        if plain and longer and r.uri.startswith(one["text"]):
            best = one
    inner = choose(best["locations"], r) if best is not None and best["locations"] else None
    if inner is not None:
        return inner
    if best is not None and best["sign"] == "^~":
        return best
    for one in locations:
        if one["sign"] in ("~", "~*"):
            match = search(one["text"], r.uri, one["sign"] == "~*")
            if match is not None:
                r.captured(match)
                return (choose(one["locations"], r) if one["locations"] else None) or one
    return best


def _located(r: Request) -> Answer:
    """Find the location and carry it out, again after each internal redirection."""
    for _ in range(MAX_CYCLES):
        r.location = choose(r.server["locations"], r) or r.server
        if r.location is r.server:
            return _content(r)
        found = _rules(r, r.location)
        if found == "again":
            r.internal = True
            continue
        return found if isinstance(found, dict) else _content(r)
    r.p.err(f"{stamp(r)} [error] {worker(r)}: *1 rewrite or internal redirection cycle while "
            f'internally redirecting to "{r.uri}"{context(r)}\n')  # fmt: skip
    return {"status": 500, "body": ""}


def _rules(r: Request, scope: dict[str, Any]) -> Answer | str:
    """Carry out rewrite, return, set and `if`: an answer, "again" for a new URI, or ""."""
    changed = False
    for name, words, inner in scope["rules"]:
        if name == "return":
            return _returned(r, words)
        if name == "break":
            return ""
        if name == "set":
            r.set[words[0].lstrip("$")] = r.filled(words[1])
        elif name == "if" and _holds(r, words[0]):
            found = _rules(r, inner)
            if found:
                return found
            if any(key in inner["says"] for key in ("proxy_pass", "root", "add_header", "expires")):
                r.location = inner | {"outer": scope}
        elif name == "rewrite":
            done = _rewritten(r, words)
            if isinstance(done, dict) or done == "break":
                return "" if done == "break" else done
            changed = changed or done != ""
            if done == "last":
                break
    return "again" if changed and scope["kind"] == "location" else ""


def _rewritten(r: Request, words: list[str]) -> Answer | str:
    match = search(words[0], r.uri)
    if match is None:
        return ""
    r.captured(match)
    target = r.filled(words[1])
    flag = words[2] if len(words) > 2 else ""
    if flag in ("redirect", "permanent") or target.startswith(("http://", "https://", "$scheme")):
        if r.args and not target.endswith("?"):
            target += ("&" if "?" in target else "?") + r.args
        return _redirect(r, 301 if flag == "permanent" else 302, target.rstrip("?"))
    path, mark, args = target.partition("?")
    kept = [args, r.args] if not (mark and not args) else [args]
    r.args = "&".join(one for one in kept if one)
    r.uri = path if path.startswith("/") else "/" + path
    return flag or "changed"


def _returned(r: Request, words: list[str]) -> Answer:
    if not words[0].isdigit():
        return _redirect(r, 302, r.filled(words[0]))
    status, text = int(words[0]), r.filled(words[1]) if len(words) > 1 else ""
    if status in REDIRECTS and text:
        return _redirect(r, status, text)
    kind = (setting(r.location, "default_type") or ["text/plain"])[0]
    found: Answer = {"status": status, "body": text, "headers": {"Content-Type": kind}}
    return found if text or status < 300 else {"status": status, "body": ""}


def _redirect(r: Request, status: int, target: str) -> Answer:
    """Make a Location absolute: with the host that was asked for, and the port of the server."""
    if target.startswith("/") and setting(r.location, "absolute_redirect") != ["off"]:
        plain = 443 if r.value("scheme") == "https" else 80
        shown = setting(r.location, "port_in_redirect") != ["off"] and r.port != plain
        target = f"{r.value('scheme')}://{r.host}{f':{r.port}' if shown else ''}{target}"
    return {"status": status, "body": "", "headers": {"Location": target}}


def _holds(r: Request, condition: str) -> bool:
    words = condition.split(None, 2)
    words = [word.strip("\"'") for word in words]
    if len(words) == 1:
        return r.filled(words[0]) not in ("", "0")
    if words[0].lstrip("!") in ("-f", "-d", "-e", "-x"):
        view, path = r.p.view, r.filled(words[1])
        kind = words[0][-1]
        found = {"f": view.is_file, "d": view.is_dir}.get(kind, view.exists)(path)
        return found != words[0].startswith("!")
    subject, sign, other = r.filled(words[0]), words[1], words[2] if len(words) > 2 else ""
    if sign in ("=", "!="):
        return (subject == r.filled(other)) == (sign == "=")
    match = search(other, subject, sign.endswith("*"))
    if match is not None:
        r.captured(match)
    return (match is not None) != sign.startswith("!")


def _content(r: Request) -> Answer:
    """Answer by what the location says: access, proxy, files."""
    says = r.location["says"]
    refused = _access(r)
    if refused:
        return {"status": refused, "body": ""}
    if "internal" in says and not r.internal:
        return {"status": 404, "body": ""}
    if "try_files" in says:
        found = _tried(r, says["try_files"][-1][0])
        if found is not None:
            return found
    if "stub_status" in says:
        return {"status": 200, "body": STUB, "headers": {"Content-Type": "text/plain"}}
    for name in ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "grpc_pass"):
        if name in says:
            limit = _size((setting(r.location, "client_max_body_size") or ["1m"])[0])
            if limit and len(str(r.asked.get("body") or "")) > limit:
                return {"status": 413, "body": ""}
            return pass_on(r, name, says[name][-1][0][0])
    if r.method not in ("GET", "HEAD"):
        return {"status": 405, "body": ""}
    return _file(r, r.uri)


STUB = (
    "Active connections: 1 \nserver accepts handled requests\n 1 1 1 \n"
    "Reading: 0 Writing: 1 Waiting: 0 \n"
)


def _size(text: str) -> int:
    match = re.fullmatch(r"(\d{1,12})([kKmMgG]?)", text)
    return int(match[1]) << {"": 0, "k": 10, "m": 20, "g": 30}[match[2].lower()] if match else 0


def _access(r: Request) -> int:
    """Give the status with which a location refuses a client; 0 when it does not."""
    here: dict[str, Any] | None = r.location
    while here is not None and not {"allow", "deny"} & set(here["says"]):
        here = here.get("outer")
    if here is not None:
        rows = [(row[2], name, row[0][0]) for name in ("allow", "deny")
                for row in here["says"].get(name, ())]  # fmt: skip
        for _, name, who in sorted(rows):
            if who == "all" or who == r.client or ("/" in who and _within(r.client, who)):
                if name == "deny":
                    return 403
                break
    realm = setting(r.location, "auth_basic")
    if realm and realm != ["off"] and not r.headers.get("authorization", "").startswith("Basic "):
        return 401
    return 0


def _within(address: str, network: str) -> bool:
    from ipaddress import ip_address, ip_network

    try:
        return ip_address(address) in ip_network(network, strict=False)
    except ValueError:
        return False


def place_of(r: Request, uri: str) -> str:
    """Give the path of the file that a URI stands for: under root, or in place of the prefix."""
    alias = r.location["says"].get("alias")
    if alias:
        target = r.filled(alias[-1][0][0])
        if r.location["sign"] in ("~", "~*"):
            return target
        return target + uri[len(r.location["text"]) :]
    root = r.filled((setting(r.location, "root") or ["html"])[0])
    return posixpath.join("/etc/nginx", root) + uri


def _tried(r: Request, words: list[str]) -> Answer | None:
    view = r.p.view
    for word in words[:-1]:
        uri = r.filled(word)
        path = place_of(r, uri)
        if uri.endswith("/") and view.is_dir(path):
            return _file(r, uri)
        if not uri.endswith("/") and view.is_file(path):
            if any(name in r.location["says"] for name in ("proxy_pass", "fastcgi_pass")):
                r.uri = uri
                return None
            return _file(r, uri)
    last = r.filled(words[-1])
    if last.startswith("="):
        return {"status": int(last[1:]) if last[1:].isdigit() else 500, "body": ""}
    if last.startswith("@"):
        return _named(r, last)
    r.uri, _, args = last.partition("?")
    r.args = args or r.args
    r.internal = True
    r.turns += 1
    if r.turns > MAX_CYCLES:
        r.p.err(f"{stamp(r)} [error] {worker(r)}: *1 rewrite or internal redirection cycle while "
                f'internally redirecting to "{r.uri}"{context(r)}\n')  # fmt: skip
        return {"status": 500, "body": ""}
    return _located(r)


def _file(r: Request, uri: str) -> Answer:
    """Serve a file, a folder's index, its listing, or what is refused."""
    view, path = r.p.view, posixpath.normpath(place_of(r, uri))
    if view.is_dir(path):
        if not uri.endswith("/"):
            return _redirect(r, 301, uri + "/" + (f"?{r.args}" if r.args else ""))
        for name in setting(r.location, "index") or ["index.html"]:
            name = r.filled(name)
            if view.is_file(f"{path}/{name}") and not name.startswith("/"):
                r.uri, r.internal = f"{uri}{name}", True
                r.turns += 1
                return _located(r) if r.turns <= MAX_CYCLES else {"status": 500, "body": ""}
        if setting(r.location, "autoindex") == ["on"]:
            return listing(r, path, uri)
        r.p.err(f'{stamp(r)} [error] {worker(r)}: *1 directory index of "{path}/" is forbidden'
                f"{context(r)}\n")  # fmt: skip
        return {"status": 403, "body": ""}
    why = r.p.unreadable(path) if not _worker_may(r, path) else ""
    if why or uri.endswith("/"):
        why = why or "No such file or directory"
        number, status = {"Permission denied": (13, 403), "Not a directory": (20, 404)}.get(
            why, (2, 404))  # fmt: skip
        path += "/" if uri.endswith("/") else ""
        if uri.endswith("/"):
            shown = f'"{path}index.html" is not found ({number}: {why})'
        else:
            shown = f'open() "{path}" failed ({number}: {why})'
        r.p.err(f"{stamp(r)} [error] {worker(r)}: *1 {shown}{context(r)}\n")
        return {"status": status, "body": ""}
    return {"status": 200, "body": view.text(path) or "",
            "headers": {"Content-Type": type_of(r, path)}}  # fmt: skip


def _worker_may(r: Request, path: str) -> bool:
    """Tell whether a worker may read a file: as the user nginx when the master is root."""
    entry = r.p.view.get(path)
    if entry is None or r.p.uid != 0:
        return not r.p.unreadable(path)
    return bool(int(entry["mode"]) & 0o004) or entry["uid"] == WORKER_UID


WORKER_UID = 101
"""Of the user nginx in the official image."""


def stamp(r: Request) -> str:
    """Give the time as the error log writes it."""
    return r.p.engine.timestamp()[:19].replace("-", "/").replace("T", " ")


def worker(r: Request) -> str:
    """Name the worker process in the error log."""
    return "29#29"


def context(r: Request) -> str:
    """Give what the error log says of the request."""
    host = r.headers.get("host", "")
    name = (r.server["names"] or [""])[0]
    return (f', client: {r.client}, server: {name}, request: "{r.method} {r.target} HTTP/1.1"'
            + (f', host: "{host}"' if host else ""))  # fmt: skip
