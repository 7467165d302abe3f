"""From what each watch of a context says of itself to the one state that is shown."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum

import msgspec

from tui.cluster.link import Trouble
from tui.model.changes import ContextStatus, Phase
from tui.model.kinds import KINDS
from tui.ports import Clock, Emit


class State(StrEnum):
    """Where one kind stands."""

    PENDING = "pending"
    """Not listed yet."""
    FAILING = "failing"
    """Never listed, and the last attempt failed."""
    WATCHED = "watched"
    POLLED = "polled"
    """May be listed but not watched."""
    LOST = "lost"
    """Was listed, and nothing tells of changes now."""
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    """Not served."""


class Standing(msgspec.Struct, frozen=True):
    """What one watch says of itself."""

    state: State
    message: str = ""
    since: datetime | None = None
    """When it was lost."""
    retry_at: datetime | None = None


Report = Callable[[str, Standing], None]
"""Takes a kind and where it stands."""

NO_FLUX = "No Flux in this cluster: its CRDs are not installed"


class Board:
    """Keeps where each watch of one context stands, and tells the context's state whenever that changes."""

    def __init__(self, context: str, server: str, emit: Emit, clock: Clock, grace: float) -> None:
        self.settled = asyncio.Event()
        """Set once no kind waits for its first list any more."""
        self._context = context
        self._server = server
        self._emit = emit
        self._clock = clock
        self._grace = grace
        self._standings: dict[str, Standing] = {}
        self._lost: dict[str, tuple[Standing, asyncio.TimerHandle]] = {}
        """Watches lost a moment ago: most are back before it is worth a word."""
        self._trouble: Trouble | None = None
        self._served: frozenset[str] | None = None
        self._last: ContextStatus | None = None

    def trouble(self, trouble: Trouble | None) -> None:
        """Take note that the API server can't be asked, or can again.

        Args:
            trouble: Why not; None when it can.
        """
        self._trouble = trouble
        self.refresh()

    def served(self, kinds: Iterable[str]) -> None:
        """Take note of what a discovery found.

        Args:
            kinds: The Flux kinds that the cluster serves.
        """
        self._served = frozenset(kinds)
        for kind in self._served:
            self._standings.setdefault(kind, Standing(State.PENDING))
        for kind in KINDS:
            if kind not in self._served:
                self._drop(kind)
        self.refresh()

    def note(self, kind: str, standing: Standing) -> None:
        """Take note of where one kind stands.

        Args:
            kind: The kind.
            standing: Where it stands; a loss counts only after some seconds.
        """
        pending = self._lost.pop(kind, None)
        before = self._standings.get(kind)
        if standing.state is State.LOST and (before is None or before.state is not State.LOST):
            timer = pending[1] if pending else asyncio.get_running_loop().call_later(self._grace, self._confirm, kind)
            self._lost[kind] = (standing, timer)
            return
        if pending is not None:
            pending[1].cancel()
        self._standings[kind] = standing
        self.refresh()

    def close(self) -> None:
        """Stop every timer."""
        for _, timer in self._lost.values():
            timer.cancel()
        self._lost.clear()

    def refresh(self) -> None:
        """Tell the context's state, when it differs from the last one told."""
        standings = self._standings
        if self._served is not None and not any(item.state is State.PENDING for item in standings.values()):
            self.settled.set()
        now = self._clock.now()
        status = derive(self._context, self._server, standings, self._trouble, self._served)
        last = self._last
        if status.since is None:
            since = last.since if last is not None and last.phase is status.phase else now
            status = msgspec.structs.replace(status, since=since)
        if status != last:
            self._last = status
            self._emit(status)

    def _confirm(self, kind: str) -> None:
        standing, _ = self._lost.pop(kind)
        self._standings[kind] = standing
        self.refresh()

    def _drop(self, kind: str) -> None:
        self._standings.pop(kind, None)
        pending = self._lost.pop(kind, None)
        if pending is not None:
            pending[1].cancel()


_MISSING = Standing(State.MISSING)


def derive(
    context: str,
    server: str,
    standings: dict[str, Standing],
    trouble: Trouble | None,
    served: frozenset[str] | None,
) -> ContextStatus:
    """Derive the state of a context.

    Args:
        context: Its name.
        server: Its API server's URL.
        standings: Where each kind stands.
        trouble: Why the API server can't be asked, None when it can.
        served: The Flux kinds that it serves, None before the first discovery.

    Returns:
        The state, without `since` unless it is stale.
    """
    phase = _phase(standings, trouble, served)
    lost = [item for item in standings.values() if item.state is State.LOST]
    failing = [item for item in (*lost, *standings.values()) if item.message and item.state in _TOLD]
    forbidden = _of(standings, State.FORBIDDEN)
    retry_at: datetime | None = None
    message = ""
    if phase is Phase.ABSENT:
        message = f"{NO_FLUX} ({server})."
    elif trouble is not None and phase is not Phase.LIVE:
        message, retry_at = trouble.message, trouble.retry_at
    elif failing:
        message, retry_at = failing[0].message, failing[0].retry_at
    elif forbidden:
        what = "any of Flux's kinds" if served and served <= set(forbidden) else ", ".join(forbidden)
        message = f"{server} forbids to list {what}: ask its administrator for the role flux-view."
    return ContextStatus(
        context,
        phase,
        _since(lost, trouble) if phase is Phase.STALE else None,
        message,
        server,
        forbidden,
        _of(standings, State.POLLED),
        tuple(kind for kind in KINDS if _is_missing(kind, standings, served)),
        retry_at,
    )


_TOLD = (State.LOST, State.FAILING)


def _phase(standings: dict[str, Standing], trouble: Trouble | None, served: frozenset[str] | None) -> Phase:
    states = {item.state for item in standings.values()}
    read = bool(states & {State.WATCHED, State.POLLED, State.LOST, State.FORBIDDEN})
    if trouble is not None and trouble.login:
        return Phase.LOGIN
    if trouble is not None and not read:
        return Phase.UNREACHABLE
    if served is not None and not served:
        return Phase.ABSENT
    if State.LOST in states or (trouble is not None and trouble.lost):
        return Phase.STALE
    if served is None or State.PENDING in states or (State.FAILING in states and not read):
        return Phase.CONNECTING
    return Phase.LIVE


def _since(lost: list[Standing], trouble: Trouble | None) -> datetime | None:
    """Since when rows may be out of date: the first watch that was lost, else the first question without an answer."""
    losses = [item.since for item in lost if item.since is not None]
    return min(losses) if losses else trouble.since if trouble is not None else None


def _of(standings: dict[str, Standing], state: State) -> tuple[str, ...]:
    return tuple(sorted(kind for kind, item in standings.items() if item.state is state))


def _is_missing(kind: str, standings: dict[str, Standing], served: frozenset[str] | None) -> bool:
    return served is not None and standings.get(kind, _MISSING).state is State.MISSING
