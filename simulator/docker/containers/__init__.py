"""The container side of a Docker daemon: life cycle, files, networks, volumes, health, logs.

Imitates moby's `daemon/` (engine 28). `simulator/docker/daemon.py` joins the parts.
"""
