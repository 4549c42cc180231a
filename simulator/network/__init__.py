"""The network: names, addresses, who reaches whom, and what stands in the way."""

from .links import Links
from .resolve import Network

__all__ = ["Links", "Network"]
