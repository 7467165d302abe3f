"""What `get --suspended` prints, and what JSON says of a suspension."""

import json

import pytest

from tests.commands.asking import ask, live
from tests.fakes.objects import FAILING, MAIN, OLD_MAIN, ago, git, ks, read, ref, suspended_by
from tui.commands.ending import Exit
from tui.model.changes import Change, ObjectChanged, ObjectDeleted
from tui.model.kinds import NOTE_BY, NOTE_REASON, NOTE_UNTIL

NOTE = {NOTE_BY: "anna@laptop", NOTE_REASON: "INC-42 flaky registry", NOTE_UNTIL: "2026-11-18T00:00:00Z"}
NOTED = ks("noted", suspend=True, annotations=NOTE, managed=suspended_by("gitops-tui", 60 * 24 * 9), applied=OLD_MAIN)
LONG = ks("long", suspend=True, managed=suspended_by("flux", 60 * 24 * 41), conditions=FAILING)
DECLARED = ks("declared", suspend=True, managed=suspended_by("kustomize-controller", 90, "Apply"))
FLEET = live(
    git(), ks("runs"), ks("breaks", conditions=FAILING), ks("far", "shop", suspend=True), DECLARED, LONG, NOTED
)


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def test_a_table_of_what_is_suspended(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", told={"eu": [FLEET]}, suspended=True) is Exit.FINE
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out == (
        "NAMESPACE     NAME          STATE       WAS      SINCE   BY            BEHIND              UNTIL"
        "                        REASON\n"
        "flux-system   ks/noted      suspended   ready    9d      anna@laptop   9f8e7d6c→a1b2c3d4   "
        "2026-11-18 (overdue by 3d)   INC-42 flaky registry\n"
        "flux-system   ks/long       suspended   failed   41d     flux          same\n"
        "flux-system   ks/declared   suspended   ready    90m     in Git        same\n"
    )


def test_names_and_what_is_asked_for_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", "ks", "long", "runs", told={"eu": [FLEET]}, suspended=True, output="name") is Exit.FINE
    assert capsys.readouterr().out == "kustomization.kustomize.toolkit.fluxcd.io/long\n"
    assert ask("get", "ks/gone", told={"eu": [FLEET]}, suspended=True) is Exit.UNKNOWN
    assert "ks/gone is not found" in capsys.readouterr().err


def test_nothing_suspended_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", "ks/runs", told={"eu": [FLEET]}, suspended=True) is Exit.FINE
    assert capsys.readouterr().err == "gitops-tui: nothing is suspended in namespace flux-system\n"
    assert ask("get", told={"eu": [FLEET]}, suspended=True, namespace="web") is Exit.FINE
    assert capsys.readouterr().err == (
        "gitops-tui: nothing is suspended in namespace web; -A shows the 4 of all namespaces\n"
    )


def test_json_says_all_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", told={"eu": [FLEET]}, suspended=True, output="json") is Exit.FINE
    items = json.loads(capsys.readouterr().out)["items"]
    assert [item["name"] for item in items] == ["noted", "long", "declared"]
    assert items[0]["suspension"] == {
        "since": ago(60 * 24 * 9),
        "by": "anna@laptop",
        "reason": "INC-42 flaky registry",
        "until": "2026-11-18T00:00:00Z",
        "overdue": True,
        "declaredInGit": False,
        "was": "ready",
        "behind": {"applied": OLD_MAIN, "available": MAIN, "isBehind": True},
    }
    assert (items[2]["suspension"]["by"], items[2]["suspension"]["declaredInGit"]) == ("", True)
    assert items[1]["suspension"]["until"] is None


def test_without_the_option_json_says_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    ask("get", "ks", "runs", "far", told={"eu": [live(ks("runs"), ks("far", suspend=True))]}, output="json")
    said = {item["name"]: item["suspension"] for item in json.loads(capsys.readouterr().out)["items"]}
    assert said["runs"] is None
    assert said["far"]["behind"] is None


LATER: list[list[Change]] = [
    [ObjectChanged(read(ks("runs", suspend=True, managed=suspended_by("flux", 1))))],
    [ObjectChanged(read(ks("noted", suspend=True, annotations=NOTE | {NOTE_REASON: "INC-43"})))],
    [ObjectChanged(read(ks("noted")))],
    [ObjectDeleted(ref("Kustomization", "runs"))],
]
FOLLOWED = [
    ("noted", "suspended"),
    ("runs", "suspended"),
    ("noted", "suspended"),
    ("noted", "ready"),
    ("runs", "deleted"),
]


def test_a_row_for_what_is_suspended_resumed_and_deleted(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"eu": [live(ks("runs"), NOTED), *LATER]}
    assert ask("get", told=told, suspended=True, watch=True) is None
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [(row[1].removeprefix("ks/"), row[2]) for row in rows] == FOLLOWED
    assert rows[2][-1] == "INC-43"


def test_a_line_of_json_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"eu": [live(ks("runs"), NOTED), *LATER]}
    assert ask("get", told=told, suspended=True, watch=True, output="json") is None
    items = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(item["name"], item["state"]) for item in items] == FOLLOWED
    assert items[3]["suspension"] is None
