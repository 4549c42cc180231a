"""The list of an engine's components, in the order in which they are made.

The order is part of the behaviour: at one instant, watchers are told in this order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .docker.build import Builder
from .docker.daemon import Docker
from .docker.image import Images
from .docker.registry import Hub, Transfers
from .faults import Faults
from .goals import Goals
from .kubernetes.addons import Addons
from .kubernetes.api.events import Events
from .kubernetes.api.server import ApiServer
from .kubernetes.cluster import Cluster
from .kubernetes.controller_manager import ControllerManager
from .kubernetes.kubelet import Kubelets
from .kubernetes.scheduler.scheduler import Scheduler
from .machines import Machines, VirtualMachines
from .marks import Marks
from .network import Network
from .preload import Preload
from .programs import Programs
from .terminal.curl import Curl
from .terminal.docker import DockerProgram
from .terminal.files import FILE_PROGRAMS
from .terminal.jobs import Terminal
from .terminal.kubectl.program import Kubectl
from .terminal.lab_tools import LAB_TOOLS
from .terminal.workspace import Workspace
from .traffic import Metrics, Traffic

if TYPE_CHECKING:
    from .engine import Engine


class Parts:
    """The components by name, as an engine has them."""

    workspace: Workspace
    terminal: Terminal
    api: ApiServer
    events: Events
    machines: Machines
    virtual_machines: VirtualMachines
    network: Network
    images: Images
    docker: Docker
    programs: Programs
    hub: Hub
    transfers: Transfers
    builder: Builder
    cluster: Cluster
    addons: Addons
    controllers: ControllerManager
    kubelets: Kubelets
    scheduler: Scheduler
    traffic: Traffic
    metrics: Metrics
    faults: Faults
    marks: Marks
    goals: Goals
    preload: Preload


def build(engine: Engine) -> None:
    """Make every component of an engine; each registers its handlers and watches."""
    engine.workspace = Workspace(engine)
    engine.at_setup(engine.workspace.setup)
    engine.machines = Machines(engine)
    engine.api = ApiServer(engine)
    engine.events = Events(engine)
    engine.virtual_machines = VirtualMachines(engine)
    engine.network = Network(engine)
    engine.images = Images(engine)
    engine.hub = Hub(engine)
    engine.transfers = Transfers(engine)
    engine.builder = Builder(engine)
    engine.docker = Docker(engine)
    engine.programs = Programs(engine)
    engine.preload = Preload(engine)
    engine.controllers = ControllerManager(engine)
    engine.kubelets = Kubelets(engine)
    engine.scheduler = Scheduler(engine)
    engine.cluster = Cluster(engine)
    engine.addons = Addons(engine)
    engine.traffic = Traffic(engine)
    engine.metrics = Metrics(engine)
    engine.faults = Faults(engine)
    engine.marks = Marks(engine)
    engine.goals = Goals(engine)
    programs = [*FILE_PROGRAMS, Curl(), DockerProgram(), Kubectl(), *LAB_TOOLS]
    engine.terminal = Terminal(engine, engine.workspace, programs)
