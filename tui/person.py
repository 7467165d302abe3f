"""Who sits in front of the program."""

import getpass
import socket

from tui.model.text import clean, one_line


def person() -> str:
    """Who sits here, as colleagues know them: they find it on what was suspended.

    Returns:
        The login's user name and the machine, `anna@laptop`; the machine alone where the login has no name.
    """
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container may run as a number that nobody named
        user = ""
    host = socket.gethostname().partition(".")[0]
    return one_line(clean(f"{user}@{host}" if user and host else user or host))
