"""An anycast address goes where its servers are well, while it is being used."""

import logging
import signal

import pytest

from topo.wait import until

from .nameservers import Lookups, Nameservers, look_up
from .scenario import Trial, with_trial
from .test_fabric import run_trial

pytestmark = pytest.mark.live

__all__ = ["run_trial"]  # the fixture: both frameworks

LOG = logging.getLogger(__name__)
NAMESERVER, NAMESERVER6 = "23.53.0.53", "2a23:53::53"
FRA = "nameserver/fra-ns"
# A machine that is too busy for a program's turn within half a second loses some.
NEARLY_NONE = 0.05
# A third of a second on a quiet machine, and what else is done on this one.
SOON_S = 5.0


def told(lookups: Lookups, what: str) -> None:
    share = 100 * lookups.failed_share
    LOG.warning(
        f"{what}: {lookups.sites}, longest gap {1000 * lookups.gap_s:.0f} ms,"
        f" {lookups.failed} of {lookups.sent} look-ups failed ({share:.1f} %)"
    )


def withdrawn(servers: Nameservers, *members: str) -> None:
    until(f"{members} withdrawn", lambda: servers.withdrawn() == list(members), 60)


def test_clients_of_a_dead_nameserver_move_soon(run_trial):
    def check(trial: Trial) -> None:
        servers = Nameservers(trial)
        for address in (NAMESERVER, NAMESERVER6):

            def kill() -> None:
                servers.servers["fra-ns"].kill()
                servers.servers["fra-ns"].wait()
                withdrawn(servers, FRA)

            dying = look_up("fra-home-1", address, kill, "iad")
            told(dying, f"killed, asked at {address}")
            assert dying.sites == ["fra", "iad"]
            assert dying.gap_s < SOON_S

            def restart() -> None:
                servers.start_server("fra-ns")
                withdrawn(servers)

            back = look_up("fra-home-1", address, restart, "fra")
            told(back, "started again")
            assert (back.sites[0], back.sites[-1]) == ("iad", "fra")
            assert back.failed_share < NEARLY_NONE
        servers.end()

    run_trial(check)


def test_one_that_hangs_and_an_agent_that_dies():
    def check(trial: Trial) -> None:
        servers = Nameservers(trial)
        server = servers.servers["fra-ns"]

        def hang() -> None:
            server.send_signal(signal.SIGSTOP)
            withdrawn(servers, FRA)

        hung = look_up("fra-home-1", NAMESERVER, hang, "iad")
        told(hung, "hung")
        assert hung.sites == ["fra", "iad"]
        assert hung.gap_s < SOON_S
        server.send_signal(signal.SIGCONT)
        withdrawn(servers)

        def kill_agent() -> None:
            servers.agents["fra-ns"].kill()
            withdrawn(servers, FRA)

        alone = look_up("fra-home-1", NAMESERVER, kill_agent, "iad")
        told(alone, "its agent killed")
        assert alone.sites[-1] == "iad"
        assert alone.failed_share < NEARLY_NONE, "the server itself still answers"
        servers.start_agent("fra-ns")
        withdrawn(servers)
        servers.end()

    with_trial(check)


def test_a_router_that_starts_again_is_told_again():
    def check(trial: Trial) -> None:
        servers = Nameservers(trial)
        servers.servers["fra-ns"].kill()
        withdrawn(servers, FRA)
        trial.kill()
        trial.start()
        withdrawn(servers, FRA)
        servers.servers["iad-ns"].kill()
        withdrawn(servers, FRA, "nameserver/iad-ns")
        servers.start_server("iad-ns")
        withdrawn(servers, FRA)
        found = look_up("fra-home-1", NAMESERVER, lambda: None, "iad")
        assert found.sites == ["iad"]
        assert found.failed_share < NEARLY_NONE
        servers.end()

    with_trial(check)
