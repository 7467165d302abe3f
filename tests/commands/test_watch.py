"""What `get --watch` goes on to print."""

import json

import pytest

from tests.commands.asking import ask, live
from tests.fakes.objects import FAILING, PROGRESSING, READY, WAITING, condition, ks, read, ref
from tui.commands.ending import Exit
from tui.model.changes import Change, ContextStatus, ObjectChanged, ObjectDeleted, Phase

APPS, BROKEN = ks("apps", version="1"), ks("apps", conditions=FAILING, version="2")
LATER: list[list[Change]] = [
    [ObjectChanged(read(BROKEN))],
    [ObjectChanged(read(ks("apps", conditions=FAILING, version="3")))],
    [ObjectChanged(read(ks("web", "shop")))],
    [ContextStatus("eu", Phase.STALE, message="the connection is lost")],
    [ContextStatus("eu", Phase.LIVE)],
    [ObjectDeleted(ref("Kustomization", "apps"))],
]


def _told() -> dict[str, list[list[Change]]]:
    return {"eu": [live(APPS), *LATER]}


def test_a_row_for_each_change_and_none_for_a_heartbeat(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", "ks", told=_told(), watch=True) is None
    captured = capsys.readouterr()
    assert [line.split()[1:3] for line in captured.out.splitlines()] == [
        ["NAME", "STATE"],
        ["ks/apps", "ready"],
        ["ks/apps", "failed"],
        ["ks/apps", "deleted"],
    ]
    assert captured.err.splitlines() == ["gitops-tui: eu: stale: the connection is lost", "gitops-tui: eu: is live"]


def test_json_is_one_line_for_each_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", "ks", told=_told(), watch=True, output="json") is None
    items = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(item["name"], item["state"]) for item in items] == [
        ("apps", "ready"),
        ("apps", "failed"),
        ("apps", "deleted"),
    ]
    assert items[1]["causes"][0][0]["sentence"].startswith("fails since 6m")


def test_what_comes_later_is_printed_below_titles_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"eu": [live(), [ObjectChanged(read(APPS))]]}
    assert ask("get", "ks", told=told, watch=True) is None
    captured = capsys.readouterr()
    assert captured.err == "gitops-tui: nothing found in namespace flux-system\n"
    assert [line.split()[1] for line in captured.out.splitlines()] == ["NAME", "ks/apps"]


def test_what_passes_within_a_moment_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    passing: list[Change] = [
        ObjectChanged(read(ks("apps", conditions=[condition("Ready", "False", "BuildFailed", "no")], version="8"))),
        ObjectChanged(read(ks("apps", version="9"))),
    ]
    assert ask("get", "ks", told={"eu": [live(APPS), passing]}, watch=True) is None
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_what_is_not_there_is_not_waited_for() -> None:
    assert ask("get", "ks/gone", told=_told(), watch=True) is Exit.UNKNOWN


def test_a_context_that_can_not_be_reached_yet_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    told: dict[str, list[list[Change]]] = {
        "eu": [
            [ContextStatus("eu", Phase.UNREACHABLE, message="nothing listens")],
            live(ks("a", conditions=PROGRESSING)),
        ]
    }
    assert ask("get", "ks", told=told, watch=True) is None
    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["gitops-tui: eu: nothing listens", "gitops-tui: eu: is live"]
    assert "ks/a" in captured.out


@pytest.mark.parametrize(("output", "printed"), [("table", 2), ("json", 3), ("name", 2)])
def test_what_it_waits_for_changes_and_it_stays_the_same(
    capsys: pytest.CaptureFixture[str], output: str, printed: int
) -> None:
    waiting, base = ks("apps", conditions=WAITING, after=["infra", "base"]), ks("base", conditions=FAILING)
    infra_waits, infra_fails, infra_runs = (
        ks("infra", conditions=conditions, version=str(version))
        for version, conditions in enumerate((WAITING, FAILING, READY), 3)
    )
    later = [[ObjectChanged(read(one))] for one in (infra_fails, infra_fails, infra_runs)]
    told = {"eu": [live(waiting, infra_waits, base), *later]}
    assert ask("get", "ks/apps", told=told, watch=True, output=output) is None
    rows = [line for line in capsys.readouterr().out.splitlines() if "NAME" not in line]
    assert len(rows) == printed
