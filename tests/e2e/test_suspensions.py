"""A suspension says who, why and until when; it stays said while the parent runs, and goes when it is resumed."""

from datetime import UTC, datetime, timedelta

from tests.e2e.content import PAUSED, ROOT
from tests.e2e.region import Region
from tests.e2e.watching import Watching, ref, watching
from tui.commands.items import item_of
from tui.model.causes import explain
from tui.model.health import State
from tui.model.intent import Note, Step, Verb
from tui.model.kinds import NOTE_BY, NOTE_REASON, NOTE_UNTIL
from tui.model.notes import note_of
from tui.model.refs import ObjectRef
from tui.model.suspensions import Suspension, suspensions
from tui.model.wording import suspension

_SECOND = timedelta(seconds=2)
"""Managed fields know no fractions of a second."""

NOTES = (NOTE_BY, NOTE_REASON, NOTE_UNTIL)


def _said(region: Region, kind: str, name: str) -> dict[str, str]:
    """The notes on an object, as the API server has them."""
    annotations = region.get(kind, name)["metadata"].get("annotations", {})
    return {key: annotations[key] for key in NOTES if key in annotations}


def _found(watch: Watching) -> dict[ObjectRef, Suspension]:
    return {one.ref: one for one in suspensions(watch.picture, datetime.now(UTC))}


def _is_behind(watch: Watching, target: ObjectRef) -> bool:
    behind = _found(watch)[target].behind
    return behind is not None and behind.is_behind


async def _ask(watch: Watching, verb: Verb, target: ObjectRef, note: Note | None = None) -> None:
    """Ask, and wait until it has ended; suspending ends well, what is resumed may wait for others."""
    before = watch.picture.outcomes.get(target)
    watch.session.ask(verb, [watch.get(target)], note=note)

    def settled() -> bool:
        outcome = watch.picture.outcomes.get(target)
        return outcome is not None and outcome is not before and outcome.is_settled

    await watch.until(f"{verb} of {target.path} to end", settled, 120)
    outcome = watch.picture.outcomes[target]
    assert outcome.step is Step.READY or verb is not Verb.SUSPEND, outcome.message


async def test_a_note_is_written_kept_by_the_parent_and_removed_by_resuming(region: Region) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    target, parent = ref(region, "tenants"), ref(region, ROOT)
    async with watching(region) as watch:
        await _ask(watch, Verb.SUSPEND, target, Note("anna@laptop", "INC-42 flaky registry", until))
        said = {
            NOTE_BY: "anna@laptop",
            NOTE_REASON: "INC-42 flaky registry",
            NOTE_UNTIL: f"{until:%Y-%m-%dT%H:%M:%SZ}",
        }
        assert _said(region, "Kustomization", "tenants") == said

        commit = region.push("tenants-note.txt", "a commit that changes nothing for it\n")
        region.fetch(commit)
        await _ask(watch, Verb.RECONCILE, parent)
        await watch.until_applied(parent, commit, 120)
        assert _said(region, "Kustomization", "tenants") == said, "the parent's run took the note away"
        await watch.until("the fetched commit", lambda: _is_behind(watch, target), 120)
        one = _found(watch)[target]
        assert (one.by, one.in_git, one.overdue, one.frozen) == ("anna@laptop", False, False, State.READY)
        assert one.note == Note("anna@laptop", "INC-42 flaky registry", until)
        assert one.behind is not None
        assert one.behind.available.endswith(commit)
        told = suspension(watch.get(target), datetime.now(UTC))
        assert told.startswith("suspended ")
        assert " ago by anna@laptop: INC-42 flaky registry, until " in told

        await _ask(watch, Verb.RESUME, target)
        assert _said(region, "Kustomization", "tenants") == {}
        assert not region.get("Kustomization", "tenants")["spec"].get("suspend")


async def test_what_git_declares_is_told_from_what_a_person_did(region: Region) -> None:
    target, declared = ref(region, "tenants"), ref(region, PAUSED)
    async with watching(region) as watch:
        await _ask(watch, Verb.SUSPEND, target)
        found = _found(watch)
        assert (found[target].in_git, found[target].by) == (False, "gitops-tui")
        assert (found[declared].in_git, found[declared].by) == (True, "")
        assert found[declared].since is not None
        now = datetime.now(UTC)
        told = [item_of(watch.picture, explain(watch.picture, one, now), now).suspension for one in (target, declared)]
        assert [one.declared_in_git for one in told if one is not None] == [False, True]
        await _ask(watch, Verb.RESUME, target)


async def test_a_note_that_the_flux_cli_left_behind_is_about_an_earlier_suspension(region: Region) -> None:
    target = ref(region, "tenants")
    async with watching(region) as watch:
        await _ask(watch, Verb.SUSPEND, target, Note("anna@laptop", "INC-42"))
        assert note_of(watch.get(target)) == Note("anna@laptop", "INC-42")
        noted = datetime.now(UTC).replace(microsecond=0)
        region.patch("Kustomization", "tenants", {"spec": {"suspend": None}}, "flux")
        await watch.until("it to run", lambda: not watch.get(target).suspended)
        await watch.until("the next second", lambda: datetime.now(UTC) > noted + _SECOND)
        region.patch("Kustomization", "tenants", {"spec": {"suspend": True}}, "flux")
        await watch.until("it to be suspended", lambda: watch.get(target).suspended)
        assert _said(region, "Kustomization", "tenants") == {NOTE_BY: "anna@laptop", NOTE_REASON: "INC-42"}
        assert note_of(watch.get(target)) == Note()
        assert (_found(watch)[target].by, _found(watch)[target].note) == ("flux", Note())

        await _ask(watch, Verb.SUSPEND, target, Note("bert@bastion"))
        assert _said(region, "Kustomization", "tenants") == {NOTE_BY: "bert@bastion"}
        assert note_of(watch.get(target)).by == "bert@bastion"
        await _ask(watch, Verb.RESUME, target)
        assert _said(region, "Kustomization", "tenants") == {}
