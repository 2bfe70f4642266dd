"""Verbs of running labs: up, list, ps, exec, shell, down and gc."""

import functools
from typing import Annotated, Any

import typer

from topo.lab.session.pids import outer_pids
from topo.lab.session.registry import LabEntry, ask, end_lab, lab_name, labs, only
from topo.world_file import load_world, world_names

from .choices import Controller, Datapath, Lab, Links, Name, Timeout
from .console import Json, Progress, emit, show_table
from .root import need_root
from .stored import run_names

RUNS_SHOWN = 5
PAIRS_SHOWN = 50


def up(
    world: Annotated[str, typer.Argument(help="A world's name, or its TOML file.")],
    name: Annotated[
        str | None, typer.Option(help="The lab's name; the world's by default.")
    ] = None,
    controller: Controller = "os_ken",
    links: Links = "auto",
    datapath: Datapath = "auto",
    timeout_s: Timeout = 60.0,
    as_json: Json = False,
) -> None:
    """Bring a lab up and return when every role has answered its probe.

    Example: frontlab up duo
    """
    need_root()
    from topo.lab.session.owner import raise_lab
    from topo.lab.start import Options, open_lab

    loaded = load_world(world)
    called = lab_name(loaded.name if name is None else name)
    progress = Progress(quiet=as_json)
    options = Options(controller, links, datapath, timeout_s)
    opener = functools.partial(open_lab, called, loaded, options)
    try:
        raised = raise_lab(called, opener, progress)
    finally:
        progress.done()
    if as_json:
        emit({"pid": raised.pid, **raised.info})
    else:
        _show_up(raised.pid, raised.info)


def list_(as_json: Json = False) -> None:
    """List the labs that are up, the worlds and experiments there are, and runs.

    Example: frontlab list
    """
    from experiments.kit.catalogue import experiments_by_name

    entries = [{"name": entry.name, "pid": entry.pid} for entry in labs()]
    known = {n: e.question for n, e in experiments_by_name().items()}
    if as_json:
        emit(
            {
                "labs": entries,
                "worlds": world_names(),
                "experiments": known,
                "runs": run_names(),
            }
        )
        return
    show_table("labs", ("name", "pid"), [(e["name"], e["pid"]) for e in entries])
    show_table("worlds", ("name",), [(world,) for world in world_names()])
    show_table("experiments", ("name", "question"), known.items())
    latest = [(name,) for name in run_names()[-RUNS_SHOWN:]]
    show_table("latest runs", ("name",), latest)


def ps(name: Name = None, as_json: Json = False) -> None:
    """Show the processes of a lab; a dead one with its log's last lines.

    Example: frontlab ps duo
    """
    entry = only(name)
    roles = ask(entry.name, "ps")["roles"]
    outer = outer_pids(entry.pid)
    for role in roles:
        role["pid"] = outer.get(role["pid"])
    if as_json:
        emit({"name": entry.name, "pid": entry.pid, "roles": roles})
        return
    columns = ("role", "host", "pid", "state")
    rows = [(r["name"], r["host"] or "-", r["pid"], r["state"]) for r in roles]
    show_table(f"lab {entry.name}, owned by process {entry.pid}", columns, rows)
    for role in roles:
        if role["state"] == "dead":
            print(f"{role['name']} is dead; its log ends:\n{role['log'] or '(empty)'}")


def exec_(
    host: Annotated[str, typer.Argument(help="A host of the lab, or 'root'.")],
    command: Annotated[list[str], typer.Argument(help="The command to run there.")],
    lab: Lab = None,
    as_json: Json = False,
) -> None:
    """Run a command in a host of a lab; its exit status is the command's.

    Options of ours stand before the host; what follows it is the command's.

    Example: frontlab exec fra-home-1 curl -s http://www.frontlab.net/
    """
    need_root()
    from topo.lab.session.enter import captured_in_lab, run_in_lab

    words = command[1:] if command[0] == "--" else command
    if not as_json:
        raise typer.Exit(run_in_lab(only(lab), host, words))

    def say(output: str, error: str) -> None:
        emit({"host": host, "command": words, "stdout": output, "stderr": error})

    raise typer.Exit(captured_in_lab(only(lab), host, words, say))


def shell(name: Name = None) -> None:
    """Open Mininet's command line on a lab.

    Example: frontlab shell duo
    """
    need_root()
    from topo.lab.session.enter import mininet_shell

    raise typer.Exit(mininet_shell(only(name)))


def down(
    name: Name = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Take every lab down.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take a lab down; returns when nothing of it is left.

    Example: frontlab down duo
    """
    need_root()
    entries = labs() if everything else (only(name),)
    for entry in entries:
        end_lab(entry)
    _told(entries, "ended", as_json)


def gc(as_json: Json = False) -> None:
    """End labs that no longer answer; what has died leaves nothing by itself.

    Example: frontlab gc
    """
    need_root()
    stuck = tuple(entry for entry in labs() if not _answers(entry))
    for entry in stuck:
        end_lab(entry)
    _told(stuck, "collected", as_json)


def _answers(entry: LabEntry) -> bool:
    from topo.lab.errors import LabError

    try:
        ask(entry.name, "info")
    except LabError:
        return False
    return True


def _told(entries: tuple[LabEntry, ...], verb: str, as_json: bool) -> None:
    if as_json:
        emit({verb: [{"name": e.name, "pid": e.pid} for e in entries]})
        return
    for entry in entries:
        print(f"{verb} {entry.name} (process {entry.pid})")
    if not entries:
        print(f"nothing to be {verb}")


def _show_up(pid: int, info: dict[str, Any]) -> None:
    columns = ("link", "asked ms", "measured ms", "error ms")
    links = sorted(info["links"], key=lambda link: -abs(link["error_ms"]))
    some = info["links"] if len(links) <= PAIRS_SHOWN else links[:PAIRS_SHOWN]
    rows = [
        (
            f"{link['a']} - {link['b']}",
            *(f"{link[key]:.2f}" for key in ("asked_ms", "measured_ms", "error_ms")),
        )
        for link in some
    ]
    which = "" if some is info["links"] else f", the worst {len(some)} of {len(links)}"
    show_table(f"round-trip times by {info['wan']}{which}", columns, rows)
    print(
        f"{info['name']} is ready after {info['ready_s']:.1f} s, owned by process "
        f"{pid}; frontlab down {info['name']} ends it"
    )
