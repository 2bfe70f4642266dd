"""However a lab ends, nothing of it is left."""

import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from topo.sandbox.syscalls import (
    CLONE_NEWNET,
    CLONE_NEWNS,
    MS_PRIVATE,
    MS_REC,
    mount,
    setns,
    unmount,
    unshare,
)
from topo.wait import until

from .command import (
    ENDS_WITHIN_S,
    NOTHING,
    answer,
    frontlab,
    lab,
    own,
    start,
    surroundings,
    traces,
)

pytestmark = pytest.mark.live

KINDS = ("net", "mnt")

# One of each kind of process that a lab consists of, by its command's name.
ESSENTIAL = ("owner", "frontlab-hold", "frontlab-init", "frontlab-main", "ovs-vswitchd")


@pytest.fixture(autouse=True, scope="module")
def machine_of_our_own():
    """Links, mounts and /run that only these tests change, whatever else runs."""
    home = [os.open(f"/proc/thread-self/ns/{kind}", os.O_RDONLY) for kind in KINDS]
    folder = Path.cwd()
    unshare(CLONE_NEWNET | CLONE_NEWNS)
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    forget_namespaces()
    mount("tmpfs", "/run", "tmpfs")
    mount("sysfs", "/sys", "sysfs")  # the one before shows another namespace's links
    yield
    for descriptor in home:
        setns(descriptor, 0)
        os.close(descriptor)
    os.chdir(folder)


def forget_namespaces():
    """Unmount what others' named namespaces are here: it ends when they end."""
    for place in mounted("nsfs"):
        unmount(place)


def mounted(kind):
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [line.split()[1] for line in lines if line.split()[2] == kind]


def test_others_namespaces_and_links_are_none_of_what_is_compared():
    assert mounted("nsfs") == []
    assert [link.name for link in Path("/sys/class/net").iterdir()] == ["lo"]


@pytest.mark.parametrize("victim", [*ESSENTIAL, "ovsdb-server"])
def test_kill_9_of_any_part_ends_the_whole(victim):
    before, name = surroundings(), own(f"kill-{victim}")
    with lab(name) as raised:
        os.kill(_pid(victim, raised["pid"]), signal.SIGKILL)
        until_ended(name)
    assert surroundings() == before


def test_kill_9_of_the_relay_ends_the_lab_that_has_no_links_without_it():
    name = own("kill-relay")
    with lab(name):
        roles = {role["name"]: role for role in answer("ps", name)["roles"]}
        if "relay" not in roles:
            pytest.skip("netem carries the links here, without a process")
        os.kill(roles["relay"]["pid"], signal.SIGKILL)
        until_ended(name)


def test_kill_9_of_a_role_is_told_and_down_leaves_nothing():
    before, name = surroundings(), own("kill-roles")
    with lab(name) as raised:
        roles = answer("ps", name)["roles"]
        roles = [role for role in roles if role["name"] != "relay"]
        for role in random.Random(1).sample(roles, 6):
            os.kill(role["pid"], signal.SIGKILL)
        assert raised["pid"] == answer("list")["labs"][0]["pid"]
        frontlab("down", name)
        assert traces(name) == NOTHING
    assert surroundings() == before


@pytest.mark.parametrize("after_s", [0.1, 0.5, 1.0, 1.8, 2.6])
def test_ctrl_c_while_coming_up_leaves_nothing(after_s):
    before, name = surroundings(), own("ctrl-c")
    with start("up", "duo", "--name", name) as process:
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGINT)
        status = process.wait(ENDS_WITHIN_S)
        assert status in (130, 0, -signal.SIGINT), process.stderr.read()
    if status == 0:  # It was up before the signal came.
        frontlab("down", name)
    until_ended(name)
    assert surroundings() == before


def until_ended(name):
    until("the end of the lab", lambda: traces(name) == NOTHING, ENDS_WITHIN_S)


def _pid(victim, owner):
    """Return the process of that name which belongs to the lab of `owner`."""
    if victim == "owner":
        return owner
    told = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid=,comm="], capture_output=True, text=True
    )
    rows = [line.split(None, 2) for line in told.stdout.splitlines()]
    children = {}
    for pid, parent, _ in rows:
        children.setdefault(int(parent), []).append(int(pid))
    names = {int(pid): name for pid, _, name in rows}
    queue = [owner]
    while queue:
        pid = queue.pop()
        if names.get(pid) == victim:
            return pid
        queue += children.get(pid, [])
    raise AssertionError(f"no {victim} below {owner}")
