"""Semantic versions and ranges as source-controller understands them.

The rules are those of github.com/Masterminds/semver/v3 (constraints.go, version.go), which is what `spec.ref.semver` of
a GitRepository is matched with; tags are read strictly, with an optional `v` (fluxcd/pkg version/version.go).
"""

import re
from collections.abc import Callable

import msgspec

_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_NUMBER = r"(?:0|[1-9][0-9]*)"
_TAG = re.compile(rf"v?({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_IDENTIFIERS}))?(?:\+{_IDENTIFIERS})?", re.ASCII)
_PART = r"(?:[0-9]+|[xX*])"
_BOUND = rf"v?{_PART}(?:\.{_PART})?(?:\.{_PART})?(?:-{_IDENTIFIERS})?(?:\+{_IDENTIFIERS})?"
_COMPARATOR = re.compile(
    rf"(=>|>=|=<|<=|!=|~>|=|>|<|~|\^|)\s*v?({_PART})(?:\.({_PART}))?(?:\.({_PART}))?(?:-({_IDENTIFIERS}))?(?:\+{_IDENTIFIERS})?",
    re.ASCII,
)
_HYPHEN = re.compile(rf"\s*({_BOUND})\s+-\s+({_BOUND})\s*", re.ASCII)
_SEPARATOR = re.compile(r"\s*,\s*|\s+", re.ASCII)
_LONGEST = 256
"""Characters; what is longer is no version."""


class Version(msgspec.Struct, frozen=True, order=True):
    """A version, in order of precedence; build metadata takes no part in it."""

    major: int
    minor: int
    patch: int
    rank: tuple[tuple[int, int, str], ...]
    """Pre-release identifiers so that they sort (numbers before words); a release sorts after all of them."""

    @property
    def prerelease(self) -> bool:
        """Whether it is one that most ranges do not mean."""
        return self.rank != _RELEASE


_RELEASE = ((2, 0, ""),)


def version(tag: str) -> Version | None:
    """Read a tag's name as a version.

    Args:
        tag: A tag's short name, `v1.2.3-rc.1`.

    Returns:
        The version, or None where the name is not a strict one (`v1.2` is not).
    """
    match = _TAG.fullmatch(tag) if len(tag) <= _LONGEST else None
    if match is None or _has_leading_zero(match[4]):
        return None
    return Version(int(match[1]), int(match[2]), int(match[3]), _rank(match[4]))


def _has_leading_zero(prerelease: str | None) -> bool:
    return any(len(part) > 1 and part[0] == "0" and part.isdigit() for part in (prerelease or "").split("."))


def _rank(prerelease: str | None) -> tuple[tuple[int, int, str], ...]:
    if not prerelease:
        return _RELEASE
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in prerelease.split("."))


class _Bound(msgspec.Struct, frozen=True):
    """One comparator: an operator and a version of which the last parts may be left open (`1.x`, `1`)."""

    operator: str
    version: Version
    any_major: bool
    any_minor: bool
    any_patch: bool

    @property
    def open(self) -> bool:
        """Whether any part is left open."""
        return self.any_major or self.any_minor or self.any_patch


Range = Callable[[Version], bool]
"""Whether a version lies in a range."""


def parse_range(text: str) -> Range:
    """Read a range: comparators joined by blanks or commas (all must hold), groups joined by `||` (one must hold).

    A pre-release is only ever in a group of which one comparator names a pre-release.

    Args:
        text: `>=1.0.0 <2.0.0`, `1.x`, `~1.2`, `^1.2.3`, `1.2 - 1.4`, `*`, `<1 || >=2`.

    Returns:
        A function that tells whether a version lies in it.

    Raises:
        ValueError: It is not a range; the text quotes it.
    """
    if len(text) > _LONGEST:
        raise ValueError("a semver range of more than 256 characters is not read")
    groups = [_parse_group(part, text) for part in _HYPHEN.sub(r">= \1, <= \2 ", text).split("||")]

    def holds(candidate: Version) -> bool:
        return any(_group_holds(group, candidate) for group in groups)

    return holds


def _parse_group(part: str, whole: str) -> list[_Bound]:
    bounds: list[_Bound] = []
    rest = part.strip()
    while True:
        match = _COMPARATOR.match(rest)
        if match is None or _has_leading_zero(match[5]):
            raise ValueError(f"{whole!r} is not a semver range")
        bounds.append(_bound(match))
        rest = rest[match.end() :]
        if not rest:
            return bounds
        gap = _SEPARATOR.match(rest)
        if gap is None:
            raise ValueError(f"{whole!r} is not a semver range")
        rest = rest[gap.end() :].lstrip()


def _bound(match: re.Match[str]) -> _Bound:
    operator, *parts, prerelease = match.groups()
    open_parts = [part is None or not part.isdigit() for part in parts]
    first_open = open_parts.index(True) if True in open_parts else 3
    numbers = [int(part) if place < first_open else 0 for place, part in enumerate(parts)]
    lowest = Version(numbers[0], numbers[1], numbers[2], _rank(prerelease))
    return _Bound(operator, lowest, first_open == 0, first_open == 1, first_open == 2)


def _group_holds(group: list[_Bound], candidate: Version) -> bool:
    if candidate.prerelease and not any(bound.version.prerelease for bound in group):
        return False
    return all(_OPERATORS[bound.operator](candidate, bound) for bound in group)


def _equal(candidate: Version, bound: _Bound) -> bool:
    return _tilde(candidate, bound) if bound.open else candidate == bound.version


def _not_equal(candidate: Version, bound: _Bound) -> bool:
    if not bound.open or bound.any_major:
        return candidate != bound.version
    if candidate.major != bound.version.major:
        return True
    if bound.any_minor:
        return False
    return candidate.minor != bound.version.minor or candidate.rank != bound.version.rank


def _greater(candidate: Version, bound: _Bound) -> bool:
    if not bound.any_minor and not bound.any_patch:
        return candidate > bound.version
    if candidate.major != bound.version.major:
        return candidate.major > bound.version.major
    return bound.any_patch and candidate.minor > bound.version.minor


def _less(candidate: Version, bound: _Bound) -> bool:
    return candidate < bound.version


def _at_least(candidate: Version, bound: _Bound) -> bool:
    return candidate >= bound.version


def _at_most(candidate: Version, bound: _Bound) -> bool:
    if not bound.open:
        return candidate <= bound.version
    if candidate.major != bound.version.major:
        return candidate.major < bound.version.major
    return bound.any_minor or candidate.minor <= bound.version.minor


def _tilde(candidate: Version, bound: _Bound) -> bool:
    """`~1.2.3` is `>=1.2.3 <1.3.0`, `~1` and `1.x` are `>=1.0.0 <2.0.0`; `*` and `~0.0.0` are anything."""
    if candidate < bound.version:
        return False
    numbers = (bound.version.major, bound.version.minor, bound.version.patch)
    if numbers == (0, 0, 0) and not bound.any_minor and not bound.any_patch:
        return True
    return candidate.major == bound.version.major and (bound.any_minor or candidate.minor == bound.version.minor)


def _caret(candidate: Version, bound: _Bound) -> bool:
    """`^1.2.3` is `>=1.2.3 <2.0.0`, `^0.2.3` is `>=0.2.3 <0.3.0`, `^0.0.3` is `=0.0.3`."""
    wanted = bound.version
    if candidate < wanted or candidate.major != wanted.major:
        return False
    if wanted.major > 0 or bound.any_minor:
        return True
    if candidate.minor != wanted.minor:
        return False
    return wanted.minor > 0 or bound.any_patch or candidate.patch == wanted.patch


_OPERATORS: dict[str, Callable[[Version, _Bound], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": _greater,
    "<": _less,
    ">=": _at_least,
    "=>": _at_least,
    "<=": _at_most,
    "=<": _at_most,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}
