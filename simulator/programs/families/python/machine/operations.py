"""The operations of Python's machine, for the compiler."""

from .op_flow import *  # noqa: F403
from .op_names import *  # noqa: F403
from .op_values import *  # noqa: F403
from .types import ELLIPSIS

__all__ = ["ELLIPSIS"]
