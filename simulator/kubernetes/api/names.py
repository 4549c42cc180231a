"""What names, label keys and label values may look like, and upstream's words when they do not.

Source: kubernetes/apimachinery v0.32 pkg/util/validation/validation.go, read 2026-11-23.
"""

from __future__ import annotations

import re
from functools import lru_cache

LABEL_MAX, SUBDOMAIN_MAX = 63, 253

_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"
_DNS1123 = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_DNS1123}(\.{_DNS1123})*"
_DNS1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"

_QUALIFIED_MESSAGE = (
    "must consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)
_QUALIFIED_EXAMPLES = ("MyName", "my.name", "123-abc")


def _too_long(limit: int) -> str:
    return f"must be no more than {limit} characters"


def _pattern_message(message: str, pattern: str, *examples: str) -> str:
    named = " or ".join(f"'{example}', " for example in examples)
    return f"{message} (e.g. {named}regex used for validation is '{pattern}')"


def _mismatch(text: str, pattern: str, limit: int, message: str, *examples: str) -> list[str]:
    out = [_too_long(limit)] if len(text) > limit else []
    if not re.fullmatch(pattern, text, re.ASCII):
        out.append(_pattern_message(message, pattern, *examples))
    return out


@lru_cache(maxsize=16384)
def label_value_problems(text: str) -> tuple[str, ...]:
    """Say what is wrong with a label value; nothing when it is fine."""
    message = "a valid label must be an empty string or consist of " + _QUALIFIED_MESSAGE[16:]
    examples = ("MyValue", "my_value", "12345")
    return tuple(_mismatch(text, _LABEL_VALUE, LABEL_MAX, message, *examples))


@lru_cache(maxsize=16384)
def qualified_name_problems(text: str) -> tuple[str, ...]:
    """Say what is wrong with a label key, `[prefix/]name`; nothing when it is fine."""
    prefix, slash, name = text.rpartition("/")
    if "/" in prefix:
        message = _pattern_message(_QUALIFIED_MESSAGE, _QUALIFIED, *_QUALIFIED_EXAMPLES)
        optional = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return (f"a qualified name {message} {optional}",)
    out = []
    if slash and not prefix:
        out.append("prefix part must be non-empty")
    elif slash:
        out += [f"prefix part {problem}" for problem in subdomain_problems(prefix)]
    if not name:
        out.append("name part must be non-empty")
    wrong = _mismatch(name, _QUALIFIED, LABEL_MAX, _QUALIFIED_MESSAGE, *_QUALIFIED_EXAMPLES)
    return (*out, *(f"name part {problem}" for problem in wrong))


@lru_cache(maxsize=16384)
def subdomain_problems(text: str) -> tuple[str, ...]:
    """Say what is wrong with an RFC 1123 subdomain (names of most objects)."""
    message = (
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
        "'-' or '.', and must start and end with an alphanumeric character"
    )
    return tuple(_mismatch(text, _SUBDOMAIN, SUBDOMAIN_MAX, message, "example.com"))


@lru_cache(maxsize=16384)
def dns1123_label_problems(text: str) -> tuple[str, ...]:
    """Say what is wrong with an RFC 1123 label (namespaces, containers)."""
    message = (
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
        "and must start and end with an alphanumeric character"
    )
    return tuple(_mismatch(text, _DNS1123, LABEL_MAX, message, "my-name", "123-abc"))


@lru_cache(maxsize=16384)
def dns1035_label_problems(text: str) -> tuple[str, ...]:
    """Say what is wrong with an RFC 1035 label (services)."""
    message = (
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
        "start with an alphabetic character, and end with an alphanumeric character"
    )
    return tuple(_mismatch(text, _DNS1035, LABEL_MAX, message, "my-name", "abc-123"))
