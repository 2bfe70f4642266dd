"""The verb explain: how a client comes to an address for a name, hop by hop."""

import pickle
from typing import TYPE_CHECKING, Annotated

import typer

from topo.lab.session.registry import LabEntry, only

from .choices import Lab
from .console import Json, emit, show_lines
from .root import need_root

if TYPE_CHECKING:
    from experiments.kit.tracing.explained import Explained, Told
    from experiments.kit.tracing.reasons import Reasons, Score
    from experiments.kit.tracing.unasked import Unasked

# Why a candidate is chosen, by policy.
WHY = {
    "static": "all sites",
    "weighted": "one site, drawn by weight for each query",
    "failover": "the first site that may be used",
    "nearest": "the nearest site that may be used",
    "latency": "the site with the lowest measured time, else the nearest",
    "load": "the nearest site, as far as its capacity goes, then the next",
    "sticky": "one site for each subnet, by weight",
}
BY_WEIGHT, BY_LOAD = ("weighted", "sticky"), ("load",)
TYPES = ("A", "AAAA")
NO_ANSWER_STATUS = 1


def explain(
    name: Annotated[str, typer.Argument(help="Such as www, or www.frontlab.net.")],
    client: Annotated[str, typer.Option("--from", help="The client that asks.")],
    kind: Annotated[str, typer.Option("--type", help="A or AAAA.")] = "A",
    lab: Lab = None,
    as_json: Json = False,
) -> None:
    """Have a client ask for a name, and tell who answered what, and why.

    A resolver that asked nobody had the answer in its cache. An authoritative server's
    reasons are worked out by its own code, from its own files.

    Example: frontlab explain www --from fra-home-1
    """
    if kind.upper() not in TYPES:
        raise typer.BadParameter(f"{kind} is none of {', '.join(TYPES)}")
    need_root()
    status = _in_lab(only(lab), (client, name, kind.upper()), as_json)
    raise typer.Exit(status)


def _in_lab(entry: LabEntry, asked: tuple[str, str, str], as_json: bool) -> int:
    from topo.lab.session.enter import init_of
    from topo.sandbox import enter

    return enter(init_of(entry), lambda: _explain(asked, as_json))


def _explain(asked: tuple[str, str, str], as_json: bool) -> int:
    """Run inside the lab's sandbox."""
    from experiments.kit.tracing.explained import explain_name
    from topo.lab.paths import PLAN

    with PLAN.open("rb") as file:
        plan = pickle.load(file)
    explained = explain_name(plan, *asked)
    if as_json:
        emit(explained.to_json())
    else:
        show_lines(lines(explained))
    return 0 if explained.reply and explained.reply.addresses else NO_ANSWER_STATUS


def lines(it: "Explained") -> list[str]:
    """Return the story in words."""
    asked = it.question
    told = [
        f"{asked.name} {asked.kind}, asked by {asked.client} ({it.site}, {it.address})"
    ]
    for number, hop in enumerate(it.hops, start=1):
        told += [f"{number:>3}. {_head(hop)}", *(f"     {x}" for x in _more(hop))]
    for behind in it.unasked:
        told += [f"  -  {_spared(behind)}"]
        told += [f"     {x}" for x in _why(behind.reasons)]
    if not it.hops:
        told.append(f"     nobody was reached at {asked.server}")
    return [*told, f"  =  {_answer(it)}"]


def _head(it: "Told") -> str:
    hop, own = it.hop, it.hop.exchange
    role = "authority" if hop.cached is None else "resolver"
    outcome = {None: "answers", True: "HIT", False: "MISS, asks on"}[hop.cached]
    if hop.renews:
        outcome += ", and fetches it anew"
    return (
        f"{own.host} ({it.site}, {role}, {it.product}), asked at {own.asked_at}: "
        f"{outcome}"
    )


def _more(it: "Told") -> list[str]:
    own = it.hop.exchange
    told = []
    if own.subnet:
        holds = f", and says for {own.scope}" if own.scope else ""
        told.append(f"was asked for the client subnet {own.subnet}{holds}")
    if it.hop.cached is None:
        told += _why(it.reasons)
    if own.took_ms is None:
        return [*told, "did not answer"]
    said = ", ".join(own.addresses) or own.rcode or "too long to be read here"
    left = f", TTL {own.ttl_s} s" if own.ttl_s is not None else ""
    return [*told, f"{said}{left}, after {own.took_ms:.1f} ms"]


def _spared(it: "Unasked") -> str:
    subnet = f" with the client subnet {it.subnet}" if it.subnet else ""
    return (
        f"{it.host} ({it.site}, authority, {it.product}), not asked; if {it.asker} "
        f"asked now{subnet}:"
    )


def _why(it: "Reasons | None") -> list[str]:
    if it is None:
        return ["its reasons are its own: it is none of our nameservers"]
    if not it.scores:
        return ["no policy has to do with it"]
    told = [f"policy {it.policy}: {WHY[it.policy]}"]
    if it.location:
        told.append(f"{it.address} ({it.by}) is at {it.location}")
    told.append(f"the answer holds for {_scope(it)}")
    if it.steering_version:
        told.append(f"steering map {it.steering_version}")
    return [*told, *(f"  {_score(it.policy, score)}" for score in it.scores)]


def _scope(it: "Reasons") -> str:
    if not it.scope_length:
        return "everybody"
    return f"the first {it.scope_length} bits of its address"


def _score(policy: str, it: "Score") -> str:
    far = f"{it.distance_ms:g} ms" if it.distance_ms is not None else "-"
    words = [f"{it.site:<6} {far:>9}"]
    if policy in BY_WEIGHT:
        words.append(f"weight {it.weight:g}")
    if policy in BY_LOAD:
        most = "no bound" if it.capacity is None else f"{it.capacity:g}"
        words.append(f"load {it.load:g} of {most}")
    chosen = "<- in the draw" if policy == "weighted" else "<- chosen"
    words += [chosen] * it.chosen + [it.state] * bool(it.state)
    return "  ".join(words)


def _answer(it: "Explained") -> str:
    if it.reply is None:
        return "no answer"
    if not it.reply.addresses:
        import dns.rcode

        return f"no address ({dns.rcode.to_text(dns.rcode.Rcode(it.reply.rcode))})"
    where = f" ({it.datacenter})" if it.datacenter else ""
    said = ", ".join(map(str, it.reply.addresses))
    elsewhere = ""
    if it.reply.source != it.question.server:
        elsewhere = f", from {it.reply.source}: who checks drops it"
    when = f"TTL {it.reply.ttl_s} s, after {it.reply.elapsed_ms:.1f} ms"
    return f"{said}{where}, {when}{elsewhere}"
