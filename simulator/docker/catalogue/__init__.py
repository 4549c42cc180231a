"""The official images of the public hub, made from data: layers, sizes, platforms, files, config.

The rows are in the YAML files beside this module; `recipes.py` reads them. Nothing is fetched.
Sizes are docker-library's own figures (repo-info, builds of June to September 2026) where a row
says so and `assumed` otherwise.
"""

from simulator.docker.catalogue.recipes import (
    Published,
    about,
    layer_by_origin,
    published,
    repositories,
    tags,
)

__all__ = ["Published", "about", "layer_by_origin", "published", "repositories", "tags"]
