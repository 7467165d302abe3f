import io
from pathlib import Path

import msgspec
import pytest

from tests.e2e.controlplane import needs
from tests.e2e.controlplane.build import build_absent
from tests.e2e.controlplane.cache import OVERRIDE, Cache
from tests.e2e.controlplane.gobuild import Builder
from tests.e2e.controlplane.progress import Progress, duration
from tests.e2e.controlplane.versions import Binary, Recipe, load_versions

A, B = (Binary(name, f"example.com/{name}", "v1.2.3", Recipe.MODULE) for name in ("a", "b"))

GO = """#!/bin/sh
case "$1" in
env) echo '{"GOCACHE": "/tmp", "GOMODCACHE": "/tmp", "CC": "some-cc -m64"}' ;;
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


def test_a_c_compiler_is_asked_for_where_something_is_built_with_it(environ: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path, "go", GO)
    put(tmp_path, "git", "#!/bin/sh\n")
    with pytest.raises(needs.NeedError, match=r"^some-cc -m64 is missing: install a C compiler, which gitea is built"):
        build_absent(io.StringIO(), environ)


@pytest.mark.parametrize(
    ("compiler", "names", "is_enough"),
    [("some-cc -m64", ["gitea"], True), ("other-cc", ["gitea"], False), ("", ["gitea"], False), ("", [], True)],
    ids=["there", "not there", "none", "nothing in C"],
)
def test_the_c_compiler_is_the_one_that_go_names(
    environ: dict[str, str], tmp_path: Path, compiler: str, names: list[str], is_enough: bool
) -> None:
    put(tmp_path, "some-cc", "#!/bin/sh\n")
    go = needs.Go("go", (), compiler)
    if is_enough:
        needs.require_c(go, names)
        return
    with pytest.raises(needs.NeedError, match=r"is missing: install a C compiler"):
        needs.require_c(go, names)


MAKES = """#!/bin/sh
case "$1" in
mod) echo "{\\"Dir\\": \\"$MODULE\\"}" ;;
build) printf '%s ' "$@" > "$MODULE.told"; echo "CGO_ENABLED=$CGO_ENABLED" >> "$MODULE.told"
    while [ "$1" != -o ]; do shift; done; echo a-program > "$2" ;;
esac
"""
"""A toolchain that builds something at once, and says how it was asked to."""


@pytest.mark.parametrize(
    ("binary", "tags", "cgo"),
    [(msgspec.structs.replace(A, tags=("one", "two"), cgo=True), ["-tags=one,two"], "1"), (A, [], "0")],
    ids=["with tags and C", "plain"],
)
def test_files_and_folders_of_the_module_go_with_the_binary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, binary: Binary, tags: list[str], cgo: str
) -> None:
    module = tmp_path / "module"
    (module / "trees" / "below").mkdir(parents=True)
    for path, text in {"go.mod": "module a\n", "go.sum": "", "x.yaml": "x", "trees/below/y": "y", "other": ""}.items():
        (module / path).write_text(text)
    for folder in (module / "trees" / "below", module / "trees"):
        folder.chmod(0o555)
    monkeypatch.setenv("MODULE", str(module))
    (tmp_path / "bin").mkdir()
    put(tmp_path, "go", MAKES)
    cache = Cache(tmp_path / "cache")
    with cache.lock(lambda: None):
        Builder(str(tmp_path / "bin" / "go"), cache, 1).build(msgspec.structs.replace(binary, data=("*.yaml", "trees")))
    folder = cache.folder(binary)
    kept = {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}
    assert kept == {"a": "a-program\n", "data/x.yaml": "x", "data/trees/below/y": "y"}
    assert (folder / "data" / "trees").stat().st_mode & 0o200, "it can be removed again"
    *asked, environ = (tmp_path / "module.told").read_text().split()
    assert [word for word in asked if word.startswith("-tags")] == tags
    assert environ == f"CGO_ENABLED={cgo}"
    for path in (module / "trees", module / "trees" / "below"):
        path.chmod(0o755)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "DISK", 10**9)
    with pytest.raises(needs.NeedError, match=r"^disk: .*/not/there has \d+ GB free and a build needs"):
        needs.require_disk([tmp_path / "not" / "there"])


def test_a_failure_names_the_binary_and_shows_the_end_of_its_log(environ: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path, "go", GO.replace("echo", "/bin/echo"))
    put(tmp_path, "git", "#!/bin/sh\n")
    put(tmp_path, "some-cc", "#!/bin/sh\n")
    out = io.StringIO()
    failures = build_absent(out, environ)
    assert len(failures) == len(load_versions())
    etcd = next(failure for failure in failures if failure.startswith("etcd 3.6.4 could not be built"))
    assert "go: it can not be had" in etcd
    assert "no such module" in etcd
    assert str(tmp_path / "cache" / "logs" / "etcd-v3.6.4.log") in etcd
    assert "failed etcd 3.6.4 in 0s" in out.getvalue()
    assert not list((tmp_path / "cache").glob(".building-*"))
