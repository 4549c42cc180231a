"""Load: who sends requests, how they queue in containers, and what became of them."""

from .clients import Traffic
from .metrics import Metrics

__all__ = ["Metrics", "Traffic"]
