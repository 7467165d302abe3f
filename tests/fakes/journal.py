"""Journals with something in them."""

from datetime import datetime, timedelta

import msgspec

from tui.bookkeeping import MemoryJournal
from tui.model.intent import Note, Outcome, Step, Verb
from tui.model.intent import settle as end
from tui.model.journal import entry_of
from tui.model.refs import ObjectRef


def written(journal: MemoryJournal, now: datetime) -> MemoryJournal:
    """Let three runs of two people have asked for things in the demo's regions.

    Args:
        journal: Where it is written.
        now: When the last of it was.

    Returns:
        The journal.
    """
    apps = ObjectRef("eu-west", "Kustomization", "flux-system", "apps")
    source = ObjectRef("eu-west", "GitRepository", "flux-system", "flux-system")
    api = ObjectRef("us-east", "HelmRelease", "shop", "api")
    charts = ObjectRef("ap-south", "HelmRepository", "flux-system", "a-repository-with-a-name-that-goes-on")

    def add(who: str, run: int, minutes: float, outcome: Outcome, looked_up: bool = False) -> None:
        journal.write(entry_of(outcome, who, run, now - timedelta(minutes=minutes), looked_up))

    def asked(ref: ObjectRef, verb: Verb, minutes: float, step: Step = Step.ASKED) -> Outcome:
        at = now - timedelta(minutes=minutes)
        return Outcome(ref, f"{ref.name}-uid", verb, step, at, at + timedelta(minutes=5), at.isoformat())

    def settled(outcome: Outcome, step: Step, seconds: float, message: str) -> Outcome:
        return end(outcome, step, message, outcome.asked + timedelta(seconds=seconds))

    broken = "HealthCheckFailed: timeout waiting for: [Deployment/web/api status: 'InProgress']"
    add("anna@laptop", 41, 2900, settled(asked(api, Verb.RESUME, 2900), Step.READY, 3.5, "Helm upgrade succeeded"))
    add("anna@laptop", 41, 2890, asked(charts, Verb.RECONCILE, 2890))
    add("otto@desk", 42, 60, asked(apps, Verb.RECONCILE, 60))
    add("otto@desk", 42, 59, asked(api, Verb.RECONCILE, 59))
    add("otto@desk", 42, 58, asked(api, Verb.SUSPEND, 58))
    note = Note("otto", "migration of the orders database, OPS-1204", now + timedelta(hours=3))
    paused = msgspec.structs.replace(asked(api, Verb.SUSPEND, 58), note=note)
    add("otto@desk", 42, 58, settled(paused, Step.READY, 0.3, "suspended"))
    sent = asked(source, Verb.RECONCILE, 50)
    add("otto@desk", 42, 50, sent)
    lost = settled(sent, Step.REFUSED, 2400, "it is not on the object: it was not sent, or was lost on the way")
    add("otto@desk", 42, 10, lost, looked_up=True)
    add("you", 1, 6, settled(asked(apps, Verb.RECONCILE, 6), Step.FAILED, 31, broken))
    add("you", 1, 1, asked(source, Verb.RECONCILE, 1))
    return journal
