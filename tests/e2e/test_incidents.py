"""Incidents of the corpus, made for real: the program says of each what the corpus says that it says.

All are made first, in one region, and settle side by side. What differs from the corpus teaches what real conditions
are, so then it is the corpus that is wrong.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.ownregion import OwnRegion
from tests.e2e.plays import SOURCES
from tests.e2e.plays_applied import APPLIED
from tests.e2e.scene import PATIENCE, scene
from tests.e2e.stage import Stage
from tests.e2e.watching import watching
from tests.incidents import answer
from tui.inventoryreader import worth_reading

if TYPE_CHECKING:
    from tests.e2e.conftest import Started

pytestmark = pytest.mark.ours

PLAYS = SOURCES | APPLIED


@pytest.fixture(scope="module")
def stages(started: "Started", tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    """All incidents, made."""
    for region in started.lend("eu"):
        assert isinstance(region, OwnRegion)
        with scene(region, tmp_path_factory.mktemp("incidents")) as made:
            found = {name: Stage(made, name) for name in PLAYS}
            for name, stage in found.items():
                PLAYS[name](stage)
            for do in made.later:
                do()
            yield found


@pytest.mark.parametrize("name", PLAYS)
async def test_of_a_real_incident_it_says_what_the_corpus_says(stages: dict[str, Stage], name: str) -> None:
    stage = stages[name]
    target, expected = stage.asked, stage.expected()
    said: dict[str, Any] = {}
    async with watching(stage.region) as watch:

        def is_told() -> bool:
            if watch.picture.get(target) is None:
                return False
            watch.session.inventories.follow(*worth_reading(watch.picture, target))
            said.update(stage.told(answer(watch.picture, target, watch.session.clock.now())))
            return bool(said == expected)

        try:
            await watch.until(f"the corpus's answer about {target.path}", is_told, PATIENCE)
        except AssertionError:
            different = [what for what in expected if said.get(what) != expected[what]]
            raise AssertionError(
                "\n".join(f"{one}: {said.get(one)}\nnot: {expected[one]}" for one in different)
            ) from None
