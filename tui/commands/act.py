"""`gitops-tui reconcile`, `suspend` and `resume`: asked once, and followed to what became of it."""

import asyncio
import sys
from collections import Counter, defaultdict
from math import inf

from tui.commands.actions import action_list
from tui.commands.agreeing import agree
from tui.commands.collect import Asked, Collector
from tui.commands.ending import Exit, StartError
from tui.commands.get import lacks
from tui.commands.printing import complain, write_document
from tui.commands.progress import Progress, is_taken
from tui.commands.request import Request
from tui.commands.targets import find
from tui.model.changes import Severity
from tui.model.foresight import foresee
from tui.model.intent import SWITCHES, Outcome, Step, Verb, objection
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.text import counted
from tui.model.wording import describe

_TICK = 1.0
"""Seconds after which it is looked at whether a request has timed out."""


async def act(asked: Asked) -> Exit:
    """Ask something of objects and say what became of it.

    Args:
        asked: The objects and the request.

    Returns:
        Whether all of it was done.

    Raises:
        StartError: A name stands for several objects, or nobody agreed to what is protected. Nothing was sent.
    """
    if (request := asked.request) is None:
        raise TypeError("an action without a request")
    collector = Collector(asked)
    try:
        await collector.connect()
        refs = find(asked.session.picture, asked.contexts, asked.namespaces, asked.target)
        _refuse_ambiguous(asked, refs)
        gaps = [*collector.gaps(), *lacks(asked, refs)]
        for complaint in gaps:
            complain(complaint)
        resources = _concerned(asked, request, refs)
        if not resources and not gaps:
            complain(f"nothing to {request.verb}")
        _announce(asked, request, resources)
        await agree(request, resources)
    except asyncio.CancelledError:
        complain("interrupted: nothing was sent")
        raise
    ended = await _Run(collector, request, resources).to_its_end()
    return Exit.UNKNOWN if gaps else ended


def _refuse_ambiguous(asked: Asked, refs: list[ObjectRef]) -> None:
    """Let no name mean several objects of a context, as it may with all namespaces."""
    for one in asked.target.wanted:
        found = defaultdict(list)
        for ref in refs:
            if one.name and one.matches(ref):
                found[ref.context].append(ref.namespace)
        for context, namespaces in found.items():
            if len(namespaces) > 1:
                raise StartError(f"{context}: {one.said} is in {', '.join(namespaces)}: choose one with -n")


def _concerned(asked: Asked, request: Request, refs: list[ObjectRef]) -> list[Resource]:
    """The objects to ask; of all objects of a kind only those to which it would do anything."""
    resources = [resource for ref in refs if (resource := asked.session.picture.get(ref)) is not None]
    if not request.every:
        return resources
    reasons = {resource.ref: _idle(request.verb, resource) for resource in resources}
    for reason, number in Counter(filter(None, reasons.values())).items():
        complain(f"left out {counted(number, 'object')}: {reason}")
    return [resource for resource in resources if not reasons[resource.ref]]


def _idle(verb: Verb, resource: Resource) -> str:
    """Why nothing would change for an object that nobody named."""
    if verb is Verb.SUSPEND and resource.suspended:
        return "it is suspended already"
    if verb is Verb.RESUME and not resource.suspended:
        return "it is not suspended"
    return objection(verb, resource)


def _announce(asked: Asked, request: Request, resources: list[Resource]) -> None:
    """Say before it is done what is in vain or surprises, and what will be done where that is more than one object."""
    if request.verb in SWITCHES:
        session = asked.session
        foresight = foresee(session.picture, request.verb, tuple(resources), session.clock.now())
        for warning in foresight.warnings:
            complain(f"{request.verb}: {warning}")
    if len(resources) < 2:
        return
    contexts = ", ".join(dict.fromkeys(resource.ref.context for resource in resources))
    complain(f"{request.verb} {counted(len(resources), 'object')} in {contexts}:")
    for resource in resources:
        print(f"  {resource.ref.context} {describe(resource.ref)}", file=sys.stderr, flush=True)


class _Run:
    """One request for some objects, from when it is sent to when all is known."""

    def __init__(self, collector: Collector, request: Request, resources: list[Resource]) -> None:
        self._collector, self._request, self._resources = collector, request, resources
        self._session = session = collector.session
        self._as_text = collector.asked.output == "text"
        wanted = {resource.ref: None for resource in resources}
        self._progress = Progress(session.picture, session.clock, wanted, self._as_text)
        self._notices = len(session.picture.notices)
        self._refs = tuple(wanted)

    async def to_its_end(self) -> Exit:
        """Send it, follow it, and print what became of it.

        Returns:
            Whether all of it was done.
        """
        request, session = self._request, self._session
        self._collector.on_change = self._progress.notice
        session.ask(request.verb, self._resources, request.with_source, request.note)
        try:
            if not await self._follow():
                self._progress.cut_short(f"--timeout is over after {self._collector.asked.timeout:g}s", False)
        except asyncio.CancelledError:
            self._progress.cut_short("interrupted", True)
            self._write()
            raise
        self._progress.leave()
        self._write()
        return Exit.FINE if all(map(self._went_well, self._progress.outcomes)) else Exit.FAULTS

    async def _follow(self) -> bool:
        """Wait until all is known that is wanted; says whether it is, or the time is over."""
        collector = self._collector
        deadline = collector.deadline if self._request.limited else inf
        now = asyncio.get_running_loop().time
        ticks_at = now()
        while True:
            if now() >= ticks_at:  # it counts as a change itself: not after each change, or nothing else would get on
                self._session.tick()
                ticks_at = now() + _TICK
            self._tell()
            if all(map(self._is_known, self._refs)):
                return True
            if now() >= deadline:
                return False
            await collector.change_within(min(ticks_at, deadline) - now())

    def _tell(self) -> None:
        self._progress.tell()
        self._collector.tell_connections()
        notices = self._session.picture.notices
        for notice in notices[self._notices :]:
            if notice.ref is None and not notice.connection and notice.severity is not Severity.INFO:
                complain(f"{notice.context}: {notice.text}" if notice.context else notice.text)
        self._notices = len(notices)

    def _is_known(self, ref: ObjectRef) -> bool:
        picture = self._session.picture
        outcome = picture.outcomes.get(ref)
        if outcome is None or outcome.step is Step.QUEUED:
            return False
        return outcome.is_settled or (not self._request.wait and is_taken(outcome, picture))

    def _went_well(self, outcome: Outcome) -> bool:
        return outcome.step is Step.READY or (not self._request.wait and not outcome.is_settled)

    def _write(self) -> None:
        """Print the outcomes as data; as text they were printed one by one."""
        if not self._as_text:
            asked = self._collector.asked
            listed = action_list(self._session.picture, asked.contexts, self._progress.outcomes)
            write_document(listed, asked.output)
