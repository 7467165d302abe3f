"""What tests over random input share: settings, and random fleets."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.fakes.objects import (
    FAILING,
    PROGRESSING,
    READY,
    STALLED,
    WAITING,
    Body,
    applied_by,
    body,
    git,
    helm_chart,
    helm_repository,
    hr,
    inventory_id,
    ks,
    read,
    ref_of,
)
from tui.model.picture import Picture
from tui.model.refs import ObjectRef

quick = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
"""Few examples, the same ones in every run."""

_NAMES = st.sampled_from(("a", "b", "c", "d"))
_CONDITIONS = st.sampled_from((READY, FAILING, WAITING, STALLED, PROGRESSING, ()))
_FLUX = st.builds(inventory_id, st.sampled_from(("Kustomization", "HelmRelease", "GitRepository", "HelmChart")), _NAMES)
_OTHER = st.sampled_from(("apps_web_apps_Deployment", "_x__Namespace", "nonsense"))
_INVENTORY = st.none() | st.lists(_FLUX | _OTHER, max_size=4, unique=True)
_LABELS = st.none() | st.builds(applied_by, _NAMES)
_REMOTE = st.sampled_from(({}, {}, {"kubeConfig": {"secretRef": {"name": "remote"}}}))

objects: st.SearchStrategy[Body] = st.one_of(
    st.builds(git, _NAMES, labels=_LABELS, suspend=st.booleans()),
    st.builds(
        ks,
        _NAMES,
        after=st.lists(_NAMES, max_size=3),
        inventory=_INVENTORY,
        source=_NAMES,
        conditions=_CONDITIONS,
        labels=_LABELS,
        suspend=st.booleans(),
        spec=_REMOTE,
    ),
    st.builds(hr, _NAMES, st.just("flux-system"), after=st.lists(_NAMES, max_size=2), labels=_LABELS),
    st.builds(helm_chart, _NAMES, source=_NAMES, labels=_LABELS),
    st.builds(helm_repository, _NAMES, oci=st.booleans()),
    st.builds(body, st.just("Alert"), _NAMES),
)
"""Objects with few names, so that they refer to each other, in cycles too, and take each other's place."""

fleets = st.lists(objects, max_size=14)
"""Some objects in the order in which they are told."""


def kept_up(told: list[tuple[int, Body]]) -> tuple[Picture, list[Body]]:
    """Tell a picture objects and deletions one by one.

    Args:
        told: Objects, each with 0 where it is deleted instead.

    Returns:
        The picture, and what is there in the end.
    """
    picture = Picture(["eu"])
    there: dict[ObjectRef, Body] = {}
    for stays, object_ in told:
        if stays:
            picture.put(read(object_))
            there[ref_of(object_)] = object_
        else:
            assert picture.drop(ref_of(object_)) is (there.pop(ref_of(object_), None) is not None)
    return picture, list(there.values())
