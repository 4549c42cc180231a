"""What `urllib.parse` does to single texts; the rest of it is in `lib/urllib.parse.pym`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib import parse

from ....vm import Machine
from .calls import native
from .errors import error
from .operators import unwrap
from .types import name_of


def _enter(name: str, work: Callable[..., str]) -> None:
    @native(f"urllib.parse.{name}")
    def function(vm: Machine, args: list[Any], words: dict[str, Any]) -> Any:
        text, *rest = [unwrap(one) for one in args]
        if type(text) not in (str, bytes):
            raise error("TypeError", f"quote_from_bytes() expected bytes, not {name_of(text)!r}")
        safe = words.get("safe", rest[0] if rest else None)
        if name.startswith("quote") and safe is not None:
            return work(text, safe=str(safe))
        return work(text)


for _name in ("quote", "quote_plus", "unquote", "unquote_plus"):
    _enter(_name, getattr(parse, _name))
