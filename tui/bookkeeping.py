"""Keeping the journal: each request is written down as it goes on, and what earlier runs left open is looked up."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from tui.model.changes import Change, ContextStatus, Notice, ObjectChanged, ObjectDeleted, Phase, Severity
from tui.model.intent import Outcome, Step, settle
from tui.model.journal import Entry, Pages, entry_of, fold, is_news, look_up
from tui.model.journalwords import what_was_found
from tui.ports import Clock, Journal
from tui.store import Store

_KEPT = 10_000


class MemoryJournal:
    """Fulfils `tui.ports.Journal` for a run of which nothing shall be left."""

    def __init__(self, author: str = "you") -> None:
        self.author = author
        self.run = 1
        self._entries: deque[Entry] = deque(maxlen=_KEPT)

    def write(self, entry: Entry) -> str:
        """Keep an entry while the program runs."""
        self._entries.append(entry)
        return ""

    def read(self) -> Pages:
        """What was written in this run."""
        return Pages(tuple(self._entries))

    def take_over(self, run: int) -> bool:  # noqa: ARG002 (the protocol's)
        """There is no other run."""
        return False

    def close(self) -> None:
        """There is nothing to give up."""


class Bookkeeper:
    """Writes the journal of one session."""

    def __init__(self, journal: Journal, store: Store, clock: Clock, say: Callable[[Notice], None]) -> None:
        self.journal = journal
        self.version = 0
        """Another number whenever something was written."""
        self._store, self._clock, self._say = store, clock, say
        self._left_open: list[Entry] = []
        self._complained = False
        store.on_outcome = self._note

    async def look_back(self) -> None:
        """Find what ended runs left open; each is looked up as soon as its context is live."""
        pages, left_open = await asyncio.to_thread(self._read)
        ended = {run for run in {entry.run for entry in left_open} if self.journal.take_over(run)}
        if ended:  # whoever had one of them before may have found out some meanwhile
            pages, left_open = await asyncio.to_thread(self._read)
        self._left_open = [entry for entry in left_open if entry.run in ended]
        if pages.complaint:
            self._say(Notice(self._clock.now(), Severity.WARNING, pages.complaint))
        self.tick()

    def take(self, change: Change | Outcome) -> None:
        """See whether a change tells how something that was left open has ended.

        Args:
            change: What the store was just told.
        """
        if self._left_open and isinstance(change, ContextStatus):
            self._look_up(entry for entry in self._left_open if entry.context == change.context)
        elif self._left_open and isinstance(change, ObjectChanged | ObjectDeleted):
            ref = change.ref if isinstance(change, ObjectDeleted) else change.resource.ref
            self._look_up(entry for entry in self._left_open if entry.ref == ref)

    def tick(self) -> None:
        """Let what depends on the time alone happen: nobody waits for the end of a request for ever."""
        self._look_up(self._left_open)

    def close(self) -> None:
        """End this run in the journal: what it leaves open is for the next one to look up."""
        self.journal.close()

    def _note(self, before: Outcome | None, after: Outcome) -> None:
        if is_news(before, after):
            self._write(entry_of(after, self.journal.author, self.journal.run, self._clock.now()))

    def _write(self, entry: Entry) -> None:
        problem = self.journal.write(entry)
        self.version += 1
        if problem and not self._complained:
            self._say(Notice(self._clock.now(), Severity.WARNING, problem))
        self._complained = bool(problem)

    def _read(self) -> tuple[Pages, list[Entry]]:
        """The journal, and the last entry of each action whose end is missing."""
        pages = self.journal.read()
        return pages, [action.last for action in fold(pages.entries) if action.is_open]

    def _look_up(self, entries: Iterable[Entry]) -> None:
        for entry in list(entries):
            status = self._store.picture.statuses.get(entry.context)
            if status is None or status.phase is not Phase.LIVE:
                continue
            outcome = self._judge(entry, status)
            if outcome.is_settled:
                self._left_open.remove(entry)
                self._tell(entry, outcome)

    def _judge(self, entry: Entry, status: ContextStatus) -> Outcome:
        now, resource = self._clock.now(), self._store.picture.get(entry.ref)
        if resource is not None or entry.step is Step.QUEUED:
            return look_up(entry, resource, now)
        if not status.sees(entry.kind, entry.namespace):
            return settle(entry.outcome, Step.TIMED_OUT, "you may not list such objects", now)
        if self._store.is_skipped(entry.ref):
            return settle(entry.outcome, Step.TIMED_OUT, "its present state can't be read", now)
        return look_up(entry, resource, now)

    def _tell(self, entry: Entry, outcome: Outcome) -> None:
        now = self._clock.now()
        self._write(entry_of(outcome, entry.who, entry.run, now, looked_up=True))
        text = what_was_found(entry, outcome, self.journal.author, now)
        severity = Severity.ERROR if outcome.step is Step.FAILED else Severity.WARNING
        self._say(Notice(now, severity, text, entry.context, entry.ref))
