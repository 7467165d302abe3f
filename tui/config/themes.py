"""Themes: YAML files that become colours, checked before anything is drawn with them."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tui.config.document import Entry, Report, read_document
from tui.config.paths import shown
from tui.config.problems import Problem, quoted, suggest
from tui.config.settings import DEFAULT_THEME

_MOST_NAMED = 6

CONTEXT_ACCENTS = 6
"""How many accents tell contexts apart before they repeat."""

ANSI_NAMES = frozenset(
    {"ansi_default"}
    | {
        f"ansi_{bright}{name}"
        for bright in ("", "bright_")
        for name in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
    }
)
"""The colours of a terminal's own palette, as Textual names them."""

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_QUOTE_HINT = 'Colours are written in quotes, `text: "#d3dae1"`, or as a terminal colour such as ansi_red.'


class Theme(msgspec.Struct, frozen=True):
    """The colours of the screen: `#rrggbb` or one of `ANSI_NAMES`. Colour means state and nothing else."""

    name: str
    """What `theme:` in the settings calls it: its file's name without the suffix."""
    dark: bool
    """Whether light text stands on a dark background."""
    background: str
    """Behind everything."""
    surface: str
    """Behind the panes beside the tree, dialogs and inputs."""
    panel: str
    """Behind the header, the footer and titles."""
    text: str
    """What must be read."""
    dim: str
    """What may be passed over: healthy rows, ages, rules."""
    border: str
    """Lines that hold something together: between the nodes of a graph."""
    accent: str
    """Where the focus is; the only colour that is no state."""
    selection: str
    """Background of the row under the cursor."""
    marked: str
    """Background of marked rows."""
    ready: str
    progressing: str
    failed: str
    stalled: str
    waiting: str
    suspended: str
    unknown: str
    terminating: str
    contexts: tuple[str, ...]
    """Small accents that tell contexts apart, `CONTEXT_ACCENTS` of them."""
    diff_added: str
    diff_removed: str
    diff_hunk: str
    """A hunk's header."""
    warning: str
    """A notice that something may go wrong."""
    error: str
    """A notice that something did."""

    @property
    def ansi(self) -> bool:
        """Whether it is drawn with the terminal's own 16 colours."""
        return self.background in ANSI_NAMES


STATES = ("ready", "progressing", "failed", "stalled", "waiting", "suspended", "unknown", "terminating")
"""The states that have a colour, by field name."""

COLOURS = tuple(name for name in Theme.__struct_fields__ if name not in ("name", "dark", "contexts"))
"""The fields that hold one colour."""


class _Draft(msgspec.Struct, frozen=True):
    """A theme file, read; what it extends is not filled in yet."""

    name: str
    values: dict[str, Any]
    extends: Entry | None
    problems: list[Problem]
    report: Report
    """Adds to `problems`."""


def load_themes(builtin: Path, user: Path) -> tuple[dict[str, Theme], tuple[Problem, ...]]:
    """Read every theme.

    Args:
        builtin: The folder of the shipped themes.
        user: The folder of the user's own, which may not exist. A theme of the same name replaces a shipped one, and
            `extends: <name>` takes over what the file leaves out.

    Returns:
        The themes that can be used by name, and what is wrong with the others.
    """
    themes: dict[str, Theme] = {}
    problems: list[Problem] = []
    for folder in (builtin, user):
        drafts = {path.stem: _read(path) for path in _files(folder, problems)}
        finished = [_finish(draft, drafts, themes) for draft in drafts.values()]
        themes |= {theme.name: theme for theme in finished if theme is not None}
        problems += [problem for draft in drafts.values() for problem in draft.problems]
    return themes, tuple(problems)


def choose_theme(
    themes: Mapping[str, Theme], name: str, *, file: str = "config.yaml", line: int = 0
) -> tuple[Theme, tuple[Problem, ...]]:
    """Pick the theme that was asked for, or the default.

    Args:
        themes: The themes that can be used.
        name: The one that is wanted.
        file: Where it was asked for: a file, or `--theme`.
        line: On which line, 0 for none.

    Returns:
        A theme, and what is wrong with the wish.

    Raises:
        LookupError: There is no theme at all, so the installation is broken; the text is fit to be shown.
    """
    if name in themes:
        return themes[name], ()
    fallback = themes.get(DEFAULT_THEME) or next(iter(themes.values()), None)
    if fallback is None:
        raise LookupError("The themes that come with gitops-tui are not there. Install it again.")
    what = f"theme {quoted(name)} is not known; {quoted(fallback.name)} is used"
    return fallback, (Problem(file, line, what, f"Known: {', '.join(sorted(themes))}."),)


def _files(folder: Path, problems: list[Problem]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))
    except FileNotFoundError:
        return []
    except OSError as error:
        what = f"themes can't be read from here: {error.strerror or error}"
        problems.append(Problem(shown(folder), 0, what, "Make it a folder that you may read, or remove it."))
        return []


def _read(path: Path) -> _Draft:
    fields, problems, report = read_document(path)
    extends = fields.pop("extends", None)
    values: dict[str, Any] = {}
    for name, entry in fields.items():
        if name not in _FIELDS:
            report(entry.line, f"{quoted(name)} is not a field of a theme; it is not used", suggest(name, _FIELDS))
            continue
        value = _value(name, entry, report)
        if value is not None:
            values[name] = value
    return _Draft(path.stem, values, extends, problems, report)


_FIELDS = ("extends", *(name for name in Theme.__struct_fields__ if name != "name"))


def _value(name: str, entry: Entry, report: Report) -> Any:
    if entry.is_empty:
        report(entry.line, f"{name} has no value, or one that YAML takes for a comment", _QUOTE_HINT)
    elif name == "dark":
        if isinstance(entry.value, bool):
            return entry.value
        report(entry.line, f"dark is {quoted(entry.text or '')}; it is not used", "It must be true or false.")
    elif name == "contexts":
        colours = tuple(parse_colour(item.text or "") for item in entry.items or ())
        if len(colours) == CONTEXT_ACCENTS and all(colours):
            return colours
        what = f"contexts is not a list of {CONTEXT_ACCENTS} colours; it is not used"
        report(entry.line, what, _QUOTE_HINT)
    else:
        colour = parse_colour(entry.text or "")
        if colour is not None:
            return colour
        report(entry.line, f"{name} is {quoted(entry.text or '')}, which is no colour; it is not used", _QUOTE_HINT)
    return None


def parse_colour(text: str) -> str | None:
    """Read a colour that a theme may have.

    Args:
        text: `#rgb`, `#rrggbb` or one of `ANSI_NAMES`.

    Returns:
        `#rrggbb`, since Rich does not know the short form, or the name; None for anything else.
    """
    if text in ANSI_NAMES:
        return text
    if _HEX.fullmatch(text) is None:
        return None
    digits = text[1:].lower()
    return f"#{digits}" if len(digits) == 6 else "#" + "".join(digit * 2 for digit in digits)


def _finish(draft: _Draft, drafts: Mapping[str, _Draft], shipped: Mapping[str, Theme]) -> Theme | None:
    if draft.problems and not draft.values and draft.extends is None:
        return None  # the file could not be read, which was said
    values = dict(draft.values)
    current, chain = draft, [draft.name]
    while current.extends is not None:
        base = current.extends.text or ""
        if base == current.name or base not in drafts:  # one that replaces a shipped theme may extend it
            if base not in shipped:
                _refuse_base(draft, base, {*shipped, *drafts} - {draft.name})
                return None
            values = msgspec.structs.asdict(shipped[base]) | values
            break
        if base in chain:
            draft.report(draft.extends.line if draft.extends else 0, *_circle([*chain, base]))
            return None
        current = drafts[base]
        chain.append(base)
        values = current.values | values
    return _build(draft, values | {"name": draft.name})


def _build(draft: _Draft, values: dict[str, Any]) -> Theme | None:
    missing = [field for field in Theme.__struct_fields__ if field not in values]
    if not missing:
        return Theme(**values)
    names = ", ".join(missing[:_MOST_NAMED]) + (" and others" if len(missing) > _MOST_NAMED else "")
    step = f"Add what is missing, or write `extends: {DEFAULT_THEME}`."
    draft.report(0, f"the theme can't be used, because it lacks {names}", step)
    return None


def _refuse_base(draft: _Draft, base: str, known: Iterable[str]) -> None:
    what = f"the theme can't be used, because it extends {quoted(base)}, which is not known"
    draft.report(draft.extends.line if draft.extends else 0, what, suggest(base, known))


def _circle(chain: Iterable[str]) -> tuple[str, str]:
    what = f"the theme can't be used, because it extends itself: {' → '.join(chain)}"
    return what, "Let one of them extend another."
