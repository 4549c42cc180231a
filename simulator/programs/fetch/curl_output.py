"""What curl prints: bodies, headers, -v, -w, the progress meter, warnings.

# Simplified: curl's progress meter is printed once, at the end of a transfer; the model does not
redraw it meanwhile.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulator.statuses import REASONS
from simulator.timing import MS, SECOND

from .curl_options import Options
from .session import Session, Target

if TYPE_CHECKING:
    from .curl import Done

METER = (
    "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n"
    "                                 Dload  Upload   Total   Spent    Left  Speed\n"
)


def header(answer: dict[str, Any], name: str) -> str:
    """Give a header of an answer, "" when it has none."""
    for key, value in (answer.get("headers") or {}).items():
        if key.lower() == name:
            return str(value[0] if isinstance(value, list) and value else value)
    return ""


def lines_of(answer: dict[str, Any]) -> list[str]:
    """Give the lines of an answer's head."""
    status = int(answer["status"])
    rows = [f"HTTP/1.1 {status} {REASONS.get(status, '')}".rstrip()]
    for name, value in (answer.get("headers") or {}).items():
        rows += [f"{name}: {one}" for one in (value if isinstance(value, list) else [value])]
    return [*rows, ""]


def file_of(o: Options, url: str, named: str | None) -> str:
    """Name the file of a transfer: "" for standard output (and for -O without a name)."""
    if named is None:
        return ""
    folder = o.values.get("output-dir", "")
    if named == "":
        named = urlsplit(url).path.rpartition("/")[2]
    return f"{folder}/{named}" if folder and named not in ("", "-") else named


def _to_file(done: Done) -> bool:
    return done.file not in ("", "-")


def _has_meter(s: Session, o: Options, done: Done) -> bool:
    if o.has("silent", "no-progress-meter", "progress-bar"):
        return False
    return _to_file(done) or not s.terminal


def begun(s: Session, o: Options, done: Done) -> None:
    """Print the head of the meter."""
    if _has_meter(s, o, done):
        s.err(METER)


def asked(s: Session, o: Options, target: Target, done: Done) -> None:
    """Say what -v says before the connection is there."""
    inferred = "POST" if o.data is not None or o.parts else "HEAD" if o.has("head") else "GET"
    first = o.has("verbose") and not o.has("silent") and not done.redirects
    if first and o.values.get("request") == inferred:
        s.err(f"Note: Unnecessary use of -X or --request, {inferred} is already inferred.\n")


def _reached(s: Session, target: Target, ip: str) -> str:
    text = ""
    if s.newer:
        text = f"* Host {target.host}:{target.port} was resolved.\n* IPv6: (none)\n* IPv4: {ip}\n"
        text = text if not re.fullmatch(r"[\d.]+", target.host) else ""
    return f"{text}*   Trying {ip}:{target.port}...\n"


def failed(s: Session, o: Options, target: Target, done: Done) -> None:
    """Say what -v says of a connection that fails."""
    if not o.has("verbose"):
        return
    error, ip = done.error, str((done.answer or {}).get("ip") or target.host)
    if error == "dns":
        s.err(f"* {done.text}\n* Closing connection\n")
        return
    why = {"refused": "Connection refused", "unreachable": "No route to host",
           "timeout": "Connection timed out"}.get(error)  # fmt: skip
    text = "" if done.redirects else _reached(s, target, ip)
    if why:
        source = f" from 0.0.0.0 port 0 to {ip} port {target.port}" if s.newer else (
            f" to {ip} port {target.port}")  # fmt: skip
        text += f"* connect{source} failed: {why}\n"
    else:
        text += f"* Connected to {target.host} ({ip}) port {target.port}\n" + _sent(s, o, done)
    s.err(f"{text}* {done.text}\n* Closing connection\n")


def _sent(s: Session, o: Options, done: Done) -> str:
    request = done.request or {}
    rows = [f"{request['method']} {request['path']} HTTP/1.1"]
    rows += [f"{name}: {value}" for name, value in request["headers"].items()]
    text = "".join(f"> {row}\n" for row in [*rows, ""])
    if request.get("body") and not s.terminal:
        text += f"}} [{done.uploaded} bytes data]\n"
    return text + ("* Request completely sent off\n" if s.newer else "")


def answered(s: Session, o: Options, target: Target, done: Done, follows: bool) -> None:
    """Print the head of an answer, where it is asked for, and what -v says of the exchange."""
    answer = done.answer or {}
    rows = lines_of(answer)
    end = "\n" if s.terminal and not _to_file(done) else "\r\n"
    if o.has("verbose"):
        text = ""
        if not answer.get("reused"):
            ip = str(answer.get("ip") or target.host)
            text = _reached(s, target, ip) + (
                f"* Connected to {target.host} ({ip}) port {target.port}\n"
                + ("* using HTTP/1.x\n" if s.newer else "")
            )
        text += _sent(s, o, done) + "".join(f"< {row}\n" for row in rows)
        s.err(text + ("* Ignoring the response-body\n" if follows else ""))
    head = "".join(row + end for row in rows)
    if o.has("include", "head"):
        answer["head"] = str(answer.get("head") or "") + head
        if not _to_file(done):
            s.out(head)
    dump = o.values.get("dump-header")
    if dump == "-":
        s.out(head)
    elif dump:
        s.write(dump, head)
    if o.has("verbose"):
        ends = header(answer, "connection").lower() == "close"
        left = f"* Connection #0 to host {target.host} left intact\n"
        done.closing = "* Closing connection\n" if ends else left
        if follows:
            s.err(done.closing)


def followed(s: Session, o: Options, done: Done, method: str) -> None:
    """Say where the next request goes."""
    if o.has("verbose"):
        before = (done.request or {}).get("method")
        switched = f"* Switch from {before} to {method}\n" if before != method else ""
        s.err(f"* Issue another request to this URL: '{done.url}'\n{switched}")


def body(s: Session, o: Options, done: Done) -> str:
    """Print the body or write its file; answers what is wrong, or ""."""
    answer = done.answer or {}
    text = "" if o.has("head") or (done.request or {}).get("method") == "HEAD" else (
        str(answer.get("body") or ""))  # fmt: skip
    done.received = len(text.encode("utf-8", "replace"))
    if not _to_file(done):
        if o.has("verbose") and not s.terminal and done.received:
            s.err(f"{{ [{done.received} bytes data]\n")
        s.out(text)
        return ""
    if done.file == "/dev/null":
        return ""
    whole = str(answer.get("head") or "") + text
    wrong = s.write(done.file, whole, answer)
    if wrong is None:
        return ""
    if not o.has("silent"):
        s.err(f"Warning: Failed to open the file {wrong}\n")
    return f"Failure writing output to destination, passed {done.received} returned 0"


def finished(s: Session, o: Options, done: Done) -> None:
    """Print what comes at the end of a transfer: the meter, the end of -v, what -w asks for."""
    if _has_meter(s, o, done) and done.code not in (1, 3, 26):
        s.err(_meter(s, o, done))
    if o.has("verbose") and not done.error:
        s.err(done.closing)
    text = str((done.answer or {}).get("body") or "")
    plain = not _to_file(done) and not o.has("head", "verbose") and done.code == 0
    if s.terminal and plain and "write-out" not in o.values and text and not text.endswith("\n"):
        s.out("\n")  # where a real shell would begin its prompt behind the text
    if "write-out" in o.values:
        _write_out(s, o, done)


def _meter(s: Session, o: Options, done: Done) -> str:
    took = max(s.now_us - done.begun_us, 1)
    answer = done.answer or {}
    length = header(answer, "content-length")
    expected = int(length) if length.isdigit() and not o.has("head") else done.received
    expected = expected or done.received
    percent = 100 * done.received // expected if expected else 0
    speed, upload = done.received * SECOND // took, done.uploaded * SECOND // took
    sent = 100 if done.uploaded and not answer.get("error") else 0
    total = expected + done.uploaded
    share = 100 * (done.received + done.uploaded) // total if total else 0
    spent = took // SECOND
    clock = f"{spent // 3600:2d}:{spent // 60 % 60:02d}:{spent % 60:02d}" if spent else "--:--:--"
    whole = clock if total and share == 100 else "--:--:--"
    return (
        f"{share:3d} {_size(total)}  {percent:3d} {_size(done.received)}  {sent:3d} "
        f"{_size(done.uploaded)}  {_size(speed)}  {_size(upload)} {whole} {clock} --:--:-- "
        f"{_size(speed)}\n"
    )


def _size(count: int) -> str:
    """Write a number in five columns as curl's meter does."""
    if count < 100_000:
        return f"{count:5d}"
    if count < 10_000 << 10:
        return f"{count >> 10:4d}k"
    return f"{count / (1 << 20):4.1f}M" if count < 100 << 20 else f"{count >> 20:4d}M"


def _write_out(s: Session, o: Options, done: Done) -> None:
    """Print the text of -w with its variables filled in."""
    text = o.values["write-out"]
    if text.startswith("@"):
        text = (s.stdin() if text == "@-" else s.read(text[1:])) or ""
    values = _values(s, o, done)
    pattern = r"%\{([^}]*)\}|%header\{([^}]*)\}|\\(.)|%%"
    write = s.out

    def fill(match: re.Match[str]) -> str:
        if match[1] is not None:
            if match[1] in values:
                return values[match[1]]
            if match[1] not in ("stdout", "stderr", "onerror"):
                s.err(f"curl: unknown --write-out variable: '{match[1]}'\n")
            return ""
        if match[2] is not None:
            return header(done.answer or {}, match[2].lower())
        if match[3] is not None:
            return {"n": "\n", "r": "\r", "t": "\t"}.get(match[3], "\\" + match[3])
        return "%"

    for number, piece in enumerate(re.split(r"%\{(stderr|stdout)\}", text)):
        if number % 2:
            write = s.err if piece == "stderr" else s.out
        else:
            write(re.sub(pattern, fill, piece))


def _values(s: Session, o: Options, done: Done) -> dict[str, str]:
    answer, request = done.answer or {}, done.request or {}
    status = int(answer.get("status") or 0)
    parts = urlsplit(done.url)
    took = (s.now_us - done.begun_us) / SECOND
    reached = (int(answer.get("connected_us") or 0) or done.begun_us) - done.begun_us
    head = sum(len(row) + 2 for row in lines_of(answer)) if status else 0
    asked = sum(len(k) + len(str(v)) + 4 for k, v in (request.get("headers") or {}).items())
    seconds = {
        "time_total": took, "time_starttransfer": took if status else 0.0,
        "time_connect": reached / SECOND, "time_pretransfer": reached / SECOND,
        "time_namelookup": min(reached, MS // 4) / SECOND, "time_appconnect": 0.0,
        "time_redirect": 0.0,
    }  # fmt: skip
    port = parts.port or (443 if parts.scheme == "https" else 80)
    words: dict[str, Any] = {
        "http_code": f"{status:03d}", "response_code": f"{status:03d}",
        "num_redirects": done.redirects, "redirect_url": done.next_url,
        "url_effective": done.url if parts.path else done.url + "/", "method": request.get(
            "method", "GET"), "url": done.url, "size_download": done.received,
        "size_upload": done.uploaded, "size_header": head, "size_request": asked + len(
            str(request.get("path", ""))) + len(str(request.get("method", ""))) + 13,
        "speed_download": int(done.received / took) if took else 0,
        "speed_upload": int(done.uploaded / took) if took else 0,
        "content_type": header(answer, "content-type"), "http_version": "1.1" if status else "0",
        "scheme": parts.scheme.upper() if not s.newer else parts.scheme, "remote_ip": answer.get(
            "ip", "") if status else "", "remote_port": port if status else 0,
        "num_connects": 1 if status else 0, "num_headers": len(answer.get("headers") or {}),
        "filename_effective": done.file, "exitcode": done.code, "errormsg": done.text,
        "ssl_verify_result": 0, "http_connect": "000", "local_ip": "", "local_port": 0,
        "proxy_ssl_verify_result": 0, "referer": "", "urlnum": 0, "num_retries": 0,
    }  # fmt: skip
    return {**{name: str(value) for name, value in words.items()},
            **{name: f"{value:.6f}" for name, value in seconds.items()}}  # fmt: skip
