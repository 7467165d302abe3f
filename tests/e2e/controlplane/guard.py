"""Runs a program that dies with its parent, as another user where one is named: `guard.py PARENT USER PROGRAM …`.

Linux sends a signal to a process when the thread that started it ends (prctl(2), PR_SET_PDEATHSIG); the setting
survives execve(2). Elsewhere the program just runs, and its parent's supervisor is what ends it.
"""

import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def guarded(*argv: str | Path, user: str = "") -> list[str]:
    """The command line that runs a program so that it dies with this process.

    Args:
        argv: The program and its arguments.
        user: Who it runs as, which only root can choose; empty for this process's user.

    Returns:
        What to start, from a thread that lives as long as the program is to live.
    """
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), user, *map(str, argv)]


def main(parent: int, user: str, argv: list[str]) -> None:
    """Become the program.

    Args:
        parent: The process to die with.
        user: Who to run it as; empty to stay who this is.
        argv: The program and its arguments.
    """
    import ctypes
    import pwd

    library = ctypes.CDLL(None)
    if user:
        account = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)  # nothing can be imported from now on: Python may lie in the home of root
    if sys.platform == "linux":
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of user takes the setting back
    if os.getppid() != parent:  # it ended before the setting was made
        raise SystemExit(1)
    os.execv(argv[0], argv)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
