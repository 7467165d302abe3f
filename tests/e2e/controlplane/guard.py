"""Runs a program that dies with its parent: `python guard.py PARENT PROGRAM ARGUMENT…`.

Linux sends a signal to a process when the thread that started it ends (prctl(2), PR_SET_PDEATHSIG); the setting
survives execve(2). Elsewhere the program just runs, and its parent's supervisor is what ends it.
"""

import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def guarded(*argv: str | Path) -> list[str]:
    """The command line that runs a program so that it dies with this process.

    Args:
        argv: The program and its arguments.

    Returns:
        What to start, from a thread that lives as long as the program is to live.
    """
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *map(str, argv)]


def main(parent: int, argv: list[str]) -> None:
    """Become the program.

    Args:
        parent: The process to die with.
        argv: The program and its arguments.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the setting was made
        raise SystemExit(1)
    os.execv(argv[0], argv)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
