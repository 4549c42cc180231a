"""curl and wget wherever they are typed: what they send, follow, wait for and print.

A client is a function from a `Session` to an exit code. What it must wait for (an answer, a pause
before it tries again) leaves it as `Asked`; who runs it waits, notes what came in the session's
memo and runs it anew: with the memo it comes to the same place and goes on. So a client that waits
is plain data, and its code reads from top to bottom.
"""

from .curl import curl
from .session import Asked, Session, Target
from .wget import wget

__all__ = ["Asked", "Session", "Target", "curl", "wget"]
