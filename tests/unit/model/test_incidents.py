"""Every scripted incident is named rightly: its causes, the sentence, the next step, the blast radius."""

from pathlib import Path

import pytest

from tests.fakes.clock import NOON
from tests.incidents import FILES, asked, load, outcome, picture_of_incident
from tui.model.causes import explain
from tui.model.detail import describe_object


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_what_is_said_of_an_incident(path: Path) -> None:
    incident = load(path)
    assert outcome(incident) == incident["expected"]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_strip_says_the_same(path: Path) -> None:
    incident = load(path)
    picture, ref = picture_of_incident(incident), asked(incident)
    explanation, detail = explain(picture, ref, NOON), describe_object(picture, ref, NOON)
    if explanation.next_step:
        assert f"next step: {explanation.next_step}" in detail.facts
    if len(explanation.chains[0]) > 1:
        assert detail.message[0] == explanation.sentence


def test_there_are_enough() -> None:
    assert len(FILES) >= 25
