"""Checks that many kinds share: numbers, names, ports, selectors, percents, and Go's spellings."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .. import selectors
from ..names import domain_path_problems, label_value_problems, qualified_name_problems
from ..quantity import QuantityError, go_struct, parse
from ..status import (
    FieldError,
    FieldValue,
    duplicate,
    field_forbidden,
    invalid_value,
    required,
    too_long,
    unsupported,
)

Problems = list[FieldError]
Body = dict[str, Any]

MAX_ANNOTATIONS = 256 << 10
AT_LEAST_0 = "must be greater than or equal to 0"
IMMUTABLE = "field is immutable"
PORT_RANGE = "must be between 1 and 65535, inclusive"
PROTOCOLS = ("SCTP", "TCP", "UDP")
_PERCENT = re.compile(r"[0-9]+%")
_PORT_NAME = re.compile(r"[-a-z0-9]+")


def body(value: Any) -> Body:
    """Give a nested object, or an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> Iterable[tuple[int, Body]]:
    """Number the items of a list of objects."""
    return enumerate(value) if isinstance(value, list) else ()


def not_negative(spec: Body, path: str, *names: str) -> Problems:
    """Refuse numbers below 0."""
    return [
        invalid_value(f"{path}.{name}", spec[name], AT_LEAST_0)
        for name in names
        if isinstance(spec.get(name), int) and spec[name] < 0
    ]


def one_of(
    spec: Body, path: str, name: str, allowed: Sequence[str], need: bool = False
) -> Problems:
    """Refuse a word that is not in a list."""
    value = spec.get(name)
    where = f"{path}.{name}" if path else name
    if value in (None, ""):
        return [required(where)] if need else []
    return [] if value in allowed else [unsupported(where, value, allowed)]


def ip_address(value: Any, path: str) -> Problems:
    """Refuse what is no IP address."""
    try:
        ipaddress.ip_address(str(value))
    except ValueError:
        why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
        return [invalid_value(path, value, why)]
    return []


def cidr(value: Any, path: str) -> Problems:
    """Refuse what is no range of IP addresses."""
    try:
        if "/" in str(value):
            ipaddress.ip_network(str(value), strict=False)
            return []
    except ValueError:
        pass
    why = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
    return [invalid_value(path, value, why)]


def named(value: Any, path: str, check: Callable[[str], Sequence[str]]) -> Problems:
    """Refuse a name that is missing or malformed."""
    if not value:
        return [required(path)]
    return [invalid_value(path, value, why) for why in check(str(value))]


def unique(names: Iterable[tuple[str, Any]]) -> Problems:
    """Refuse a value that came before.   names: (path, value)."""
    seen: set[Any] = set()
    out: Problems = []
    for path, value in names:
        if value in seen:
            out.append(duplicate(path, value))
        seen.add(value)
    return out


def port_number(value: Any, path: str) -> Problems:
    """Refuse what is no port number."""
    if not isinstance(value, int) or not 1 <= value <= 65535:
        return [invalid_value(path, 0 if value is None else value, PORT_RANGE)]
    return []


def port_name(value: str, path: str) -> Problems:
    """Refuse what is no IANA service name."""
    why = []
    if len(value) > 15:
        why.append("must be no more than 15 characters")
    if not _PORT_NAME.fullmatch(value):
        why.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", value):
        why.append("must contain at least one letter (a-z)")
    if "--" in value:
        why.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        why.append("must not begin or end with a hyphen")
    return [invalid_value(path, value, one) for one in why]


def port_or_name(value: Any, path: str) -> Problems:
    """Refuse what is neither a port number nor a port's name."""
    if isinstance(value, str) and value:
        return port_name(value, path)
    return port_number(value, path)


def labels(value: Any, path: str) -> Problems:
    """Refuse malformed labels."""
    out = []
    for key, text in sorted(body(value).items()):
        out += [invalid_value(path, key, why) for why in qualified_name_problems(key)]
        out += [invalid_value(path, text, why) for why in label_value_problems(str(text))]
    return out


def label_name(value: Any, path: str) -> Problems:
    """Refuse what is no key of a label."""
    text = str(value or "")
    return [invalid_value(path, text, why) for why in qualified_name_problems(text)]


def label_selector(value: Any, path: str) -> Problems:
    """Refuse a malformed LabelSelector."""
    selector = body(value)
    out = labels(selector.get("matchLabels"), f"{path}.matchLabels")
    for n, one in items(selector.get("matchExpressions")):
        where = f"{path}.matchExpressions[{n}]"
        operator, values = one.get("operator"), one.get("values") or []
        if operator in ("In", "NotIn"):
            if not values:
                why = "must be specified when `operator` is 'In' or 'NotIn'"
                out.append(required(f"{where}.values", why))
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                out.append(field_forbidden(f"{where}.values", why))
        else:
            why = "not a valid selector operator"
            out.append(invalid_value(f"{where}.operator", operator or "", why))
        out += label_name(one.get("key"), f"{where}.key")
        for m, text in enumerate(values):
            wrong = label_value_problems(str(text))
            out += [invalid_value(f"{where}.values[{m}]", text, why) for why in wrong]
    return out


def annotation_texts(value: Any, path: str) -> Problems:
    """Refuse malformed annotations, and too many of them."""
    out: Problems = []
    size = 0
    for key, text in sorted(body(value).items()):
        out += [invalid_value(path, key, why) for why in qualified_name_problems(key.lower())]
        size += len(key) + len(str(text))
    return [*out, too_long(path, MAX_ANNOTATIONS)] if size > MAX_ANNOTATIONS else out


def names(value: str, path: str, check: Callable[[str], Sequence[str]]) -> Problems:
    """Say what a check finds wrong with a text."""
    return [invalid_value(path, value, why) for why in check(value)]


def domain_path(value: str, path: str) -> Problems:
    """Refuse what is no `acme.io/foo`."""
    if not value:
        return [required(path)]
    return [invalid_value(path, text, why) for text, why in domain_path_problems(value)]


def matches(selector: Any, given: Any) -> bool:
    """Tell whether a selector that may be malformed selects these labels."""
    try:
        return selectors.of_object(selector).matches(given)
    except (selectors.SelectorError, KeyError):
        return True


def int_or_percent(value: Any, path: str) -> Problems:
    """Refuse what is neither a number from 0 up nor a percentage."""
    if isinstance(value, str):
        if _PERCENT.fullmatch(value):
            return []
        why = (
            "a valid percent string must be a numeric string followed by an ending '%' "
            "(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
        )
        return [invalid_value(path, go_int_or_string(value), why)]
    if isinstance(value, int) and value < 0:
        return [invalid_value(path, value, AT_LEAST_0)]
    return []


def not_over_100(value: Any, path: str) -> Problems:
    """Refuse a percentage above 100."""
    if isinstance(value, str) and _PERCENT.fullmatch(value) and int(value[:-1]) > 100:
        return [invalid_value(path, go_int_or_string(value), "must not be greater than 100%")]
    return []


def go_quantity(value: Any) -> FieldValue:
    """Write a quantity as Go prints the struct."""
    return FieldValue(go_struct(value))


def go_pointer(type: str, value: Any) -> str:
    """Write a pointer within a struct as Go prints it.

    # Simplified: Where Go prints the address of a value in the server's memory, one address
    # stands for all of them.
    """
    return f"(*{type})(nil)" if value is None else f"(*{type})(0xc000012345)"


def int_or_percent_value(value: Any) -> int:
    """Give the number of a count or a percentage; 0 for what is neither."""
    if isinstance(value, str):
        return int(value[:-1]) if _PERCENT.fullmatch(value) else 0
    return value if isinstance(value, int) else 0


def quantity(value: Any, path: str) -> Problems:
    """Refuse a negative quantity, or what is none."""
    try:
        amount = parse(value)
    except QuantityError as error:
        return [invalid_value(path, value, str(error))]
    return [invalid_value(path, str(amount), AT_LEAST_0)] if amount.nanos < 0 else []


def go_int_or_string(value: Any) -> FieldValue:
    """Write an int-or-string as Go prints the struct."""
    if isinstance(value, str):
        return FieldValue(f'intstr.IntOrString{{Type:1, IntVal:0, StrVal:"{value}"}}')
    return FieldValue(f'intstr.IntOrString{{Type:0, IntVal:{value}, StrVal:""}}')


def go_selector(value: Any) -> FieldValue:
    """Write a LabelSelector as Go prints the struct."""
    selector = body(value)
    expressions = [
        f'v1.LabelSelectorRequirement{{Key:"{one.get("key")}", Operator:"{one.get("operator")}", '
        f"Values:{go_strings(one.get('values'))}}}"
        for one in selector.get("matchExpressions") or ()
    ]
    listed = f"{{{', '.join(expressions)}}}" if expressions else "(nil)"
    return FieldValue(
        f"v1.LabelSelector{{MatchLabels:{go_map(selector.get('matchLabels'))}, "
        f"MatchExpressions:[]v1.LabelSelectorRequirement{listed}}}"
    )


def go_map(value: Any) -> FieldValue:
    """Write a map of texts as Go prints it."""
    if not value:
        return FieldValue("map[string]string(nil)")
    inside = ", ".join(f'"{key}":"{text}"' for key, text in sorted(body(value).items()))
    return FieldValue(f"map[string]string{{{inside}}}")


def go_strings(value: Any) -> FieldValue:
    """Write a list of texts as Go prints it."""
    if not value:
        return FieldValue("[]string(nil)")
    inside = ", ".join(f'"{one}"' for one in value)
    return FieldValue(f"[]string{{{inside}}}")
