import json

import pytest
from fakes.fabrics import triangle

from balancer.errors import ConfigError
from controller.announcements import Announcements
from controller.fabric import Membership

FRA, IAD = Membership("nameserver", "fra-be"), Membership("nameserver", "iad-be")


def line(command, membership=FRA, **more):
    fields = {"anycast": membership.anycast, "member": membership.member}
    return json.dumps({"command": command, **fields, **more}).encode()


@pytest.fixture
def state():
    return Announcements(triangle())


def test_nobody_has_withdrawn_at_first(state):
    assert state.withdrawn == ()


def test_withdrawn_until_announced(state):
    state.obey(1, line("withdraw"))
    state.obey(1, line("withdraw", IAD))
    state.obey(2, line("announce"))
    assert state.withdrawn == (IAD,)


def test_what_a_session_held_goes_with_it(state):
    state.obey(1, line("hold"))
    state.obey(1, line("announce", IAD))
    assert state.withdrawn == ()
    state.ended(1)
    assert state.withdrawn == (FRA,)
    state.ended(1)
    assert state.withdrawn == (FRA,)


def test_what_another_session_holds_too_stays(state):
    state.obey(1, line("hold"))
    state.obey(2, line("hold"))
    state.ended(1)
    assert state.withdrawn == ()
    state.obey(2, line("withdraw"))
    state.obey(2, line("announce"))
    state.ended(2)
    assert state.withdrawn == (), "announced for good"


@pytest.mark.parametrize(
    ("said", "what"),
    [
        pytest.param(b"{", "command: not JSON", id="broken"),
        pytest.param(b"\xff", "command: not JSON", id="no text"),
        pytest.param(b"[]", "command: an object is wanted", id="a list"),
        pytest.param(b"{}", "command.command: is missing", id="empty"),
        pytest.param(
            line("leave"), "'leave' is not one of announce, hold", id="command"
        ),
        pytest.param(
            line("hold", Membership("www", "x")), "'www' is not one of", id="anycast"
        ),
        pytest.param(
            line("hold", Membership("nameserver", "syd-be")),
            "'syd-be' is not one of fra-be, iad-be",
            id="no member",
        ),
        pytest.param(line("hold", why=1), "command.why: is not a known", id="more"),
    ],
)
def test_a_wrong_command_changes_nothing(state, said, what):
    state.obey(1, line("withdraw"))
    with pytest.raises(ConfigError, match=what):
        state.obey(1, said)
    assert state.withdrawn == (FRA,)
