"""The Events of some objects as one list."""

import msgspec
import pytest

from tests.fakes.objects import event, ref
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.timeline import timeline


def _picture(count: int, each: int = 1) -> tuple[Picture, list[ObjectRef]]:
    picture = Picture(["eu"])
    refs = [ref("Kustomization", f"k{number}") for number in range(count)]
    for number, one in enumerate(refs):
        for turn in range(each):
            picture.put_event(event(one, f"{number}-{turn}", minutes=number + turn / 100))
    return picture, refs


def test_newest_first_across_objects() -> None:
    picture, refs = _picture(3)
    assert [one.ref.name for one in timeline(picture, refs[::-1])] == ["k0", "k1", "k2"]


def test_only_of_the_objects_that_were_asked_for() -> None:
    picture, refs = _picture(3)
    assert [one.ref for one in timeline(picture, refs[1:2])] == refs[1:2]


def test_events_without_a_time_come_last() -> None:
    picture, refs = _picture(1)
    picture.put_event(event(refs[0], "timeless", minutes=None))
    assert [one.uid for one in timeline(picture, refs)] == ["0-0", "timeless"]


@pytest.mark.parametrize("order", [(7, 8, 9), (9, 7, 8), (9, 10, 8)], ids=str)
def test_of_the_same_second_the_last_written_comes_first(order: tuple[int, ...]) -> None:
    picture, refs = _picture(1)
    for version in order:
        picture.put_event(msgspec.structs.replace(event(refs[0], f"u{-version}", minutes=-1), version=version))
    assert [one.version for one in timeline(picture, refs)] == [*sorted(order, reverse=True), 0]


@pytest.mark.parametrize("count", [60, 61, 150], ids=["few", "many", "very-many"])
def test_at_most_two_hundred_and_the_newest_ones(count: int) -> None:
    picture, refs = _picture(count, each=5)
    told = timeline(picture, refs)
    assert len(told) == 200
    assert [one.ref for one in told[::5]] == refs[:40]


def test_of_very_many_objects_those_that_were_not_asked_for_stay_out() -> None:
    picture, refs = _picture(100)
    assert [one.ref for one in timeline(picture, refs[:70])] == refs[:70]


def test_of_nothing() -> None:
    assert timeline(Picture(["eu"]), []) == []
    assert timeline(Picture(["eu"]), [ref("Kustomization", "a")]) == []
