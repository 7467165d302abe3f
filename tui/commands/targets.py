"""Which objects are meant: KIND, KIND/NAME, NAME and namespaces, as kubectl reads them."""

from collections.abc import Sequence

import msgspec

from tui.commands.ending import StartError
from tui.model.kinds import KINDS, ORDER, Kind, find_kind
from tui.model.picture import Picture
from tui.model.refs import ObjectRef


class Wanted(msgspec.Struct, frozen=True):
    """One thing that was asked for."""

    kinds: tuple[str, ...]
    name: str = ""
    """Empty for all objects of these kinds."""
    said: str = ""
    """As it was typed."""

    def matches(self, ref: ObjectRef) -> bool:
        """Whether an object is meant, wherever it is.

        Args:
            ref: The object.

        Returns:
            True where its kind and name are asked for.
        """
        return ref.kind in self.kinds and self.name in ("", ref.name)


class Target(msgspec.Struct, frozen=True):
    """All that was asked for."""

    wanted: tuple[Wanted, ...]
    named_kinds: tuple[str, ...] = ()
    """The kinds that were typed; none for `all`, which takes whatever a cluster serves."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """All kinds that are meant."""
        return tuple(dict.fromkeys(kind for one in self.wanted for kind in one.kinds))

    def matches(self, ref: ObjectRef) -> bool:
        """Whether an object is meant, wherever it is.

        Args:
            ref: The object.

        Returns:
            True where something that was asked for matches it.
        """
        return any(one.matches(ref) for one in self.wanted)


def parse_target(words: Sequence[str]) -> Target:
    """Read what stands behind the command.

    Args:
        words: `ks`, `ks,hr`, `all`, `ks apps infra`, or `ks/apps hr/api`; none for all kinds.

    Returns:
        What is meant.

    Raises:
        StartError: A word names no kind of Flux, or names and KIND/NAME are mixed.
    """
    if not words:
        return Target((Wanted(tuple(KINDS)),))
    if any("/" in word for word in words):
        wanted = tuple(_kind_and_name(word) for word in words)
        return Target(wanted, tuple(dict.fromkeys(one.kinds[0] for one in wanted)))
    listed = [word for word in words[0].split(",") if word]
    everything = "all" in listed
    kinds = tuple(KINDS) if everything else tuple(dict.fromkeys(_kind(word).name for word in listed))
    if not kinds:
        raise StartError(f"{words[0]!r} names no kind: write it as KIND or KIND,KIND")
    names = words[1:]
    wanted = tuple(Wanted(kinds, name, f"{words[0]} {name}") for name in names) or (Wanted(kinds),)
    return Target(wanted, () if everything else kinds)


def find(picture: Picture, contexts: Sequence[str], namespaces: dict[str, str], target: Target) -> list[ObjectRef]:
    """All known objects that are meant.

    Args:
        picture: What is known.
        contexts: Where to look.
        namespaces: The namespace to look in, by context; empty for all.
        target: What is meant.

    Returns:
        Their references, by context, kind, namespace and name.
    """
    found = []
    for context in contexts:
        namespace = namespaces[context]
        here = [ref for ref in picture.refs(context) if target.matches(ref) and namespace in ("", ref.namespace)]
        found += sorted(here, key=lambda ref: (ORDER[ref.kind], ref.namespace, ref.name))
    return found


def _kind_and_name(word: str) -> Wanted:
    kind, slash, name = word.partition("/")
    if not (kind and slash and name) or "/" in name:
        raise StartError(f"{word!r} is not KIND/NAME: write ks/apps, or the kind once and the names behind it")
    return Wanted((_kind(kind).name,), name, word)


def _kind(word: str) -> Kind:
    """The kind of a word, which may name the group too, as `kubectl get -o name` does."""
    head, dot, group = word.partition(".")
    kind = find_kind(head)
    if kind is None or (dot and kind.group != group):
        known = ", ".join(f"{one.short} ({one.name})" for one in KINDS.values())
        raise StartError(f"there is no kind {word!r} of Flux; there are: {known}")
    return kind
