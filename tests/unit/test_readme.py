"""README, CONTRIBUTING and the pictures say what the code does."""

import argparse
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.readme import ROOT, WRITTEN, rewritten
from tests.screenshots import _TEXT, FOLDER, MONOSPACE, SHOTS, Shot, _place
from tui.__main__ import _parser
from tui.actions import DEFAULT_KEYS
from tui.config.keymap import resolve_keymap
from tui.config.paths import builtin_themes
from tui.config.settings import _READERS, Settings, load_settings
from tui.config.themes import load_themes
from tui.model.changes import Phase
from tui.model.health import State
from tui.widgets.palette import Palette

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", WRITTEN)
def test_what_is_written_from_the_code_is_up_to_date(document: str) -> None:
    assert (ROOT / document).read_text(encoding="utf-8") == rewritten(document), "run: python -m tests.readme"


def test_options_are_those_of_the_command_line() -> None:
    named = set(re.findall(r"(?<![\w<!-])--[a-z][a-z-]+", README))

    assert named == set(_options(_parser())) - {"--help"}


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from (option for option in action.option_strings if option.startswith("--"))
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _options(command)


def test_ci_runs_the_test_command() -> None:
    function = re.search(r"^test_command\(\) \{.*?^\}", (ROOT / ".ci/run").read_text(), re.DOTALL | re.MULTILINE)
    assert function is not None
    script = f"{function[0]}\ntest_command"
    found = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert found.stdout == "make test\n"
    assert re.search(r"^test:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_settings_of_the_example_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(example("config.yaml"))
    settings, problems = load_settings(tmp_path / "config.yaml")
    _, key_problems = resolve_keymap(DEFAULT_KEYS, settings.keys, preset=settings.keymap)
    plain = {"all_contexts", "theme", "ascii", "read_only", "keymap", "tree_width", "events_height", "logs_since"}
    plain |= {"at_once"}

    assert (*problems, *key_problems) == ()
    assert settings.lines.keys() >= _READERS.keys(), "the example leaves a field out"
    assert {name: getattr(settings, name) for name in plain} == {name: getattr(Settings(), name) for name in plain}


def test_the_theme_of_the_example_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "dusk.yaml").write_text(example("themes/dusk.yaml"))
    themes, problems = load_themes(builtin_themes(), tmp_path)

    assert problems == ()
    assert themes["dusk"].accent == "#c8a2c8"


def example(file: str) -> str:
    """The code block after `<!-- example: file -->`."""
    found = re.search(rf"<!-- example: {file} -->\n```yaml\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_signs_are_those_of_the_screen() -> None:
    theme = load_themes(builtin_themes(), builtin_themes() / "none")[0]["night"]
    signs, ascii_signs = Palette(theme), Palette(theme, ascii_only=True)
    rows = [
        *((signs.glyph(state), ascii_signs.glyph(state), state.value) for state in State),
        *((signs.phase_glyph(phase), ascii_signs.phase_glyph(phase), phase.value) for phase in Phase),
    ]

    for sign, plain, name in rows:
        cell = f"`{plain}` " if plain.strip() else ""
        assert f"| `{sign}` | {cell}| {name} |" in README


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(document: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / document).read_text(encoding="utf-8"))

    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_paths_in_the_map_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:tui|tests|themes|benchmarks)/[\w./]*)`", text))

    assert len(paths) > 20
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_pictures_are_there_and_need_no_network(shot: Shot) -> None:
    svg = (FOLDER / f"{shot.name}.svg").read_text(encoding="utf-8")

    assert (FOLDER / f"{shot.name}.png").read_bytes().startswith(b"\x89PNG")
    assert ">gitops-tui<" in svg
    assert "@font-face" not in svg
    assert re.search(r"terminal-\d", svg) is None


def test_a_sign_that_the_monospace_lacks_gets_a_font_and_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.screenshots.font_for", lambda sign: "Symbola" if sign == "⧗" else MONOSPACE)
    text = '<text class="r1" x="12.2" y="20" textLength="36.6" clip-path="url(#l)">a⧗&lt;</text>'

    assert _TEXT.sub(_place, text) == (
        '<text class="r1" y="20" clip-path="url(#l)" x="12.2">a</text>'
        '<text class="r1" y="20" clip-path="url(#l)" font-family="Symbola" text-anchor="middle" x="30.5">⧗</text>'
        '<text class="r1" y="20" clip-path="url(#l)" x="36.6">&lt;</text>'
    )
