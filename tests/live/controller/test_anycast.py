"""An anycast address goes where its servers are well, while it is being used."""

import logging
import signal
from collections.abc import Callable
from ipaddress import ip_address

import pytest

from experiments.kit.clients.lookups import Lookups
from experiments.kit.clients.steady import Asker, look_up
from topo.wait import until

from .nameservers import Nameservers
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


def asked(
    trial: Trial, address: str, work: Callable[[], None], then: str, what: str
) -> Lookups:
    """Have Frankfurt's client ask on while `work` is done; say what became of it."""
    asker = Asker("fra-home-1", ip_address(address), then)
    [lookups] = look_up(trial, [asker], work)
    LOG.warning(
        f"{what}: {lookups.servers}, longest gap {1000 * lookups.gap_s:.0f} ms,"
        f" {lookups.failed()} of {len(lookups.asked)} look-ups failed"
    )
    return lookups


def failed_share(lookups: Lookups) -> float:
    return lookups.failed() / len(lookups.asked)


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

            dying = asked(trial, address, kill, "iad", f"killed, asked at {address}")
            assert dying.servers == ["fra", "iad"]
            assert dying.gap_s < SOON_S

            def restart() -> None:
                servers.start_server("fra-ns")
                withdrawn(servers)

            back = asked(trial, address, restart, "fra", "started again")
            assert (back.servers[0], back.servers[-1]) == ("iad", "fra")
            assert failed_share(back) < NEARLY_NONE
        servers.end()

    run_trial(check)


def test_one_that_hangs_and_an_agent_that_dies():
    def check(trial: Trial) -> None:
        servers = Nameservers(trial)
        server = servers.servers["fra-ns"]

        def hang() -> None:
            server.send_signal(signal.SIGSTOP)
            withdrawn(servers, FRA)

        hung = asked(trial, NAMESERVER, hang, "iad", "hung")
        assert hung.servers == ["fra", "iad"]
        assert hung.gap_s < SOON_S
        server.send_signal(signal.SIGCONT)
        withdrawn(servers)

        def kill_agent() -> None:
            servers.agents["fra-ns"].kill()
            withdrawn(servers, FRA)

        alone = asked(trial, NAMESERVER, kill_agent, "iad", "its agent killed")
        assert alone.servers[-1] == "iad"
        assert failed_share(alone) < NEARLY_NONE, "the server itself still answers"
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
        found = asked(trial, NAMESERVER, lambda: None, "iad", "told again")
        assert found.servers == ["iad"]
        assert failed_share(found) < NEARLY_NONE
        servers.end()

    with_trial(check)
