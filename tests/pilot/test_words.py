"""Keys and words in the footer, the help, the palette and the README come from the one table of actions."""

import pytest
from msgspec.structs import replace

from tests.fakes.fleet import make_rig
from tests.fakes.pilot import API, small
from tests.readme import key_table
from tui.actions import ACTIONS, DEFAULT_KEYS, KEY_SCOPES
from tui.screens.command import suggestions
from tui.screens.help import help_lines
from tui.situation import makes_sense

FREE = "f7"
"""A key that means nothing by default."""


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The table with other words for everything, and another key for `reconcile`; the old helps by action."""
    helps = {action.id: action.help for action in ACTIONS.values()}
    for action in list(ACTIONS.values()):
        keys = (FREE,) if action.id == "reconcile" else action.keys
        told = replace(action, title=f"<{action.id}>", help=f"Does <{action.id}>", keys=keys)
        monkeypatch.setitem(ACTIONS, action.id, told)
        monkeypatch.setitem(DEFAULT_KEYS, action.id, keys)
    return helps


def test_the_default_keys_and_where_they_work_are_those_of_the_table() -> None:
    assert {action.id: action.keys for action in ACTIONS.values()} == DEFAULT_KEYS
    assert KEY_SCOPES.keys() == ACTIONS.keys()


async def test_the_footer_says_what_the_table_says(renamed: dict[str, str]) -> None:
    async with small(at=API, size=(500, 36)) as driven:
        footer, situation = driven.text_of(driven.main.footer), driven.main.situation()
        offered = [one for one in ACTIONS.values() if one.footer and makes_sense(one, situation)]
        assert len(offered) > 8
        for action in sorted(offered, key=lambda one: one.footer):
            key = driven.main.shell.shown_key(action.id)
            title = "suspend" if action.id == "suspend.toggle" else f"<{action.id}>"  # what toggling comes to
            before, found, footer = footer.partition(f" {key} {title} ")
            assert found, f"{action.id}, in its place"
            assert not before.strip(), "nothing stands there that the table does not know"
            footer = f" {footer}"
        assert not footer.strip()
        await driven.press("R")
        assert driven.rig.patches() == [], "the old key means nothing"


def test_the_help_says_what_the_table_says(renamed: dict[str, str]) -> None:
    told = "\n".join(help_lines(make_rig(("eu",)).app.shell, 200))
    for action, before in renamed.items():
        assert before not in told
        assert f"Does <{action}>" in told or action.startswith("context.")
    assert f"  {FREE.upper()} " in told or f"  {FREE} " in told


def test_the_palette_says_what_the_table_says(renamed: dict[str, str]) -> None:
    told = dict(suggestions([], [], make_rig(("eu",)).app.shell.keymap))
    assert told["reconcile"].lower() == f"{FREE}  does <reconcile>"
    assert not set(renamed.values()) & {does.partition("  ")[2] for does in told.values()}


def test_the_readme_says_what_the_table_says(renamed: dict[str, str]) -> None:
    """That README.md has this very table, another test sees to."""
    table = key_table()
    for action, before in renamed.items():
        assert before not in table
        assert f"Does <{action}>" in table or action.startswith("context.")
    assert f"`{FREE}`" in table.lower()
