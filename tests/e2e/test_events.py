"""Events, against `flux events`.

The two differ on purpose, and in nothing else:

* `--for` adds the Events of the object's source, which stands above it in our tree; our pane adds those of what stands
  below it (of a HelmRelease that is its HelmChart, which `--for` adds too).
* The CLI's oldest comes first, ours last.
* Events know seconds. Of those of the same second the CLI's come in no order (its sort is not stable), ours in the
  order in which they were written, by their resource versions.
* The CLI goes by the kind's name; ours by its API group too.
* `--all-namespaces` has the Events of objects that are gone too; our pane those of rows.
* Ours has at most 40 Events of an object and shows the newest 200; and it keeps those that the API server forgets after
  an hour.
* The CLI prints a message as it is; ours is cleaned of control characters.
"""

import secrets
from itertools import groupby
from typing import NamedTuple

import pytest

from tests.e2e.agreement import agreed
from tests.e2e.content import PAUSED, RELEASE, ROOT, kustomization
from tests.e2e.referee import Told, events
from tests.e2e.region import Region
from tests.e2e.situations import SITUATIONS, Situation
from tests.e2e.watching import Watching, ref, watching
from tui.model.changes import EventRecord
from tui.model.health import State
from tui.model.rows import View, context_ref, lay_out
from tui.model.text import one_line
from tui.model.timeline import timeline

_KEPT = 40
"""How many Events of an object the program keeps: where there may be more, so many are compared."""

_FOR = {
    "a Kustomization": ("Kustomization/infra", [("Kustomization", "infra"), ("GitRepository", ROOT)]),
    "a source": (f"GitRepository/{ROOT}", [("GitRepository", ROOT)]),
    "a release": (
        f"HelmRelease/{RELEASE}",
        [("HelmRelease", RELEASE), ("HelmChart", "{namespace}-" + RELEASE), ("GitRepository", ROOT)],
    ),
}
"""What `--for` asks, and of which objects it then tells."""


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
@pytest.mark.parametrize(("subject", "objects"), _FOR.values(), ids=_FOR)
async def test_events_of_an_object(
    region: Region, situation: Situation, subject: str, objects: list[tuple[str, str]]
) -> None:
    refs = [ref(region, name.format(namespace=region.namespace), kind) for kind, name in objects]
    async with watching(region) as watch, situation(region, watch):
        for one in refs[:1]:  # so that there is something to tell, however long ago it was made
            region.request(one.kind, one.name)
        ours, _ = await agreed(
            lambda: timeline(watch.picture, refs), lambda: events(region, "--for", subject), _differences
        )
    assert ours


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
async def test_events_of_everything(region: Region, situation: Situation) -> None:
    async with watching(region) as watch, situation(region, watch):
        region.request("Kustomization", "infra")

        ours, everything = await agreed(
            lambda: _everything(watch, region), lambda: events(region, "--all-namespaces"), _differences_of_rows
        )
    assert ours.events
    assert len(everything) >= len(ours.events[:_KEPT])


async def test_a_run_is_told_in_its_order(region: Region) -> None:
    """What one run does takes less than a second, which is all that Events know of time.

    Its object is new, since what is told often is combined with what was told before.
    """
    extra = kustomization(f"told-{secrets.token_hex(3)}", region.namespace, f"./{PAUSED}", wait=True)
    target = ref(region, extra["metadata"]["name"])
    async with watching(region) as watch:
        region.api.apply(extra)
        try:
            await watch.until_state(target, State.READY, 90)

            def run() -> list[str]:
                return [" ".join(one.message.split()[:2]) for one in reversed(timeline(watch.picture, [target]))]

            config = f"ConfigMap/{region.namespace}/{PAUSED}-config created"
            expected = [config, "Health check", "Reconciliation finished"]
            await watch.until("the run to be told", lambda: run() == expected, 90)
        finally:
            region.api.delete("Kustomization", target.name, region.namespace)
            await watch.until("it to be gone", lambda: watch.picture.get(target) is None, 90)


class _Pane(NamedTuple):
    """What the pane says of a whole context."""

    rows: frozenset[tuple[str, str]]
    """Namespace and subject of each row."""
    events: list[EventRecord]


def _everything(watch: Watching, region: Region) -> _Pane:
    rows = [one for one in lay_out(watch.picture, View()).below(context_ref(region.name)) if one.kind]
    return _Pane(frozenset((one.namespace, f"{one.kind}/{one.name}") for one in rows), timeline(watch.picture, rows))


def _differences_of_rows(ours: _Pane, theirs: list[Told]) -> list[str]:
    return _differences(ours.events, [one for one in theirs if (one.namespace, one.subject) in ours.rows])


def _told(event: EventRecord) -> Told:
    subject = f"{event.ref.kind}/{event.ref.name}"
    return Told(event.ref.namespace, event.type, event.reason, subject, one_line(event.message), event.count)


def _differences(ours: list[EventRecord], theirs: list[Told]) -> list[str]:
    """Hold the newest against each other, second by second."""
    newest = sorted(ours[:_KEPT], key=_second)  # stable, and oldest first as theirs
    if len(newest) == _KEPT:
        newest = [one for one in newest if _second(one) > _second(newest[0])]  # that second may have had more
    elif len(ours) != len(theirs):
        return [f"ours are {len(ours)}, theirs {len(theirs)}"]
    if not newest:
        return []
    rest, found = theirs[-len(newest) :], []
    for second, group in groupby(newest, _second):
        mine = sorted(map(_key, map(_told, group)))
        yours, rest = sorted(map(_key, rest[: len(mine)])), rest[len(mine) :]
        if mine != yours:
            found.append(f"at {second:.0f}: ours {mine}, theirs {yours}")
    return found


def _second(event: EventRecord) -> float:
    assert event.last is not None
    return event.last.timestamp()


def _key(one: Told) -> tuple[str, str, str, str, str, int]:
    return one.namespace, one.subject, one.reason, one.type, one.message, one.count
