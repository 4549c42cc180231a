"""Selectors: which objects are meant, by label (`app=web,tier in (a,b)`) or by field.

Source: kubernetes/apimachinery v0.32 pkg/labels/selector.go, pkg/fields/selector.go and
pkg/apis/meta/v1/helpers.go, read 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simulator.kubernetes.api.names import label_value_problems, qualified_name_problems

EQUALS, DOUBLE_EQUALS, NOT_EQUALS = "Equals", "DoubleEquals", "NotEquals"
IN, NOT_IN, EXISTS, DOES_NOT_EXIST = "In", "NotIn", "Exists", "DoesNotExist"
GREATER_THAN, LESS_THAN = "GreaterThan", "LessThan"

Labels = Mapping[str, str]

_SIGNS = {
    "=": EQUALS, "==": DOUBLE_EQUALS, "!=": NOT_EQUALS, ">": GREATER_THAN, "<": LESS_THAN,
    "in": IN, "notin": NOT_IN,
}  # fmt: skip
_SIGN_TEXT = {operator: sign for sign, operator in _SIGNS.items()}
_SIGNS_OFFERED = "in, notin, =, ==, !=, gt, lt"
_SYMBOLS = ("==", "!=", "=", "!", "(", ")", ",", ">", "<")
_SPECIAL = "=!(),><"
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)


class SelectorError(ValueError):
    """The text is no selector; the message is upstream's."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label.   values: sorted, without doubles."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Labels) -> bool:
        """Tell whether the labels meet the condition; `!=` and `notin` allow a missing key."""
        value = labels.get(self.key)
        operator = self.operator
        if operator in (EQUALS, DOUBLE_EQUALS, IN):
            return value is not None and value in self.values
        if operator in (NOT_EQUALS, NOT_IN):
            return value is None or value not in self.values
        if operator == EXISTS:
            return value is not None
        if operator == DOES_NOT_EXIST:
            return value is None
        have, want = integer(value), integer(self.values[0])
        if have is None or want is None:
            return False
        return have > want if operator == GREATER_THAN else have < want

    def __str__(self) -> str:
        if self.operator == EXISTS:
            return self.key
        if self.operator == DOES_NOT_EXIST:
            return f"!{self.key}"
        joined = ",".join(self.values)
        if self.operator in (IN, NOT_IN):
            return f"{self.key} {_SIGN_TEXT[self.operator]} ({joined})"
        return f"{self.key}{_SIGN_TEXT[self.operator]}{joined}"


@dataclass(frozen=True, slots=True)
class Selector:
    """Requirements that must all hold.   nothing: match no object at all."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False

    def matches(self, labels: Labels | None) -> bool:
        """Tell whether an object with these labels is selected."""
        if self.nothing:
            return False
        labels = labels or {}
        return all(requirement.matches(labels) for requirement in self.requirements)

    @property
    def empty(self) -> bool:
        """Tell whether every object is selected."""
        return not self.requirements and not self.nothing

    def __str__(self) -> str:
        return ",".join(str(requirement) for requirement in self.requirements)


EVERYTHING, NOTHING = Selector(), Selector(nothing=True)


def integer(text: str | None) -> int | None:
    """Read a 64-bit integer as Go's ParseInt does; None when it is none."""
    if text is None or not _INTEGER.fullmatch(text):
        return None
    value = int(text)
    return value if -(1 << 63) <= value < 1 << 63 else None


def requirement(key: str, operator: str, values: Iterable[str] = ()) -> Requirement:
    """Make a checked requirement.   Raises SelectorError as upstream's NewRequirement."""
    kept = tuple(sorted(set(values)))
    problems = []
    if wrong := qualified_name_problems(key):
        problems.append(_invalid("key", key, "; ".join(wrong)))
    problems += _count_problems(operator, kept)
    for n, value in enumerate(kept):
        if wrong := label_value_problems(value):
            problems.append(_invalid(f"values[{n}][{key}]", value, "; ".join(wrong)))
    if problems:
        raise SelectorError(problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]")
    return Requirement(key, operator, kept)


def _count_problems(operator: str, values: tuple[str, ...]) -> list[str]:
    shown = "[" + ", ".join(f'"{value}"' for value in values) + "]"
    if operator in (IN, NOT_IN):
        message = "for 'in', 'notin' operators, values set can't be empty"
        return [] if values else [f"values: Invalid value: {shown}: {message}"]
    if operator in (EXISTS, DOES_NOT_EXIST):
        message = "values set must be empty for exists and does not exist"
        return [f"values: Invalid value: {shown}: {message}"] if values else []
    if operator in (EQUALS, DOUBLE_EQUALS, NOT_EQUALS):
        message = "exact-match compatibility requires one single value"
        return [] if len(values) == 1 else [f"values: Invalid value: {shown}: {message}"]
    out = []
    if len(values) != 1:
        message = "for 'Gt', 'Lt' operators, exactly one value is required"
        out.append(f"values: Invalid value: {shown}: {message}")
    for n, value in enumerate(values):
        if integer(value) is None:
            message = "for 'Gt', 'Lt' operators, the value must be an integer"
            out.append(_invalid(f"values[{n}]", value, message))
    return out


def _invalid(path: str, value: str, why: str) -> str:
    return f'{path}: Invalid value: "{value}": {why}'


def _tokens(text: str) -> list[str]:
    """Split into symbols and words; the empty string marks the end."""
    out, at = [], 0
    while at < len(text):
        if text[at] in " \t\r\n":
            at += 1
            continue
        symbol = next((s for s in _SYMBOLS if text.startswith(s, at)), None)
        if symbol is None:
            end = at
            while end < len(text) and text[end] not in " \t\r\n" and text[end] not in _SPECIAL:
                end += 1
            symbol = text[at:end]
        out.append(symbol)
        at += len(symbol)
    return [*out, ""]


class _Parser:
    """Reads the tokens of one selector; `in` and `notin` are words where a word is expected."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at]

    def take(self) -> str:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def requirements(self) -> list[Requirement]:
        out: list[Requirement] = []
        while self.peek():
            if not _is_word(self.peek()) and self.peek() != "!":
                found = self.peek()
                raise SelectorError(f"found '{found}', expected: !, identifier, or 'end of string'")
            try:
                out.append(self.requirement())
            except SelectorError as problem:
                raise SelectorError(f"unable to parse requirement: {problem}") from None
            token = self.take()
            if token not in ("", ","):
                raise SelectorError(f"found '{token}', expected: ',' or 'end of string'")
            if token and not _is_word(self.peek()) and self.peek() != "!":
                raise SelectorError(f"found '{self.peek()}', expected: identifier after ','")
        return out

    def requirement(self) -> Requirement:
        token = self.take()
        negated = token == "!"
        key = self.take() if negated else token
        if not _is_word(key):
            raise SelectorError(f"found '{key}', expected: identifier")
        if wrong := qualified_name_problems(key):
            raise SelectorError(_invalid("<nil>", key, "; ".join(wrong)))
        if negated or self.peek() in ("", ","):
            return requirement(key, DOES_NOT_EXIST if negated else EXISTS)
        sign = self.take()
        if sign not in _SIGNS:
            raise SelectorError(f"found '{sign}', expected: {_SIGNS_OFFERED}")
        operator = _SIGNS[sign]
        values = self.value_set() if operator in (IN, NOT_IN) else self.value()
        return requirement(key, operator, values)

    def value(self) -> list[str]:
        if self.peek() in ("", ","):
            return [""]
        token = self.take()
        if not _is_word(token):
            raise SelectorError(f"found '{token}', expected: identifier")
        return [token]

    def value_set(self) -> list[str]:
        token = self.take()
        if token != "(":
            raise SelectorError(f"found '{token}' expected: '('")
        first = self.peek()
        if first == ")":
            self.take()
            return [""]
        if not _is_word(first) and first != ",":
            raise SelectorError(f"found '{first}', expected: ',', ')' or identifier")
        values = self.value_list()
        if self.take() != ")":
            raise SelectorError(f"found '{first}', expected: ')'")
        return values

    def value_list(self) -> list[str]:
        """Read words and commas up to the `)`; a comma without a word stands for the empty one."""
        values: list[str] = []
        while True:
            token = self.take()
            if _is_word(token):
                values.append(token)
                if self.peek() == ")":
                    return values
                if self.peek() != ",":
                    raise SelectorError(f"found '{self.peek()}', expected: ',' or ')'")
            elif token == ",":
                if not values:
                    values.append("")
                if self.peek() == ")":
                    return [*values, ""]
                if self.peek() == ",":
                    self.take()
                    values.append("")
            else:
                raise SelectorError(f"found '{token}', expected: ',', or identifier")


def _is_word(token: str) -> bool:
    return bool(token) and token not in _SYMBOLS


@lru_cache(maxsize=4096)
def parse(text: str) -> Selector:
    """Read a label selector as `kubectl -l` takes it.   Raises SelectorError."""
    found = _Parser(text).requirements()
    return Selector(tuple(sorted(found, key=lambda one: one.key)))


def of_labels(labels: Labels | None) -> Selector:
    """Make the selector of a plain map (a Service's); no map or an empty one selects all."""
    items = sorted((labels or {}).items())
    return Selector(tuple(Requirement(key, EQUALS, (value,)) for key, value in items))


def of_object(label_selector: Mapping[str, Any] | None) -> Selector:
    """Make the selector of a LabelSelector object.

    label_selector: `matchLabels`, `matchExpressions`; None selects nothing, {} everything.
    Raises SelectorError for an operator that is none.
    """
    if label_selector is None:
        return NOTHING
    out = list(of_labels(label_selector.get("matchLabels")).requirements)
    for expression in label_selector.get("matchExpressions") or ():
        operator = expression["operator"]
        if operator not in (IN, NOT_IN, EXISTS, DOES_NOT_EXIST):
            raise SelectorError(f'"{operator}" is not a valid label selector operator')
        out.append(requirement(expression["key"], operator, expression.get("values") or ()))
    return Selector(tuple(sorted(out, key=lambda one: one.key)))


@dataclass(frozen=True, slots=True)
class FieldTerm:
    """One condition on one field; `equal` False is `!=`."""

    path: str
    value: str
    equal: bool = True


_FIELD_TERM = re.compile(r"((?:[^\\=!]|\\.|!(?!=))*)(!=|==|=)(.*)", re.DOTALL)
_ESCAPES = {"\\\\": "\\", "\\,": ",", "\\=": "="}


@lru_cache(maxsize=4096)
def parse_fields(text: str) -> tuple[FieldTerm, ...]:
    """Read a field selector (`status.phase=Running,spec.nodeName!=n1`).   Raises SelectorError."""
    out = []
    for part in re.findall(r"(?:\\.|[^,\\])+", text, re.DOTALL):
        match = _FIELD_TERM.fullmatch(part)
        if match is None:
            raise SelectorError(f"invalid selector: '{text}'; can't understand '{part}'")
        out.append(FieldTerm(match[1], _unescaped(match[3]), match[2] != "!="))
    return tuple(out)


def _unescaped(value: str) -> str:
    """Take the backslashes out of a field's value; `,` and `=` must stand behind one."""
    out, at = [], 0
    while at < len(value):
        pair = value[at : at + 2]
        if value[at] == "\\":
            if pair not in _ESCAPES:
                raise SelectorError(f"invalid field selector: invalid escape sequence: {pair}")
            out.append(_ESCAPES[pair])
            at += 2
            continue
        if value[at] in ",=":
            raise SelectorError(
                f"invalid field selector: unescaped character in value: {value[at]}"
            )
        out.append(value[at])
        at += 1
    return "".join(out)


def field_text(obj: Mapping[str, Any], path: str) -> str:
    """Give a field of an object as field selectors compare it; missing ones are empty."""
    value: Any = obj
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if path in ("spec.unschedulable", "spec.hostNetwork"):
        return "true" if value else "false"
    if path == "source":
        return str(value.get("component", "")) if isinstance(value, Mapping) else ""
    return "" if value is None else str(value)


def matches_fields(terms: Iterable[FieldTerm], obj: Mapping[str, Any]) -> bool:
    """Tell whether an object meets all terms of a field selector."""
    return all((field_text(obj, term.path) == term.value) == term.equal for term in terms)


_EVERY_KIND = ("metadata.name", "metadata.namespace")
FIELDS_OF_KIND: dict[str, tuple[str, ...]] = {
    "Pod": (
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
        "spec.hostNetwork", "status.phase", "status.podIP", "status.podIPs",
        "status.nominatedNodeName",
    ),
    "Node": ("spec.unschedulable",),
    "Namespace": ("status.phase",),
    "Secret": ("type",),
    "ReplicationController": ("status.replicas",),
    "ReplicaSet": ("status.replicas",),
    "Job": ("status.successful",),
    "CertificateSigningRequest": ("spec.signerName",),
    "Event": (
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
        "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion",
        "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
    ),
}  # fmt: skip
"""Fields that the API server can select by, beside name and namespace (pkg/apis/*/conversion)."""


def check_fields(
    kind: str, terms: Iterable[FieldTerm], custom: Iterable[str] | None = None
) -> None:
    """Refuse a field that this kind cannot be selected by.   Raises SelectorError.

    custom: the fields that the definition of a custom kind names; None for a built-in kind.
    """
    for term in terms:
        if term.path in _EVERY_KIND or term.path in FIELDS_OF_KIND.get(kind, ()):
            continue
        if custom is not None:
            if term.path in custom:
                continue
            raise SelectorError(f"field label not supported: {term.path}")
        if kind == "Job":
            raise SelectorError(f'field label "{term.path}" not supported for Job')
        if kind in FIELDS_OF_KIND:
            raise SelectorError(f"field label not supported: {term.path}")
        known = ", ".join(f'"{path}"' for path in _EVERY_KIND)
        raise SelectorError(f'"{term.path}" is not a known field selector: only {known}')
