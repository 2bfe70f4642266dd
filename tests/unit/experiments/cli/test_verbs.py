"""The command line without a lab: help, looks, and how wrong use is told."""

import json
import sys
from functools import cache

import pytest
from typer.testing import CliRunner

from experiments.__main__ import main
from experiments.cli import app as command
from experiments.cli.app import make_app

VERBS = [verb.name for verb in make_app().registered_commands]
# A shell is for people; every other verb can speak to programs.
WITHOUT_JSON = {"shell"}


def _run(*words):
    return CliRunner().invoke(make_app(), words)


@cache
def _help(verb):
    return _run(verb, "--help").output


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_an_example_of_itself(verb):
    assert f"Example: frontlab {verb}" in " ".join(_help(verb).split())


@pytest.mark.parametrize("verb", sorted(set(VERBS) - WITHOUT_JSON))
def test_every_verb_speaks_json(verb):
    assert "--json" in _help(verb)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        pytest.param(("plan", "duo"), {"name", "sites", "hosts", "links"}, id="plan"),
        pytest.param(("list",), {"labs", "worlds", "experiments", "runs"}, id="list"),
    ],
)
def test_a_look_is_one_json_object(words, keys):
    done = _run(*words, "--json")
    assert done.exit_code == 0
    assert keys <= json.loads(done.stdout).keys()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        pytest.param(["plan", "dou"], 2, 'no world "dou" (did you mean', id="world"),
        pytest.param(["report", "/nowhere"], 2, "not a run's folder", id="run"),
        pytest.param(["up", "duo", "--name", "a b"], 2, '"a b" is no name', id="name"),
        pytest.param(["down", "no-such"], 2, "no lab named no-such is up", id="lab"),
        pytest.param(
            ["ps", "no-such"], 2, "no lab named no-such is up", id="lab of ps"
        ),
        pytest.param(["exec", "--lab", "no-such", "h", "true"], 2, "no lab", id="exec"),
        pytest.param(
            ["run", "no-such"], 2, "experiment no-such: not found", id="experiment"
        ),
        pytest.param(["bench", "no-such"], 2, "no benchmark", id="benchmark"),
        pytest.param(
            ["run", "dsr_reply_paths", "--out", "/dev/null/x"],
            2,
            "--out /dev/null/x: Not a directory",
            id="out",
        ),
        pytest.param(
            ["run", "dsr_reply_paths", "--world", ""], 2, 'no world ""', id="no word"
        ),
        pytest.param(["pla"], 2, "Did you mean 'plan'", id="verb"),
        pytest.param(["pla"], 2, "(see frontlab --help)\n", id="help on verbs"),
        pytest.param(["plan"], 2, "'world' (see frontlab plan --help)\n", id="missing"),
        pytest.param(["plan", "duo", "iad"], 2, "argument(s) (iad)", id="too many"),
        pytest.param(["up", "duo", "--nmae", "x"], 2, "--nmae", id="option"),
        pytest.param(["up", "duo", "--links", "wire"], 2, "'wire'", id="choice"),
    ],
)
def test_wrong_use_is_one_line_with_its_cure(capsys, monkeypatch, words, status, said):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(sys, "argv", ["frontlab", *words])
    with pytest.raises(SystemExit) as ended:
        command.run()
    assert ended.value.code == status
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["plan", "dou"], "no world", id="unknown name"),
        pytest.param(["plan"], "Missing argument", id="missing word"),
        pytest.param(["up", "duo", "--links", "wire"], "'wire'", id="unknown choice"),
        pytest.param(["up", "duo", "--timeout", "0"], "--timeout", id="out of bounds"),
        pytest.param(["up", "duo", "--timeout", "-5"], "--timeout", id="negative"),
        pytest.param(["up", "duo", "--timeout", "inf"], "--timeout", id="for ever"),
        pytest.param(["up", "duo", "--timeout", "nan"], "--timeout", id="no number"),
    ],
)
def test_with_json_an_error_is_an_object_too(capsys, monkeypatch, words, said):
    monkeypatch.setattr(sys, "argv", ["frontlab", *words, "--json"])
    with pytest.raises(SystemExit) as ended:
        command.run()
    assert ended.value.code == 2
    assert said in json.loads(capsys.readouterr().out)["error"]


def test_no_words_at_all_show_the_help(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["frontlab"])
    with pytest.raises(SystemExit) as ended:
        command.run()
    told = capsys.readouterr()
    assert (ended.value.code, told.err) == (2, "")
    assert "explain-flow" in told.out


@pytest.mark.parametrize("words", [["-h"], ["plan", "-h"]])
def test_help_has_a_short_name(words):
    done = _run(*words)
    assert done.exit_code == 0 and "Usage: " in done.output


def test_columns_of_no_number_are_not_taken_for_a_width(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "0")
    monkeypatch.setattr(sys, "argv", ["frontlab", "-h"])
    with pytest.raises(SystemExit):
        main()
    assert "Load balancing at the frontend" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["up duo", "demo", "bench lab", "down"])
def test_without_root_it_is_one_line(capsys, monkeypatch, verb):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "argv", ["frontlab", *verb.split()])
    with pytest.raises(SystemExit) as ended:
        command.run()
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        "frontlab: this needs root: run it by ./frontlab, which asks for it\n"
    )


@pytest.mark.parametrize(
    "words", [["exec", "h", "true"], ["ps"], ["explain", "www", "--from", "h"]]
)
def test_the_environment_can_say_which_lab(capsys, monkeypatch, words):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(sys, "argv", ["frontlab", *words])
    monkeypatch.setenv("FRONTLAB_LAB", "no-such")
    with pytest.raises(SystemExit):
        command.run()
    assert "no lab named no-such is up" in capsys.readouterr().err
