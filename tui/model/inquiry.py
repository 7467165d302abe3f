"""The one question before what is dangerous, as text: what it names, what it warns of, what will happen."""

from collections.abc import Iterator

import msgspec

from tui.model.foresight import Effect, Fate, Foresight
from tui.model.guardrails import Protected
from tui.model.text import counted
from tui.model.wording import describe

_LISTED = 500
"""How many objects are listed."""

_SAID = 6
"""How many sentences of a kind are said."""


class Inquiry(msgspec.Struct, frozen=True):
    """A question, without its answers."""

    is_needed: bool
    """Whether there is something to ask: a single, reversible, unsurprising action is just done."""
    title: str
    places: str
    """The contexts, the protected ones marked; empty for one object where nothing is protected."""
    warnings: tuple[str, ...]
    effects: tuple[str, ...]
    """How many are acted on, skipped and refused, where there are several; then each of them."""
    notes: tuple[str, ...]


def inquire(foresight: Foresight, protected: Protected, caution: str = "", gone: int = 0) -> Inquiry:
    """Word the question about what is foreseen.

    Args:
        foresight: What will happen.
        protected: Where even a single write is asked about.
        caution: What to know before any such action.
        gone: How many objects were marked, and are not there any more.

    Returns:
        The question.
    """
    guarded = {
        effect.resource.ref: what for effect in foresight.effects if (what := protected.what(effect.resource.ref))
    }
    is_alone = len(foresight.effects) == 1
    left_out = (f"{counted(gone, 'marked object')} {'is' if gone == 1 else 'are'} gone or another one now: left out",)
    warnings = (*left_out * bool(gone), *foresight.warnings)
    title = _title(foresight, tuple(guarded.values()))
    return Inquiry(
        bool(guarded or caution or warnings or not is_alone),
        f"{title}? {caution}." if caution else f"{title}?",
        ", ".join(_places(foresight, protected)) if guarded or not is_alone else "",
        _few(warnings),
        (*_counts(foresight), *_lines(foresight)),
        _few(foresight.notes),
    )


def _title(foresight: Foresight, guards: tuple[str, ...]) -> str:
    verb, effects, acted = foresight.verb, foresight.effects, foresight.of(Fate.ACTED)
    if len(effects) == 1:
        return f"{verb} in a protected {guards[0]}" if guards else f"{verb} {describe(effects[0].resource.ref)}"
    some = f"{len(acted):,} of " if len(acted) < len(effects) else ""
    which = f", {len(guards):,} of them protected" if guards else ""
    return f"{verb} {some}{counted(len(effects), 'object')}{which}"


def _places(foresight: Foresight, protected: Protected) -> Iterator[str]:
    refs = [effect.resource.ref for effect in foresight.effects]
    for context in dict.fromkeys(ref.context for ref in refs):
        here = [ref for ref in refs if ref.context == context]
        guards = {protected.what(ref) for ref in here}
        namespaces = sorted({ref.namespace for ref in here if protected.what(ref) == "namespace"})
        marked = "protected" if "context" in guards else f"{', '.join(namespaces)} protected" if namespaces else ""
        yield f"{context} ({marked})" if marked else context


def _counts(foresight: Foresight) -> Iterator[str]:
    if len(foresight.effects) > 1:
        numbers = {fate: len(foresight.of(fate)) for fate in Fate}
        yield ", ".join(f"{number:,} {fate}" for fate, number in numbers.items() if number or fate is Fate.ACTED)


def _lines(foresight: Foresight) -> Iterator[str]:
    listed = [effect for fate in Fate for effect in foresight.of(fate)]
    for effect in listed[:_LISTED]:
        yield _line(effect)
    if len(listed) > _LISTED:
        yield f"and {len(listed) - _LISTED:,} more"


def _line(effect: Effect) -> str:
    ref = effect.resource.ref
    what = effect.verb.value if effect.fate is Fate.ACTED else f"{effect.fate}:"
    return "  ".join(part for part in (what, ref.context, describe(ref), effect.text) if part)


def _few(sentences: tuple[str, ...]) -> tuple[str, ...]:
    more = len(sentences) - _SAID
    return (*sentences[:_SAID], f"and {more:,} more") if more > 0 else sentences
