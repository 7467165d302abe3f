"""From the keys that actions have, a preset and what a person wants to one keymap without surprises."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tui.config.keynames import normalise_key, show_key
from tui.config.problems import Problem, quoted, suggest

Keymap = dict[str, tuple[str, ...]]
"""Action id → its keys as Textual names them, the one to show first. An action without a key has an empty tuple."""

PRESETS: dict[str, Mapping[str, tuple[str, ...]]] = {
    "default": {},
    "flux9s": {
        "suspend": ("s",),
        "resume": ("r",),
        "reconcile": ("R",),
        "reconcile.source": ("W",),
        "graph": ("g",),
    },
}
"""Keys that fingers know from other programs; ids that the action table does not have are passed over."""

LAST_RESORT = "ctrl+q"
"""The key that stays with quit whatever else was configured."""

_Report = Callable[[str, str, str], None]
"""Takes the id of the action whose line is meant, what is wrong, and the next step."""


class _Claim(NamedTuple):
    action: str
    keys: tuple[str, ...]
    origin: str
    """`explicit`, `preset` or `default`."""


def resolve_keymap(
    defaults: Mapping[str, tuple[str, ...]],
    wanted: Mapping[str, tuple[str, ...]],
    *,
    preset: str = "default",
    scopes: Mapping[str, str] | None = None,
    quit_action: str = "quit",
    file: str = "config.yaml",
    lines: Mapping[str, int] | None = None,
) -> tuple[Keymap, tuple[Problem, ...]]:
    """Decide which key does what.

    What a person wants wins over the preset, the preset over the defaults. Two actions that both have a key by default
    keep it: their scopes are the action table's business.

    Args:
        defaults: Action id → keys, for every action there is.
        wanted: Action id → keys as people type them; an empty tuple takes an action's keys away.
        preset: One of `PRESETS`.
        scopes: Action id → where it works. Two actions can share a key when both have a scope and the two differ; an
            action that is missing here works everywhere.
        quit_action: The id of the action that must stay reachable.
        file: The file that `wanted` came from, for people.
        lines: Action id → its line in that file.

    Returns:
        Every action of `defaults` with its keys, and what was wrong.
    """
    problems: list[Problem] = []

    def report(action: str, what: str, next_step: str) -> None:
        problems.append(Problem(file, (lines or {}).get(action, 0), what, next_step))

    explicit = _read_wanted(defaults, wanted, report)
    claims = _in_order(defaults, explicit, PRESETS.get(preset, {}))
    keymap = _settle(claims, scopes or {}, report)
    _keep_quit(keymap, quit_action, explicit, report)
    return {action: keymap[action] for action in defaults}, tuple(problems)


def _read_wanted(
    defaults: Mapping[str, tuple[str, ...]], wanted: Mapping[str, tuple[str, ...]], report: _Report
) -> dict[str, tuple[str, ...]]:
    explicit: dict[str, tuple[str, ...]] = {}
    for action, typed in wanted.items():
        if action not in defaults:
            report(action, f"there is no action {quoted(action)}; its keys are not used", suggest(action, defaults))
            continue
        keys = [(text, normalise_key(text)) for text in typed]
        for text, key in keys:
            if key is None:
                report(action, f"{quoted(text)} for {action} is not a key; it is not used", _how_to_name(text))
        good = tuple(dict.fromkeys(key for _, key in keys if key is not None))
        if good or not typed:
            explicit[action] = good
    return explicit


def _how_to_name(text: str) -> str:
    if "shift" in text.lower():
        return "Write the character that shift makes, such as R or '?'."
    if "," in text:
        return "Write several keys as a list: [r, ctrl+r]."
    return "Write a character, a name such as space, enter, pageup or f5, or ctrl+z."


def _in_order(
    defaults: Mapping[str, tuple[str, ...]],
    explicit: Mapping[str, tuple[str, ...]],
    preset: Mapping[str, tuple[str, ...]],
) -> list[_Claim]:
    """Those who choose first come first."""
    chosen = [_Claim(action, keys, "explicit") for action, keys in explicit.items()]
    known = [action for action in preset if action in defaults and action not in explicit]
    chosen += [_Claim(action, preset[action], "preset") for action in known]
    taken = {claim.action for claim in chosen}
    return chosen + [_Claim(action, keys, "default") for action, keys in defaults.items() if action not in taken]


def _settle(claims: list[_Claim], scopes: Mapping[str, str], report: _Report) -> Keymap:
    keymap: Keymap = {}
    holders: dict[str, list[_Claim]] = {}
    for claim in claims:
        lost: dict[str, _Claim] = {}
        for key in claim.keys:
            rival = next((other for other in holders.get(key, ()) if _clash(other, claim, scopes)), None)
            if rival is None:
                holders.setdefault(key, []).append(claim)
            else:
                lost[key] = rival
        keymap[claim.action] = tuple(key for key in claim.keys if key not in lost)
        for key, rival in lost.items():
            _tell_loss(key, claim, rival, keymap[claim.action], report)
    return keymap


def _clash(one: _Claim, other: _Claim, scopes: Mapping[str, str]) -> bool:
    here, there = scopes.get(one.action, ""), scopes.get(other.action, "")
    both_default = one.origin == other.origin == "default"
    return not both_default and (here == there or not here or not there)


def _tell_loss(key: str, loser: _Claim, winner: _Claim, left: tuple[str, ...], report: _Report) -> None:
    rest = f"keeps {' and '.join(show_key(other) for other in left)}" if left else "has no key left"
    if loser.origin == "explicit":
        what = f"{quoted(show_key(key))} is given to {winner.action} and to {loser.action}; {winner.action} has it"
        report(loser.action, f"{what}, {loser.action} {rest}", "Give one of them another key.")
    elif winner.origin == "explicit":
        what = f"{quoted(show_key(key))} goes to {winner.action}, so {loser.action} {rest}"
        report(winner.action, what, f"If that is meant, say so: give {loser.action} keys of its own, or [].")


def _keep_quit(keymap: Keymap, quit_action: str, explicit: Mapping[str, tuple[str, ...]], report: _Report) -> None:
    if quit_action not in keymap:
        return
    elsewhere = {key: action for action, keys in keymap.items() if action != quit_action for key in keys}
    if any(key not in elsewhere for key in keymap[quit_action]):
        return
    for action, keys in keymap.items():
        keymap[action] = tuple(key for key in keys if key != LAST_RESORT)
    keymap[quit_action] = (*keymap[quit_action], LAST_RESORT)
    culprit = quit_action if quit_action in explicit else elsewhere.get(LAST_RESORT, quit_action)
    what = f"no key would be left for {quit_action}, so {show_key(LAST_RESORT)} stays with it"
    report(culprit, what, f"Give {quit_action} a key that nothing else has.")
