"""The worlds for Mininet's own command: `mn --custom topo/mn.py --topo duo`.

mn executes this text and makes each of its names one of its own, so that a topology
comes with its switches, links and controller, and all of it runs in a sandbox.
"""

import sys
from atexit import register
from contextlib import ExitStack
from functools import partial
from pathlib import Path

# mn has read this file as text: there is no __file__, and no package.
PROJECT = Path((lambda: 0).__code__.co_filename).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from topo.sandbox.restart import restart_sandboxed  # noqa: E402

# Inside the sandbox it is the mn and Python of our environment: Debian's mn runs on
# a Python that lacks our libraries.
ENVIRONMENT = PROJECT / ".venv" / "bin"
restart_sandboxed([ENVIRONMENT / "python", ENVIRONMENT / "mn", *sys.argv[1:]], "mn")

from mininet.link import Link, OVSLink, TCLink, TCULink  # noqa: E402

from topo.links.mininet_link import DelayLink  # noqa: E402
from topo.net import LabBridge, LabHost, LabLink, LabNet, LabSwitch  # noqa: E402
from topo.net.cli import LabCLI  # noqa: E402
from topo.net.custom import Worlds  # noqa: E402
from topo.world_file import world_names  # noqa: E402

stack = ExitStack()
register(stack.close)
worlds = Worlds(stack)

topos = {name: partial(worlds.topology, name) for name in world_names()}
controllers = {"fabric": worlds.controller}
hosts = {"lab": LabHost}
switches = {"lab": LabSwitch, "labbr": LabBridge}

# mn merges the four above into its own; the rest it lets a custom file replace.
LINKS = {"default": Link, "tc": TCLink, "tcu": TCULink, "ovs": OVSLink}
LINKS |= {"lab": LabLink, "delay": DelayLink}
Mininet = LabNet
CLI = LabCLI


def cleanup() -> None:
    """Clean nothing up after an error, but fail: the sandbox takes all with it.

    mn's own would take files from the user's /tmp, and then report success.
    """
    if sys.exc_info()[0]:
        sys.exit(1)


def findController() -> object:
    """Have the fabric's controller as the default one."""
    return worlds.controller
