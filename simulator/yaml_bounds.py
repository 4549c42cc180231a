"""How deep and how tangled a YAML text may be that comes from a user; looked at before it is built.

Source: go-yaml decode.go (its own limits are larger; the words are its).
"""

from __future__ import annotations

from collections.abc import Iterable

from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, Event

MAX_DEPTH, MAX_ALIASES = 60, 100


def excess(events: Iterable[Event]) -> str:
    """Say in Go's words what is too much of a text, given what its scanner finds; "" for nothing.

    What the scanner raises (yaml.YAMLError, RecursionError) passes through.
    """
    depth = aliases = 0
    for event in events:
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        elif isinstance(event, AliasEvent):
            aliases += 1
        if depth > MAX_DEPTH:
            return "yaml: exceeded max depth"
        if aliases > MAX_ALIASES:
            return "yaml: document contains excessive aliasing"
    return ""
