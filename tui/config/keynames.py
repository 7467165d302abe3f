"""Key names: from what people type to what Textual calls a keypress (textual/keys.py)."""

import re
import unicodedata

MODIFIERS = {
    "ctrl": "ctrl",
    "control": "ctrl",
    "ctl": "ctrl",
    "c": "ctrl",
    "alt": "alt",
    "option": "alt",
    "opt": "alt",
    "shift": "shift",
    "super": "super",
    "cmd": "super",
    "command": "super",
    "win": "super",
    "meta": "meta",
    "hyper": "hyper",
}
"""What people call a modifier, and what Textual does."""

_NAMED = frozenset(
    (
        *("backspace", "delete", "down", "end", "enter", "escape", "home", "insert", "left", "pagedown", "pageup"),
        *("right", "space", "tab", "up"),
        *(f"f{number}" for number in range(1, 25)),
    )
)

_NICKNAMES = {
    "esc": "escape",
    "return": "enter",
    "ret": "enter",
    "cr": "enter",
    "del": "delete",
    "ins": "insert",
    "bs": "backspace",
    "bksp": "backspace",
    "spc": "space",
    "spacebar": "space",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "page_down": "pagedown",
    "uparrow": "up",
    "downarrow": "down",
    "leftarrow": "left",
    "rightarrow": "right",
    "dot": "full_stop",
    "period": "full_stop",
    "hash": "number_sign",
    "pipe": "vertical_line",
    "star": "asterisk",
    "equals": "equals_sign",
    "backtick": "grave_accent",
    "quote": "apostrophe",
    "dash": "minus",
    "hyphen": "minus",
    "question": "question_mark",
    "bang": "exclamation_mark",
}

_RENAMED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Unicode names that Textual replaces (KEY_NAME_REPLACEMENTS)."""

_SAME_BYTE = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+left_square_bracket": "escape",
    "ctrl+h": "backspace",
    "ctrl+at": "ctrl+space",
    "ctrl+slash": "ctrl+underscore",
}
"""Keypresses that a terminal sends as the same byte: they can't be told apart."""

_MODIFIER = re.compile(r"([A-Za-z]+)[+\-_](?=.)")


def _sign_name(character: str) -> str:
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


_SIGNS = {_sign_name(chr(code)): chr(code) for code in range(33, 127) if not chr(code).isalnum()}


def normalise_key(text: str) -> str | None:
    """Turn what a person calls a key into Textual's name for it.

    Args:
        text: `?`, `/`, `ctrl-z`, `Ctrl+Z`, `C-z`, `^z`, `shift+r`, `esc`, `F5`, `question_mark`; letters without a
            modifier keep their case.

    Returns:
        `question_mark`, `slash`, `ctrl+z`, `R`, `escape`, `f5`; None when no key goes by that name.
    """
    if text == " ":
        return "space"
    word = text.strip()
    rest = f"ctrl+{word[1]}" if len(word) == 2 and word[0] == "^" and word[1].isalpha() else word
    modifiers: set[str] = set()
    while (match := _MODIFIER.match(rest)) and (modifier := MODIFIERS.get(match[1].lower())):
        modifiers.add(modifier)
        rest = rest[match.end() :]
    key = _base_key(rest)
    return _combine(modifiers, key) if key else None


def _base_key(text: str) -> str | None:
    if len(text) == 1:
        return text if text.isalnum() else _sign_name(text) or None
    word = text.lower().replace(" ", "_").replace("-", "_")
    word = _NICKNAMES.get(word, _RENAMED.get(word, word))
    return word if word in _NAMED or word in _SIGNS else None


def _combine(modifiers: set[str], key: str) -> str | None:
    is_sign = key in _SIGNS or (len(key) == 1 and not key.isalpha())
    if "shift" in modifiers and is_sign:
        return None  # which sign shift makes of it depends on the keyboard
    if modifiers == {"shift"} and len(key) == 1:
        return key.upper()
    if modifiers and len(key) == 1:
        key = key.lower()
    name = "+".join([*sorted(modifiers), key])
    return _SAME_BYTE.get(name, name)


def terminal_names(key: str) -> tuple[str, ...]:
    """Give every name under which Textual may report a keypress.

    Args:
        key: A key as `normalise_key` names it.

    Returns:
        The names, all of which must be bound: Ctrl+Space is `ctrl+@` in a terminal without the kitty protocol.
    """
    return ("ctrl+space", "ctrl+@") if key == "ctrl+space" else (key,)


def show_key(key: str) -> str:
    """Write a key as people do.

    Args:
        key: A key as `normalise_key` names it.

    Returns:
        `?` for `question_mark`, `esc` for `escape`, `ctrl-z` for `ctrl+z`.
    """
    *modifiers, base = key.split("+")
    base = _SIGNS.get(base, {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "delete": "del"}.get(base, base))
    return "-".join([*modifiers, base])
