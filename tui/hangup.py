"""A terminal that is gone takes what is written to it in silence, so that the program can end."""

from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread


class PatientWriter(WriterThread):
    """Goes on taking text once the terminal is gone.

    Textual 8.2.8 lets the thread end with the error (`WriterThread.run`). Nobody takes from its queue then, and as soon
    as that is full the whole program waits for ever in the next write, its signal handlers too.
    """

    def run(self) -> None:
        """Write until told to stop."""
        try:
            super().run()
        except OSError:
            while self._queue.get() is not None:
                pass


def guard_writes() -> None:
    """Let Textual's driver write so; it offers no other way to choose its writer."""
    linux_driver.WriterThread = PatientWriter  # type: ignore[attr-defined]
