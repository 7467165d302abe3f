"""What may not be done is not sent, and says why: read-only, forbidden, suspended, protected."""

from tests.fakes.cluster import FakeCluster
from tests.fakes.fleet import NOW
from tests.fakes.objects import FAILING, PROGRESSING, git, ks, read
from tests.fakes.pilot import API, APPS, BROKEN_IN_US, INFRA, PAUSED, SOURCE, TENANTS, Driven, small, small_fleet
from tui.actions import ACTIONS
from tui.config.settings import Settings
from tui.model.changes import ContextStatus, ObjectChanged, Phase, Severity
from tui.model.rows import View
from tui.ports import Access, Emit, WriteReply

TOKEN = NOW.isoformat()
WRITES = [action for action in ACTIONS.values() if action.verb is not None]


class Telling(FakeCluster):
    """Tells the small fleet whenever it is connected."""

    async def run(self, emit: Emit) -> None:
        """Tell it, then let the test emit."""
        for one in small_fleet():
            emit(ObjectChanged(read(one, self.context)))
        emit(ContextStatus(self.context, Phase.LIVE))
        await super().run(emit)


async def test_read_only_sends_nothing_over_the_whole_key_table() -> None:
    async with small(fleet=False, read_only=True, make_cluster=Telling) as driven:
        for action in ACTIONS.values():
            for key in action.keys or ("",):
                if action.id != "quit":
                    await _press_on_a_kustomization(driven, action.id, key)
        await driven.press("space", "space", "R", "y", "T", "y", "W", "y")
        assert driven.rig.patches() == []
        assert all(cluster.reviews == [] for cluster in driven.rig.clusters.values())


async def _press_on_a_kustomization(driven: Driven, action: str, key: str) -> None:
    for context in ("eu", "us"):
        driven.main.shell.session.connect(context)
    await driven.quiet()
    driven.main.set_view(View())
    await driven.go_to(INFRA)
    await driven.act(action, key)
    while driven.screens or driven.main.focused is not driven.main.tree_pane:
        await driven.press("escape")


async def test_read_only_says_so() -> None:
    async with small(at=INFRA, read_only=True) as driven:
        for action in WRITES:
            await driven.act(action.id, action.keys[0] if action.keys else "")
            assert driven.notices[-1] == f"{action.title}: read-only: started so that nothing is written"


async def test_read_only_is_seen_in_the_footer() -> None:
    async with small(at=INFRA, read_only=True) as driven:
        footer = driven.text_of(driven.main.footer)
        assert "R W T read-only: started so that nothing is written" in footer
        assert "D diff" in footer


async def test_denied_access_is_dimmed_and_says_so_and_sends_nothing() -> None:
    async with small(fleet=False) as driven:
        driven.eu.rights[("Kustomization", "flux-system")] = Access.DENIED
        await _list(driven)
        await driven.go_to(INFRA)
        await driven.until(lambda: driven.main.situation().access is Access.DENIED)
        await driven.drawn()
        why = "forbidden: you may not patch kustomizations in flux-system"
        footer = driven.main.footer
        assert f"R W T {why}" in driven.text_of(footer)
        dim = driven.main.shell.palette.dim.color
        styles = {segment.text.strip(): segment.style for segment in footer.render_line(0)}
        assert next(style for text, style in styles.items() if why in text).color == dim
        for key in ("R", "W", "T"):
            await driven.press(key)
            assert driven.notices[-1].endswith(why)
        assert driven.rig.patches() == []
        await driven.go_to(API)
        await driven.until(lambda: driven.main.situation().access is Access.ALLOWED)
        await driven.press("R")
        assert [asked for asked, _ in driven.rig.patches()] == [API]


async def test_access_is_asked_once_for_all_objects_of_a_kind_in_a_namespace() -> None:
    async with small(at=INFRA) as driven:
        for target in (APPS, TENANTS, PAUSED, INFRA):
            await driven.go_to(target)
        assert driven.eu.reviews.count(("Kustomization", "flux-system")) == 1


async def _list(driven: Driven) -> None:
    driven.eu.listed(*(read(one) for one in small_fleet()))
    driven.eu.live()
    await driven.drawn()


async def test_of_several_marked_the_suspended_one_is_left_out_and_the_others_are_asked() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("space")
        await driven.go_to(PAUSED)
        await driven.press("space", "R", "y")
        assert [asked for asked, _ in driven.rig.patches()] == [INFRA]
        assert driven.notices[-1] == "reconcile left out ks flux-system/paused in eu: it is suspended"


async def test_a_protected_context_is_asked_about_before_a_single_write() -> None:
    async with small(at=BROKEN_IN_US, settings=Settings(protected=("u*",))) as driven:
        for key in ("n", "escape", "q"):
            await driven.press("R")
            assert driven.screens == ["ConfirmScreen"]
            told = "\n".join(str(static.render()) for static in driven.app.screen.query("Static"))
            assert "reconcile in a protected context?" in told
            assert "in us (protected)" in told
            assert "reconcile  us  ks flux-system/batch" in told
            await driven.press(key)
            assert driven.screens == []
        assert driven.rig.patches() == []
        await driven.press("R", "y")
        await driven.press("T", "enter")
        assert [asked for asked, _ in driven.rig.patches()] == [BROKEN_IN_US] * 2


async def test_other_contexts_are_not_asked_about() -> None:
    async with small(at=INFRA, settings=Settings(protected=("u*",))) as driven:
        await driven.press("R")
        assert driven.screens == []
        assert [asked for asked, _ in driven.rig.patches()] == [INFRA]


async def test_the_outcome_is_shown_on_the_row_to_its_end() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("R")
        await driven.drawn()
        assert "reconcile asked" in driven.line(INFRA)
        driven.rig.clock.advance(1)
        await driven.change(ks("infra", requested=TOKEN, handled=TOKEN, conditions=PROGRESSING))
        assert "reconcile handled" in driven.line(INFRA)
        driven.rig.clock.advance(3)
        await driven.change(ks("infra", requested=TOKEN, handled=TOKEN))
        assert "ready in 4.0s" in driven.line(INFRA)
        assert "ready in 4.0s" in driven.text_of(driven.main.detail)
        driven.rig.clock.advance(121)
        driven.main.draw_frame()
        assert "ready in" not in driven.line(INFRA)


async def test_a_failure_is_shown_on_the_row_in_the_strip_and_among_the_messages() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("R")
        driven.rig.clock.advance(2)
        await driven.change(ks("infra", requested=TOKEN, handled=TOKEN, conditions=FAILING))
        assert "reconcile failed after 2.0s: HealthCheckFailed: timeout waiting" in driven.line(INFRA)
        assert "timeout waiting for" in driven.text_of(driven.main.detail)
        notice = driven.main.shell.session.picture.notices[-1]
        assert (notice.severity, notice.ref) == (Severity.ERROR, INFRA)
        assert "reconcile Kustomization flux-system/infra: failed" in driven.text_of(driven.main.footer)


async def test_what_the_api_server_refuses_says_why() -> None:
    async with small(at=INFRA) as driven:
        driven.eu.replies.append(WriteReply(accepted=False, message="admission webhook 'x' denied the request"))
        await driven.press("R")
        await driven.drawn()
        assert "reconcile refused: admission webhook 'x' denied" in driven.line(INFRA)
        assert len(driven.rig.patches()) == 1, "a write is never sent twice"


async def test_a_request_that_nobody_answers_times_out() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("R")
        driven.rig.clock.advance(301)
        driven.main.shell.session.tick()
        await driven.drawn()
        assert "timed out" in driven.line(INFRA)
        assert "is kustomize-controller running?" in driven.line(INFRA)


async def test_with_source_waits_until_the_source_is_done() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("W")
        await driven.drawn()
        assert [asked for asked, _ in driven.rig.patches()] == [SOURCE]
        assert "reconcile asked" in driven.line(SOURCE)
        await driven.change(git(requested=TOKEN, handled=TOKEN))
        await driven.until(lambda: len(driven.rig.patches()) == 2)
        assert [asked for asked, _ in driven.rig.patches()] == [SOURCE, INFRA]


async def test_with_a_source_that_fails_the_object_is_not_asked() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("W")
        await driven.change(git(requested=TOKEN, handled=TOKEN, conditions=FAILING))
        await driven.drawn()
        assert [asked for asked, _ in driven.rig.patches()] == [SOURCE]
        assert "its source git flux-system/flux-system came to: failed" in driven.line(INFRA)


async def test_pressed_twice_it_is_asked_twice_and_followed_by_the_last() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("R")
        driven.rig.clock.advance(1)
        await driven.press("R")
        first, second = driven.eu.tokens()
        assert first != second
        await driven.change(ks("infra", requested=second, handled=first))
        assert "reconcile asked" in driven.line(INFRA), "that the first was handled says nothing of the second"
        await driven.change(ks("infra", requested=second, handled=second))
        assert "ready in" in driven.line(INFRA)
