"""The store: swaps without ghosts, what is dirty, notices, and outcomes that are followed to their end."""

from datetime import timedelta

import pytest
from hypothesis import given

from tests.fakes.clock import NOON, FakeClock
from tests.fakes.objects import (
    FAILING,
    PROGRESSING,
    STALLED,
    WAITING,
    Body,
    body,
    event,
    git,
    ks,
    read,
    ref,
    ref_of,
)
from tests.fakes.properties import fleets, quick
from tui.model.changes import (
    Change,
    ContextStatus,
    EventSeen,
    EventsListed,
    KindListed,
    Notice,
    ObjectChanged,
    ObjectDeleted,
    ObjectSkipped,
    Phase,
    Severity,
)
from tui.model.decode import Skipped
from tui.model.health import State
from tui.model.intent import Outcome, Step, Verb, ask, settle
from tui.store import Dirty, Store

A, B = ref("Kustomization", "a"), ref("Kustomization", "b")
TOKEN = NOON.isoformat()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(clock: FakeClock) -> Store:
    return Store(clock, ["eu", "us"])


def _list(*objects: Body, kind: str = "Kustomization", context: str = "eu") -> KindListed:
    return KindListed(context, kind, tuple(read(one, context) for one in objects))


def _told(store: Store, *changes: Change | Outcome) -> Dirty:
    """What is dirty because of these changes alone."""
    store.take_dirty()
    for change in changes:
        store.apply(change)
    return store.take_dirty()


def test_a_relist_leaves_no_ghosts(store: Store) -> None:
    store.apply(_list(ks("a"), ks("b")))
    store.apply(_list(git(), kind="GitRepository"))
    store.apply(_list(ks("a"), context="us"))
    dirty = _told(store, _list(ks("b"), ks("c")))
    assert {one.name for one in store.picture.refs("eu")} == {"b", "c", "flux-system"}
    assert [one.name for one in store.picture.refs("us")] == ["a"]
    assert (dirty.structure, A in dirty.refs) == (True, True)


def test_an_empty_list_takes_the_last_one(store: Store) -> None:
    store.apply(_list(ks("a")))
    store.apply(_list())
    assert (store.picture.total("eu"), +store.picture.count("eu")) == (0, {})


def test_a_relist_without_news_is_not_dirty(store: Store) -> None:
    listed = _list(ks("a"), ks("b", conditions=FAILING))
    store.apply(listed)
    assert not _told(store, listed)


@quick
@given(before=fleets, after=fleets)
def test_after_a_relist_there_is_what_was_listed(before: list[Body], after: list[Body]) -> None:
    store = Store(FakeClock(), ["eu"])
    for objects in (before, after):
        for kind in ("GitRepository", "Kustomization", "HelmRelease", "HelmChart", "HelmRepository", "Alert"):
            store.apply(_list(*(one for one in objects if one["kind"] == kind), kind=kind))
    assert set(store.picture.refs("eu")) == {ref_of(one) for one in after}


def test_the_same_resource_version_is_no_news(store: Store) -> None:
    store.apply(ObjectChanged(read(ks("a", version="7"))))
    assert not _told(store, ObjectChanged(read(ks("a", version="7", conditions=FAILING))))
    assert store.picture.health(A).state is State.READY


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(None, ks("a"), Dirty(structure=True, states=True, refs={A}), id="new"),
        pytest.param(None, ks("a", conditions=FAILING), Dirty(True, True, urgent=True, refs={A}), id="new-fault"),
        pytest.param(ks("a"), ks("a"), Dirty(refs={A}), id="churn"),
        pytest.param(ks("a"), ks("a", conditions=PROGRESSING), Dirty(refs={A}), id="a-routine-run"),
        pytest.param(
            ks("a"), ks("a", generation=2, conditions=PROGRESSING), Dirty(states=True, refs={A}), id="progressing"
        ),
        pytest.param(ks("a"), ks("a", conditions=WAITING), Dirty(states=True, refs={A}), id="waiting-can-wait"),
        pytest.param(ks("a"), ks("a", conditions=FAILING), Dirty(states=True, urgent=True, refs={A}), id="fault"),
        pytest.param(ks("a"), ks("a", conditions=STALLED), Dirty(states=True, urgent=True, refs={A}), id="stalled"),
        pytest.param(
            ks("a", conditions=FAILING),
            ks("a", conditions=STALLED),
            Dirty(states=True, refs={A}),
            id="old-fault-in-another-way",
        ),
        pytest.param(ks("a", conditions=FAILING), ks("a", conditions=FAILING), Dirty(refs={A}), id="old-fault"),
        pytest.param(ks("a", conditions=FAILING), ks("a"), Dirty(states=True, refs={A}), id="mended"),
        pytest.param(ks("a"), ks("a", after=["b"]), Dirty(structure=True, refs={A}), id="new-edge"),
        pytest.param(ks("a"), None, Dirty(structure=True, states=True, refs={A}), id="deleted"),
        pytest.param(None, None, Dirty(), id="deleted-though-never-seen"),
    ],
)
def test_what_a_change_makes_dirty(store: Store, before: Body | None, after: Body | None, expected: Dirty) -> None:
    if before is not None:
        store.apply(ObjectChanged(read(before)))
    change = ObjectChanged(read(after)) if after is not None else ObjectDeleted(A)
    dirty = _told(store, change)
    assert dirty == expected
    assert bool(dirty) is (expected != Dirty())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(ContextStatus("eu", Phase.LIVE), Dirty(statuses=True, urgent=True), id="status"),
        pytest.param(ContextStatus("eu", Phase.OFF), Dirty(), id="the-same-status"),
        pytest.param(EventSeen(event(A, "e")), Dirty(events={A}), id="event"),
        pytest.param(Notice(NOON, Severity.INFO, "x"), Dirty(statuses=True, urgent=True), id="notice"),
        pytest.param(
            ask(Verb.RECONCILE, read(ks("a")), NOON), Dirty(urgent=True, refs={A}, structure=False), id="outcome"
        ),
    ],
)
def test_what_other_changes_make_dirty(store: Store, change: Change | Outcome, expected: Dirty) -> None:
    store.apply(ObjectChanged(read(ks("a"))))
    assert _told(store, change) == expected


def test_dirt_adds_up_until_it_is_taken(store: Store) -> None:
    dirty = _told(store, ObjectChanged(read(ks("a"))), EventSeen(event(B, "e")), ContextStatus("us", Phase.LIVE))
    assert dirty == Dirty(True, True, True, True, {A}, {B})
    assert not store.take_dirty()


def test_listed_events_replace_what_was_known(store: Store) -> None:
    store.apply(EventSeen(event(A, "old")))
    dirty = _told(store, EventsListed("eu", (event(B, "2", 1), event(B, "none", None), event(B, "1", 5))))
    assert list(store.picture.events(A)) == []
    assert [one.uid for one in store.picture.events(B)] == ["none", "1", "2"]
    assert dirty.events == {A, B}


def test_events_of_other_contexts_stay(store: Store) -> None:
    there = ref("Kustomization", "a", context="us")
    store.apply(EventSeen(event(there, "us")))
    store.apply(EventsListed("eu", ()))
    assert [one.uid for one in store.picture.events(there)] == ["us"]


def test_notices_are_bounded(store: Store) -> None:
    for number in range(1100):
        store.apply(Notice(NOON, Severity.ERROR, str(number)))
    notices = store.picture.notices
    assert (len(notices), notices[0].text, notices[-1].text) == (1000, "100", "1099")
    assert len(store.picture.unread) <= 1000


def test_a_notice_is_unread_until_it_is_read_unless_it_is_mere_information(store: Store) -> None:
    store.apply(Notice(NOON, Severity.INFO, "fine"))
    store.apply(Notice(NOON, Severity.WARNING, "hm"))
    store.apply(Notice(NOON, Severity.ERROR, "bad"))
    assert [notice.text for notice in store.picture.unread] == ["hm", "bad"]
    store.read_notices()
    assert store.picture.unread == []
    assert len(store.picture.notices) == 3
    assert store.take_dirty().statuses


@pytest.mark.parametrize(
    ("statuses", "texts", "unread"),
    [
        pytest.param([(Phase.LIVE, "")], [], 0, id="live"),
        pytest.param([(Phase.STALE, "refused")], ["refused"], 1, id="lost"),
        pytest.param([(Phase.STALE, "refused"), (Phase.STALE, "refused")], ["refused"], 1, id="lost-and-tried-again"),
        pytest.param([(Phase.STALE, "refused"), (Phase.LOGIN, "401")], ["refused", "401"], 2, id="then-refused"),
        pytest.param([(Phase.STALE, "refused"), (Phase.LIVE, "")], ["refused"], 0, id="cured"),
        pytest.param([(Phase.CONNECTING, "resolving")], [], 0, id="connecting-is-no-complaint"),
    ],
)
def test_a_connection_complains_once_until_it_is_cured(
    store: Store, statuses: list[tuple[Phase, str]], texts: list[str], unread: int
) -> None:
    for minutes, (phase, message) in enumerate(statuses):
        store.apply(ContextStatus("eu", phase, NOON, message, retry_at=NOON + timedelta(minutes=minutes)))
    assert [notice.text for notice in store.picture.notices] == texts
    assert len(store.picture.unread) == unread
    assert store.picture.statuses["eu"].phase is statuses[-1][0]


def test_a_context_s_cure_leaves_other_complaints(store: Store) -> None:
    store.apply(ContextStatus("eu", Phase.STALE, NOON, "refused"))
    store.apply(ContextStatus("us", Phase.STALE, NOON, "refused too"))
    store.apply(Notice(NOON, Severity.ERROR, "patch refused", "eu"))
    store.apply(ContextStatus("eu", Phase.LIVE, NOON))
    assert [notice.text for notice in store.picture.unread] == ["refused too", "patch refused"]


def _skip(name: str = "flux-system/a", context: str = "eu") -> ObjectSkipped:
    return ObjectSkipped(Skipped(context, "Kustomization", name, "Expected `str`, got `int` - at `$.spec.path`"))


def test_a_skipped_object_is_reported_once(store: Store) -> None:
    for change in (_skip(), _skip(), _skip(context="us"), _skip("flux-system/b"), _skip("")):
        store.apply(change)
    texts = [notice.text for notice in store.picture.notices]
    assert len(texts) == 4
    assert texts[0] == (
        "Kustomization flux-system/a is not shown, since it is not what Flux's API promises: Expected `str`, got `int` "
        "- at `$.spec.path`. Look at it with kubectl get -o yaml"
    )
    assert "(without a name)" in texts[3]
    assert {notice.severity for notice in store.picture.notices} == {Severity.WARNING}


def test_a_skipped_object_is_really_not_shown(store: Store) -> None:
    store.apply(_list(ks("a"), ks("b")))
    for _ in range(2):
        dirty = _told(store, _skip())
        assert [one.name for one in store.picture.refs("eu")] == ["b"]
        store.apply(ObjectChanged(read(ks("a"))))
        assert dirty.structure


def _reconcile(store: Store, **before: str) -> Outcome:
    store.apply(ObjectChanged(read(ks("a", **before))))
    outcome = ask(Verb.RECONCILE, read(ks("a", **before)), NOON)
    store.apply(outcome)
    return outcome


def test_an_outcome_is_followed_from_the_watch_to_its_end(store: Store, clock: FakeClock) -> None:
    _reconcile(store, requested="old", handled="old")
    assert store.following
    assert store.picture.outcomes[A].step is Step.ASKED
    clock.advance(1)
    store.apply(ObjectChanged(read(ks("a", requested=TOKEN, handled=TOKEN, conditions=PROGRESSING))))
    assert store.picture.outcomes[A].step is Step.HANDLED
    clock.advance(3)
    dirty = _told(store, ObjectChanged(read(ks("a", requested=TOKEN, handled=TOKEN))))
    outcome = store.picture.outcomes[A]
    assert (outcome.step, outcome.settled) == (Step.READY, NOON + timedelta(seconds=4))
    assert (store.following, dirty.urgent) == (False, True)
    assert [(notice.severity, notice.ref) for notice in store.picture.notices] == [(Severity.INFO, A)]
    assert store.picture.notices[0].text.startswith(
        "reconcile Kustomization flux-system/a: ready in 4.0s, Applied revision"
    )


def test_a_failure_is_told(store: Store) -> None:
    _reconcile(store)
    store.apply(ObjectChanged(read(ks("a", requested=TOKEN, handled=TOKEN, conditions=FAILING))))
    notice = store.picture.unread[-1]
    assert (notice.severity, notice.context, notice.ref) == (Severity.ERROR, "eu", A)
    assert notice.text.startswith(
        "reconcile Kustomization flux-system/a: failed after 0.0s, HealthCheckFailed: timeout"
    )


def test_a_relist_settles_outcomes_too(store: Store) -> None:
    _reconcile(store)
    store.apply(_list(ks("a", requested=TOKEN, handled=TOKEN)))
    assert store.picture.outcomes[A].step is Step.READY


def test_an_object_that_goes_ends_its_outcome(store: Store) -> None:
    _reconcile(store)
    store.apply(ObjectDeleted(A))
    assert (store.picture.outcomes[A].step, store.picture.outcomes[A].message) == (
        Step.FAILED,
        "it was deleted meanwhile",
    )


def test_an_outcome_times_out_by_the_clock(store: Store, clock: FakeClock) -> None:
    _reconcile(store)
    clock.advance(299)
    store.follow_outcomes()
    assert store.following
    clock.advance(1)
    store.follow_outcomes()
    outcome = store.picture.outcomes[A]
    assert (outcome.step, store.following) == (Step.TIMED_OUT, False)
    assert "is kustomize-controller running?" in outcome.message


def test_what_is_queued_is_not_followed_yet(store: Store, clock: FakeClock) -> None:
    store.apply(ObjectChanged(read(ks("a"))))
    store.apply(ask(Verb.RECONCILE, read(ks("a")), NOON, Step.QUEUED))
    clock.advance(3600)
    store.follow_outcomes()
    assert (store.following, store.picture.outcomes[A].step) == (False, Step.QUEUED)


def test_an_outcome_that_comes_settled_is_told_and_not_followed(store: Store) -> None:
    store.apply(ObjectChanged(read(ks("a"))))
    store.apply(settle(ask(Verb.SUSPEND, read(ks("a")), NOON), Step.REFUSED, "forbidden", NOON))
    assert not store.following
    assert store.picture.unread[-1].text == "suspend Kustomization flux-system/a: refused, forbidden"


def test_forgetting_a_context_leaves_nothing_of_it(store: Store) -> None:
    store.apply(ContextStatus("eu", Phase.LIVE))
    store.apply(_list(ks("a"), ks("b", conditions=FAILING)))
    store.apply(_list(ks("a"), context="us"))
    store.apply(EventSeen(event(A, "e")))
    store.take_dirty()
    store.forget("eu")
    dirty, picture = store.take_dirty(), store.picture
    assert (picture.total("eu"), +picture.count("eu"), list(picture.events(A))) == (0, {}, [])
    assert picture.statuses["eu"] == ContextStatus("eu", Phase.OFF, NOON)
    assert picture.total("us") == 1
    assert (dirty.structure, dirty.statuses, dirty.events) == (True, True, {A})


def test_forgetting_a_context_does_not_claim_that_its_objects_were_deleted(store: Store) -> None:
    _reconcile(store)
    store.forget("eu")
    outcome = store.picture.outcomes[A]
    assert outcome.step is Step.TIMED_OUT
    assert outcome.message == "eu was disconnected before it was done: how it ended is not known"
    assert not store.following


def test_an_unreadable_object_does_not_end_its_outcome_as_deleted(store: Store) -> None:
    _reconcile(store)
    store.apply(_skip())
    outcome = store.picture.outcomes[A]
    assert (outcome.step, "deleted" in outcome.message) == (Step.TIMED_OUT, False)


def test_a_context_that_was_not_announced_is_taken_in(store: Store) -> None:
    store.apply(_list(ks("a"), context="new"))
    store.apply(ContextStatus("newer", Phase.LIVE))
    store.apply(ObjectChanged(read(body("Alert", "x"), "newest")))
    assert list(store.picture.statuses) == ["eu", "us", "new", "newer", "newest"]
