"""Which keys fit into the bottom line."""

import pytest

from tui.config.paths import builtin_themes
from tui.config.themes import load_themes
from tui.widgets.footer import Footer, Offer
from tui.widgets.palette import Palette

THEMES, _ = load_themes(builtin_themes(), builtin_themes() / "none")
WHY = "read-only"
FREE = (Offer("a", "R", "reconcile"), Offer("b", "D", "diff"), Offer("c", "?", "help"))
REFUSED = (Offer("a", "R", "reconcile", WHY), Offer("b", "W", "with source", WHY), Offer("c", "?", "help"))


def drawn(offers: tuple[Offer, ...], notice: str, width: int) -> Footer:
    footer = Footer(Palette(THEMES["night"]))
    footer.show(offers, notice)
    assert footer.draw_line(0, width).cell_length == width
    return footer


def text(offers: tuple[Offer, ...], width: int, notice: str = "") -> str:
    return drawn(offers, notice, width).draw_line(0, width).text.rstrip()


@pytest.mark.parametrize(
    ("offers", "width", "shown"),
    [
        pytest.param(FREE, 40, " R reconcile  D diff  ? help", id="all"),
        pytest.param(FREE, 29, " R reconcile  D diff  ? help", id="exactly"),
        pytest.param(FREE, 28, " R reconcile  ? help", id="the last has its place"),
        pytest.param(FREE, 21, " R reconcile  ? help", id="one and the last"),
        pytest.param(FREE, 20, " ? help", id="the last alone"),
        pytest.param(FREE, 4, " ?…", id="not even that"),
        pytest.param(REFUSED, 40, " R W read-only  ? help", id="one reason for both"),
        pytest.param((), 10, "", id="none"),
    ],
)
def test_what_fits(offers: tuple[Offer, ...], width: int, shown: str) -> None:
    assert text(offers, width) == shown


def test_keys_that_are_refused_for_different_reasons_say_both() -> None:
    offers = (Offer("a", "R", "x", "suspended"), Offer("b", "T", "x", "forbidden"), Offer("c", "?", "help"))
    assert text(offers, 60) == " R suspended  T forbidden  ? help"


def test_a_notice_takes_the_place_of_the_keys() -> None:
    assert text(FREE, 30, "[red] went wrong and on and on") == " ! [red] went wrong and on an…"


@pytest.mark.parametrize("width", range(1, 60))
def test_every_width_is_filled_exactly(width: int) -> None:
    for offers in (FREE, REFUSED, ()):
        drawn(offers, "", width)
        drawn(offers, "a notice that is quite long", width)
