"""Tags of YAML on values that do not look like them: `!!int x`.   Source: go-yaml `resolve`."""

from __future__ import annotations

import yaml

TAG = "tag:yaml.org,2002:"
COLLECTIONS = tuple(f"{TAG}{name}" for name in ("map", "seq", "set", "omap", "pairs"))
"""Tags that Go leaves alone: a collection is what it is written as."""


def mistaken(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    """Say in Go's words that a text does not look like its tag; "" when it does."""
    looks: str = loader.resolve(  # type: ignore[no-untyped-call]
        yaml.ScalarNode, node.value, (True, False)
    )
    if node.tag == f"{TAG}timestamp" and yaml.SafeLoader.timestamp_regexp.match(node.value):
        return ""
    if node.tag in (looks, f"{TAG}str") or (node.tag, looks) == (f"{TAG}float", f"{TAG}int"):
        return ""
    short, wanted = (f"!!{tag.removeprefix(TAG)}" for tag in (looks, node.tag))
    return f"yaml: cannot decode {short} `{node.value}` as a {wanted}"
