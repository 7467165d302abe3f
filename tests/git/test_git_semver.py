from itertools import pairwise

import pytest

from tui.git.semver import parse_range, version


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=1.0.0 <2.0.0", ["1.0.0", "v1.9.9"], ["0.9.9", "2.0.0", "1.5.0-rc.1", "2.0.0-rc.1"]),
        (">=1.0.0, <2.0.0", ["1.0.0"], ["2.0.0"]),
        ("1.x", ["1.0.0", "1.9.0"], ["0.9.0", "2.0.0", "1.1.0-alpha"]),
        ("1", ["1.0.0", "1.9.0"], ["2.0.0"]),
        ("1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
        ("~1.2", ["1.2.0", "1.2.7"], ["1.3.0"]),
        ("~1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0"]),
        ("~1", ["1.0.0", "1.9.9"], ["2.0.0"]),
        ("~0.0.0", ["0.0.0", "7.0.0"], []),
        ("^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0"]),
        ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4"]),
        ("^0.0", ["0.0.9"], ["0.1.0"]),
        ("^0", ["0.9.0"], ["1.0.0"]),
        ("*", ["0.0.0", "9.9.9"], ["1.0.0-rc.1"]),
        ("*-0", ["1.0.0-rc.1", "1.0.0"], []),
        (">=1.0.0-0", ["1.0.0-0", "2.0.0-rc.1", "3.0.0"], ["0.9.0"]),
        ("^1.0.0-rc.2", ["1.0.0-rc.2", "1.0.0-rc.10", "1.0.0", "1.1.0-alpha"], ["1.0.0-rc.1", "2.0.0"]),
        ("<1.0.0 || >=2.0.0", ["0.1.0", "2.0.0"], ["1.5.0"]),
        ("1.2 - 1.4", ["1.2.0", "1.4.9"], ["1.1.9", "1.5.0"]),
        ("!=1.2.3", ["1.2.4"], ["1.2.3"]),
        ("!=1.x", ["2.0.0"], ["1.2.3"]),
        (">1", ["2.0.0"], ["1.9.9"]),
        (">1.1", ["1.2.0"], ["1.1.9"]),
        ("<=1.1", ["1.1.9", "0.1.0"], ["1.2.0"]),
        ("=1.2.3", ["1.2.3", "1.2.3+build.5"], ["1.2.4"]),
        ("1.2.3-alpha", ["1.2.3-alpha"], ["1.2.3", "1.2.3-beta"]),
    ],
)
def test_range(text: str, inside: list[str], outside: list[str]) -> None:
    holds = parse_range(text)
    for tag in inside + outside:
        known = version(tag)
        assert known is not None, tag
        assert holds(known) == (tag in inside), tag


@pytest.mark.parametrize(
    "text", ["", "latest", ">=", "1.2.3.4", ">=1.0.0 and", "==1.0.0", "1.0.0-rc.01", "1,", "||", "9" * 300]
)
def test_not_a_range(text: str) -> None:
    with pytest.raises(ValueError, match="range"):
        parse_range(text)


@pytest.mark.parametrize(
    "tag", ["1.2", "v1", "release-1.2.3", "01.2.3", "1.2.3-rc.01", "V1.2.3", "vv1.2.3", "1.2.3 ", "1.2.٣", "1" * 300]
)
def test_not_a_version(tag: str) -> None:
    assert version(tag) is None


def test_precedence() -> None:
    # The example of semver.org §11, with a number that must not be compared as text.
    tags = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0"]
    versions = [version(tag) for tag in tags]
    assert None not in versions
    assert all(lower < higher for lower, higher in pairwise(versions))  # type: ignore[operator]
    assert version("1.0.0+a") == version("v1.0.0+b")
