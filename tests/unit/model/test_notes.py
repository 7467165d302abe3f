"""What is said of a suspension: typed, written onto the object, and read from it again."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import Body, ago, body, ks, read, suspended_by
from tui.model.intent import Note, Step, Verb, ask, patch_for
from tui.model.kinds import NOTE_BY, NOTE_REASON, NOTE_UNTIL, OPERATOR_NOTE, RECONCILE_REQUEST
from tui.model.notes import NoteError, note_of, parse_note, signed, tell_note
from tui.model.outcome import follow
from tui.model.wording import suspension

DAY = timedelta(days=1)
MIDNIGHT = NOON.replace(hour=0)
ANNA = Note("anna@laptop", "INC-42 flaky registry", datetime(2026, 12, 1, tzinfo=UTC))
WRITTEN = {NOTE_BY: "anna@laptop", NOTE_REASON: "INC-42 flaky registry", NOTE_UNTIL: "2026-12-01T00:00:00Z"}


def noted_by(manager: str, minutes: float, *, suspends: bool = False) -> list[Body]:
    """Managed fields of who wrote a note, in the same entry as what suspends, or not."""
    fields = {"f:metadata": {"f:annotations": {f"f:{NOTE_BY}": {}}}}
    entry = {"manager": manager, "operation": "Update", "time": ago(minutes), "fieldsV1": fields}
    return [{**entry, "fieldsV1": fields | {"f:spec": {"f:suspend": {}}}} if suspends else entry]


@pytest.mark.parametrize(
    ("typed", "reason", "until"),
    [
        pytest.param("INC-42 flaky registry", "INC-42 flaky registry", None, id="reason"),
        pytest.param("INC-42 until 2h", "INC-42", NOON + timedelta(hours=2), id="reason-and-duration"),
        pytest.param("until 3d", "", NOON + 3 * DAY, id="days"),
        pytest.param("until 1w2d12h", "", NOON + 9.5 * DAY, id="weeks-days-hours"),
        pytest.param("x until 17:00", "x", NOON.replace(hour=17), id="later-today"),
        pytest.param("x until 9:30", "x", NOON.replace(hour=9, minute=30) + DAY, id="tomorrow"),
        pytest.param("x until 2027-01-31", "x", datetime(2027, 1, 31, tzinfo=UTC), id="date"),
        pytest.param("x until 2027-01-31 17:00", "x", datetime(2027, 1, 31, 17, tzinfo=UTC), id="date-and-time"),
        pytest.param(
            "x until 2027-01-31T17:00:00+02:00", "x", datetime(2027, 1, 31, 15, tzinfo=UTC), id="with-its-zone"
        ),
        pytest.param("wait until it is quiet until 2h", "wait until it is quiet", NOON + timedelta(hours=2), id="last"),
        pytest.param("  a\tb \n c ", "a b c", None, id="white-space"),
        pytest.param("a\x1b[31mb\u202e", "a[31mb", None, id="hostile"),
    ],
)
def test_what_is_typed_is_read(typed: str, reason: str, until: datetime | None) -> None:
    note = parse_note(typed, NOON)
    assert (note.by, note.reason, note.until) == ("", reason, until)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        pytest.param("x until", "there is no time behind 'until': write 2h, 3d, 17:00", id="nothing-behind"),
        pytest.param("x until soon", "'soon' is no moment: write 2h", id="a-word"),
        pytest.param("x until 2", "'2' is no moment", id="a-number"),
        pytest.param("x until 25:00", "'25:00' is no moment", id="no-time-of-day"),
        pytest.param("x until 2026-02-30", "'2026-02-30' is no moment", id="no-date"),
        pytest.param("x until 9999-12-31", "'9999-12-31' is too far away", id="no-date-in-every-zone"),
        pytest.param("x until 2020-01-01", "'2020-01-01' is past", id="over"),
        pytest.param("x until 0d", "'0d' is past", id="now"),
        pytest.param("x " * 600, "the reason has 1199 characters and may have 1000: name a ticket instead", id="long"),
    ],
)
def test_what_cannot_be_meant_is_told(typed: str, why: str) -> None:
    with pytest.raises(NoteError) as caught:
        parse_note(typed, NOON)
    assert why in str(caught.value)


def test_a_note_is_signed() -> None:
    assert signed(None, "") is None
    assert signed(None, "anna@laptop") == Note("anna@laptop")
    assert signed(Note(reason="x"), "anna@laptop") == Note("anna@laptop", "x")
    assert signed(Note("bert"), "anna@laptop") == Note("bert")


@pytest.mark.parametrize(
    ("verb", "object_", "note", "annotations"),
    [
        pytest.param(Verb.SUSPEND, ks("a"), ANNA, WRITTEN, id="written"),
        pytest.param(Verb.SUSPEND, ks("a"), Note("anna@laptop"), {NOTE_BY: "anna@laptop"}, id="no-more-than-is-said"),
        pytest.param(Verb.SUSPEND, ks("a"), None, None, id="nothing-said"),
        pytest.param(
            Verb.SUSPEND,
            ks("a", annotations=WRITTEN | {OPERATOR_NOTE: "bert"}),
            Note("clara"),
            {NOTE_BY: "clara", NOTE_REASON: None, NOTE_UNTIL: None, OPERATOR_NOTE: None},
            id="what-was-said-before-goes",
        ),
        pytest.param(
            Verb.SUSPEND, ks("a", annotations=WRITTEN), None, dict.fromkeys(WRITTEN), id="stale-goes-without-a-note-too"
        ),
        pytest.param(
            Verb.RESUME,
            ks("a", suspend=True, annotations={NOTE_BY: "anna", "other": "stays"}),
            None,
            {RECONCILE_REQUEST: NOON.isoformat(), NOTE_BY: None},
            id="resuming-removes-what-is-there",
        ),
        pytest.param(
            Verb.RESUME,
            ks("a", suspend=True, annotations={NOTE_BY: "anna"}),
            ANNA,
            {RECONCILE_REQUEST: NOON.isoformat(), NOTE_BY: None},
            id="resuming-writes-none",
        ),
        pytest.param(
            Verb.RECONCILE,
            ks("a", annotations=WRITTEN),
            None,
            {RECONCILE_REQUEST: NOON.isoformat()},
            id="others-leave-it",
        ),
        pytest.param(
            Verb.SUSPEND,
            body("ResourceSet", "a"),
            ANNA,
            {"fluxcd.controlplane.io/reconcile": "disabled", **WRITTEN},
            id="beside-the-operator-s-switch",
        ),
    ],
)
def test_the_note_goes_with_the_switch(
    verb: Verb, object_: Body, note: Note | None, annotations: dict[str, str | None] | None
) -> None:
    patch = patch_for(ask(verb, read(object_), NOON, note=note))
    assert patch.get("metadata", {}).get("annotations") == annotations


@pytest.mark.parametrize(
    ("object_", "step"),
    [
        pytest.param(ks("a", suspend=True), Step.ASKED, id="suspended-before"),
        pytest.param(ks("a", annotations=WRITTEN), Step.ASKED, id="not-suspended"),
        pytest.param(ks("a", suspend=True, annotations=WRITTEN | {NOTE_BY: "bert"}), Step.ASKED, id="another-note"),
        pytest.param(ks("a", suspend=True, annotations=WRITTEN), Step.READY, id="as-asked"),
    ],
)
def test_a_suspension_is_done_when_the_note_is_there(object_: Body, step: Step) -> None:
    outcome = ask(Verb.SUSPEND, read(ks("a", suspend=True)), NOON, note=ANNA)
    assert follow(outcome, read(object_), NOON).step is step


def test_a_moment_in_another_zone_is_written_in_utc() -> None:
    note = Note(until=datetime.fromisoformat("2026-12-01T02:30:00.5+02:00"))
    patch = patch_for(ask(Verb.SUSPEND, read(ks("a")), NOON, note=note))
    assert patch["metadata"]["annotations"] == {NOTE_UNTIL: "2026-12-01T00:30:00Z"}


@pytest.mark.parametrize(
    ("annotations", "managed", "note"),
    [
        pytest.param(WRITTEN, None, ANNA, id="nobody-owns-it"),
        pytest.param(WRITTEN, noted_by("gitops-tui", 5, suspends=True), ANNA, id="one-write"),
        pytest.param({}, suspended_by("flux", 5), Note(), id="none"),
        pytest.param(WRITTEN, noted_by("gitops-tui", 9) + suspended_by("flux", 5), Note(), id="about-an-earlier-one"),
        pytest.param(WRITTEN, noted_by("gitops-tui", 2) + suspended_by("flux", 5), ANNA, id="noted-afterwards"),
        pytest.param(
            WRITTEN,
            suspended_by("kustomize-controller", 2, "Apply") + noted_by("gitops-tui", 5, suspends=True),
            ANNA,
            id="git-says-so-too",
        ),
        pytest.param({NOTE_BY: "a\nb", NOTE_UNTIL: "next week"}, None, Note("a b"), id="no-moment"),
        pytest.param({NOTE_UNTIL: "0001-01-01T00:00:00+23:59"}, None, Note(), id="a-moment-before-time"),
        pytest.param({NOTE_UNTIL: "9999-12-31T23:59:59Z"}, None, Note(), id="a-moment-after-time"),
        pytest.param({NOTE_UNTIL: "2026-12-01"}, None, Note(until=ANNA.until), id="a-date-by-hand"),
        pytest.param(
            {NOTE_REASON: "\x1b]0;x\x07 see https://u:p@h/"}, None, Note("", "]0;x see https://***@h/"), id="hostile"
        ),
    ],
)
def test_the_note_of_an_object(annotations: dict[str, str], managed: list[Body] | None, note: Note) -> None:
    assert note_of(read(ks("a", suspend=True, annotations=annotations, managed=managed))) == note


def test_an_operator_s_object_has_a_note_and_an_owner_too() -> None:
    switch = "fluxcd.controlplane.io/reconcile"
    fields = {"f:metadata": {"f:annotations": {".": {}, f"f:{switch}": {}, f"f:{NOTE_BY}": {}}}}
    managed = [{"manager": "gitops-tui", "operation": "Update", "time": ago(90), "fieldsV1": fields}]
    annotations = {switch: "disabled", **WRITTEN}
    resource = read(body("ResourceSet", "a", annotations=annotations, managed=managed))
    told = "suspended 90m ago by anna@laptop: INC-42 flaky registry, until 2026-12-01"
    assert suspension(resource, NOON) == told


@pytest.mark.parametrize(
    ("until", "told"),
    [
        pytest.param(None, "x", id="open"),
        pytest.param(MIDNIGHT + 3 * DAY, f"x, until {MIDNIGHT + 3 * DAY:%Y-%m-%d}", id="date"),
        pytest.param(NOON + 3 * DAY, f"x, until {NOON + 3 * DAY:%Y-%m-%d} 12:00", id="date-and-time"),
        pytest.param(NOON + timedelta(hours=5), "x, until 17:00", id="today"),
        pytest.param(NOON, "x, until 12:00 (overdue by <1m)", id="now"),
        pytest.param(MIDNIGHT - 3 * DAY, f"x, until {MIDNIGHT - 3 * DAY:%Y-%m-%d} (overdue by 3d)", id="overdue"),
    ],
)
def test_what_a_note_says(until: datetime | None, told: str) -> None:
    assert tell_note(Note("anna", "x", until), NOON) == told


@pytest.mark.parametrize(
    ("object_", "told"),
    [
        pytest.param(
            ks("a", suspend=True, annotations={NOTE_BY: "anna", NOTE_REASON: "INC-42"}, managed=suspended_by("x", 90)),
            "suspended 90m ago by anna: INC-42",
            id="whole",
        ),
        pytest.param(
            ks("a", suspend=True, annotations={NOTE_BY: "anna", OPERATOR_NOTE: "bert"}), "suspended by anna", id="ours"
        ),
        pytest.param(ks("a", suspend=True, annotations={OPERATOR_NOTE: "bert"}), "suspended by bert", id="operator-s"),
        pytest.param(ks("a", suspend=True, annotations={NOTE_REASON: "x"}), "suspended: x", id="reason-alone"),
        pytest.param(
            ks(
                "a",
                suspend=True,
                annotations={NOTE_REASON: "x"},
                managed=suspended_by("kustomize-controller", 90, "Apply"),
            ),
            "suspended in Git since 90m: x",
            id="in-git",
        ),
    ],
)
def test_a_suspension_in_words(object_: Body, told: str) -> None:
    assert suspension(read(object_), NOON) == told
