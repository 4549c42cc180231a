"""The network: names, addresses, who reaches whom, and what stands in the way."""

from .links import Links
from .resolve import Network
from .route import Route, Source

__all__ = ["Links", "Network", "Route", "Source"]
