import io
from pathlib import Path

import pytest

from tests.e2e.controlplane import needs
from tests.e2e.controlplane.build import build_absent
from tests.e2e.controlplane.cache import OVERRIDE
from tests.e2e.controlplane.progress import Progress, duration
from tests.e2e.controlplane.versions import Binary, Recipe, load_versions

A, B = (Binary(name, f"example.com/{name}", "v1.2.3", Recipe.MODULE) for name in ("a", "b"))

GO = """#!/bin/sh
case "$1" in
env) echo '{"GOCACHE": "/tmp", "GOMODCACHE": "/tmp"}' ;;
*) echo '{"Error": "no such module"}'; echo "go: it can not be had" >&2; exit 1 ;;
esac
"""
"""A toolchain that can't reach anything."""


@pytest.mark.parametrize(("seconds", "words"), [(23.6, "24s"), (80, "1m20s"), (3600, "60m00s")], ids=str)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_log_has_a_line_for_each_begin_and_end_and_a_sign_of_life(capsys: pytest.CaptureFixture[str]) -> None:
    out, now = io.StringIO(), [0.0]
    progress = Progress(2, out, lambda: now[0])
    progress.begin(A)
    progress.beat()
    progress.begin(B)
    now[0] = 29
    progress.beat()
    now[0] = 80
    progress.beat()
    progress.end(A)
    progress.end(B, failed=True)
    progress.close()
    assert out.getvalue().splitlines() == [
        "building a 1.2.3 (1 of 2) …",
        "building b 1.2.3 (2 of 2) …",
        "building a 1.2.3 (1 of 2), 1m20s …; building b 1.2.3 (2 of 2), 1m20s …",
        "done a 1.2.3 in 1m20s",
        "failed b 1.2.3 in 1m20s",
    ]


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment with programs of the test's own."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return {OVERRIDE: str(tmp_path / "cache"), "PATH": str(tmp_path / "bin")}


def put(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "bin" / name).write_text(text)
    (tmp_path / "bin" / name).chmod(0o755)


def test_go_is_asked_for_first(environ: dict[str, str]) -> None:
    with pytest.raises(needs.NeedError, match=r"^go is missing: install Go"):
        build_absent(io.StringIO(), environ)


def test_git_is_asked_for_too(environ: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path, "go", GO)
    with pytest.raises(needs.NeedError, match=r"^git is missing: install it"):
        build_absent(io.StringIO(), environ)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "DISK", 10**9)
    with pytest.raises(needs.NeedError, match=r"^disk: .*/not/there has \d+ GB free and a build needs"):
        needs.require_disk([tmp_path / "not" / "there"])


def test_a_failure_names_the_binary_and_shows_the_end_of_its_log(environ: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path, "go", GO.replace("echo", "/bin/echo"))
    put(tmp_path, "git", "#!/bin/sh\n")
    out = io.StringIO()
    failures = build_absent(out, environ)
    assert len(failures) == len(load_versions())
    etcd = next(failure for failure in failures if failure.startswith("etcd 3.6.4 could not be built"))
    assert "go: it can not be had" in etcd
    assert "no such module" in etcd
    assert str(tmp_path / "cache" / "logs" / "etcd-v3.6.4.log") in etcd
    assert "failed etcd 3.6.4 in 0s" in out.getvalue()
    assert not list((tmp_path / "cache").glob(".building-*"))
