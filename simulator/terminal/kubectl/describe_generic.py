"""kubectl describe for kinds without a describer of their own: every field, in words.

Source: kubectl v0.32 pkg/describe/describe.go (genericDescriber, printUnstructuredContent).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.plain import Object

from .describe_text import events, labels, notes
from .tabwriter import tabulate

if TYPE_CHECKING:
    from .session import Session

_SKIPPED = {
    ".metadata.managedFields",
    ".metadata.name",
    ".metadata.namespace",
    ".metadata.labels",
    ".metadata.annotations",
}
_ACRONYMS = ("API", "URL", "UID", "OSB", "GUID")


def anything(session: Session, obj: Object) -> str:
    """Describe an object of any kind."""
    meta = obj["metadata"]
    obj = {**obj, "kind": str(obj["kind"]).partition(".")[0]}
    out = f"Name:\t{meta['name']}\nNamespace:\t{meta.get('namespace') or ''}\n"
    out += labels("Labels", meta.get("labels")) + notes("Annotations", meta.get("annotations"))
    out += _fields(obj, 0, "")
    return tabulate(out + events(session, meta["uid"]))


def _fields(values: dict[str, Any], level: int, path: str) -> str:
    out = ""
    space = "  " * level
    for name in sorted(values):
        value, where = values[name], f"{path}.{name}"
        if where in _SKIPPED:
            continue
        title = _title(name)
        if isinstance(value, dict):
            out += f"{space}{title}:\n" + _fields(value, level + 1, where)
        elif isinstance(value, list):
            out += f"{space}{title}:\n"
            for item in value:
                if isinstance(item, dict):
                    out += _fields(item, level + 1, where)
                else:
                    out += f"{space}  {_word(item)}\n"
        else:
            out += f"{space}{title}:\t{_word(value)}\n"
    return out


def _title(name: str) -> str:
    """Turn `creationTimestamp` into `Creation Timestamp`."""
    if re.search(r"[^a-zA-Z0-9]", name):
        return name
    words = re.findall(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z0-9]+|[A-Z]", name)
    fixed = [w.upper() if w.upper() in _ACRONYMS else w[:1].upper() + w[1:] for w in words]
    return " ".join(fixed)


def _word(value: Any) -> str:
    if value is None:
        return "<nil>"
    return str(value).lower() if isinstance(value, bool) else str(value)
