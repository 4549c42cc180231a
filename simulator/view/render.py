"""How each kind of object is drawn."""

from . import cluster, docker, storage, world

RENDER = {**docker.RENDER, **cluster.RENDER, **world.RENDER, **storage.RENDER}
"""Store kind -> function(engine, object) -> the keys it is drawn as, with their values."""
