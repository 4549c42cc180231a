"""kubectl describe for namespaces and what bounds them: quotas, limit ranges, priority classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.kubernetes.api.table_rows import labels_text
from simulator.plain import Object, get

from .describe_text import conditions_table, events, labels, notes
from .tabwriter import tabulate

if TYPE_CHECKING:
    from .session import Session

SCOPES = {
    "Terminating": "Matches all pods that have an active deadline. These pods have a limited "
    "lifespan on a node before being actively terminated by the system.",
    "NotTerminating": "Matches all pods that do not have an active deadline. These pods usually "
    "include long running pods whose container command is not expected to terminate.",
    "BestEffort": "Matches all pods that do not have resource requirements set. These pods have "
    "a best effort quality of service.",
    "NotBestEffort": "Matches all pods that have at least one resource requirement set. These "
    "pods have a burstable or guaranteed quality of service.",
}
"""What a quota's scopes mean; the two newest have no words of their own upstream either."""

LIMITS_HEAD = (
    "{0}Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n"
    "{0}----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n"
)
LIMITS_FIELDS = ("min", "max", "defaultRequest", "default", "maxLimitRequestRatio")


def namespace(session: Session, obj: Object) -> str:
    """Describe a Namespace, its quotas and limits."""
    name = obj["metadata"]["name"]
    out = f"Name:\t{name}\n" + labels("Labels", obj["metadata"].get("labels"))
    out += notes("Annotations", obj["metadata"].get("annotations"))
    out += f"Status:\t{get(obj, 'status', 'phase', default='')}\n"
    out = tabulate(out + conditions_table(get(obj, "status", "conditions", default=[])))
    quotas = session.engine.store.list("ResourceQuota", name)
    rows = "".join(
        f"  Name:\t{quota['metadata']['name']}\n{_scopes(quota, '  ', '* ')}"
        f"  Resource\tUsed\tHard\n  --------\t---\t---\n{_amounts(quota, '  ')}"
        for quota in quotas
    )
    out += "\nResource Quotas\n" + tabulate(rows) if quotas else "\nNo resource quota.\n"
    ranges = session.engine.store.list("LimitRange", name)
    if not ranges:
        return out + "\nNo LimitRange resource.\n"
    rows = LIMITS_HEAD.format(" ") + "".join(_limits(one, " ") for one in ranges)
    return out + "\nResource Limits\n" + tabulate(rows)


def resource_quota(_: Session, obj: Object) -> str:
    """Describe a ResourceQuota."""
    out = f"Name:\t{obj['metadata']['name']}\nNamespace:\t{obj['metadata']['namespace']}\n"
    out += _scopes(obj, "", " * ") + "Resource\tUsed\tHard\n--------\t----\t----\n"
    return tabulate(out + _amounts(obj, ""))


def _scopes(quota: Object, indent: str, mark: str) -> str:
    scopes = sorted(quota["spec"].get("scopes") or ())
    if not scopes:
        return ""
    out = f"{indent}Scopes:\t{', '.join(scopes)}\n"
    return out + "".join(f"{indent}{mark}{SCOPES[one]}\n" for one in scopes if one in SCOPES)


def _amounts(quota: Object, indent: str) -> str:
    hard = get(quota, "status", "hard", default={})
    used = get(quota, "status", "used", default={})
    return "".join(f"{indent}{k}\t{used.get(k, '0')}\t{v}\n" for k, v in sorted(hard.items()))


def limit_range(_: Session, obj: Object) -> str:
    """Describe a LimitRange."""
    out = f"Name:\t{obj['metadata']['name']}\nNamespace:\t{obj['metadata']['namespace']}\n"
    return tabulate(out + LIMITS_HEAD.format("") + _limits(obj, ""))


def _limits(one: Object, indent: str) -> str:
    """Write one line for each resource of a range, with `-` for what it does not bound."""
    rows = ""
    for item in get(one, "spec", "limits", default=[]):
        for name in sorted({n for field in LIMITS_FIELDS for n in item.get(field) or {}}):
            cells = [str((item.get(field) or {}).get(name, "-")) for field in LIMITS_FIELDS]
            rows += f"{indent}{item['type']}\t{name}\t" + "\t".join(cells) + "\n"
    return rows


def priority_class(session: Session, obj: Object) -> str:
    """Describe a PriorityClass."""
    out = f"Name:\t{obj['metadata']['name']}\nValue:\t{obj.get('value', 0)}\n"
    out += f"GlobalDefault:\t{str(bool(obj.get('globalDefault'))).lower()}\n"
    out += f"PreemptionPolicy:\t{obj.get('preemptionPolicy')}\n"
    out += f"Description:\t{obj.get('description') or ''}\n"
    out += f"Annotations:\t{labels_text(obj['metadata'].get('annotations'))}\n"
    return tabulate(out + events(session, obj["metadata"]["uid"]))


DESCRIBERS: dict[str, Callable[[Session, Object], str]] = {
    "Namespace": namespace,
    "ResourceQuota": resource_quota,
    "LimitRange": limit_range,
    "PriorityClass": priority_class,
}
