"""A terminal that is gone stops nobody who writes to it."""

import io
import threading

from textual.drivers import linux_driver

from tui.hangup import PatientWriter, guard_writes


class _Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


def test_writing_to_a_terminal_that_is_gone_never_waits() -> None:
    writer = PatientWriter(_Gone())
    writer.start()

    def write() -> None:
        for _ in range(1000):  # far more than the queue takes
            writer.write("text")
        writer.stop()

    other = threading.Thread(target=write, daemon=True)
    other.start()
    other.join(20)
    assert not other.is_alive()
    assert not writer.is_alive()


def test_what_is_written_comes_in_order() -> None:
    file = io.StringIO()
    writer = PatientWriter(file)
    writer.start()
    for number in range(100):
        writer.write(f"{number} ")
    writer.stop()
    assert file.getvalue().split() == [str(number) for number in range(100)]


def test_the_driver_writes_so() -> None:
    guard_writes()
    assert linux_driver.__dict__["WriterThread"] is PatientWriter
