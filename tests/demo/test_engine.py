from datetime import UTC, datetime, timedelta

from tui.demo.engine import Engine, GoneError, Steps
from tui.demo.resources import Key

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
A, B = Key("K", "", "a"), Key("K", "", "b")


class Diary:
    """Runs of two steps of two seconds, written down."""

    def __init__(self, requeue: float | None = None) -> None:
        self.lines: list[tuple[float, str]] = []
        self.requeue = requeue
        self.engine = Engine(START, self.begin)

    def begin(self, key: Key) -> Steps:
        self.note(f"{key.name} begins")
        yield 2.0
        self.note(f"{key.name} ends")
        return self.requeue

    def note(self, text: str) -> None:
        self.lines.append(((self.engine.now - START).total_seconds(), text))

    def advance(self, seconds: float) -> None:
        self.engine.advance(START + timedelta(seconds=seconds))


def test_runs_happen_at_their_time_however_coarsely_time_is_told() -> None:
    diary = Diary(requeue=10)
    diary.engine.wake(A, 1)
    diary.engine.wake(B, 2)
    diary.advance(14)
    assert diary.lines == [
        (1, "a begins"),
        (2, "b begins"),
        (3, "a ends"),
        (4, "b ends"),
        (13, "a begins"),
        (14, "b begins"),
    ]
    assert diary.engine.next_due == START + timedelta(seconds=15)


def test_the_earlier_of_two_appointments_counts_and_an_object_runs_once() -> None:
    diary = Diary()
    diary.engine.wake(A, 8)
    diary.engine.wake(A, 1)
    diary.engine.wake(A, 5)
    diary.advance(60)
    assert diary.lines == [(1, "a begins"), (3, "a ends")]
    assert diary.engine.next_due is None


def test_one_that_is_woken_while_it_runs_runs_again_afterwards() -> None:
    diary = Diary()
    diary.engine.wake(A, 0)
    diary.advance(1)
    diary.engine.wake(A, 0)
    diary.advance(60)
    assert [text for _, text in diary.lines] == ["a begins", "a ends", "a begins", "a ends"]


def test_a_deleted_object_stops_in_the_middle_of_its_run() -> None:
    diary = Diary()
    diary.engine.wake(A, 0)
    diary.advance(1)
    diary.engine.forget(A)
    diary.advance(60)
    assert diary.lines == [(0, "a begins")]


def test_a_run_whose_object_is_gone_ends_quietly() -> None:
    def begin(key: Key) -> Steps:
        yield 1.0
        raise GoneError

    engine = Engine(START, begin)
    engine.wake(A, 0)
    engine.advance(START + timedelta(seconds=5))
    assert engine.next_due is None


def test_a_leap_skips_what_was_due_in_it() -> None:
    diary = Diary(requeue=10)
    diary.engine.wake(A, 1)
    diary.engine.leap(START + timedelta(days=9), lambda: 3.0)
    diary.engine.advance(START + timedelta(days=9, seconds=6))
    day = 9 * 86400.0
    assert diary.lines == [(day + 3, "a begins"), (day + 5, "a ends")]
