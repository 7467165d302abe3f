"""Configuration is read before, and without, the terminal library."""

import subprocess
import sys


def test_reading_the_configuration_imports_no_terminal_and_no_network():
    code = (
        "import sys, tui.config.settings, tui.config.themes, tui.config.keymap, tui.config.paths;"
        "print(sorted({'textual', 'rich', 'kubernetes_asyncio', 'aiohttp', 'pygit2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
