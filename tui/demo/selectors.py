"""Label and field selectors, as far as list and watch requests of Flux's users go."""

import re
from collections.abc import Callable, Mapping

from tui.demo.resources import Object

Match = Callable[[Object], bool]
"""Whether an object is selected."""

_SET = re.compile(r"^(?P<key>\S+)\s+(?P<word>in|notin)\s+\((?P<values>[^)]*)\)$")
_EQUAL = re.compile(r"^(?P<key>[^!=\s]+)\s*(?P<word>==|!=|=)\s*(?P<value>\S*)$")

_FIELDS = frozenset(
    (
        "metadata.name",
        "metadata.namespace",
        "involvedObject.kind",
        "involvedObject.name",
        "involvedObject.namespace",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "reason",
        "type",
        "source",
    )
)


class SelectorError(ValueError):
    """A selector can't be read; the text says what is wrong."""


def label_selector(text: str) -> Match:
    """Read a label selector.

    Args:
        text: Requirements separated by commas: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`.

    Returns:
        Whether an object matches all of them.

    Raises:
        SelectorError: It is not of that form.
    """
    tests = [_label_test(part.strip()) for part in re.split(r",(?![^(]*\))", text) if part.strip()]
    return lambda item: all(test(item["metadata"].get("labels") or {}) for test in tests)


def _label_test(text: str) -> Callable[[Mapping[str, str]], bool]:
    if found := _SET.match(text):
        key, values = found["key"], {value.strip() for value in found["values"].split(",")}
        if found["word"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if found := _EQUAL.match(text):
        key, value = found["key"], found["value"]
        if found["word"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if re.fullmatch(r"!?[\w./-]+", text):
        key = text.removeprefix("!")
        return lambda labels: (key in labels) is not text.startswith("!")
    raise SelectorError(f'unable to parse requirement: found "{text}", expected: an operator')


def field_selector(text: str) -> Match:
    """Read a field selector.

    Args:
        text: Requirements separated by commas, each with `=`, `==` or `!=`.

    Returns:
        Whether an object matches all of them.

    Raises:
        SelectorError: It is not of that form, or names a field that can't be selected by.
    """
    tests: list[tuple[str, bool, str]] = []
    for part in filter(None, text.split(",")):
        found = _EQUAL.match(part.strip())
        if found is None:
            raise SelectorError(f"invalid selector: '{part}'; can't understand '{part}'")
        if found["key"] not in _FIELDS:
            raise SelectorError(f"field label not supported: {found['key']}")
        tests.append((found["key"], found["word"] == "!=", found["value"]))
    return lambda item: all((_field(item, name) != value) is differs for name, differs, value in tests)


def _field(item: Object, name: str) -> str:
    if name == "source":
        name = "source.component"
    value: object = item
    for part in name.split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    return str(value)
