"""Machines: what they have, whether they are powered, and virtual machines on them."""

from .machine import Machines
from .vm import VirtualMachines

__all__ = ["Machines", "VirtualMachines"]
