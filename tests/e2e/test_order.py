"""Many resumed at once: in the order in which they depend on each other, and only as far as that goes well."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest

from tests.e2e.content import config_map, kustomization, yaml
from tests.e2e.extra import PATIENCE, present
from tests.e2e.region import Region
from tests.e2e.watching import Watching, ref, watching
from tui.model.intent import Outcome, Step, Verb
from tui.model.refs import ObjectRef

_CHAIN = ("order-first", "order-second", "order-third")
"""Each depends on the one before."""

_ALONE = "order-alone"
_NAMES = (*_CHAIN, _ALONE)


@pytest.fixture
def suspended(region: Region) -> Iterator[Region]:
    """A region with suspended Kustomizations, the last of the chain first, so that no order comes by itself."""
    files = {f"{name}/config.yaml": yaml(config_map(name, region.namespace, answer="42")) for name in _NAMES}
    region.fetch(region.repository.push(files, "What is resumed in order"))
    with ExitStack() as stack:
        for name in reversed(_NAMES):
            before = _CHAIN[: _CHAIN.index(name)][-1:] if name in _CHAIN else ()
            after = {"dependsOn": [{"name": one} for one in before]} if before else {}
            stack.enter_context(
                present(region, kustomization(name, region.namespace, f"./{name}", suspend=True, **after))
            )
        yield region


async def test_what_is_resumed_waits_for_what_it_depends_on(suspended: Region) -> None:
    async with watching(suspended) as watch:
        outcomes = await _resume(watch, suspended)
    for name, outcome in outcomes.items():
        assert outcome.step is Step.READY, f"{name}: {outcome.message}"
        assert suspended.get("Kustomization", name)["status"]["lastHandledReconcileAt"] == outcome.token
    for before, after in pairwise(_CHAIN):
        ended = outcomes[before].settled
        assert ended is not None
        assert ended <= outcomes[after].asked, f"{after} was asked before {before} was ready"


async def test_what_depends_on_a_failure_stays_suspended_and_the_rest_goes_on(suspended: Region) -> None:
    suspended.patch("Kustomization", _CHAIN[1], {"spec": {"path": "./nowhere"}})
    async with watching(suspended) as watch:
        await watch.until("the wrong path", lambda: _path(watch, ref(suspended, _CHAIN[1])) == "./nowhere", PATIENCE)
        outcomes = await _resume(watch, suspended)
    assert [outcomes[name].step for name in _NAMES] == [Step.READY, Step.FAILED, Step.SKIPPED, Step.READY]
    assert "nowhere" in outcomes[_CHAIN[1]].message
    assert outcomes[_CHAIN[2]].message == f"{_CHAIN[1]}, which it depends on, failed"
    assert [_is_suspended(suspended, name) for name in _NAMES] == [False, False, True, False]


async def test_what_was_not_started_when_it_is_stopped_stays_suspended(suspended: Region) -> None:
    async with watching(suspended) as watch:
        refs = await _known(watch, suspended)
        watch.session.ask(Verb.RESUME, [watch.get(one) for one in refs])
        assert watch.session.stop_asking() == len(_CHAIN) - 1
        outcomes = await _outcomes(watch, refs)
    assert [outcomes[name].step for name in _NAMES] == [Step.READY, Step.STOPPED, Step.STOPPED, Step.READY]
    assert [_is_suspended(suspended, name) for name in _NAMES] == [False, True, True, False]


async def _resume(watch: Watching, region: Region) -> dict[str, Outcome]:
    """Resume all, asked in the wrong order, and wait until each has come to its end."""
    refs = await _known(watch, region)
    watch.session.ask(Verb.RESUME, [watch.get(one) for one in reversed(refs)])
    return await _outcomes(watch, refs)


async def _known(watch: Watching, region: Region) -> list[ObjectRef]:
    refs = [ref(region, name) for name in _NAMES]
    await watch.until("all to show", lambda: all(watch.picture.get(one) for one in refs), PATIENCE)
    return refs


async def _outcomes(watch: Watching, refs: list[ObjectRef]) -> dict[str, Outcome]:
    found = watch.picture.outcomes
    await watch.until("all to end", lambda: all(one in found and found[one].is_settled for one in refs), PATIENCE)
    return {one.name: found[one] for one in refs}


def _path(watch: Watching, one: ObjectRef) -> str:
    known = watch.picture.get(one)
    return known.spec.path if known is not None else ""


def _is_suspended(region: Region, name: str) -> bool:
    return bool(region.get("Kustomization", name)["spec"].get("suspend"))
