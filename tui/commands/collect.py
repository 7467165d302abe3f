"""Connecting contexts and waiting until each is known, or can't be; and what of them could not be seen."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress

import msgspec

from tui.commands.printing import complain
from tui.commands.request import Request
from tui.commands.targets import Target
from tui.model.changes import ContextStatus, Phase, Severity
from tui.session import Session

_UNSETTLED = (Phase.OFF, Phase.CONNECTING)


class Asked(msgspec.Struct, frozen=True):
    """What the command line asks, of whom."""

    session: Session
    contexts: tuple[str, ...]
    namespaces: dict[str, str]
    """The namespace that is meant in each context; empty for all."""
    target: Target
    output: str = ""
    """`table` or `text`, `json`, `yaml`, `name`."""
    watch: bool = False
    suspended: bool = False
    """Whether only what is suspended is meant."""
    timeout: float = 30.0
    """Seconds."""
    request: Request | None = None
    """What an action asks of the objects; None where they are only looked at."""


class Collector:
    """Feeds a picture from some contexts until a deadline."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.session = asked, asked.session
        self.on_change: Callable[[], None] = lambda: None
        """Told after each change; must be quick and write nothing."""
        self._changed = asyncio.Event()
        self._told: dict[str, ContextStatus] = {}
        self.deadline = asyncio.get_running_loop().time() + asked.timeout
        """In the event loop's time."""
        self.session.on_change = self._notice

    async def connect(self) -> None:
        """Connect all contexts and wait until each is live or can't be, or the time is over."""
        for context in self.asked.contexts:
            self.session.connect(context)
        statuses = self.session.picture.statuses
        await self.until(lambda: all(statuses[one].phase not in _UNSETTLED for one in self.asked.contexts))
        self._told = dict(statuses)

    async def until(self, true: Callable[[], bool]) -> bool:
        """Wait for something that follows from a change.

        Args:
            true: Whether it is so.

        Returns:
            Whether it became so before the deadline.
        """
        try:
            async with asyncio.timeout_at(self.deadline):
                while not true():
                    await self.change()
        except TimeoutError:
            return true()
        return True

    async def change(self) -> None:
        """Wait until something has changed since the last call."""
        await self._changed.wait()
        self._changed.clear()

    async def change_within(self, seconds: float) -> None:
        """Wait until something has changed since the last call, or some time is over.

        Args:
            seconds: The time.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.change()

    def tell_connections(self) -> None:
        """Say which connections were lost, or are back, since the last call."""
        for context in self.asked.contexts:
            before, status = self._told[context], self.session.picture.statuses[context]
            self._told[context] = status
            if status.phase is before.phase or status.phase is Phase.CONNECTING:
                continue
            said = "is live" if status.phase is Phase.LIVE else f"{status.phase}: {status.message}"
            complain(f"{context}: {said}")

    def gaps(self) -> list[str]:
        """What of that which was asked for could not be seen.

        Returns:
            A sentence for each, which begins with its context.
        """
        return list(self._gaps())

    def _notice(self) -> None:
        self.on_change()
        self._changed.set()

    def _gaps(self) -> Iterator[str]:
        picture, asked = self.session.picture, self.asked
        for context in asked.contexts:
            status = picture.statuses[context]
            if why := _unseen(status, asked.target, asked.namespaces[context], asked.timeout):
                yield f"{context}: {why}"
        for notice in picture.notices:
            if notice.severity is not Severity.INFO and not notice.connection:
                yield f"{notice.context}: {notice.text}" if notice.context else notice.text


def _unseen(status: ContextStatus, target: Target, namespace: str, timeout: float) -> str:
    """Why not all that is asked for is known of a context; empty where it is."""
    if status.phase in _UNSETTLED:
        return status.message or f"no answer within {timeout:g}s; --timeout gives it more time"
    if status.phase is not Phase.LIVE:
        return status.message or status.phase.value
    missing = [kind for kind in target.named_kinds if kind in status.missing]
    if missing:
        return f"{status.server} does not serve {', '.join(missing)}: the CRD is not installed"
    is_limited = bool(status.forbidden or status.narrowed)
    if is_limited and all(status.sees(kind, namespace) for kind in target.kinds):
        return ""
    return status.message
