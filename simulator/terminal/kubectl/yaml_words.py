"""What PyYAML finds wrong, in the words of Go's yaml.v2: both descend from libyaml."""

from __future__ import annotations

import re

import yaml

_WORDS = (
    (
        r"found character '\\t' that cannot start any token",
        "found character that cannot start any token",
    ),
    (
        r"found character .* that cannot start any token",
        "found character that cannot start any token",
    ),
    (r"mapping values are not allowed here", "mapping values are not allowed in this context"),
    (
        r"sequence entries are not allowed here",
        "block sequence entries are not allowed in this context",
    ),
    (
        r"expected chomping or indentation .*|expected a comment or a line break.*",
        "did not find expected comment or line break",
    ),
    (
        r"expected alphabetic or numeric character.*",
        "did not find expected alphabetic or numeric character",
    ),
    (r"found incompatible YAML document.*", "found incompatible YAML document"),
    (r"could not find expected ':'", "could not find expected ':'"),
    (r"expected <block end>, but found .*", "did not find expected key"),
    (r"expected ',' or '\]', but got .*", "did not find expected ',' or ']'"),
    (r"expected ',' or '\}', but got .*", "did not find expected ',' or '}'"),
    (r"found undefined alias '(.*)'", "unknown anchor '{0}' referenced"),
    (r"found undefined alias \"(.*)\"", "unknown anchor '{0}' referenced"),
    (r"found unexpected end of stream", "found unexpected end of stream"),
    (r"expected the node content, but found .*", "did not find expected node content"),
    (r"expected '<document start>', but found .*", "did not find expected <document start>"),
    (
        r"unacceptable character .*|special characters are not allowed",
        "control characters are not allowed",
    ),
    (r"found unknown escape character .*", "found unknown escape character"),
)
_WORDS_COMPILED = [(re.compile(pattern), words) for pattern, words in _WORDS]


def go_message(error: yaml.YAMLError) -> str:
    """Say what PyYAML found wrong in the words of Go's yaml.v2 (both descend from libyaml)."""
    problem = str(getattr(error, "problem", None) or error)
    text = problem
    for pattern, words in _WORDS_COMPILED:
        match = pattern.match(problem)
        if match:
            text = words.format(*match.groups()) if match.groups() else words
            break
    if "directive" in str(getattr(error, "context", "")):
        text = re.sub(r".* alphabetic or .*", "could not find expected directive name", text)
    if "block collection" in str(getattr(error, "context", "")):
        text = text.replace("did not find expected key", "did not find expected '-' indicator")
    if isinstance(error, yaml.composer.ComposerError):
        return f"yaml: {text}"
    problem_at, context_at = (
        getattr(getattr(error, name, None), "line", 0) for name in ("problem_mark", "context_mark")
    )
    line = problem_at + isinstance(error, yaml.scanner.ScannerError) if problem_at else context_at
    return f"yaml: line {line}: {text}" if line else f"yaml: {text}"
