"""What will happen when something is asked: each object's part, what to know before, and what can be chosen."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from tui.model.consequences import ahead, consequences
from tui.model.intent import SWITCHES, Verb, obeys_requests, objection
from tui.model.pending import Pending, Question
from tui.model.picture import Picture
from tui.model.question import NoGitError, question_about
from tui.model.refs import ObjectRef, parse_revision
from tui.model.resources import Resource
from tui.model.reverts import Undoing, keepers, undone_by
from tui.model.text import counted
from tui.model.wording import describe, suspended_when

Refusal = Callable[[Verb, Resource], str]
"""Why a request would not be sent, empty where it would."""


class Fate(StrEnum):
    """What becomes of one object of a request."""

    ACTED = "acted on"
    SKIPPED = "skipped"
    """It is as asked already."""
    REFUSED = "refused"


class Effect(msgspec.Struct, frozen=True):
    """What will happen to one object."""

    resource: Resource
    """As it was when the question was asked: its uid is the one that is acted on."""
    fate: Fate
    verb: Verb
    """What is asked of it: what is suspended is resumed in order to be reconciled."""
    text: str
    """What changes, or why nothing does."""


class Ask(msgspec.Struct, frozen=True):
    """One thing that is asked of some objects."""

    verb: Verb
    resources: tuple[Resource, ...]


class Choice(msgspec.Struct, frozen=True):
    """One answer to the question."""

    key: str
    title: str
    asks: tuple[Ask, ...]
    """What it does, in order."""


class Foresight(msgspec.Struct, frozen=True):
    """What is known before something is asked."""

    verb: Verb
    effects: tuple[Effect, ...]
    warnings: tuple[str, ...]
    """What makes it pointless or surprising: worth a question even for one object."""
    notes: tuple[str, ...]
    choices: tuple[Choice, ...]
    """All but no; the first is what was asked for. None where nothing can be done."""

    def of(self, fate: Fate) -> tuple[Effect, ...]:
        """The objects of one fate.

        Args:
            fate: Which.

        Returns:
            Their effects, in the order in which they were asked about.
        """
        return tuple(effect for effect in self.effects if effect.fate is fate)


def foresee(
    picture: Picture,
    verb: Verb,
    resources: tuple[Resource, ...],
    now: datetime,
    refusal: Refusal = objection,
    diffs: Mapping[Question, str] | None = None,
    diff_key: str = "",
) -> Foresight:
    """Foresee what a request does.

    Args:
        picture: What is known.
        verb: What is asked.
        resources: The objects, as they are now.
        now: The time.
        refusal: Why a request would not be sent.
        diffs: How much is pending, in words, for what Git was asked about before.
        diff_key: The key that shows the diff, empty where it has none.

    Returns:
        Each object's part, what to know, and what can be chosen.
    """
    effects = _effects(picture, verb, resources, refusal)
    acted = [effect for effect in effects if effect.fate is Fate.ACTED]
    along, is_alone = frozenset(effect.resource.ref for effect in acted), len(resources) == 1
    warnings, notes = [*_in_vain(verb, acted, is_alone, now), *_undone(picture, acted, along, is_alone)], list[str]()
    for effect in acted:
        one = effect.resource
        found = consequences(picture, effect.verb, one, "it" if is_alone else describe(one.ref), along)
        warnings += found.warnings
        if effect.verb is Verb.RESUME and is_alone:
            notes += _to_apply(picture, one, diffs or {}, diff_key)
        notes += found.notes
    return Foresight(verb, effects, tuple(warnings), tuple(notes), tuple(_choices(picture, verb, effects, refusal)))


def effective(verb: Verb, resource: Resource) -> Verb:
    """What has to be asked so that what is wanted happens.

    Controllers mark a request on a suspended object as handled and do nothing, so that it is resumed, which reconciles
    it, in one patch.

    Args:
        verb: What is wanted.
        resource: The object.

    Returns:
        `RESUME` for reconciling what is suspended, else the verb itself.
    """
    can_resume = resource.suspended and obeys_requests(resource)
    return Verb.RESUME if verb is Verb.RECONCILE and can_resume else verb


def in_words(pending: Pending, question: Question) -> str:
    """How much is pending between what is applied and what was fetched.

    Args:
        pending: What Git answered.
        question: What it was asked.

    Returns:
        `3 commits, 12 files`; without the files where the answer reaches further than to what was fetched. Empty where
        it does not say.
    """
    if pending.problem or not question.applied or question.applied == question.fetched:
        return ""
    shas = [commit.sha for commit in pending.commits]
    if question.fetched not in shas:
        return ""
    commits = counted(len(shas) - shas.index(question.fetched), "commit")
    return f"{commits}, {counted(len(pending.files), 'file')}" if shas[0] == question.fetched else commits


def _effects(picture: Picture, verb: Verb, resources: tuple[Resource, ...], refusal: Refusal) -> tuple[Effect, ...]:
    """Of several, what is suspended is resumed only where all are, or where somebody chooses so."""
    is_alone, along = len(resources) == 1, frozenset(one.ref for one in resources)
    resumes = all(effective(verb, one) is not verb for one in resources)

    def effect(resource: Resource) -> Effect:
        asked = effective(verb, resource)
        if why := refusal(asked, resource):
            return Effect(resource, Fate.REFUSED, verb, why)
        if asked is not verb and not resumes:
            return Effect(resource, Fate.SKIPPED, verb, "it is suspended")
        if not is_alone and verb in SWITCHES and resource.suspended is (verb is Verb.SUSPEND):
            return Effect(resource, Fate.SKIPPED, verb, f"it is {'' if resource.suspended else 'not '}suspended")
        return Effect(resource, Fate.ACTED, asked, _change(picture, asked, resource, along))

    return tuple(effect(resource) for resource in resources)


def _in_vain(verb: Verb, acted: list[Effect], is_alone: bool, now: datetime) -> Iterator[str]:
    if any(effect.verb is not verb for effect in acted):
        known = suspended_when(acted[0].resource, now)
        alone = f"it {'was' if ' ago' in known else 'is'} {known}"
        what, them = (alone, "it") if is_alone else ("they are suspended", "them")
        yield f"{what}: a request to reconcile {them} would do nothing"


def _undone(picture: Picture, acted: list[Effect], along: frozenset[ObjectRef], is_alone: bool) -> Iterator[str]:
    """Who undoes how many of them, and how soon."""
    found: dict[Undoing, list[Resource]] = {}
    for effect in acted:
        if (undoing := undone_by(picture, effect.verb, effect.resource, along)) is not None:
            found.setdefault(undoing, []).append(effect.resource)
    for undoing, undone in found.items():
        one = "it" if is_alone else describe(undone[0].ref)
        it = one if len(undone) == 1 else f"{len(undone)} of them"
        says = f"says that it is {'' if undone[0].suspended else 'not '}suspended" if is_alone else "says otherwise"
        yield f"{undoing.sentence(it)}: Git {says}"


def _change(picture: Picture, verb: Verb, resource: Resource, along: frozenset[ObjectRef]) -> str:
    at, behind = parse_revision(resource.revision).short, ahead(picture, resource)
    if verb is Verb.SUSPEND:
        text = f"stays at {at}" if at else ""
    elif behind is not None:
        text = f"applied {behind[0]} → {behind[1]}" if behind[0] else f"applies {behind[1]}"
    else:
        text = f"at {at}" if at else ""
    undoing = undone_by(picture, verb, resource, along)
    return ", ".join(part for part in (text, "undone by its parent" if undoing else "") if part)


def _to_apply(picture: Picture, resource: Resource, diffs: Mapping[Question, str], diff_key: str) -> Iterator[str]:
    behind = ahead(picture, resource)
    if behind is None:
        return
    try:
        question = question_about(picture, resource.ref)
    except NoGitError:
        question, diff_key = None, ""
    much = diffs.get(question, "") if question is not None else ""
    shown = f": {diff_key} shows the diff" if diff_key else ""
    applied = f"applied {behind[0]}" if behind[0] else "nothing is applied yet"
    yield f"{applied}, its source has {behind[1]}{f' ({much})' if much else ''}{shown}"


def _choices(picture: Picture, verb: Verb, effects: tuple[Effect, ...], refusal: Refusal) -> Iterator[Choice]:
    acted = [effect for effect in effects if effect.fate is Fate.ACTED]
    paused = tuple(
        one.resource for one in effects if one.fate is Fate.SKIPPED and effective(verb, one.resource) is not verb
    )
    asks = tuple(
        Ask(one, resources)
        for one in Verb
        if (resources := tuple(effect.resource for effect in acted if effect.verb is one))
    )
    many = f" {len(acted):,}" if len(effects) > 1 else ""
    if asks:
        is_other = verb is Verb.RECONCILE and asks[0].verb is Verb.RESUME
        yield Choice("y", f"{'resume and reconcile' if is_other else verb}{many}", asks)
    if paused:
        title = (
            f"resume the suspended {'one' if len(paused) == 1 else len(paused)} too"
            if asks
            else f"resume and reconcile {len(paused):,}"
        )
        yield Choice("r" if asks else "y", title, (*asks, Ask(Verb.RESUME, paused)))
    parents = _parents(picture, acted, refusal)
    if parents:
        named = describe(parents[0].ref) if len(parents) == 1 else f"{len(parents)} parents"
        when = "too" if acted[0].verb is Verb.SUSPEND else "first"
        yield Choice("p", f"suspend {named} {when}", (Ask(Verb.SUSPEND, parents), *asks))


def _parents(picture: Picture, acted: list[Effect], refusal: Refusal) -> tuple[Resource, ...]:
    """What has to be suspended so that nothing of it is undone, where that can be done."""
    along = frozenset(effect.resource.ref for effect in acted)
    found: dict[ObjectRef, Resource] = {}
    for effect in acted:
        if undone_by(picture, effect.verb, effect.resource, along) is None:
            continue
        for ref in keepers(picture, effect.verb, effect.resource):
            parent = picture.get(ref)
            if parent is not None and not (ref in along and effect.verb is Verb.SUSPEND):
                found[ref] = parent
    return () if any(refusal(Verb.SUSPEND, parent) for parent in found.values()) else tuple(found.values())
