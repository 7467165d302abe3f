"""The keys that choose, connect and retry contexts."""

import pytest

from tests.fakes.cluster import FakeCluster
from tests.fakes.objects import ks, read
from tests.fakes.pilot import APPS, EU, OFF, US, acting, small
from tui.actions import ACTIONS
from tui.model.changes import Phase
from tui.model.rows import context_ref

NINE = tuple(f"c{number}" for number in range(1, 10))


@acting("context.all")
async def test_all_contexts_again(key: str) -> None:
    async with small(at=EU) as driven:
        await driven.press("2")
        assert driven.rows[0] == US
        assert EU not in driven.rows
        await driven.act("context.all", key)
        assert {EU, US} <= set(driven.rows)
        assert OFF not in driven.rows


def _digits() -> list[str]:
    for number in range(1, 10):
        acting(f"context.{number}")
    return [str(number) for number in range(1, 10)]


@pytest.mark.parametrize("digit", _digits())
async def test_a_digit_shows_one_context_alone_and_connects_it(digit: str) -> None:
    name = f"c{digit}"
    assert ACTIONS[f"context.{digit}"].keys == (digit,)
    async with small(contexts=NINE, start=(), at=None, fleet=False) as driven:
        cluster = driven.rig.clusters[name]
        assert not cluster.connected
        await driven.press(digit)
        await driven.until(lambda: cluster.connected)
        assert driven.main.view.solo == {name}
        cluster.listed(read(ks("a"), name))
        cluster.live()
        await driven.drawn()
        assert [ref.context for ref in driven.rows] == [name, name]
        assert [other.context for other in driven.rig.clusters.values() if other.connected] == [name]


async def test_a_digit_without_a_context_says_so() -> None:
    async with small(at=EU) as driven:
        await driven.press("7")
        assert driven.notices[-1] == "there is no context 7"
        assert driven.main.view.solo == frozenset()


@acting("context.toggle")
async def test_toggle_disconnects_and_connects(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.act("context.toggle", key)
        await driven.until(lambda: driven.eu.closed)
        assert {ref.context for ref in driven.rows} == {"us"}
        assert driven.main.shell.session.picture.statuses["eu"].phase is Phase.OFF
        assert driven.main.shell.session.picture.total("eu") == 0
        await driven.press("1")
        assert driven.selected == EU
        assert driven.main.shell.session.picture.statuses["eu"].phase is Phase.CONNECTING


async def test_what_comes_late_from_a_disconnected_context_is_not_shown() -> None:
    async with small(at=APPS) as driven:
        await driven.press("C")
        driven.eu.changed(read(ks("ghost")))
        await driven.drawn()
        assert {ref.context for ref in driven.rows} == {"us"}


async def test_toggle_without_rows_says_what_to_do() -> None:
    async with small(start=(), fleet=False) as driven:
        await driven.press("C")
        assert driven.notices[-1] == "no context is selected: press its digit"


@acting("context.retry")
async def test_retry_reaches_every_connected_context(key: str) -> None:
    async with small() as driven:
        await driven.act("context.retry", key)
        assert {name: cluster.retries for name, cluster in driven.rig.clusters.items()} == {"eu": 1, "us": 1, "off": 0}


async def test_a_context_whose_watch_breaks_says_how_to_get_it_back() -> None:
    class Broken(FakeCluster):
        """Breaks off at once, in one context."""

        def __init__(self, context: str) -> None:
            super().__init__(context)
            self.breaks = RuntimeError("[red]boom") if context == "us" else None

    async with small(make_cluster=Broken, start=("eu",), at=EU) as driven:
        await driven.press("2")
        await driven.until(lambda: driven.main.shell.session.picture.statuses["us"].phase is Phase.STALE)
        await driven.press("0")
        assert APPS in driven.rows, "the other context goes on"
        assert context_ref("us") in driven.rows
        assert any("[red]boom" in notice for notice in driven.notices)
