"""Waiting for roles: all at once, told by name, ended at the first death."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from .errors import LabError
from .supervisor import DeadRole

Say = Callable[[str], None]
Deaths = Callable[[], tuple[DeadRole, ...]]

WATCH_S = 0.1
NAMED_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class Awaited:
    """A role, what it must do to count as ready, and the wait for that."""

    name: str
    what: str
    wait: Callable[[], Awaitable[object]]


async def all_ready(
    stage: str, awaited: Sequence[Awaited], deaths: Deaths, say: Say, within_s: float
) -> None:
    """Return when every wait of the stage is over.

    Raises:
        LabError: a role died (with its log's last lines), or time ran out (with
            the names of those that hold the lab up, and what they did not do).
    """
    tasks = {asyncio.ensure_future(_wait(role)): role for role in awaited}
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    pending = set(tasks)
    try:
        while pending:
            done, pending = await asyncio.wait(pending, timeout=WATCH_S)
            for task in done:
                _check(task, tasks[task], deaths)
            _refuse_deaths(deaths)
            names = [role for task, role in tasks.items() if task in pending]
            say(_progress(stage, len(awaited), names))
            if pending and loop.time() > deadline:
                raise LabError(_late(stage, within_s, names))
    finally:
        for task in pending:
            task.cancel()
        # Of several that failed at once one is told; nobody asks the others.
        await asyncio.gather(*tasks, return_exceptions=True)


async def _wait(awaited: Awaited) -> None:
    await awaited.wait()


def _check(task: "asyncio.Future[None]", awaited: Awaited, deaths: Deaths) -> None:
    error = task.exception()
    if isinstance(error, EOFError):
        _refuse_deaths(deaths)
        raise LabError(f"{awaited.name}: closed its ready descriptor without a word")
    if error is not None:
        raise error


def _refuse_deaths(deaths: Deaths) -> None:
    if dead := deaths():
        raise LabError("\n".join(map(str, dead)))


def _progress(stage: str, total: int, waiting: Sequence[Awaited]) -> str:
    ready = total - len(waiting)
    if not waiting:
        return f"{stage}: {ready}/{total}"
    names = ", ".join(a.name for a in waiting[:NAMED_AT_MOST])
    more = len(waiting) - NAMED_AT_MOST
    tail = f" and {more} more" if more > 0 else ""
    return f"{stage}: {ready}/{total}, waiting for {names}{tail}"


def _late(stage: str, within_s: float, waiting: Sequence[Awaited]) -> str:
    lines = [f"{stage}: not ready within {within_s:g} s:"]
    lines += [f"  {a.name} has not {a.what}" for a in waiting]
    return "\n".join(lines)
