"""A flow explained in a running lab: every balancer asked, and one of them knows it."""

import sys

import pytest

from .command import answer, frontlab, lab, own

pytestmark = pytest.mark.live

NAME = own("explain-flow")
PLACES = {
    "IPv4": ("11.1.16.10", 20123, "23.0.1.80"),
    "IPv6": ("[2a11:0:1:1000::10]", 20124, "[2a23:0:1::80]"),
}


@pytest.fixture(scope="module")
def duo():
    with lab(NAME) as raised:
        yield raised


def explained(source, destination):
    return answer("explain-flow", source, destination, "--lab", NAME)


@pytest.mark.parametrize("family", PLACES)
def test_the_balancer_that_has_it_and_the_backend_that_answers(duo, family):
    client, port, vip = PLACES[family]
    flow = f"{client}:{port}", f"{vip}:80"
    before = explained(*flow)["balancers"]
    assert {it["reason"] for it in before.values()} == {"INSERTED"}
    url = f"http://{vip}/"
    curl = ("curl", "-sS", "--local-port", str(port), url)
    out, _ = frontlab("exec", "--lab", NAME, "fra-home-1", "--", *curl)
    after = explained(*flow)["balancers"]
    told = (*before.values(), *after.values())
    assert {it["backend"] for it in told} == {out.strip()}
    reasons = sorted(it["reason"] for it in after.values())
    assert reasons == ["INSERTED", "TRACKED"]


def test_in_words(duo):
    flow = ("11.1.16.10:20999", "23.0.1.80:80")
    out, _ = frontlab("explain-flow", *flow, "--lab", NAME)
    assert out.startswith("tcp 11.1.16.10:20999 > 23.0.1.80:80\n")
    assert "fra-lb1" in out
    assert "/65537" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(
            ["1.2.3.4:5", "11.1.1.10:80"], "is no VIP of this lab", id="no VIP"
        ),
        pytest.param(["1.2.3.4:5"], "is no five-tuple", id="half a flow"),
    ],
)
def test_what_cannot_be_explained(duo, words, told):
    _, said = frontlab("explain-flow", *words, "--lab", NAME, status=2)
    assert told in said


def test_orders_reach_a_balancer_of_the_lab(duo):
    control = ("--control", "/run/frontlab/status/fra-lb1.control")
    ctl = (sys.executable, "-m", "balancer", "vip", "ctl", *control, "drain", "fra-be1")
    frontlab("exec", "--lab", NAME, "fra-lb1", "--", *ctl)
    told = explained("11.1.16.10:20123", "23.0.1.80:80")["balancers"]
    assert told["fra-lb1"]["slot_backend"] == "fra-be2"
