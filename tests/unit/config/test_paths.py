"""Where the folders of a user are."""

from pathlib import Path

import pytest

from tui.config.paths import builtin_themes, find_paths, shown


@pytest.mark.parametrize("folder", ["config", "cache", "state"])
def test_the_environment_moves_a_folder(folder, tmp_path):
    paths = find_paths({f"GITOPS_TUI_{folder.upper()}_DIR": str(tmp_path)})

    assert getattr(paths, folder) == tmp_path
    others = {"config", "cache", "state"} - {folder}
    assert all("gitops-tui" in str(getattr(paths, other)) for other in others)


def test_a_home_and_a_relative_path_become_absolute(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    paths = find_paths({"GITOPS_TUI_CONFIG_DIR": "~/c", "GITOPS_TUI_CACHE_DIR": "cache"})

    assert paths.settings == tmp_path / "c" / "config.yaml"
    assert paths.themes == tmp_path / "c" / "themes"
    assert paths.cache == tmp_path / "cache"


def test_an_empty_variable_counts_as_unset():
    assert find_paths({"GITOPS_TUI_STATE_DIR": ""}) == find_paths({})


def test_the_process_environment_is_the_default(monkeypatch, tmp_path):
    monkeypatch.setenv("GITOPS_TUI_STATE_DIR", str(tmp_path / "state"))

    assert find_paths().state == tmp_path / "state"


def test_builtin_themes_are_found_in_a_checkout():
    assert (builtin_themes() / "night.yaml").is_file()


def test_builtin_themes_are_found_in_an_installed_package(monkeypatch, tmp_path):
    package = tmp_path / "tui"
    (package / "themes").mkdir(parents=True)
    (tmp_path / "themes").mkdir()
    monkeypatch.setattr("tui.config.paths.__file__", str(package / "config" / "paths.py"))

    assert builtin_themes() == package / "themes"


def test_paths_are_shown_with_the_home_folder_as_a_tilde(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))

    assert shown(tmp_path / "a" / "b.yaml") == "~/a/b.yaml"
    assert shown(Path("/elsewhere/b.yaml")) == "/elsewhere/b.yaml"
