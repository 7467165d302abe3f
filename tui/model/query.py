"""The filter language: words that narrow the tree down as they are typed."""

import msgspec

from tui.model.health import FAULTS, Health, State
from tui.model.kinds import KINDS, find_kind
from tui.model.resources import Resource


class Term(msgspec.Struct, frozen=True):
    """One word of a filter."""

    field: str
    """`kind`, `ns`, `ctx`, `is`, `label`, or empty for plain text."""
    value: str
    """What is looked for, in lower case."""
    inverse: bool = False


class Query(msgspec.Struct, frozen=True):
    """A filter: every term has to match."""

    text: str = ""
    """As it was typed."""
    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def matches(self, resource: Resource, health: Health) -> bool:
        """Whether an object passes.

        Args:
            resource: The object.
            health: Its verdict.

        Returns:
            True when every term matches.
        """
        return all(_matches(term, resource, health) is not term.inverse for term in self.terms)


_FIELDS = {
    "kind": "kind",
    "k": "kind",
    "ns": "ns",
    "namespace": "ns",
    "n": "ns",
    "ctx": "ctx",
    "context": "ctx",
    "is": "is",
}


def parse_query(text: str) -> Query:
    """Read a filter.

    Words are plain text, looked for in context, kind, namespace and name, and in the reason and message of what is not
    ready; `kind:ks`, `ns:apps`,
    `ctx:eu`, `is:failed` look in one place; `-l key=value` (or `-l key`) asks for a label; `!` before a word turns it
    round.

    Args:
        text: As typed; every text is a valid filter, so that it can be applied while it is typed.

    Returns:
        The filter.
    """
    terms: list[Term] = []
    words = iter(text.split())
    for typed in words:
        inverse, word = typed.startswith("!"), typed.removeprefix("!")
        if word == "-l":
            terms.append(Term("label", next(words, ""), inverse))
            continue
        head, colon, value = word.partition(":")
        field = _FIELDS.get(head.lower(), "") if colon else ""
        terms.append(Term(field, (value if field else word).lower(), inverse))
    return Query(text, tuple(term for term in terms if term.value))


def _matches(term: Term, resource: Resource, health: Health) -> bool:
    ref, value = resource.ref, term.value
    match term.field:
        case "kind":
            kind = find_kind(value)
            return ref.kind == kind.name if kind else value in ref.kind.lower()
        case "ns":
            return value in ref.namespace.lower()
        case "ctx":
            return value in ref.context.lower()
        case "is":
            return _is(value, health)
        case "label":
            key, equals, wanted = value.partition("=")
            return key in resource.metadata.labels and (not equals or resource.metadata.labels[key] == wanted)
        case _:
            wrong = "" if health.state is State.READY else f"{health.reason} {health.message}"
            return value in f"{ref.context} {ref.kind} {KINDS[ref.kind].short} {ref.path} {wrong}".lower()


def _is(value: str, health: Health) -> bool:
    if value in ("fault", "faults", "broken"):
        return health.state in FAULTS
    if value == "drifted":
        return health.drifted
    return any(health.state is state for state in State if state.startswith(value))
