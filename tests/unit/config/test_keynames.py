"""From what people type to what Textual calls a key."""

import string

import pytest
from textual.keys import _character_to_key

from tui.config.keynames import normalise_key, show_key, terminal_names


@pytest.mark.parametrize("character", string.ascii_letters + string.digits + string.punctuation + " é")
def test_every_character_is_named_as_textual_names_it(character):
    assert normalise_key(character) == _character_to_key(character)


@pytest.mark.parametrize("character", string.punctuation)
def test_the_name_of_a_sign_names_it_too(character):
    name = _character_to_key(character)

    assert normalise_key(name) == name
    assert show_key(name) == character


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("ctrl+z", "ctrl+z"),
        ("ctrl-z", "ctrl+z"),
        ("Ctrl+Z", "ctrl+z"),
        ("CTRL_Z", "ctrl+z"),
        ("control+z", "ctrl+z"),
        ("C-z", "ctrl+z"),
        ("^z", "ctrl+z"),
        ("^Z", "ctrl+z"),
        ("^", "circumflex_accent"),
        ("R", "R"),
        ("r", "r"),
        ("shift+r", "R"),
        ("Shift-R", "R"),
        ("c", "c"),
        ("ctrl+shift+r", "ctrl+shift+r"),
        ("shift+ctrl+R", "ctrl+shift+r"),
        ("alt+x", "alt+x"),
        ("opt-x", "alt+x"),
        ("cmd+k", "super+k"),
        ("shift+ctrl+alt+f5", "alt+ctrl+shift+f5"),
        ("F5", "f5"),
        ("f24", "f24"),
        ("esc", "escape"),
        ("Escape", "escape"),
        ("return", "enter"),
        ("del", "delete"),
        ("PgUp", "pageup"),
        ("page-down", "pagedown"),
        ("Page Up", "pageup"),
        ("shift+tab", "shift+tab"),
        ("Shift+Up", "shift+up"),
        ("space", "space"),
        ("question mark", "question_mark"),
        ("Question_Mark", "question_mark"),
        ("ctrl++", "ctrl+plus"),
        ("ctrl+-", "ctrl+minus"),
        ("ctrl--", "ctrl+minus"),
        ("ctrl+]", "ctrl+right_square_bracket"),
        ("  x ", "x"),
        ("ctrl+i", "tab"),
        ("ctrl+m", "enter"),
        ("ctrl+[", "escape"),
        ("ctrl+@", "ctrl+space"),
        ("ctrl+space", "ctrl+space"),
    ],
)
def test_what_people_type_is_understood(typed, key):
    assert normalise_key(typed) == key


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "ctrl", "ctrl+", "ctrl+nope", "nope", "f25", "f0", "r,R", "shift+/", "shift+1", "hyper+", "\x1b", "rr"],
)
def test_what_is_no_key_is_refused(typed):
    assert normalise_key(typed) is None


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("ctrl+z", "ctrl-z"),
        ("escape", "esc"),
        ("slash", "/"),
        ("R", "R"),
        ("pagedown", "pgdn"),
        ("ctrl+plus", "ctrl-+"),
    ],
)
def test_keys_are_shown_as_people_write_them(key, text):
    assert show_key(key) == text


def test_ctrl_space_has_two_names_on_terminals():
    assert terminal_names("ctrl+space") == ("ctrl+space", "ctrl+@")
    assert terminal_names("R") == ("R",)
