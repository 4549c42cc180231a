"""nginx: reads its whole configuration, serves files, passes requests on.

# Simplified: nginx speaks HTTP/1.1 without TLS here, also on ports that are marked `ssl`.
# Simplified: Caches, compression, rate and connection limits and sub-requests of nginx are accepted
# and have no effect.
# Simplified: nginx's workers are not processes of their own.
"""

from __future__ import annotations

from ...process import Family
from .server import Nginx

FAMILIES: list[Family] = [Nginx()]
