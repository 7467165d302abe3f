"""The columns of the tree, the cursor and what stays in sight, without any terminal."""

import pytest
from textual.geometry import Size

from tests.fakes.clock import NOON
from tests.fakes.objects import FAILING, OLD_MAIN, Body, ks, picture_of, ref
from tui.config.paths import builtin_themes
from tui.config.themes import load_themes
from tui.model.changes import ContextStatus, Phase
from tui.model.rows import View, context_ref, lay_out
from tui.widgets.cellwise import width_of
from tui.widgets.palette import Palette
from tui.widgets.tree import TreePane

THEMES, _ = load_themes(builtin_themes(), builtin_themes() / "none")


class Pane(TreePane):
    """A tree with a size, outside of any app."""

    room = Size(80, 11)

    @property
    def size(self) -> Size:
        return self.room


def pane(*objects: Body, view: View | None = None, width: int = 80) -> Pane:
    picture = picture_of(*objects)
    picture.statuses["eu"] = ContextStatus("eu", Phase.LIVE)
    tree = Pane(Palette(THEMES["night"]), picture)
    tree.room = Size(width, 11)
    tree.show(lay_out(picture, view or View()), view or View(), NOON)
    return tree


def relaid(tree: Pane, *objects: Body) -> None:
    """Show a picture that has these objects instead."""
    tree.picture = picture_of(*objects)
    tree.picture.statuses["eu"] = ContextStatus("eu", Phase.LIVE)
    tree.show(lay_out(tree.picture, tree.view), tree.view, NOON)


FAILED = ks("apps", "web", applied=OLD_MAIN, conditions=FAILING)


def line(width: int) -> str:
    tree = pane(FAILED, width=width)
    return tree.draw_line(tree.layout_.position[ref("Kustomization", "apps", "web")], width).text


def test_with_room_everything_has_its_column() -> None:
    text = line(140)
    for part in ("✖ apps web", " ks ", "9f8e7d6c→a1b2c3d4", "timeout waiting for: [Deployment/web/api", " 6m "):
        assert part in text
    assert text.endswith("   6m ")


def test_in_between_the_message_matters_more_than_the_whole_revision() -> None:
    text = line(74)
    assert "timeout waiting" in text
    assert "9f8e7d6c" not in text


@pytest.mark.parametrize("width", [30, 43])
def test_with_little_room_the_kind_gives_way(width: int) -> None:
    assert " ks " not in line(width)
    assert "✖ apps" in line(width)


@pytest.mark.parametrize("width", range(1, 160))
def test_every_width_is_filled_exactly(width: int) -> None:
    tree = pane(FAILED, ks("n" * 253, "配置"), width=width)
    for index in range(tree.count_lines()):
        strip = tree.draw_line(index, width)
        assert strip.cell_length == width == width_of(strip.text)
    assert tree.draw_title(width).cell_length == width


def test_the_columns_of_all_rows_stand_below_each_other() -> None:
    tree = pane(*(ks(name) for name in ("a", "bb", "ccc")), view=View())
    lines = [tree.draw_line(index, 100).text for index in range(1, 4)]
    assert len({text.index(" ks ") for text in lines}) == 1
    assert len({text.index("a1b2c3d4") for text in lines}) == 1


NAMES = [f"k{number:02}" for number in range(40)]


def test_the_cursor_stays_on_its_object_and_in_its_place_on_the_screen() -> None:
    tree = pane(*map(ks, NAMES))
    tree.select(ref("Kustomization", "k30"))
    tree.go("up")
    tree.go("up")
    above = tree.cursor - tree.top
    relaid(tree, *map(ks, ["a", "b", "c", *NAMES]))
    assert tree.selected is not None
    assert tree.selected.ref.name == "k28"
    assert tree.cursor - tree.top == above
    relaid(tree, *map(ks, NAMES[5:]))
    assert tree.selected.ref.name == "k28"
    assert tree.cursor - tree.top == above


@pytest.mark.parametrize(
    ("selected", "left", "now"),
    [
        pytest.param("b", "acd", "c", id="the next"),
        pytest.param("b", "ad", "d", id="the next that is there"),
        pytest.param("d", "abc", "c", id="the last: the one above"),
        pytest.param("b", "", "", id="none: the context"),
    ],
)
def test_when_its_object_goes_the_cursor_goes_to_a_neighbour(selected: str, left: str, now: str) -> None:
    tree = pane(*map(ks, "abcd"))
    tree.select(ref("Kustomization", selected))
    relaid(tree, *map(ks, left))
    assert tree.selected is not None
    assert tree.selected.ref == (ref("Kustomization", now) if now else context_ref("eu"))


def test_when_its_object_comes_back_the_cursor_does_too() -> None:
    tree = pane(*map(ks, "abcd"))
    tree.select(ref("Kustomization", "b"))
    relaid(tree, *map(ks, "acd"))
    relaid(tree, *map(ks, "abcd"))
    assert tree.selected is not None
    assert tree.selected.ref.name == "b"


def test_unless_somebody_moved_it_meanwhile() -> None:
    tree = pane(*map(ks, "abcd"))
    tree.select(ref("Kustomization", "b"))
    relaid(tree, *map(ks, "acd"))
    tree.go("down")
    relaid(tree, *map(ks, "abcd"))
    assert tree.selected is not None
    assert tree.selected.ref.name == "d"


def test_faults_are_found_in_both_directions_and_round_the_end() -> None:
    tree = pane(ks("a"), ks("b", conditions=FAILING), ks("c"), ks("d", conditions=FAILING))
    place = tree.layout_.position
    b, d = place[ref("Kustomization", "b")], place[ref("Kustomization", "d")]
    assert [tree.find_fault(1, start) for start in range(5)] == [b, b, d, d, b]
    assert [tree.find_fault(-1, start) for start in range(5)] == [d, d, d, b, b]
    assert pane(ks("a")).find_fault(1, 0) is None


def test_the_fold_sign_is_where_it_is_drawn() -> None:
    tree = pane(FAILED, ks("b"))
    sign = tree.palette.sign("open")
    assert tree.draw_line(0, 80).text.index(sign) == 2
    assert tree.is_on_fold_sign(0, 2)
    assert not tree.is_on_fold_sign(0, 5)
    assert not tree.is_on_fold_sign(1, 2), "a row without branches has none"


def test_a_mark_is_about_the_very_object() -> None:
    tree = pane(ks("a"))
    target = ref("Kustomization", "a")
    assert not tree.is_marked(target)
    tree.marks[target] = "uid-Kustomization-flux-system-a"
    assert tree.is_marked(target)
    tree.marks[target] = "another"
    assert not tree.is_marked(target)
    relaid(tree)
    assert not tree.is_marked(target)
