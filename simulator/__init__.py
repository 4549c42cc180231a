"""Drydock's simulator: machines, containers and a cluster that exist only as events in time.

Public names: everything the web may use stands here; it imports nothing else from inside.
"""
