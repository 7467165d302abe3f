"""The program's verdicts against those of the flux CLI."""

import pytest

from tests.e2e.agreement import agreed
from tests.e2e.content import PAUSED, kustomization
from tests.e2e.referee import Verdict, verdicts
from tests.e2e.region import Region
from tests.e2e.watching import Watching, ref, watching
from tui.model.health import Health, State
from tui.model.refs import ObjectRef

_READY = {
    State.READY: "True",
    State.FAILED: "False",
    State.STALLED: "False",
    State.WAITING: "False",
    State.UNKNOWN: "False",
    State.PROGRESSING: "Unknown",
}
"""What the CLI's READY column says in each state. An object that no controller has said anything about is `False` there
(flux2 cmd/flux/get.go, statusAndMessage) and unknown here."""


async def test_agreement_when_all_is_well(region: Region) -> None:
    async with watching(region) as watch:
        await watch.until_state(ref(region, "tenants"), State.READY)
        assert {target for target, one in (await _agreed(watch, region)).items() if one.suspended == "True"} == {
            ref(region, PAUSED)
        }


async def test_agreement_on_what_no_controller_has_touched(region: Region) -> None:
    async with watching(region) as watch:
        region.api.apply(kustomization("extra", region.namespace, "./infra", suspend=True))
        try:
            target = ref(region, "extra")
            await watch.until_state(target, State.SUSPENDED)
            theirs = await _agreed(watch, region)
        finally:
            region.api.delete("Kustomization", "extra", region.namespace)
    assert theirs[target] == Verdict("", "True", "False", "waiting to be reconciled")


async def test_agreement_when_something_is_broken(region: Region) -> None:
    async with watching(region) as watch:
        region.fetch(region.push("infra/broken.yaml", "kind: [\n"))
        await watch.until_state(ref(region, "infra"), State.FAILED)
        for name in ("apps", "tenants"):
            await watch.until_state(ref(region, name), State.WAITING)
        theirs = await _agreed(watch, region)
    assert [theirs[ref(region, name)].ready for name in ("infra", "apps", "tenants")] == ["False"] * 3


async def _agreed(watch: Watching, region: Region) -> dict[ObjectRef, Verdict]:
    """Hold each of the CLI's rows against the program's."""

    def ours() -> dict[ObjectRef, Health]:
        refs = [one for one in watch.picture.refs(region.name) if one.namespace == region.namespace]
        return {one: watch.picture.health(one) for one in refs}

    def theirs() -> dict[ObjectRef, Verdict]:
        return {one: verdict for one, verdict in verdicts(region).items() if one.namespace == region.namespace}

    return (await agreed(ours, theirs, _differences))[1]


def _differences(ours: dict[ObjectRef, Health], theirs: dict[ObjectRef, Verdict]) -> list[str]:
    found = [f"{one.path} is known to one only" for one in ours.keys() ^ theirs.keys()]
    for target in ours.keys() & theirs.keys():
        health, verdict = ours[target], theirs[target]
        state = health.frozen if health.state is State.SUSPENDED else health.state
        same = _suspended(health) == verdict.suspended and state is not None and _READY[state] == verdict.ready
        if not same or not _is_same(health.message, verdict.message):
            found.append(f"{target.path}: {health} != {verdict}")
    return found


def _suspended(health: Health) -> str:
    return str(health.state is State.SUSPENDED)


def _is_same(ours: str, theirs: str) -> bool:
    """Whether messages agree. The CLI cuts runs of hex short (flux2 internal/utils/hex.go), so word by word."""
    pairs = zip(ours.split(), theirs.split(), strict=False)
    return len(ours.split()) == len(theirs.split()) and all(_is_cut(our, their) for our, their in pairs)


def _is_cut(ours: str, theirs: str) -> bool:
    bare = theirs.rstrip("'")
    return ours == theirs or (len(ours) > len(theirs) and ours.startswith(bare))


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [("rev main@sha1:0123456789", "rev main@sha1:01234567", True), ("rev a", "rev b", False), ("a b", "a", False)],
    ids=["cut short", "another word", "a word less"],
)
def test_messages_are_compared(ours: str, theirs: str, same: bool) -> None:
    assert _is_same(ours, theirs) is same
