"""Label selectors, as Kubernetes understands them."""

from collections.abc import Mapping

import msgspec


class Requirement(msgspec.Struct, frozen=True, gc=False):
    """An entry of a label selector's `matchExpressions`."""

    key: str = ""
    operator: str = ""
    """`In`, `NotIn`, `Exists` or `DoesNotExist`."""
    values: tuple[str, ...] = ()


class LabelSelector(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A `metav1.LabelSelector`: all that it says has to be so; an empty one selects everything."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[Requirement, ...] = ()


def selects(selector: LabelSelector, labels: Mapping[str, str]) -> bool:
    """Whether a selector means an object (apimachinery pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector).

    Args:
        selector: The selector.
        labels: The object's labels.

    Returns:
        True where all of its requirements are met.
    """
    met = (_meets(requirement, labels) for requirement in selector.match_expressions)
    return selector.match_labels.items() <= labels.items() and all(met)


def _meets(requirement: Requirement, labels: Mapping[str, str]) -> bool:
    value = labels.get(requirement.key)
    match requirement.operator:
        case "In":
            return value in requirement.values
        case "NotIn":
            return value not in requirement.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case _:
            return False
