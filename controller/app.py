"""The controller's shell: the framework's events in, OpenFlow messages out."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from balancer.errors import ConfigError

from .announcements import Announcements
from .control import Said
from .core import Core, PortState
from .expired import time_exceeded
from .messages import Messages, to_wire
from .seam import Foreign, Handler

LOG = logging.getLogger("frontlab.controller")

MOST_ERRORS_LOGGED = 20


@dataclass(slots=True)
class _Session:
    """One connection of a site's switch, and what it has told so far.

    `ports` and `cookies` collect the parts of a reply. `barrier` is the transaction
    of the barrier request that is still to be answered.
    """

    datapath: Foreign
    site: str
    ports: dict[str, PortState] = field(default_factory=dict)
    ports_known: bool = False
    cookies: set[int] = field(default_factory=set)
    barrier: int | None = None


class App:
    """Handles events, one after the other, on the framework's event thread.

    Args:
        core: what is known and wanted.
        messages: the maker of messages.
        on_ready: called once, when all switches have confirmed their flows.
    """

    def __init__(
        self, core: Core, messages: Messages, on_ready: Callable[[], None]
    ) -> None:
        self._core = core
        self._announcements = Announcements(core.fabric)
        self._messages = messages
        self._on_ready = on_ready
        routers = core.fabric.routers
        self._routers = {router.site: router for router in routers}
        self._sites = {router.dpid: router.site for router in routers}
        # Every key from the start: the status thread reads while this one writes.
        self._sessions: dict[str, _Session | None] = dict.fromkeys(self._sites.values())
        self._is_ready = False
        self._errors = 0
        self._packets = 0
        self._expired = 0
        self._last_ms = 0.0

    def handlers(self) -> tuple[Handler, ...]:
        """Return which event calls what."""
        return (
            Handler("EventOFPPortDescStatsReply", self._on_ports),
            Handler("EventOFPFlowStatsReply", self._on_flows),
            Handler("EventOFPPortStatus", self._on_port),
            Handler("EventOFPBarrierReply", self._on_barrier),
            Handler("EventOFPErrorMsg", self._on_error),
            Handler("EventOFPPacketIn", self._on_packet),
            Handler("EventOFPStateChange", self._on_state),
        )

    def snapshot(self) -> dict[str, Any]:
        """Return the status object; called from another thread."""
        core = self._core
        down = [f"{wire.a}-{wire.b}" for wire in core.wires_down()]
        return {
            "switches": {site: self._switch(site) for site in self._sessions},
            "links_down": down,
            "withdrawn": [f"{it.anycast}/{it.member}" for it in core.withdrawn],
            "recomputes": core.recomputes,
            "last_ms": round(self._last_ms, 3),
            "errors": self._errors,
            "packets_in": self._packets,
            "ttl_expired": self._expired,
            "ready": self._is_ready,
        }

    def on_said(self, said: Said) -> None:
        """Take in a line or the end of a session of the control socket, and answer.

        The answer comes when the switches have been sent what follows.
        """
        answer: dict[str, Any] = {"ok": True}
        if said.line is None:
            self._announcements.ended(said.session)
        else:
            try:
                self._announcements.obey(said.session, said.line)
            except ConfigError as error:
                answer = {"ok": False, "error": str(error)}
        before = self._core.withdrawn
        self._core.withdrawn_told(self._announcements.withdrawn)
        if self._core.withdrawn != before:
            LOG.info("withdrawn: %s", self._core.withdrawn)
            self._settle()
        said.answer(answer)

    def _switch(self, site: str) -> dict[str, Any]:
        return {
            "connected": self._sessions[site] is not None,
            "flows": self._core.flow_count(site),
            "groups": self._core.group_count(site),
        }

    def _on_ports(self, event: Foreign) -> None:
        """The answer to the framework's own request at the start of a connection."""
        reply = event.msg
        session = self._session(reply.datapath) or self._join(reply.datapath)
        if session is None or session.ports_known:
            return
        for port in reply.body:
            state = self._messages.port_state(port)
            if state is not None:
                session.ports[_name(port)] = state
        if not self._messages.has_more(reply):
            session.ports_known = True
            self._core.ports_told(session.site, session.ports)
            hear = self._messages.hear_expired(session.datapath)
            ask = self._messages.ask_flows(session.datapath)
            self._send(session, [hear, ask])
            self._settle()

    def _on_flows(self, event: Foreign) -> None:
        reply = event.msg
        session = self._session(reply.datapath)
        if session is None:
            return
        session.cookies.update(flow.cookie for flow in reply.body)
        if not self._messages.has_more(reply):
            self._core.cookies_told(session.site, session.cookies)
            session.cookies = set()
            self._settle()

    def _on_port(self, event: Foreign) -> None:
        status = event.msg
        session = self._session(status.datapath)
        if session is None or not session.ports_known:
            return  # The answer with all ports is still to come, and knows better.
        deleted = self._messages.is_deleted(status)
        state = None if deleted else self._messages.port_state(status.desc)
        LOG.info("port %s of %s: %s", _name(status.desc), session.site, state)
        self._core.port_told(session.site, _name(status.desc), state)
        self._settle()

    def _on_barrier(self, event: Foreign) -> None:
        session = self._session(event.msg.datapath)
        if session is not None and session.barrier == event.msg.xid:
            session.barrier = None
            self._tell_ready()

    def _on_error(self, event: Foreign) -> None:
        self._errors += 1
        if self._errors <= MOST_ERRORS_LOGGED:
            error = event.msg
            site = self._sites.get(error.datapath.id)
            data = bytes(error.data)[:64].hex()
            LOG.error("%s: error %d/%d: %s", site, error.type, error.code, data)

    def _on_packet(self, event: Foreign) -> None:
        """Answer for the router where a packet's TTL ended; switches bound these."""
        packet = event.msg
        if not self._messages.is_expired(packet):
            self._packets += 1  # No flow sends any: a count that is not 0 is a defect.
            return
        self._expired += 1
        session = self._session(packet.datapath)
        if session is None:
            return
        said = time_exceeded(self._routers[session.site], bytes(packet.data))
        if said is not None:
            self._send(session, [self._messages.route(session.datapath, said)])

    def _on_state(self, event: Foreign) -> None:
        session = self._session(event.datapath)
        if event.state == "dead" and session is not None:
            LOG.warning("%s: switch left", session.site)
            self._sessions[session.site] = None
            self._core.left(session.site)

    def _join(self, datapath: Foreign) -> _Session | None:
        site = self._sites.get(datapath.id)
        if site is None:
            LOG.error("no site has the datapath %016x", datapath.id)
            return None
        LOG.info("%s: switch connected", site)
        session = self._sessions[site] = _Session(datapath, site)
        return session

    def _session(self, datapath: Foreign) -> _Session | None:
        """Return the session of a datapath; None for one that a newer replaced."""
        session = self._sessions.get(self._sites.get(datapath.id, ""))
        return session if session and session.datapath is datapath else None

    def _settle(self) -> None:
        """Send what the core wants changed."""
        begin = time.monotonic()
        for site, change in self._core.changes().items():
            session = self._sessions[site]
            if session is not None:
                numbers = self._core.numbers(site)
                made = self._messages.change(session.datapath, change, numbers)
                self._send(session, made)
                session.barrier = made[-1].xid
        self._last_ms = (time.monotonic() - begin) * 1000
        self._tell_ready()

    def _send(self, session: _Session, messages: list[Foreign]) -> None:
        # One write for all: the framework's queue takes 16 and wakes a thread each.
        session.datapath.send(to_wire(session.datapath, messages))

    def _tell_ready(self) -> None:
        if self._is_ready or self._errors:
            return
        sessions = self._sessions.values()
        confirmed = all(session and session.barrier is None for session in sessions)
        if confirmed and all(map(self._core.is_settled, self._sessions)):
            self._is_ready = True
            self._on_ready()


def _name(port: Foreign) -> str:
    name: bytes = port.name
    return name.decode(errors="replace").rstrip("\0")
