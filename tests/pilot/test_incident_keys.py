"""From the first screen to what broke first, in a handful of keys; and what the screen says then is what `why` says."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path

import pytest

from tests.fakes.clock import NOON
from tests.fakes.cluster import FakeCluster
from tests.fakes.fleet import make_rig
from tests.fakes.objects import Body
from tests.fakes.pilot import NARROW, WIDE, Driven, driving
from tests.incidents import FILES, asked, load, picture_of_incident
from tui.model.causes import Explanation, explain
from tui.model.text import shorten_hashes
from tui.model.wording import told

MOST_KEYS = 6

_TOLD, _TOLD_NARROW = 180, 60
"""Characters of a cause's own words that there is room for beside the next step, blanks apart, on 36 and 24 lines."""

MOST_PRESSED: list[int] = []
"""How many keys each incident took in this process."""

incidents = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


@asynccontextmanager
async def opened(incident: Body, size: tuple[int, int] = WIDE) -> AsyncIterator[Driven]:
    """Start the app over an incident's contexts, and wait until all is read and drawn."""
    contexts = tuple(incident["contexts"])
    picture = picture_of_incident(incident)
    async with driving(make_rig(contexts, make_cluster=FakeCluster), size) as driven:
        for name in contexts:
            cluster = driven.rig.clusters[name]
            for ref in picture.refs(name):
                if (reading := picture.inventories.get(ref)) is not None:
                    cluster.inventories[ref] = reading.objects
            resources = [resource for ref in picture.refs(name) if (resource := picture.get(ref)) is not None]
            for _, of_kind in groupby(sorted(resources, key=lambda one: one.ref.kind), lambda one: one.ref.kind):
                cluster.listed(*of_kind)
            cluster.live()
        await driven.draw_now()
        if "applied" in incident:
            await driven.settled()
        yield driven


def tell(incident: Body) -> Explanation:
    """What `why` says."""
    return explain(picture_of_incident(incident), asked(incident), NOON)


def squeezed(text: str) -> str:
    """A text without what wrapping and shortening do to it."""
    return re.sub(r"\s", "", shorten_hashes(told(text)))


def on_screen(driven: Driven, words: str, next_step: str = "", most: int = _TOLD) -> bool:
    """Whether the detail strip on the screen has the beginning of some words, and all of the next step."""
    drawn = squeezed(driven.text_of(driven.main.detail))
    return squeezed(words)[:most].rstrip("…") in drawn and squeezed(next_step) in drawn


def own_words(sentence: str) -> str:
    """What is the matter, without what the strip's headline says: `fails since 6m: `, `is ` and `was `."""
    return re.sub(r"^fails(?: since \d+\w)?: |^(?:is|was) ", "", sentence)


@incidents
async def test_a_cause_is_a_few_keys_away_and_the_screen_says_what_why_says(path: Path) -> None:
    """`w` asks why, `n` goes to the next fault, and where there is none `j` goes down: nobody needs to know more.

    Of the object that is asked about, the strip has the sentence and the next step; on 24 lines it has the sentence.
    """
    incident = load(path)
    explanation, target = tell(incident), asked(incident)
    async with opened(incident) as driven:
        await count_keys(driven, explanation)
        await driven.go_to(target)
        await driven.until(lambda: on_screen(driven, own_words(explanation.sentence), explanation.next_step))
        await driven.pilot.resize_terminal(*NARROW)
        await driven.until(lambda: on_screen(driven, own_words(explanation.sentence), most=_TOLD_NARROW))


async def count_keys(driven: Driven, explanation: Explanation) -> None:
    """Press keys until the cause is on the screen."""
    pressed: list[str] = []
    while not on_screen(driven, own_words(explanation.root.sentence), explanation.next_step):
        before = driven.selected
        pressed.append("w" if pressed[-1:] != ["w"] else "n")
        await driven.press(pressed[-1])
        if pressed[-1] == "n" and driven.selected == before:
            pressed.append("j")
            await driven.press("j")
        await driven.draw_now()
        assert len(pressed) <= MOST_KEYS, f"{pressed} led to {driven.selected}"
    MOST_PRESSED.append(len(pressed))
    print(f"{len(pressed)} keys, at most {max(MOST_PRESSED)}: {' '.join(pressed)}")  # noqa: T201
