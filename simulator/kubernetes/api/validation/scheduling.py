"""Where a pod may run: affinities, tolerations, spread.

Source: pkg/apis/core/validation/validation.go, validateAffinity and its neighbours.
"""

from __future__ import annotations

from typing import Any

from ..names import dns1123_label_problems, label_value_problems, subdomain_problems
from ..status import FieldValue, duplicate, field_forbidden, invalid_value, required, unsupported
from .common import Body, Problems, body, items, label_name, label_selector, names

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
ACTIONS = ("DoNotSchedule", "ScheduleAnyway")
NO_OPERATOR = "not a valid selector operator"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def affinity(given: Body, path: str) -> Problems:
    """Check the affinities of a pod."""
    out: Problems = []
    node = body(given.get("nodeAffinity"))
    if node.get(_REQUIRED) is not None:
        out += node_selector(body(node[_REQUIRED]), f"{path}.nodeAffinity.{_REQUIRED}")
    for n, one in items(node.get(_PREFERRED)):
        where = f"{path}.nodeAffinity.{_PREFERRED}[{n}]"
        out += _weight(one, where) + _node_term(body(one.get("preference")), f"{where}.preference")
    for kind in ("podAffinity", "podAntiAffinity"):
        rules = body(given.get(kind))
        for n, term in items(rules.get(_REQUIRED)):
            out += _pod_term(term, f"{path}.{kind}.{_REQUIRED}[{n}]")
        for n, one in items(rules.get(_PREFERRED)):
            where = f"{path}.{kind}.{_PREFERRED}[{n}]"
            out += _weight(one, where)
            out += _pod_term(body(one.get("podAffinityTerm")), f"{where}.podAffinityTerm")
    return out


def node_selector(selector: Body, path: str) -> Problems:
    """Check a NodeSelector: of pods and of volumes."""
    if not selector.get("nodeSelectorTerms"):
        why = "must have at least one node selector term"
        return [required(f"{path}.nodeSelectorTerms", why)]
    out: Problems = []
    for n, term in items(selector["nodeSelectorTerms"]):
        out += _node_term(term, f"{path}.nodeSelectorTerms[{n}]")
    return out


def _weight(one: Body, path: str) -> Problems:
    weight = one.get("weight") or 0
    if 1 <= weight <= 100:
        return []
    return [invalid_value(f"{path}.weight", weight, "must be in the range 1-100")]


def _node_term(term: Body, path: str) -> Problems:
    out: Problems = []
    for n, one in items(term.get("matchExpressions")):
        where = f"{path}.matchExpressions[{n}]"
        operator, values = one.get("operator"), one.get("values") or []
        if operator in ("In", "NotIn") and not values:
            why = "must be specified when `operator` is 'In' or 'NotIn'"
            out.append(required(f"{where}.values", why))
        elif operator in ("Exists", "DoesNotExist") and values:
            why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            out.append(field_forbidden(f"{where}.values", why))
        elif operator in ("Gt", "Lt") and len(values) != 1:
            why = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            out.append(required(f"{where}.values", why))
        elif operator not in OPERATORS:
            out.append(invalid_value(f"{where}.operator", operator or "", NO_OPERATOR))
        out += label_name(one.get("key"), f"{where}.key")
    for n, one in items(term.get("matchFields")):
        out += _node_field(one, f"{path}.matchFields[{n}]")
    return out


def _node_field(one: Body, path: str) -> Problems:
    out: Problems = []
    operator, values = one.get("operator"), one.get("values") or []
    if operator not in ("In", "NotIn"):
        out.append(invalid_value(f"{path}.operator", operator or "", NO_OPERATOR))
    elif len(values) != 1:
        why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        out.append(required(f"{path}.values", why))
    if one.get("key") != "metadata.name":
        why = "not a valid field selector key"
        return [*out, invalid_value(f"{path}.key", one.get("key") or "", why)]
    for n, text in enumerate(values):
        out += names(str(text), f"{path}.values[{n}]", subdomain_problems)
    return out


def _pod_term(term: Body, path: str) -> Problems:
    out = label_selector(term.get("labelSelector"), f"{path}.labelSelector")
    out += label_selector(term.get("namespaceSelector"), f"{path}.namespaceSelector")
    for name in term.get("namespaces") or ():
        out += names(str(name), f"{path}.namespace", dns1123_label_problems)
    for field in ("matchLabelKeys", "mismatchLabelKeys"):
        out += _label_keys(term, f"{path}.{field}", field)
    both = set(term.get("mismatchLabelKeys") or ())
    for n, key in enumerate(term.get("matchLabelKeys") or ()):
        if key in both:
            why = "exists in both matchLabelKeys and mismatchLabelKeys"
            out.append(invalid_value(f"{path}.matchLabelKeys[{n}]", key, why))
    if not term.get("topologyKey"):
        out.append(required(f"{path}.topologyKey", "can not be empty"))
    return out + label_name(term.get("topologyKey"), f"{path}.topologyKey")


def _label_keys(term: Body, path: str, field: str) -> Problems:
    keys = term.get(field) or ()
    if keys and term.get("labelSelector") is None:
        return [field_forbidden(path, "must not be specified when labelSelector is not set")]
    return [one for n, key in enumerate(keys) for one in label_name(key, f"{path}[{n}]")]


def tolerations(given: Any, path: str) -> Problems:
    """Check which taints a pod tolerates."""
    out: Problems = []
    for n, one in items(given):
        where = f"{path}[{n}]"
        key, operator = one.get("key") or "", one.get("operator") or ""
        effect, value = one.get("effect") or "", str(one.get("value") or "")
        if key:
            out += label_name(key, f"{where}.key")
        elif operator != "Exists":
            why = (
                "operator must be Exists when `key` is empty, "
                'which means "match all values and all keys"'
            )
            out.append(invalid_value(f"{where}.operator", operator, why))
        if one.get("tolerationSeconds") is not None and effect != "NoExecute":
            why = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            out.append(invalid_value(f"{where}.effect", effect, why))
        if operator in ("", "Equal"):
            wrong = label_value_problems(value)
            if wrong:
                out.append(invalid_value(f"{where}.operator", value, ";".join(wrong)))
        elif operator != "Exists":
            out.append(unsupported(f"{where}.operator", operator, ("Equal", "Exists")))
        elif value:
            why = "value must be empty when `operator` is 'Exists'"
            out.append(invalid_value(f"{where}.operator", _go_toleration(one), why))
        if effect and effect not in EFFECTS:
            out.append(unsupported(f"{where}.effect", effect, EFFECTS))
    return out


def _go_toleration(one: Body) -> FieldValue:
    """Write a toleration as Go prints the struct."""
    words = [f'{name.capitalize()}:"{one.get(name) or ""}"'
             for name in ("key", "operator", "value", "effect")]  # fmt: skip
    seconds = "(*int64)(nil)" if one.get("tolerationSeconds") is None else "(*int64)(0xc000012345)"
    return FieldValue(f"core.Toleration{{{', '.join(words)}, TolerationSeconds:{seconds}}}")


def spread(given: Any, path: str) -> Problems:
    """Check over what a pod's fellows are spread."""
    out: Problems = []
    rules = [one for _, one in items(given)]
    for n, one in enumerate(rules):
        where = f"{path}[{n}]"
        key, action = one.get("topologyKey") or "", one.get("whenUnsatisfiable") or ""
        if (one.get("maxSkew") or 0) <= 0:
            why = "must be greater than zero"
            out.append(invalid_value(f"{where}.maxSkew", one.get("maxSkew") or 0, why))
        if not key:
            out.append(required(f"{where}.topologyKey", "can not be empty"))
        if action not in ACTIONS:
            out.append(unsupported(f"{where}.whenUnsatisfiable", action, ACTIONS))
        if (key, action) in [
            (o.get("topologyKey") or "", o.get("whenUnsatisfiable") or "") for o in rules[n + 1 :]
        ]:
            field = f"{where}.{{topologyKey, whenUnsatisfiable}}"
            out.append(duplicate(field, f"{{{key}, {action}}}"))
        out += _domains(one, action, f"{where}.minDomains")
        for policy in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            if one.get(policy) not in (None, "Honor", "Ignore"):
                out.append(unsupported(f"{where}.{policy}", one[policy], ("Honor", "Ignore")))
        out += _spread_keys(one, f"{where}.matchLabelKeys")
        out += label_selector(one.get("labelSelector"), f"{where}.labelSelector")
    return out


def _domains(one: Body, action: str, path: str) -> Problems:
    least = one.get("minDomains")
    if least is None:
        return []
    out: Problems = []
    if least <= 0:
        out.append(invalid_value(path, least, "must be greater than zero"))
    if action != "DoNotSchedule":
        why = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
        out.append(invalid_value(path, least, why))
    return out


def _spread_keys(one: Body, path: str) -> Problems:
    keys = one.get("matchLabelKeys") or ()
    if not keys:
        return []
    out: Problems = []
    if one.get("labelSelector") is None:
        out.append(field_forbidden(path, "must not be specified when labelSelector is not set"))
    selector = body(one.get("labelSelector"))
    used: set[Any] = {*body(selector.get("matchLabels"))}
    used |= {e.get("key") for _, e in items(selector.get("matchExpressions"))}
    for n, key in enumerate(keys):
        out += label_name(key, f"{path}[{n}]")
        if key in used:
            why = "exists in both matchLabelKeys and labelSelector"
            out.append(invalid_value(f"{path}[{n}]", key, why))
    return out
