"""A lab by its verbs: up, list, ps, exec, shell and down, as the README shows them."""

import json
import subprocess

import pytest

from topo.wait import until

from .command import (
    ENVIRONMENT,
    FRONTLAB,
    INVALID,
    NOTHING,
    WITHIN_S,
    answer,
    frontlab,
    lab,
    own,
    traces,
)

pytestmark = pytest.mark.live

NAME = own("verbs")


@pytest.fixture(scope="module")
def duo():
    with lab(NAME) as raised:
        yield raised


def test_up_tells_the_owner_and_every_pair(duo):
    assert duo["name"] == NAME
    (link,) = duo["links"]
    assert (link["a"], link["b"], link["asked_ms"]) == ("fra", "iad", 40.0)
    assert link["error_ms"] == pytest.approx(link["measured_ms"] - 40.0, abs=0.002)
    assert abs(link["error_ms"]) <= 1.0


def test_list_shows_it_with_its_owner(duo):
    assert {"name": NAME, "pid": duo["pid"]} in answer("list")["labs"]


def test_every_role_runs(duo):
    roles = answer("ps", NAME)["roles"]
    assert {role["state"] for role in roles} == {"running"}
    assert {"controller", "fra-ns", "fra-lb1", "fra-be1-web", "iad-bind9"} <= {
        role["name"] for role in roles
    }


def test_a_name_is_resolved_and_fetched_in_a_host(duo):
    words = (
        "exec",
        "--lab",
        NAME,
        "fra-home-1",
        "curl",
        "-s",
        "http://www.frontlab.net/",
    )
    assert frontlab(*words)[0].startswith("fra-be")


def test_the_exit_status_is_the_commands(duo):
    frontlab("exec", "--lab", NAME, "fra-home-1", "--", "sh", "-c", "exit 7", status=7)


def test_a_command_whose_output_nobody_reads_ends_as_in_a_shell(duo):
    words = [*FRONTLAB, "exec", "--lab", NAME, "fra-home-1", "seq", "1000000"]
    command = '"$@" | head -1; echo "${PIPESTATUS[0]}"'
    done = subprocess.run(
        ["/bin/bash", "-c", command, "bash", *words],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert (done.stdout, done.stderr) == ("1\n141\n", "")


def test_a_command_that_there_is_none_of_ends_as_in_a_shell(duo):
    for host in ("fra-home-1", "root"):
        _, error = frontlab("exec", "--lab", NAME, host, "no-such", status=127)
        assert "no-such" in error and "No such file" in error


def test_a_wrong_host_is_told_with_the_nearest_or_all(duo):
    _, error = frontlab("exec", "--lab", NAME, "fra-hom", "true", status=2)
    assert 'no host named fra-hom (did you mean "fra-home-1"?)' in error
    _, error = frontlab("exec", "--lab", NAME, "x", "true", status=2)
    assert "(there are: fra-ns, " in error and ", root)" in error


def test_a_balancer_takes_orders_as_its_page_says(duo):
    """`python` is one that finds our programs."""
    control = ("--control", "/run/frontlab/status/fra-lb2.control")
    words = ("python", "-m", "balancer", "vip", "ctl", *control, "flows")
    said, _ = frontlab("exec", "--lab", NAME, "fra-lb2", *words)
    assert json.loads(said)["flows"].keys() <= {"fra-be1", "fra-be2"}


def test_mininets_shell_reaches_hosts_by_name(duo):
    done = subprocess.run(
        [*FRONTLAB, "shell", NAME],
        env=ENVIRONMENT,
        input="fra-home-1 ping -c1 iad-home-1\nexit\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # Where Mininet's log goes, which is all it says.
        text=True,
        timeout=WITHIN_S,
    )
    assert "1 received" in done.stdout


def test_a_second_lab_of_that_name_is_refused(duo):
    assert (
        f"a lab named {NAME} is already up"
        in frontlab("up", "duo", "--name", NAME, status=1)[1]
    )


def test_two_labs_run_side_by_side(duo):
    two = own("verbs-two")
    with lab(two) as other:
        for name in (NAME, other["name"]):
            words = ("exec", "--lab", name, "iad-home-1", "ping", "-c1", "fra-home-1")
            until_status_zero = frontlab(*words[:-1], "11.1.16.10")
            assert "1 received" in until_status_zero[0]
        frontlab("down", other["name"])
    assert traces(two) == NOTHING


def test_a_dead_backend_is_told_and_its_balancers_go_on(duo):
    roles = {role["name"]: role for role in answer("ps", NAME)["roles"]}
    subprocess.run(["kill", "-9", str(roles["fra-be1-web"]["pid"])], check=True)
    dead = until("the death of fra-be1-web", _dead, 60)
    assert [role["name"] for role in dead] == ["fra-be1-web"]
    until("all requests go to the other backend", _only_second_backend, 60)


def test_a_lab_is_opened_anew_for_each_repeat(tmp_path):
    words = ("dsr_reply_paths", "--world", "duo", "--repeats", "2")
    said = answer("run", *words, "--out", str(tmp_path), also=(INVALID,))
    [outcome] = said["experiments"]
    claims = {claim["name"]: claim for claim in outcome["claims"]}
    if said["verdict"] == "invalid" and not claims:
        pytest.skip(outcome["reason"])
    assert {claim["holds"] for claim in claims.values()} == {True}
    assert "48 of 48" in claims["path"]["observed"]


def test_down_leaves_nothing():
    name = own("verbs-down")
    with lab(name):
        frontlab("down", name)
        assert traces(name) == NOTHING


def _dead():
    return [r for r in answer("ps", NAME)["roles"] if r["state"] == "dead"]


def _only_second_backend():
    fetch = "for i in 1 2 3 4 5 6 7 8; do curl -s -m 2 http://www.frontlab.net/; done"
    out, _ = frontlab("exec", "--lab", NAME, "fra-home-1", "--", "sh", "-c", fetch)
    return out == "fra-be2\n" * 8
