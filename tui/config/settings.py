"""`config.yaml` as a value: every field is checked on its own, and what is wrong with one costs only that one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tui.config.document import Entry, Report, as_fields, read_document
from tui.config.keymap import PRESETS
from tui.config.paths import shown
from tui.config.problems import Problem, quoted, suggest
from tui.model.guardrails import EVERYWHERE, READ_ONLY, Protected, ReadOnly

DEFAULT_THEME = "night"
"""The theme where none is configured, or the configured one can't be used."""


class Settings(msgspec.Struct, frozen=True):
    """What `config.yaml` says, complete with defaults. The command line wins over it."""

    contexts: tuple[str, ...] = ()
    """Names or globs (`prod-*`) of the kubeconfig contexts to watch at start; empty for the current context."""
    all_contexts: bool = False
    """Whether every context is watched at start."""
    protected: tuple[str, ...] = ()
    """Names or globs of contexts in which even a single write is asked about first."""
    protected_namespaces: tuple[str, ...] = ()
    """Names or globs of namespaces in which it is too, `payments`, or in some contexts only, `prod-*/payments`."""
    theme: str = DEFAULT_THEME
    """A theme's name: a shipped one, or a file in the user's `themes/` without its suffix."""
    ascii: bool = False
    """Whether states and lines are drawn with ASCII only."""
    read_only: bool | tuple[str, ...] = False
    """Whether no write is ever sent, or the names or globs of the contexts to which none is."""
    keymap: str = "default"
    """The keymap preset that `keys` starts from."""
    keys: dict[str, tuple[str, ...]] = {}
    """Action id → keys as they were typed; `tui.config.keymap.resolve_keymap` checks them."""
    tree_width: int = 58
    """Width of the tree in percent of the screen."""
    events_height: int = 50
    """Height of the events pane in percent of what it shares with the logs."""
    logs_since: int = 15
    """How many minutes back a controller's log begins."""
    at_once: int = 8
    """How many objects of a bulk request are under way at the same time."""
    file: str = ""
    """The file that all this came from, for people."""
    lines: dict[str, int] = {}
    """Field → its line in the file, `keys.<action id>` for a key; only what the file has."""

    @property
    def key_lines(self) -> dict[str, int]:
        """Action id → its line, as `resolve_keymap` takes it."""
        prefix = "keys."
        return {field.removeprefix(prefix): line for field, line in self.lines.items() if field.startswith(prefix)}

    @property
    def protection(self) -> Protected:
        """Where even a single write is asked about first."""
        return Protected(self.protected, self.protected_namespaces)

    def writing(self, flag: bool) -> ReadOnly:
        """Where nothing is written.

        Args:
            flag: Whether the command line says `--read-only`, which wins.

        Returns:
            The contexts, and who says so.
        """
        if flag:
            return READ_ONLY
        contexts = self.read_only if isinstance(self.read_only, tuple) else (EVERYWHERE,) * self.read_only
        line = self.lines.get("read_only")
        where = f"{Path(self.file).name or 'config.yaml'}{f' line {line}' if line else ''}"
        return ReadOnly(contexts, where)


class _InvalidError(ValueError):
    """A value that can't be used: what it should be."""


def load_settings(path: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """Read the settings.

    Args:
        path: `config.yaml`; a missing file means the defaults.

    Returns:
        The settings, and what is wrong with the file. A field that can't be used has its default.
    """
    fields, problems, report = read_document(path)
    found: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for name, entry in fields.items():
        reader = _READERS.get(name)
        if reader is None:
            report(entry.line, f"{quoted(name)} is not a setting; it is not used", suggest(name, _READERS))
            continue
        if entry.is_empty:
            continue
        lines[name] = entry.line
        try:
            found[name] = reader(entry, report)
        except _InvalidError as error:
            value = f"{name} is {quoted(entry.text)}" if entry.text is not None else f"{name} has the wrong form"
            report(entry.line, f"{value}; the default is used", f"It must be {error}.")
    if "keys" in fields:
        lines |= {f"keys.{action}": entry.line for action, entry in reversed(fields["keys"].fields or ())}
    return Settings(**found, file=shown(path), lines=lines), tuple(problems)


def _flag(entry: Entry, _report: Report) -> bool:
    if not isinstance(entry.value, bool):
        raise _InvalidError("true or false")
    return bool(entry.value)


def _flag_or_contexts(entry: Entry, report: Report) -> bool | tuple[str, ...]:
    """A plain word is no list, since a mistyped `true` would then name a context and protect none."""
    if entry.text is not None and not isinstance(entry.value, bool):
        raise _InvalidError('true, false or a list of contexts, such as `["prod-*"]`')
    return _flag(entry, report) if entry.text is not None else _names(entry, report)


def _word(entry: Entry, _report: Report) -> str:
    if not entry.text:
        raise _InvalidError("a name")
    return entry.text


def _preset(entry: Entry, _report: Report) -> str:
    if entry.text not in PRESETS:
        raise _InvalidError(f"one of {', '.join(PRESETS)}")
    return entry.text


def _number(least: int, most: int, unit: str) -> Callable[[Entry, Report], int]:
    def read(entry: Entry, _report: Report) -> int:
        value = entry.value
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _InvalidError(f"a whole number of {unit} from {least} to {most}")
        return value

    return read


def _names(entry: Entry, report: Report) -> tuple[str, ...]:
    if entry.items is None:
        raise _InvalidError("a name or a list of names")
    names: list[str] = []
    for item in entry.items:
        if item.text and not item.is_empty:
            names.append(item.text)
        else:
            report(item.line, "an item of this list is not a name; it is passed over", "Write one name after each '-'.")
    return tuple(dict.fromkeys(names))


def _keys(entry: Entry, report: Report) -> dict[str, tuple[str, ...]]:
    if entry.fields is None:
        raise _InvalidError("a map from action to key, such as `reconcile: R`")
    keys: dict[str, tuple[str, ...]] = {}
    for action, value in as_fields(entry, report).items():
        items = value.items
        if value.is_empty:
            continue
        if items is None or any(not item.text or item.is_empty for item in items):
            step = 'Write a key or a list of keys, signs in quotes: `help: ["?", f1]`.'
            report(value.line, f"the keys of {quoted(action)} can't be read; the default is used", step)
        else:
            keys[action] = tuple(item.text or "" for item in items)
    return keys


_READERS: dict[str, Callable[[Entry, Report], Any]] = {
    "contexts": _names,
    "all_contexts": _flag,
    "protected": _names,
    "protected_namespaces": _names,
    "theme": _word,
    "ascii": _flag,
    "read_only": _flag_or_contexts,
    "keymap": _preset,
    "keys": _keys,
    "tree_width": _number(20, 80, "percent"),
    "events_height": _number(10, 90, "percent"),
    "logs_since": _number(1, 1440, "minutes"),
    "at_once": _number(1, 100, "objects"),
}
"""The fields a person may set, and how each is read."""
