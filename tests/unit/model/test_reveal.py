"""What is revealed has a row, and as little else changes as can be."""

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.objects import Body, picture_of
from tests.fakes.properties import fleets, quick
from tui.model.changes import ContextStatus, Phase
from tui.model.query import parse_query
from tui.model.reveal import reveal
from tui.model.rows import Mode, View, context_ref, lay_out


@quick
@given(
    fleet=fleets,
    mode=st.sampled_from(Mode),
    text=st.sampled_from(("", "a", "is:failed", "kind:ks !b")),
    faults_only=st.booleans(),
    solo=st.sampled_from((frozenset[str](), frozenset(("us",)))),
    is_folded=st.booleans(),
)
def test_what_is_revealed_has_a_row(
    fleet: list[Body], mode: Mode, text: str, faults_only: bool, solo: frozenset[str], is_folded: bool
) -> None:
    picture = picture_of(*fleet)
    picture.statuses["eu"] = ContextStatus("eu", Phase.LIVE)
    folded = frozenset((context_ref("eu"), *picture.refs("eu"))) if is_folded else frozenset()
    view = View(mode, parse_query(text), faults_only, solo, folded)
    for one in picture.refs("eu"):
        revealed = reveal(picture, view, one)
        assert one in lay_out(picture, revealed).position
        assert revealed.solo in (solo, solo | {"eu"})
        assert reveal(picture, revealed, one) == revealed
