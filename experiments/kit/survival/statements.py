"""What is claimed of survival, one statement each; which rows, the experiment says."""

from ..judging.claims import Every
from .expected import only_due, tell
from .tally import SurvivalRow

MAGLEV_EXTRA_MOST = 0.02
C4 = "hypothesis C4; Karger et al., STOC 1997"
C7 = "hypothesis C7; Eisenbud et al., NSDI 2016, section 3.3"

FORESEEN: Every[SurvivalRow] = Every(
    name="foreseen",
    statement="Each connection begins and ends as the tables of slots, made from names "
    "alone, and the memory of the balancer that has it then foretell.",
    expected="no other end, where tables do not follow flows",
    holds=lambda row: not row.unlike if row.connections else None,
    tell=tell,
    unit="cells",
    source="hypothesis C3; the hashing library beside packets through XDP",
)
MINIMAL = only_due(
    "consistent",
    "Ring, rendezvous and AnchorHash break only connections of the backend that went, "
    "or whose slots the new one got, whatever is remembered or was forgotten.",
    "Karger 1997; Thaler and Ravishankar 1998; Mendelson 2020; hypotheses C5 and C6",
)
MAGLEV: Every[SurvivalRow] = Every(
    name="Maglev",
    statement="Maglev breaks hardly more than consistent hashing must.",
    expected=f"at most {MAGLEV_EXTRA_MOST:.0%} more; 0.2 % of slots, with 8 backends",
    holds=lambda row: (
        row.broken - row.due <= MAGLEV_EXTRA_MOST * row.connections
        if row.connections
        else None
    ),
    tell=tell,
    unit="cells",
    source="Eisenbud et al., NSDI 2016, section 5.3, at 65537 slots",
)
TRACKED = only_due(
    "tracked",
    "A balancer that remembers keeps all connections of backends that stay, however it "
    "selects: also least loaded, which without memory breaks most.",
    "Eisenbud et al., NSDI 2016, section 3.3; hypothesis C2",
)
STATELESS = only_due(
    "stateless",
    "When a balancer goes and all backends stay, none breaks: the others' tables are "
    "the same, and replies never passed it.",
    "hypothesis D4; SRE book, chapter 19: direct server return",
)
STATEFUL: Every[SurvivalRow] = Every(
    name="translated",
    statement="Who translates is part of the connection: when a balancer goes, all "
    "that it had break, although they were tracked and other tables are the same.",
    expected="as many as come to another balancer",
    holds=lambda row: row.broken == row.moved if row.connections else None,
    tell=tell,
    unit="cells",
    source="hypothesis D1; SRE book, chapter 19: an entry for every connection",
)
SECOND = only_due(
    "second chance",
    "Backends that hand on what the slot's last owner may have need no memory at the "
    "balancers at all: only what must break does, also when several things change.",
    "GLB: the second hop; hypothesis C6",
)
SLOTS = only_due(
    "slots remember",
    "A table whose slots remember their last change breaks only what must break, also "
    "when the flow's balancer goes or its flow table is full.",
    "mhs, two Maglev tables in one (Yandex); closed form",
)
FULL: Every[SurvivalRow] = Every(
    name="table full",
    statement="A full flow table leaves hashing alone to decide, and nothing worse.",
    expected="no connection that the hash alone would keep",
    holds=lambda row: not row.unlike if row.connections else None,
    tell=tell,
    unit="cells",
    source=C7,
)
LOADS: Every[SurvivalRow] = Every(
    name="least loaded",
    statement="Without memory, choosing the least loaded breaks most connections.",
    expected="more than half of them",
    holds=lambda row: row.broken > row.connections / 2 if row.connections else None,
    tell=tell,
    unit="cells",
    source="SRE book, chapter 19: stateful protocols; hypothesis C2",
)
ECMP: Every[SurvivalRow] = Every(
    name="ECMP",
    statement="No connection leaves a balancer that is still there.",
    expected="none, by rendezvous hashing over the members of the group",
    holds=lambda row: not row.strays if row.connections else None,
    tell=lambda row: f"{row.event}, {row.selection}: {row.strays} went astray",
    unit="cells",
    source="closed form; Open vSwitch's bundle_load with hrw",
)
