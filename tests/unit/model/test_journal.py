"""The journal's lines, the actions that they tell of, and how one that nobody followed is judged."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import FAILING, PROGRESSING, Body, ks, read
from tui.model.intent import Note, Outcome, Step, Verb, ask, settle
from tui.model.journal import (
    FORMAT,
    Action,
    Entry,
    encode_entry,
    entry_of,
    fold,
    is_news,
    look_up,
    parse_entry,
    parse_pages,
)
from tui.model.journalwords import describe_action, full_text, line_of, what_was_found

ANNA, RUN = "anna@laptop", 7
TOKEN = NOON.isoformat()
LATER = NOON + timedelta(minutes=12)


def _asked(verb: Verb = Verb.RECONCILE, step: Step = Step.ASKED, **object_: Any) -> Outcome:
    return ask(verb, read(ks("apps", **object_)), NOON, step)


def _entry(outcome: Outcome | None = None, **changes: Any) -> Entry:
    entry = entry_of(outcome or _asked(), ANNA, RUN, NOON)
    return msgspec.structs.replace(entry, **changes)


def _line(**changes: Any) -> bytes:
    fields = json.loads(encode_entry(_entry())) | changes
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def test_a_line_names_who_when_what_and_how_far() -> None:
    line = json.loads(encode_entry(_entry(settle(_asked(), Step.FAILED, "no such image", LATER))))
    assert line == {
        "format": FORMAT,
        "at": "2026-11-21T12:00:00Z",
        "who": ANNA,
        "run": RUN,
        "context": "eu",
        "kind": "Kustomization",
        "namespace": "flux-system",
        "name": "apps",
        "uid": _asked().uid,
        "verb": "reconcile",
        "step": "failed",
        "asked": "2026-11-21T12:00:00Z",
        "deadline": "2026-11-21T12:05:00Z",
        "token": TOKEN,
        "message": "no such image",
        "settled": "2026-11-21T12:12:00Z",
    }


NOTED = Note("anna", "db move, OPS-7", datetime(2026, 12, 1, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(_asked(), id="asked"),
        pytest.param(_asked(step=Step.QUEUED), id="queued"),
        pytest.param(settle(_asked(Verb.FORCE), Step.READY, "done", LATER), id="settled"),
        pytest.param(msgspec.structs.replace(_asked(Verb.SUSPEND), note=NOTED), id="noted"),
    ],
)
def test_what_was_written_is_read(outcome: Outcome) -> None:
    entry = parse_entry(encode_entry(_entry(outcome)))
    assert isinstance(entry, Entry)
    assert entry.outcome == outcome


def test_no_credential_is_written_and_no_message_without_end() -> None:
    note = Note(reason="see https://anna:hunter2@wiki.example/x")
    message = "cannot clone https://bot:s3cret@git.example/fleet\nthen " + "many words " * 10_000
    outcome = msgspec.structs.replace(settle(_asked(), Step.FAILED, message, NOON), note=note)
    line = encode_entry(_entry(outcome))
    assert b"hunter2" not in line
    assert b"s3cret" not in line
    assert b"cannot clone https://***@git.example/fleet then many words" in line
    assert len(line) < 3000


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"{", "it is no entry (Input data was truncated)"),
        (encode_entry(_entry())[:-9], "it is no entry (Input data was truncated)"),
        (b"nonsense", "it is no entry ("),
        (b"\xff\xfe\x00", "it is no entry ("),
        (b'{"format":1,"at":"\xff"}', "it is no entry ("),
        (b"[" * 100_000, "it is no entry ("),
        (b"[]", "it is no entry (Expected `object`, got `array`)"),
        (b"{}", "it is no entry (Object missing required field `format`)"),
        (b'{"format":1}', "it is no entry (Object missing required field `at`)"),
        (b'{"format":2,"shape":"other"}', "it is of format 2, which another version of gitops-tui wrote"),
        (_line(kind="Pod"), "Flux has no kind 'Pod'"),
        (_line(verb="delete"), "it is no entry (Invalid enum value 'delete'"),
        (_line(at="2026-11-21T12:00:00"), "it is no entry (Expected `datetime` with a timezone component"),
        (_line(run=0), "it is no entry (Expected `int` >= 1"),
        (_line(run=2**48), "it is no entry (Expected `int` <="),
        (_line(uid=None), "it is no entry (Object missing required field `uid`)"),
    ],
    ids=[
        "brace", "half", "words", "bytes", "encoding", "deep", "list", "empty", "bare", "version", "kind", "verb",
        "zone", "no-run", "big-run", "field",
    ],
)  # fmt: skip
def test_what_is_no_entry_is_told(raw: bytes, complaint: str) -> None:
    told = parse_entry(raw)
    assert isinstance(told, str)
    assert told.startswith(complaint)


def test_fields_of_a_later_program_do_no_harm() -> None:
    assert isinstance(parse_entry(_line(mood="fine")), Entry)


def test_text_of_a_file_is_made_harmless() -> None:
    entry = parse_entry(_line(message="\x1b]0;gone\x07 red"))
    assert isinstance(entry, Entry)
    assert entry.message == "]0;gone red"


def test_bad_lines_cost_only_themselves_and_are_named() -> None:
    good = encode_entry(_entry())
    pages = parse_pages([("old", good + b"\n\nnonsense\n" + good + b"\n"), ("new", good + b"\n" + good[:40])])
    assert len(pages.entries) == 3
    assert [problem.partition(" ")[0] for problem in pages.problems] == ["old:3:", "new:2:"]
    assert pages.complaint.startswith("The journal has what can't be read: old:3: it is no entry (")
    assert ", and 1 more line like it. The rest counts" in pages.complaint
    assert parse_pages([("new", good)]).complaint == ""


QUEUED, HANDLED = _asked(step=Step.QUEUED), msgspec.structs.replace(_asked(), step=Step.HANDLED)
READY = settle(_asked(), Step.READY, "Applied revision", NOON + timedelta(seconds=4))


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [
        pytest.param(None, QUEUED, True, id="first"),
        pytest.param(QUEUED, msgspec.structs.replace(QUEUED, message="reconciles git fleet first"), False, id="waits"),
        pytest.param(QUEUED, _asked(), True, id="sent"),
        pytest.param(_asked(), HANDLED, True, id="handled"),
        pytest.param(_asked(), msgspec.structs.replace(_asked(), message="reply lost"), True, id="message"),
        pytest.param(_asked(), _asked(), False, id="same"),
        pytest.param(READY, QUEUED, True, id="again"),
        pytest.param(_asked(), _asked(Verb.SUSPEND), True, id="other verb"),
    ],
)
def test_what_is_news(before: Outcome | None, after: Outcome, news: bool) -> None:
    assert is_news(before, after) is news


def _again(outcome: Outcome, seconds: float) -> Outcome:
    return msgspec.structs.replace(outcome, asked=NOON + timedelta(seconds=seconds), token=f"token-{seconds}")


OTHER = _asked(Verb.SUSPEND)


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        pytest.param([_asked()], ["asked open"], id="asked"),
        pytest.param([_asked(), HANDLED, READY], ["ready"], id="to its end"),
        pytest.param([QUEUED, _again(_asked(), 3)], ["asked open"], id="asked anew at its turn"),
        pytest.param([QUEUED, settle(_again(_asked(), 3), Step.REFUSED, "forbidden", NOON)], ["refused"], id="refused"),
        pytest.param([READY, _again(_asked(), 3)], ["ready", "asked open"], id="once more"),
        pytest.param([_asked(), OTHER], ["asked overtaken", "asked open"], id="something else meanwhile"),
        pytest.param([_asked(), _again(_asked(), 3)], ["asked overtaken", "asked open"], id="the same meanwhile"),
        pytest.param([READY], ["ready"], id="the first lines are gone"),
    ],
)
def test_lines_are_put_together_to_actions(outcomes: list[Outcome], told: list[str]) -> None:
    actions = fold(_entry(outcome) for outcome in outcomes)
    assert [
        f"{action.last.step}{' open' * action.is_open}{' overtaken' * action.overtaken}" for action in actions
    ] == told


def test_runs_and_objects_are_told_apart() -> None:
    lines = [_entry(), _entry(run=8), _entry(context="us"), _entry(READY), _entry(READY, context="us")]
    actions = fold(lines)
    assert [(one.last.run, one.last.context, one.last.step) for one in actions] == [
        (RUN, "eu", Step.READY),
        (8, "eu", Step.ASKED),
        (RUN, "us", Step.READY),
    ]


SOON, LONG_AGO = 10, 3600


@pytest.mark.parametrize(
    ("outcome", "object_", "after", "step", "told"),
    [
        pytest.param(QUEUED, ks("apps"), SOON, Step.REFUSED, "it was not sent: the program ended", id="queued"),
        pytest.param(
            _asked(), ks("apps", requested=TOKEN, handled=TOKEN), LONG_AGO, Step.READY, "Applied", id="ready"
        ),
        pytest.param(
            _asked(), ks("apps", requested=TOKEN, handled=TOKEN, conditions=FAILING), LONG_AGO, Step.FAILED,
            "HealthCheckFailed: timeout", id="failing",
        ),
        pytest.param(
            _asked(), ks("apps", requested="else", handled="else"), LONG_AGO, Step.READY,
            "superseded by a request of another; that one came to: ready", id="overtaken",
        ),
        pytest.param(_asked(), None, SOON, Step.FAILED, "it was deleted meanwhile", id="deleted"),
        pytest.param(
            msgspec.structs.replace(_asked(), uid="other"), ks("apps"), SOON, Step.FAILED,
            "it was deleted and made anew", id="replaced",
        ),
        pytest.param(_asked(), ks("apps"), SOON, Step.ASKED, "", id="may be on its way"),
        pytest.param(_asked(), ks("apps"), 31, Step.REFUSED, "it is not on the object: it was not sent", id="lost"),
        pytest.param(
            _asked(requested="old"), ks("apps", requested="old", handled="old"), LONG_AGO, Step.REFUSED,
            "it is not on the object", id="lost, asked before",
        ),
        pytest.param(_asked(), ks("apps", requested=TOKEN), 31, Step.ASKED, "", id="not handled yet"),
        pytest.param(
            _asked(), ks("apps", requested=TOKEN), LONG_AGO, Step.TIMED_OUT, "no controller took", id="never handled"
        ),
        pytest.param(
            _asked(), ks("apps", requested=TOKEN, handled=TOKEN, conditions=PROGRESSING), SOON, Step.HANDLED, "",
            id="at work",
        ),
        pytest.param(_asked(Verb.SUSPEND), ks("apps", suspend=True), LONG_AGO, Step.READY, "", id="suspended"),
        pytest.param(
            _asked(Verb.SUSPEND), ks("apps"), LONG_AGO, Step.TIMED_OUT, "it is not suspended", id="not suspended"
        ),
        pytest.param(_asked(Verb.SUSPEND), ks("apps"), 31, Step.ASKED, "", id="not suspended yet"),
    ],
)  # fmt: skip
def test_what_became_of_it_is_looked_up(
    outcome: Outcome, object_: Body | None, after: float, step: Step, told: str
) -> None:
    now = NOON + timedelta(seconds=after)
    found = look_up(_entry(outcome), read(object_) if object_ else None, now)
    assert (found.step, found.is_settled) == (step, step not in (Step.ASKED, Step.HANDLED))
    assert found.message.startswith(told)


def _found(step: Step, message: str = "why", verb: Verb = Verb.RECONCILE) -> Outcome:
    return settle(_asked(verb), step, message, LATER)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (_found(Step.READY), "reconcile: it came to ready"),
        (
            _found(Step.READY, verb=Verb.SUSPEND),
            "suspend: it is suspended",
        ),
        (
            _found(Step.FAILED, "BuildFailed: no file"),
            "reconcile: it failed: BuildFailed: no file",
        ),
        (
            _found(Step.TIMED_OUT),
            "reconcile: what became of it is not known: why",
        ),
        (
            _found(Step.REFUSED, "it was not sent"),
            "reconcile: it was not sent",
        ),
    ],
    ids=["ready", "suspended", "failed", "unknown", "not-sent"],
)  # fmt: skip
def test_what_was_found_is_told(found: Outcome, told: str) -> None:
    told = told.replace(":", " of ks flux-system/apps, 12m ago, was not followed to its end:", 1)
    assert what_was_found(_entry(_asked(found.verb)), found, ANNA, LATER) == f"your {told}"
    assert what_was_found(_entry(_asked(found.verb)), found, "otto@desk", LATER) == f"anna@laptop's {told}"


@pytest.mark.parametrize(
    ("action", "told", "state"),
    [
        pytest.param(Action(NOON, _entry(READY)), "ready in 4.0s", "ready", id="ready"),
        pytest.param(Action(NOON, _entry(_found(Step.FAILED))), "failed after 12m00s: why", "failed", id="failed"),
        pytest.param(
            Action(NOON, _entry(_found(Step.TIMED_OUT))), "timed out after 12m00s: why", "unknown", id="timed out"
        ),
        pytest.param(Action(NOON, _entry(_found(Step.REFUSED))), "refused: why", "failed", id="refused"),
        pytest.param(
            Action(NOON, _entry(_found(Step.READY, verb=Verb.SUSPEND))), "suspended in 12m00s", "ready", id="suspended"
        ),
        pytest.param(
            Action(NOON, _entry(READY, looked_up=True)), "ready, found out later", "ready", id="looked up"
        ),
        pytest.param(Action(NOON, _entry()), "asked", "progressing", id="under way"),
        pytest.param(
            Action(NOON, _entry(run=8)), "end unknown", "unknown", id="of another run"
        ),
        pytest.param(
            Action(NOON, _entry(), overtaken=True), "overtaken", "unknown",
            id="overtaken",
        ),
    ],
)  # fmt: skip
def test_a_row_says_what_became_of_it(action: Action, told: str, state: str) -> None:
    line = line_of(action, RUN)
    assert (line.told, line.state) == (told, state)
    assert (line.when, line.who, line.context, line.what) == ("11-21 12:00", ANNA, "eu", "ks flux-system/apps")


def test_the_strip_and_the_full_text_have_all_of_it() -> None:
    outcome = msgspec.structs.replace(_found(Step.FAILED, "no such image"), note=NOTED)
    action = Action(NOON, _entry(outcome))
    detail = describe_action(action, RUN)
    assert detail.title == "eu · reconcile ks flux-system/apps · failed after 12m00s"
    assert detail.message == ("no such image",)
    assert full_text(action, RUN) == [
        "action    reconcile Kustomization flux-system/apps",
        "context   eu",
        "outcome   failed after 12m00s",
        "message   no such image",
        "by        anna@laptop",
        "on        2026-11-21 12:00:00",
        "ended     2026-11-21 12:12:00",
        "noted by  anna",
        "reason    db move, OPS-7",
        "until     2026-12-01 08:00:00",
        f"request   {TOKEN}",
        f"uid       {outcome.uid}",
    ]
    assert "reason db move, OPS-7" in detail.facts


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (Action(NOON, _entry(), overtaken=True), "it was asked when something else was asked of the object"),
        (Action(NOON, _entry(HANDLED, run=8)), "it was handled when that run of the program ended, if it has; it is"),
    ],
    ids=["overtaken", "of-another-run"],
)
def test_the_strip_says_why_an_end_is_missing(action: Action, told: str) -> None:
    assert describe_action(action, RUN).message[0].startswith(told)
