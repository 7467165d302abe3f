"""In which order a bulk request runs: sources first, then what others depend on; and what is said of waiting."""

from collections.abc import Iterable, Sequence
from functools import partial

from tui.model.cycles import components
from tui.model.graph import origin_of
from tui.model.intent import Outcome, Step, Verb
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.selector import selects
from tui.model.wording import describe, short_name

Order = dict[ObjectRef, tuple[ObjectRef, ...]]
"""Objects, each after those that have to be done first, which it leads to."""


def order(refs: Iterable[ObjectRef], picture: Picture) -> Order:
    """The order in which some objects are asked, so that none runs before what it needs.

    An object needs what it takes its content from and what it depends on, also by way of objects that are not asked.
    Objects that need each other don't wait for each other; whatever needs one of them waits for all.

    Args:
        refs: The objects that are asked.
        picture: What is known, for what they need.

    Returns:
        Each object once and in order, with those of the others that come right before it, its sources first.
    """
    asked = dict.fromkeys(refs)
    needs = partial(_needs, picture)
    ends: dict[ObjectRef, tuple[ObjectRef, ...]] = {}
    found: Order = {}
    for knot in components(asked, needs):
        targets = (target for member in knot for target in needs(member))
        before = tuple(dict.fromkeys(one for target in targets for one in ends.get(target, ())))
        members = tuple(ref for ref in knot if ref in asked)
        found |= dict.fromkeys(members, before)
        ends |= dict.fromkeys(knot, members or before)
    return found


def sources(ref: ObjectRef, picture: Picture) -> tuple[ObjectRef, ...]:
    """All that an object takes its content from, and all that this is made of.

    For a HelmRelease that is its chart, in each form, and what the chart is pulled from; for an ExternalArtifact its
    generator and the generator's sources; for a ResourceSet its input providers.

    Args:
        ref: The object.
        picture: What is known.

    Returns:
        The sources, each after those that it is made of; they need not exist.
    """
    found = (one for knot in components([ref], partial(_feeds, picture)) for one in knot)
    return tuple(one for one in found if one != ref)


def waiting_for(ref: ObjectRef, before: Sequence[ObjectRef], its_sources: Iterable[ObjectRef]) -> str:
    """What is said of an object that is not asked yet.

    Args:
        ref: The object.
        before: What it waits for; empty while it only waits for its turn.
        its_sources: What it takes its content from.

    Returns:
        `reconciles git flux-system/fleet first`, `waits for ks infra and 2 more`; empty where there is nothing to say.
    """
    if not before:
        return ""
    if before[0] in its_sources:
        return f"reconciles {describe(before[0])} first"
    more = f" and {len(before) - 1} more" if len(before) > 1 else ""
    return f"waits for {short_name(before[0], ref._replace(kind=''))}{more}"


def held_back(ref: ObjectRef, by: Outcome, its_sources: Iterable[ObjectRef]) -> tuple[Step, str]:
    """How an object ends whose turn never comes, since what has to be done first was not done.

    Args:
        ref: The object.
        by: What became of the one before it; not settled where another request took its place.
        its_sources: What the object takes its content from.

    Returns:
        The step, and why: `infra, which it depends on, failed`.
    """
    if by.ref in its_sources:
        step = Step.REFUSED if by.step is Step.REFUSED else Step.FAILED
        came_to = f"came to: {by.step}, {by.message}" if by.is_settled else _ANEW
        return step, f"its source {describe(by.ref)} {came_to}"
    came_to = "was suspended" if by.verb is Verb.SUSPEND else _CAME_TO.get(by.step, _ANEW)
    return Step.SKIPPED, f"{short_name(by.ref, ref)}, which it depends on, {came_to}"


_ANEW = "was asked anew"
"""What became of an object of which a person asked something else before it was done."""

_CAME_TO = {
    Step.FAILED: "failed",
    Step.TIMED_OUT: "timed out",
    Step.REFUSED: "was refused",
    Step.SKIPPED: "was skipped",
    Step.STOPPED: "was not started",
}


def _needs(picture: Picture, ref: ObjectRef) -> tuple[ObjectRef, ...]:
    return (*_feeds(picture, ref), *picture.links(ref).depends_on)


def _feeds(picture: Picture, ref: ObjectRef) -> tuple[ObjectRef, ...]:
    """What an object is made of: its source, the one its chart names, and its inputs."""
    links, resource = picture.links(ref), picture.get(ref)
    if resource is None:
        return ()
    named = (one for one in (origin_of(resource), links.source) if one is not None)
    return (*named, *links.inputs, *_selected(picture, resource))


def _selected(picture: Picture, resource: Resource) -> tuple[ObjectRef, ...]:
    """The input providers that a ResourceSet selects by labels, in its own namespace."""
    selectors = [entry.selector for entry in resource.spec.inputs_from if entry.selector is not None]
    if not selectors:
        return ()
    ref = resource.ref
    beside = (one for one in picture.refs(ref.context) if (one.kind, one.namespace) == (_PROVIDER, ref.namespace))
    providers = (provider for one in sorted(beside) if (provider := picture.get(one)) is not None)
    return tuple(
        provider.ref
        for provider in providers
        if any(selects(selector, provider.metadata.labels) for selector in selectors)
    )


_PROVIDER = "ResourceSetInputProvider"
