"""From connections to a row: who survived, who should have, and who changed balancer.

No I/O.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from balancer.model import FiveTuple, Protocol

from ..packets.frame import Frame
from ..packets.sighting import Flow, sightings
from .connections import Connection
from .event import BACKEND_ADDED, Event
from .forecast import FORGETFUL, Fate, Slots, follows_flows, is_foreseen

Places = Mapping[Flow, str]


@dataclass(frozen=True, slots=True)
class SurvivalRow:
    """One event, for one way of selecting and one of tracking.

    Args:
        selection: the method; `tracking` and `event` are names, too.
        backends: how many there are at most.
        connections: that were open when it happened.
        unopened: that never opened.
        broken: that did not answer again from the backend that they had.
        silent: of these, without a reset.
        own: whose slot is the one backend's that comes or goes, before or after.
        forecast: how many break by the tables, None where tables follow flows; with
            full flow tables, how many break at the most.
        unlike: connections that end, or begin, in another way than forecast.
        moved: that came to another balancer.
        strays: of these, whose balancer was still there.
    """

    selection: str
    tracking: str
    event: str
    backends: int
    connections: int
    unopened: int
    broken: int
    silent: int
    own: int
    forecast: int | None
    unlike: int
    moved: int
    strays: int

    @property
    def remembers(self) -> bool:
        """Whether balancers know of the connections."""
        return self.tracking not in FORGETFUL

    @property
    def due(self) -> int:
        """How many break with the best of hashing: nobody can save these.

        Slots that a new backend gets are lost where nothing tells whose they were.
        """
        told = self.tracking != "off"
        return 0 if self.event == BACKEND_ADDED and told else self.own


@dataclass(frozen=True, slots=True)
class Scene:
    """What happened, and where each flow's packets came along.

    Args:
        selection: the method.
        event: which one.
        slots: the tables of it.
        backend: who came or went.
        balancer: who left ECMP, "" for none.
        before: the balancer of each flow when it opened; `after` the event.
    """

    selection: str
    event: Event
    slots: Slots
    backend: str
    balancer: str
    before: Places
    after: Places

    def fate(self, connection: Connection) -> Fate:
        """Return what decides over a connection."""
        was = now = connection.opened
        if not follows_flows(self.selection):
            was, now = self.slots.owners(five_tuple(connection.flow))
        gone = self.backend if self.event.lacks_after else ""
        moved = self.has_moved(connection.flow)
        return Fate(connection.tracking, was, now, gone, moved, self.event.floods)

    def has_moved(self, flow: Flow) -> bool:
        """Whether a flow came to another balancer."""
        return self.before.get(flow) != self.after.get(flow)

    def is_unlike(self, connection: Connection) -> bool:
        """Whether a connection began or ended in another way than the tables say."""
        fate = self.fate(connection)
        if not is_foreseen(self.selection, fate):
            return False
        if connection.opened != fate.was:
            return True
        if self.event.floods:
            # A table that is less full than feared lets more survive.
            return fate.survives and not survived(connection)
        return fate.survives != survived(connection)


def tally(
    scene: Scene, tracking: str, connections: Sequence[Connection]
) -> SurvivalRow:
    """Return the row of the connections of one VIP."""
    opened = [it for it in connections if it.opened]
    moved = [it for it in opened if scene.has_moved(it.flow)]
    fates = [scene.fate(it) for it in opened]
    foreseen = all(is_foreseen(scene.selection, fate) for fate in fates)
    return SurvivalRow(
        selection=scene.selection,
        tracking=tracking,
        event=scene.event.name,
        backends=len(scene.slots.names),
        connections=len(opened),
        unopened=len(connections) - len(opened),
        broken=sum(not survived(it) for it in opened),
        silent=sum(it.silent for it in opened),
        own=sum(scene.backend in (fate.was, fate.now) for fate in fates),
        forecast=sum(not fate.survives for fate in fates) if foreseen else None,
        unlike=sum(map(scene.is_unlike, opened)),
        moved=len(moved),
        strays=sum(scene.before[it.flow] != scene.balancer for it in moved),
    )


def survived(connection: Connection) -> bool:
    """Whether the backend that had it answered again."""
    return connection.answered == connection.opened


def seen_at(frames: Iterable[Frame]) -> Places:
    """Return the balancer at which each flow's latest packet arrived."""
    arrived = sightings(frame for frame in frames if frame.to_host)
    return {it.flow: it.frame.port for it in arrived}


def five_tuple(flow: Flow) -> FiveTuple:
    """Return a flow as balancers hash it."""
    ends = int(flow.source), int(flow.destination)
    ports = flow.source_port, flow.destination_port
    return FiveTuple(flow.source.version, *ends, Protocol.TCP, *ports)
