"""Pieces that every `kubectl describe` is made of.

Source: kubectl v0.32 pkg/describe/describe.go.

Texts carry tabs between cells; the whole is set into columns at the end.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.plain import Object

if TYPE_CHECKING:
    from .session import Session

MAX_NOTE = 140
_HIDDEN = ("kubectl.kubernetes.io/last-applied-configuration",)


def moment(text: str | None) -> str:
    """Write a timestamp as `Mon, 05 Jan 2026 09:00:00 +0000`."""
    if not text:
        return "Mon, 01 Jan 0001 00:00:00 +0000"
    body = text.rstrip("Z").partition(".")[0]
    return datetime.fromisoformat(body).strftime("%a, %d %b %Y %H:%M:%S +0000")


def labels(title: str, values: Any, indent: str = "") -> str:
    """Write labels, one a line."""
    if not values:
        return f"{indent}{title}:\t<none>\n"
    lines = [f"{key}={value}" for key, value in sorted(values.items())]
    return f"{indent}{title}:\t" + f"\n{indent}\t".join(lines) + "\n"


def notes(title: str, values: Any, indent: str = "") -> str:
    """Write annotations, one a line; a long one below its key."""
    shown = {k: v for k, v in (values or {}).items() if k not in _HIDDEN}
    if not shown:
        return f"{indent}{title}:\t<none>\n"
    out = []
    for key, value in sorted(shown.items()):
        text = str(value).removesuffix("\n")
        if len(text) + len(key) + 2 > MAX_NOTE or "\n" in text:
            lines = [f"{indent}\t  {_short(line)}" for line in text.split("\n")]
            out.append("\n".join([f"{key}:", *lines]))
        else:
            out.append(f"{key}: {text}")
    return f"{indent}{title}:\t" + f"\n{indent}\t".join(out) + "\n"


def _short(text: str) -> str:
    limit = MAX_NOTE - 2
    return text if len(text) <= limit else text[:limit] + "..."


def tolerations(values: Any, indent: str = "") -> str:
    """Write what a pod tolerates, one a line."""
    if not values:
        return f"{indent}Tolerations:\t<none>\n"
    lines = []
    for one in sorted(values, key=lambda t: t.get("key") or ""):
        text = one.get("key") or ""
        text += f"={one['value']}" if one.get("value") else ""
        text += f":{one['effect']}" if one.get("effect") else ""
        if one.get("operator") == "Exists" and not one.get("value"):
            text += " op=Exists" if text else "op=Exists"
        if one.get("tolerationSeconds") is not None:
            text += f" for {one['tolerationSeconds']}s"
        lines.append(text)
    return f"{indent}Tolerations:\t" + f"\n{indent}\t".join(lines) + "\n"


def conditions_table(rows: Any) -> str:
    """Write a namespace's conditions; nothing where there are none."""
    if not rows:
        return ""
    out = "Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage\n"
    out += "  ----\t------\t------------------\t------\t-------\n"
    for row in rows:
        cells = (row["type"], row["status"], moment(row.get("lastTransitionTime")))
        out += "  " + "\t".join((*cells, row.get("reason", ""), row.get("message", ""))) + "\n"
    return out


def controller(obj: Object) -> str:
    """Name what controls an object (`ReplicaSet/web-5d4f`), or "" for nothing."""
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            return f"{owner['kind']}/{owner['name']}"
    return ""


def events(session: Session, *uids: str) -> str:
    """Write the events about an object, oldest first."""
    found = [event for uid in uids for event in session.engine.events.of(uid)]
    if not found:
        return "Events:\t<none>\n"
    out = "Events:\n  Type\tReason\tAge\tFrom\tMessage\n  ----\t------\t----\t----\t-------\n"
    for event in found:
        first = session.clock.since(event.get("firstTimestamp"))
        age = first
        if (event.get("count") or 1) > 1:
            last = session.clock.since(event.get("lastTimestamp"))
            age = f"{last} (x{event['count']} over {first})"
        source = (event.get("source") or {}).get("component") or event.get("reportingComponent")
        message = str(event.get("message") or "").strip()
        out += f"  {event['type']}\t{event['reason']}\t{age}\t{source}\t{message}\n"
    return out


def yes(value: Any) -> str:
    """Write a truth as describe does."""
    return "True" if value else "False"
