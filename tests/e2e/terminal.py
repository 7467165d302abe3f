"""The program as a process in a terminal: its rows as a person reads them, and what is typed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.region import Region
from tests.fakes.screen import Screen, shown

CURSOR = "▌"


@contextmanager
def program(region: Region, desk: dict[str, str], *arguments: str, **options: Any) -> Iterator[Screen]:
    """Run the program over one region, until its rows are there."""
    with shown("--kubeconfig", str(region.kubeconfig), *arguments, environ=desk, **options) as screen:
        screen.until_row(f" {region.name} ●")
        screen.until(lambda: tree_row(screen, "tenants"))
        yield screen


def tree_row(screen: Screen, name: str, kind: str = "ks") -> str:
    """An object's row of the tree, without what stands beside it; empty where it is not shown."""
    rows = (row.partition("│")[0].rstrip() for row in screen.rows)
    return next((row for row in rows if re.match(rf"▌? +(▾ )?\S {name} .*\b{kind}\b", row)), "")


def go_to(screen: Screen, name: str) -> None:
    """Go to a Kustomization as a person does, with the filter."""
    screen.until(lambda: tree_row(screen, name))
    screen.type(f"/kind:ks {name}")
    screen.press("enter")
    screen.until(lambda: tree_row(screen, name).startswith(CURSOR))
    screen.until_row("ks", f"/{name} ·")


def colour(screen: Screen, sign: str, name: str, *more: str) -> str:
    """The colour of an object's sign in the tree.

    Args:
        screen: The screen, of which a frame may be half written.
        sign: The sign of its state.
        name: The object's name.
        more: What else its row has.

    Returns:
        The colour; empty while there is no such row.
    """
    row = screen.row(f"{sign} {name}", *more)
    return screen.cell(row, sign).fg if row else ""


def until_in_tree(screen: Screen, name: str, *texts: str) -> None:
    """Wait until an object's row has some texts."""
    screen.until(lambda: all(text in tree_row(screen, name) for text in texts))


def leave(screen: Screen) -> None:
    """Quit, and find the terminal as it was."""
    screen.press("q")
    assert screen.end(60) == 0
    assert_restored(screen)


def assert_restored(screen: Screen) -> None:
    """Nothing is left of the program on the terminal."""
    assert not screen.is_alternate
    assert screen.is_as_before, screen.state
    assert not any(screen.rows), screen.described()
    assert "Traceback" not in screen.text


def top_of(screen: Screen) -> str:
    """The top line."""
    return screen.rows[0]


def is_quiet(screen: Screen, seconds: float) -> bool:
    """Whether nothing but ages changes for some seconds, and that in one frame at most."""
    screen.until_quiet(1)
    before, rows, frames = screen.written, _ageless(screen), screen.frames
    screen.read_for(seconds)
    drawn = screen.frames - frames
    return _ageless(screen) == rows and drawn <= 1 and (screen.written > before) == bool(drawn)


def _ageless(screen: Screen) -> list[str]:
    """The rows with every age blanked, each as wide as the widest."""
    return [re.sub(r" *(<1m|\b\d+[mhdy])(?= |$)", " AGE", row) for row in screen.rows]
