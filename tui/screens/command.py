"""Commands typed into the palette: exactly what was typed is run."""

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from tui.actions import ACTIONS, SCREENS
from tui.config.keymap import Keymap
from tui.config.keynames import show_key
from tui.model.kinds import KINDS, find_kind
from tui.model.notes import NoteError, parse_note, tell_note
from tui.model.query import parse_query
from tui.model.rows import Mode

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

_ALIASES = {"q": "quit", "q!": "quit", "exit": "quit", "msg": "messages", "ctx": "context", "all": "context.all"}


def suggestions(contexts: list[str], themes: list[str], keymap: Keymap) -> list[tuple[str, str]]:
    """Everything that can be typed.

    Args:
        contexts: The known contexts.
        themes: The known themes.
        keymap: The keys in force, which are shown beside the actions.

    Returns:
        Commands and what each does.
    """
    actions = [
        (action.id, f"{' '.join(map(show_key, keymap.get(action.id, ())))}  {action.help}".strip())
        for action in ACTIONS.values()
        if action.topic not in SCREENS
        and (not action.id.startswith(("cursor.", "context.")) or action.id in ("context.all", "context.retry"))
    ]
    return [
        *actions,
        *((f"context {name}", f"Show {name} alone") for name in contexts),
        *((f"connect {name}", f"Watch {name}") for name in contexts),
        *((f"disconnect {name}", f"Stop watching {name}") for name in contexts),
        *((f"mode {mode.value}", f"Branches by {mode.value}") for mode in Mode),
        *((f"theme {name}", f"Draw with {name}") for name in themes),
        *((kind.short, f"Only {kind.plural}") for kind in KINDS.values()),
    ]


def preview(typed: str, now: datetime) -> list[tuple[str, str]]:
    """What a command with words of one's own would do, while it is typed.

    Args:
        typed: The command so far.
        now: The time.

    Returns:
        The command and what it does, or why it would do nothing; nothing for a command that takes no such words.
    """
    word, _, argument = typed.strip().partition(" ")
    if word != "suspend" or not argument.strip():
        return []
    try:
        return [(typed, f"Suspend what is selected: {tell_note(parse_note(argument, now), now)}")]
    except NoteError as error:
        return [(typed, f"Nothing yet: {error}")]


def run_command(screen: "MainScreen", typed: str) -> str:
    """Run what was typed.

    Args:
        screen: The main screen.
        typed: The command.

    Returns:
        Why nothing was run, in words; empty when something was.
    """
    word, _, argument = typed.strip().partition(" ")
    word, argument = _ALIASES.get(word, word), argument.strip()
    if argument:
        return _run_with_argument(screen, word, argument)
    if word in screen.keys.handlers:
        screen.keys.act(word)
        return ""
    kind = find_kind(word)
    if kind is None:
        return f"there is no command '{word}': type a part of it and tab completes it"
    screen.set_view(msgspec.structs.replace(screen.view, query=parse_query(f"kind:{kind.short}")))
    return ""


def _run_with_argument(screen: "MainScreen", word: str, argument: str) -> str:
    match word:
        case "context" | "connect" | "disconnect":
            return _context_command(screen, word, argument)
        case "mode" if argument in list(Mode):
            screen.set_view(msgspec.structs.replace(screen.view, mode=Mode(argument)))
        case "mode":
            return f"there is no mode '{argument}': {', '.join(Mode)}"
        case "theme" if argument in screen.shell.themes:
            screen.shell.set_theme(argument)
        case "theme":
            return f"there is no theme '{argument}': {', '.join(sorted(screen.shell.themes))}"
        case "suspend":
            return _suspend(screen, argument)
        case "filter":
            screen.set_view(msgspec.structs.replace(screen.view, query=parse_query(argument)))
        case _:
            return f"there is no command '{word} {argument}'"
    return ""


def _suspend(screen: "MainScreen", typed: str) -> str:
    try:
        note = parse_note(typed, screen.shell.session.clock.now())
    except NoteError as error:
        return f"suspend: {error}"
    screen.steer.suspend(note)
    return ""


def _context_command(screen: "MainScreen", word: str, context: str) -> str:
    session = screen.shell.session
    if context not in session.picture.statuses:
        return f"there is no context '{context}': {', '.join(session.picture.statuses)}"
    if word == "context":
        screen.keys.solo(context)
    elif word == "connect":
        session.connect(context)
    else:
        session.disconnect(context)
    screen.draw_frame()
    return ""
