"""Serves the repositories below a folder over smart HTTP, at a given address: `python -m tests.e2e.githttp …`."""

import sys
import threading
from pathlib import Path

from tests.git.smarthttp import serve

if __name__ == "__main__":
    with serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])):
        threading.Event().wait()
