"""What the command line asks of the objects."""

from datetime import UTC, datetime

import pytest

from tui.__main__ import _parser
from tui.commands.ending import StartError
from tui.commands.request import Request, read_request
from tui.commands.targets import parse_target
from tui.config.settings import Settings
from tui.model.guardrails import Protected
from tui.model.intent import Note, Verb

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _read(line: str, settings: Settings | None = None) -> Request | None:
    arguments = _parser().parse_args(line.split())
    return read_request(arguments, parse_target(arguments.words), settings or Settings(), NOW)


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("reconcile ks/apps", Request(Verb.RECONCILE)),
        ("reconcile ks apps infra --with-source", Request(Verb.RECONCILE, with_source=True)),
        ("reconcile hr/api --force", Request(Verb.FORCE)),
        ("reconcile hr/api --reset --no-wait", Request(Verb.RESET, wait=False)),
        ("reconcile ks --all --timeout 2m", Request(Verb.RECONCILE, every=True, limited=True)),
        ("suspend ks/apps", Request(Verb.SUSPEND)),
        ("suspend ks/apps --reason OPS-7", Request(Verb.SUSPEND, note=Note(reason="OPS-7"))),
        (
            "suspend ks/apps --reason OPS-7 --until 17:00",
            Request(Verb.SUSPEND, note=Note(reason="OPS-7", until=NOW.replace(hour=17))),
        ),
        ("resume ks/apps --yes", Request(Verb.RESUME, agreed=True)),
        ("resume ks,hr --all -A -y", Request(Verb.RESUME, every=True, agreed=True)),
        ("get ks", None),
    ],
)
def test_what_is_asked(line: str, request_: Request | None) -> None:
    assert _read(line) == request_


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("suspend ks", "suspend ks would mean every object of the kind: write KIND/NAME, or add --all"),
        ("suspend all", "suspend all would mean every object"),
        ("resume ks/apps --all", "--all means every object of a kind: leave out the names, or --all"),
        ("--read-only suspend ks/apps", "nothing is written with --read-only: leave it out to suspend ks/apps"),
        ("suspend ks/apps --read-only", "nothing is written with --read-only"),
        ("suspend ks/apps --until soon", "--until 'soon' is no moment: write 2h, 3d, 17:00"),
        ("suspend ks/apps --until 2026-11-20", "--until '2026-11-20' is past"),
    ],
)
def test_what_is_refused_before_anything_is_read(line: str, why: str) -> None:
    with pytest.raises(StartError) as refused:
        _read(line)
    assert str(refused.value).startswith(why)


def test_the_settings_may_forbid_writing_and_protect() -> None:
    settings = Settings(read_only=True, file="~/.config/gitops-tui/config.yaml")
    with pytest.raises(StartError, match=r"nothing is written with read_only in ~/.config/gitops-tui/config.yaml"):
        _read("suspend ks/apps", settings)
    assert _read("suspend ks/apps", Settings(protected=("prod-*",))) == Request(
        Verb.SUSPEND, protected=Protected(("prod-*",))
    )


@pytest.mark.parametrize(
    "line",
    [
        "suspend",
        "suspend ks/apps --force",
        "reconcile ks/apps --reason x",
        "reconcile hr/a --force --reset",
        "resume -w",
    ],
)
def test_options_that_mean_nothing(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        _parser().parse_args(line.split())
    assert "usage: gitops-tui" in capsys.readouterr().err
