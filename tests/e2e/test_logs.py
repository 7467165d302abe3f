"""The log of an object's controller, against `flux logs`.

The two differ on purpose, and in nothing else:

* The CLI begins with the container's first line; ours 15 minutes ago, and with 2000 lines at most.
* The CLI reads one pod of each Deployment of Flux; ours all pods of the controller that reconciles the object.
* The CLI drops lines that are no JSON; ours shows them under every object of the controller. Those are about no object,
  so none is compared here.
* The CLI prints a line as it is; ours is cleaned of control characters.
"""

import asyncio

import pytest

from tests.e2e.agreement import agreed
from tests.e2e.content import RELEASE, ROOT
from tests.e2e.referee import Line, logs
from tests.e2e.region import Region
from tests.e2e.situations import SITUATIONS, Situation
from tests.e2e.watching import Watching, ref, watching
from tui.model.changes import LogLine
from tui.model.refs import ObjectRef
from tui.model.text import one_line

_OBJECTS = {
    "Kustomization": "infra",
    "GitRepository": ROOT,
    "HelmRelease": RELEASE,
}


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
@pytest.mark.parametrize(("kind", "name"), _OBJECTS.items(), ids=_OBJECTS)
async def test_lines_of_an_object(region: Region, situation: Situation, kind: str, name: str) -> None:
    target = ref(region, name, kind)
    before = await asyncio.to_thread(logs, region, kind, name)
    async with watching(region) as watch:
        watch.session.logs.follow(target)
        async with situation(region, watch):
            region.request(kind, name)
            ours, _ = await agreed(
                lambda: _lines(watch, target),
                lambda: logs(region, kind, name),
                lambda mine, theirs: _differences(mine, theirs, len(before)),
            )
    assert ours[-1].time
    assert ours[-1].text


def _lines(watch: Watching, target: ObjectRef) -> list[Line]:
    return [_line(one) for one in watch.session.logs.of(frozenset((target,)))]


def _line(line: LogLine) -> Line:
    assert line.time is not None
    time = f"{line.time:%Y-%m-%dT%H:%M:%S}.{line.time.microsecond // 1000:03d}Z"
    text = one_line(f"{line.message} {line.error}")
    return Line(time, line.level, f"{line.kind}/{line.name}.{line.namespace}", text)


def _differences(ours: list[Line], theirs: list[Line], before: int) -> list[str]:
    """Hold our lines against as many of theirs; those that were written meanwhile must be among them."""
    if len(theirs) <= before:
        return ["nothing was written since"]
    if len(ours) < len(theirs) - before:
        return [f"ours are {len(ours)} lines, theirs {len(theirs)}, {before} of them older"]
    newest = theirs[-len(ours) :]
    return [f"{our} != {their}" for our, their in zip(ours, newest, strict=False) if our != their]
