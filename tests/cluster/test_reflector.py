"""List and watch of one kind: one test per thing that an API server may do."""

import asyncio
from typing import Any

import pytest

from tests.fakes.apiserver import (
    KUSTOMIZATIONS,
    ApiServer,
    Stream,
    answer,
    bookmark,
    cut,
    error,
    event,
    hang,
    item,
    page,
    refuse,
)
from tests.fakes.rig import reflecting, until
from tui.cluster.backoff import Backoff, retry_after
from tui.cluster.listing import PAGE
from tui.cluster.patience import Patience
from tui.cluster.reflector import POLLS
from tui.cluster.status import State
from tui.model.changes import KindListed, ObjectChanged, ObjectDeleted


def ks(name: str, version: int, **fields: Any) -> dict[str, Any]:
    return item(name, version, **({"spec": {"path": "./apps"}} | fields))


def watches(server: ApiServer) -> list[str]:
    """The resource versions that watches began at."""
    return [seen.params["resourceVersion"] for seen in server.requests(KUSTOMIZATIONS, "WATCH")]


def lists(server: ApiServer) -> int:
    return len(server.requests(KUSTOMIZATIONS))


async def test_a_list_is_read_page_by_page_and_emitted_in_one_change() -> None:
    async with ApiServer() as server:
        server.on(
            KUSTOMIZATIONS,
            answer(page(7, ks("a", 1), ks("b", 2), more="t1")),
            answer(page(7, ks("c", 3), more="t2")),
            answer(page(7, ks("d", 4))),
        )
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_state(State.WATCHED)
            assert [len(change.resources) for change in rig.of(KindListed)] == [4]
            assert [seen.params for seen in server.requests(KUSTOMIZATIONS)] == [
                {"limit": str(PAGE)},
                {"limit": str(PAGE), "continue": "t1"},
                {"limit": str(PAGE), "continue": "t2"},
            ]


async def test_a_watch_begins_at_the_lists_version_with_bookmarks_and_a_timeout() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_state(State.WATCHED)
            (watch,) = server.requests(KUSTOMIZATIONS, "WATCH")
            assert watch.params == {
                "watch": "true",
                "allowWatchBookmarks": "true",
                "resourceVersion": "7",
                "timeoutSeconds": "450",
            }


async def test_events_become_changes() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1), ks("b", 2))))
        stream = Stream(event("ADDED", ks("c", 8)), event("MODIFIED", ks("a", 9)), event("DELETED", ks("b", 10)))
        server.on_watch(KUSTOMIZATIONS, stream)
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: rig.of(ObjectDeleted))
            assert [change.resource.ref.name for change in rig.of(ObjectChanged)] == ["c", "a"]
            assert rig.rows() == {"a", "c"}


async def test_410_in_the_middle_of_a_list_lists_again_without_pages() -> None:
    async with ApiServer() as server:
        server.on(
            KUSTOMIZATIONS,
            answer(page(7, ks("a", 1), more="t1")),
            refuse(410, "The provided continue parameter is too old", "Expired"),
            answer(page(9, ks("a", 1), ks("b", 8))),
        )
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_state(State.WATCHED)
            assert [len(change.resources) for change in rig.of(KindListed)] == [2]
            assert server.requests(KUSTOMIZATIONS)[2].params == {}
            assert watches(server) == ["9"]


async def test_a_bookmark_moves_the_version_that_a_watch_is_resumed_at() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, Stream(bookmark(70), then="end"), Stream())
        async with reflecting(server.url, KUSTOMIZATIONS):
            await until(lambda: watches(server) == ["7", "70"])
            assert lists(server) == 1


async def test_the_first_bookmark_opens_the_watch_anew_with_a_shorter_deadline() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        second = Stream(bookmark(80), bookmark(90))
        server.on_watch(KUSTOMIZATIONS, Stream(bookmark(70)), second, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS, patience=Patience(bookmarks=0.1)) as rig:
            await until(lambda: watches(server) == ["7", "70", "90"])
            assert rig.alarm.slept == [0.0], "the second stream was silent and probed at once"
            assert lists(server) == 1


async def test_a_stream_that_ends_cleanly_is_resumed_at_once() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        second = Stream()
        server.on_watch(KUSTOMIZATIONS, Stream(event("MODIFIED", ks("a", 8)), then="end"), second)
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: watches(server) == ["7", "8"])
            second.send(event("ADDED", ks("b", 9)))
            await rig.until_rows("a", "b")
            assert rig.alarm.slept == []
            assert set(rig.states) == {State.WATCHED}
            assert lists(server) == 1


async def test_a_server_that_ends_every_watch_at_once_is_left_in_peace() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, *(Stream(then="end") for _ in range(8)), Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: len(watches(server)) == 9)
            assert rig.alarm.slept == [0.75, 1.5, 3.0, 6.0, 12.0, 22.5, 22.5]
            assert lists(server) == 1


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param(refuse(410, "too old resource version", "Expired"), id="http"),
        pytest.param(Stream(error(410, "too old resource version", "Expired")), id="error-event"),
    ],
)
async def test_410_lists_again_and_swaps_the_rows_in_one_change(gone: Any) -> None:
    async with ApiServer() as server:
        server.on(
            KUSTOMIZATIONS,
            answer(page(7, ks("a", 1), ks("ghost", 2))),
            answer(page(20, ks("a", 15), ks("b", 16))),
        )
        server.on_watch(KUSTOMIZATIONS, gone, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: watches(server) == ["7", "20"])
            names = [[r.ref.name for r in change.resources] for change in rig.of(KindListed)]
            assert names == [["a", "ghost"], ["a", "b"]]
            assert len(rig.changes) == 2
            assert rig.alarm.slept == []


async def test_410_again_and_again_is_backed_off() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, refuse(410))
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: len(rig.alarm.slept) >= 4)
            assert rig.alarm.slept[:4] == [0.75, 1.5, 3.0, 6.0]


async def test_another_error_event_waits_and_lists_again() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))), answer(page(9, ks("b", 8))))
        server.on_watch(KUSTOMIZATIONS, Stream(error(500, "etcd is gone", "InternalError")), Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_rows("b")
            assert rig.alarm.slept == [0.75]
            lost = next(item for item in rig.standings if item.state is State.LOST)
            assert "etcd is gone" in lost.message


async def test_a_busy_server_ends_a_watch_and_it_is_resumed_after_a_wait() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        server.on_watch(
            KUSTOMIZATIONS, Stream(event("MODIFIED", ks("a", 8)), error(429, "busy", "TooManyRequests")), Stream()
        )
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: watches(server) == ["7", "8"])
            assert rig.alarm.slept == [0.75]
            assert lists(server) == 1


@pytest.mark.parametrize("code", [429, 503])
async def test_retry_after_is_honoured_by_lists(code: int) -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, refuse(code, headers={"Retry-After": "17"}), answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_rows("a")
            assert rig.alarm.slept == [17.0]
            assert rig.standings[0].state is State.FAILING
            assert rig.standings[0].retry_at is not None


@pytest.mark.parametrize("code", [429, 503])
async def test_retry_after_is_honoured_by_watches_and_they_are_resumed(code: int) -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, refuse(code, headers={"Retry-After": "17"}), Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: watches(server) == ["7", "7"])
            assert rig.alarm.slept == [17.0]
            assert lists(server) == 1


async def test_a_half_open_connection_is_noticed_by_missing_bookmarks() -> None:
    patience = Patience(bookmarks=0.1, silence=0.05)
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))), answer(page(90, ks("b", 80))))
        live = Stream()
        first, second = Stream(bookmark(8), then="end"), Stream(event("MODIFIED", ks("a", 9)))
        server.on_watch(KUSTOMIZATIONS, first, second, Stream(), live)
        async with reflecting(server.url, KUSTOMIZATIONS, patience=patience) as rig:
            await until(lambda: len(watches(server)) >= 4)
            # Silent after an event: resumed. Silent from the beginning: not to be trusted, listed again.
            assert watches(server)[:4] == ["7", "8", "9", "90"]
            assert rig.rows() == {"b"}


async def test_without_bookmarks_a_silent_connection_is_given_up_after_the_servers_timeout() -> None:
    patience = Patience(watch=0.04, slack=0.04, bookmarks=60.0)
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, Stream(), Stream())
        async with reflecting(server.url, KUSTOMIZATIONS, patience=patience):
            await until(lambda: watches(server) == ["7", "7"])


async def test_a_lost_connection_is_resumed_where_it_was() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        first = Stream(event("MODIFIED", ks("a", 8)))
        server.on_watch(KUSTOMIZATIONS, first, Stream(event("ADDED", ks("b", 9))))
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: rig.of(ObjectChanged))
            first.cut()
            await rig.until_rows("a", "b")
            assert watches(server) == ["7", "8"]
            assert len(server.requests("/version")) == 1
            lost = next(item for item in rig.standings if item.state is State.LOST)
            assert lost.since is not None
            assert rig.standings[-1].since is None


async def test_a_server_that_is_gone_is_probed_with_growing_delays_and_listed_anew() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_state(State.WATCHED)
            await server.stop()
            server.on(KUSTOMIZATIONS, answer(page(3, ks("restored", 2))))
            await until(lambda: len(rig.alarm.slept) >= 4)
            assert rig.alarm.slept[:4] == [0.0, 0.75, 1.5, 3.0]
            down = rig.troubles[-1]
            assert down is not None
            assert server.url in down.message
            assert not down.login
            assert rig.rows() == {"a"}
            await server.start()
            await rig.until_rows("restored")
            await until(lambda: watches(server) == ["7", "3"])
            assert rig.troubles[-1] is None


async def test_401_waits_long_and_goes_on_after_the_login() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, refuse(401, "Unauthorized"))
        server.on("/version", refuse(401, "Unauthorized"))
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: len(rig.alarm.slept) >= 3)
            assert rig.alarm.slept[:3] == [45.0, 90.0, 180.0]
            assert all(trouble is not None and trouble.login for trouble in rig.troubles)
            assert len(server.requests(KUSTOMIZATIONS)) <= 2
            server.on("/version", answer({}))
            server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
            await rig.until_rows("a")
            assert rig.troubles[-1] is None


async def test_403_is_told_and_asked_again_after_a_while() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, refuse(403, "no"), refuse(403, "no"), answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_rows("a")
            assert rig.states[:2] == [State.FORBIDDEN, State.FORBIDDEN]
            assert rig.alarm.slept == [15.0, 30.0]
            await rig.until_state(State.WATCHED)


async def test_403_of_a_server_that_just_starts_costs_no_rows() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))), refuse(403, "no"), answer(page(9, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, refuse(410), Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: watches(server) == ["7", "9"])
            await rig.until_state(State.WATCHED)
            assert State.FORBIDDEN not in rig.states
            assert len(rig.of(KindListed)) == 1


async def test_403_after_an_outage_costs_no_rows() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))), refuse(403, "no"), refuse(403, "no"), answer(page(9)))
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_state(State.WATCHED)
            await server.stop()
            await until(lambda: len(rig.alarm.slept) >= 3)
            await server.start()
            await until(lambda: watches(server)[1:] == ["9"])
            assert State.FORBIDDEN not in rig.states
            assert [len(change.resources) for change in rig.of(KindListed)] == [1, 0], "the last list counts"


async def test_403_that_stays_takes_the_rows_away() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))), refuse(403, "no"))
        server.on_watch(KUSTOMIZATIONS, refuse(410))
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_state(State.FORBIDDEN)
            assert rig.rows() == set()


async def test_a_kind_that_may_not_be_watched_is_polled_and_told_only_when_it_differs() -> None:
    async with ApiServer() as server:
        same = answer(page(7, ks("a", 1)))
        server.on(KUSTOMIZATIONS, same, same, same, answer(page(9, ks("a", 8))))
        server.on_watch(KUSTOMIZATIONS, refuse(403, "no"))
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await until(lambda: len(rig.of(KindListed)) == 2)
            await until(lambda: lists(server) >= 6)
            assert len(rig.of(KindListed)) == 2
            assert rig.states[-1] is State.POLLED
            assert set(rig.alarm.slept) == {12.5}


async def test_a_polled_kind_is_watched_once_that_is_allowed() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, refuse(403, "no"), Stream())
        async with reflecting(server.url, KUSTOMIZATIONS, scale=0.0) as rig:
            await rig.until_state(State.WATCHED)
            assert len(rig.alarm.slept) == POLLS


@pytest.mark.parametrize("where", ["list", "watch"])
async def test_404_takes_the_rows_away_and_ends(where: str) -> None:
    async with ApiServer() as server:
        listed = answer(page(7, ks("a", 1)))
        if where == "list":
            server.on(KUSTOMIZATIONS, listed, refuse(404))
            server.on_watch(KUSTOMIZATIONS, refuse(410))
        else:
            server.on(KUSTOMIZATIONS, listed)
            server.on_watch(KUSTOMIZATIONS, refuse(404))
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            assert rig.task is not None
            await asyncio.wait_for(rig.task, 5)
            assert rig.states[-1] is State.MISSING
            assert [len(change.resources) for change in rig.of(KindListed)] == [1, 0]


async def test_an_invalid_line_is_reported_and_the_watch_goes_on() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        stream = Stream(b'{"type":"MODIFIED","object":{"metadata":{"na', event("ADDED", ks("b", 9)))
        server.on_watch(KUSTOMIZATIONS, stream)
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_rows("a", "b")
            assert rig.skipped == [""]
            assert len(watches(server)) == 1


async def test_a_line_that_the_end_of_its_stream_cut_off_is_read_again() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        first = Stream(event("MODIFIED", ks("a", 8)))
        first.send_raw(b'{"type":"ADDED","object":{"metadata":{"name":"b"')
        first.end()
        server.on_watch(KUSTOMIZATIONS, first, Stream(event("ADDED", ks("b", 9))))
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_rows("a", "b")
            assert watches(server) == ["7", "8"]
            assert rig.skipped == []


async def test_an_object_of_the_wrong_shape_is_reported_once_and_no_ghost_when_it_goes() -> None:
    broken = {"spec": {"suspend": "yes"}}
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1), ks("b", 2), ks("c", 3, **broken))))
        stream = Stream(
            event("MODIFIED", ks("a", 8, **broken)),
            event("MODIFIED", ks("a", 9, **broken)),
            event("DELETED", ks("a", 10, **broken)),
        )
        server.on_watch(KUSTOMIZATIONS, stream)
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_rows("b")
            assert rig.skipped == ["flux-system/c", "flux-system/a"]


async def test_a_list_that_is_no_json_is_told_and_read_again() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(b'{"items": [{"meta'), answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_rows("a")
            assert rig.standings[0].state is State.FAILING
            assert "can't be read" in rig.standings[0].message


async def test_a_version_above_the_servers_own_lists_again() -> None:
    """An etcd that was restored counts from a lower version (storage.NewTooLargeResourceVersionError)."""
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(5000, ks("a", 4000))), answer(page(12, ks("b", 11))))
        too_large = refuse(504, "Too large resource version: 5000, current: 12", "Timeout")
        server.on_watch(KUSTOMIZATIONS, too_large, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_rows("b")
            await until(lambda: watches(server) == ["5000", "12"])


async def test_nothing_is_emitted_for_what_is_known() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))), answer(page(9, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, refuse(410), Stream(event("ADDED", ks("a", 1)), event("ADDED", ks("b", 10))))
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_rows("a", "b")
            assert [type(change) for change in rig.changes] == [KindListed, ObjectChanged]


async def test_a_list_that_is_never_answered_is_given_up_and_tried_again() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, hang(), answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS, patience=Patience(list=0.05)) as rig:
            await rig.until_rows("a")
            assert rig.standings[0].state is State.FAILING


async def test_a_list_that_is_cut_off_is_tried_again() -> None:
    async with ApiServer() as server:
        # The HTTP library sends a GET again that was cut off on a connection that it had used before.
        pages = answer(page(7, ks("x", 1), more="t")), cut(), cut(), answer(page(8, ks("a", 1)))
        server.on(KUSTOMIZATIONS, *pages)
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_rows("a")
            assert len(rig.of(KindListed)) == 1


async def test_cancelling_leaves_nothing_behind() -> None:
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, answer(page(7, ks("a", 1))))
        server.on_watch(KUSTOMIZATIONS, Stream())
        async with reflecting(server.url, KUSTOMIZATIONS) as rig:
            await rig.until_state(State.WATCHED)
            assert rig.task is not None
            rig.task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await rig.task
            mine = [task for task in asyncio.all_tasks() if "tui/cluster" in repr(task)]
            assert mine == []


def test_backoff_doubles_up_to_its_longest_and_is_jittered() -> None:
    low = Backoff(1.0, 8.0, lambda: 0.0)
    high = Backoff(1.0, 8.0, lambda: 1.0)
    assert [low.next() for _ in range(5)] == [0.5, 1.0, 2.0, 4.0, 4.0]
    assert [high.next() for _ in range(5)] == [1.0, 2.0, 4.0, 8.0, 8.0]
    high.reset()
    assert high.next() == 1.0


def test_backoff_may_forgive_the_first_failure() -> None:
    backoff = Backoff(1.0, 8.0, lambda: 1.0)
    assert [backoff.next(first_free=True) for _ in range(4)] == [0.0, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("17", 17.0), ("100000", 300.0), ("-3", 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), ("", 0.0)],
    ids=["seconds", "very-long", "negative", "date", "empty"],
)
def test_retry_after(value: str, seconds: float) -> None:
    assert retry_after({"retry-after": value}) == seconds
