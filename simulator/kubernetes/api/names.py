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
    if re.fullmatch(_SUBDOMAIN, text, re.ASCII) and "." in text:
        return (
            *((_too_long(LABEL_MAX),) if len(text) > LABEL_MAX else ()),
            "must not contain dots",
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


def wildcard_problems(text: str) -> list[str]:
    """Say what is wrong with a host that begins with `*.`."""
    message = (
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, "
        "which must consist of lower case alphanumeric characters, '-' or '.' and end with an "
        "alphanumeric character"
    )
    return _mismatch(text, rf"\*\.{_SUBDOMAIN}", SUBDOMAIN_MAX, message, "*.example.com")


def path_segment_problems(text: str, prefix: bool = False) -> list[str]:
    """Say why a text cannot be one step of a URL's path.   prefix: it is a generateName."""
    if not prefix and text in (".", ".."):
        return [f"may not be '{text}'"]
    return [f"may not contain '{char}'" for char in ("/", "%") if char in text]


def config_key_problems(text: str) -> list[str]:
    """Say what is wrong with a key of a ConfigMap or Secret."""
    message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
    examples = ("key.name", "KEY_NAME", "key-name")
    out = _mismatch(text, "[-._a-zA-Z0-9]+", SUBDOMAIN_MAX, message, *examples)
    if text in (".", ".."):
        return [*out, f"must not be '{text}'"]
    return [*out, "must not start with '..'"] if text.startswith("..") else out


def header_problems(text: str) -> list[str]:
    """Say what is wrong with the name of an HTTP header."""
    message = "a valid HTTP header must consist of alphanumeric characters or '-'"
    return _mismatch(text, "[-A-Za-z0-9]+", len(text), message, "X-Header-Name")


def domain_path_problems(text: str) -> list[tuple[str, str]]:
    """Say what is wrong with a `acme.io/foo`: (value, why) each."""
    host, slash, path = text.partition("/")
    if not (slash and host and path):
        return [(text, 'must be a domain-prefixed path (such as "acme.io/foo")')]
    out = [(host, why) for why in subdomain_problems(host)]
    pattern = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"
    if not re.fullmatch(pattern, path, re.ASCII):
        out.append((path, f"Invalid path (regex used for validation is '{pattern}')"))
    return out
