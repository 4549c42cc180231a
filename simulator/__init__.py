"""Drydock's simulator: machines, containers and a cluster that exist only as events in time.

Public names: everything the web may use stands here; it imports nothing else from inside.
"""

from .commands import MAX_TEXT, check
from .docker.check import check_dockerfile
from .docker.trial import try_build
from .engine import ENGINE_VERSION
from .errors import BadCommand, BadLog, BadScenario, DrydockError, LabFailed
from .garbage import relax as relax_garbage_collection
from .goals import check_expression
from .kubernetes.check import check_manifests, guarded
from .lab import Lab
from .lint import lint
from .log import Branch, Entry, Log
from .scenario import Scenario
from .timing import SECOND, duration_us
from .view import View

__all__ = [
    "ENGINE_VERSION",
    "MAX_TEXT",
    "SECOND",
    "BadCommand",
    "BadLog",
    "BadScenario",
    "Branch",
    "DrydockError",
    "Entry",
    "Lab",
    "LabFailed",
    "Log",
    "Scenario",
    "View",
    "check",
    "check_dockerfile",
    "check_expression",
    "check_manifests",
    "duration_us",
    "guarded",
    "lint",
    "relax_garbage_collection",
    "try_build",
]
