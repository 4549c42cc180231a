"""Compose files: several containers, their networks and volumes, said in one YAML text.

Imitates compose-go 2.6 as docker compose 2.36 uses it: `source.py` reads YAML, `interpolate.py`
fills in variables, `schema.py` refuses what the Compose Specification does not know, `service.py`
brings short syntaxes into the long one, `merge.py` lays one file over another, `project.py` puts it
all together and `container.py` says which container a service asks for.
"""

from simulator.docker.compose.errors import ComposeError
from simulator.docker.compose.project import Files, Project, find_files, load

__all__ = ["ComposeError", "Files", "Project", "find_files", "load"]
