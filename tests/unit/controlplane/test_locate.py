import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.controlplane.cache import OVERRIDE, Cache, find_cache, this_platform
from tests.e2e.controlplane.locate import AbsentError, absent, find, require_all
from tests.e2e.controlplane.versions import Binary, Recipe, load_versions

ETCD = Binary("etcd", "go.etcd.io/etcd/server/v3", "v3.6.4", Recipe.MODULE)
KWOK = Binary("kwok", "sigs.k8s.io/kwok", "v0.7.0", Recipe.MODULE, data=("stages/*.yaml",))


def program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def built(cache: Cache, binary: Binary) -> Path:
    cache.root.mkdir(exist_ok=True)
    with cache.making(binary) as (_, product):
        program(product, binary.name)
        (product / "data").mkdir()
    return cache.folder(binary) / binary.name


@pytest.mark.parametrize(
    ("places", "origin"),
    [
        (("assets", "bin", "path", "cache"), "KUBEBUILDER_ASSETS"),
        (("bin", "path", "cache"), "GITOPS_TUI_E2E_BIN"),
        (("path", "cache"), "PATH"),
        (("cache",), "cache"),
    ],
    ids=["envtest", "a folder", "path", "cache"],
)
def test_the_first_place_that_has_it_wins(tmp_path: Path, places: tuple[str, ...], origin: str) -> None:
    cache = Cache(tmp_path / "cache")
    for place in places:
        if place == "cache":
            built(cache, ETCD)
        else:
            program(tmp_path / place, "etcd")
    variables = {"assets": "KUBEBUILDER_ASSETS", "bin": "GITOPS_TUI_E2E_BIN", "path": "PATH"}
    found = find(ETCD, cache, {variable: str(tmp_path / place) for place, variable in variables.items()})
    assert found is not None
    assert found.origin == origin
    assert found.path.is_relative_to(tmp_path / places[0])


def test_envtests_folder_counts_for_its_two_binaries_only(tmp_path: Path) -> None:
    program(tmp_path, "flux")
    flux = Binary("flux", "github.com/fluxcd/flux2/v2", "v2.9.5", Recipe.FLUX_CLI)
    assert find(flux, Cache(tmp_path / "cache"), {"KUBEBUILDER_ASSETS": str(tmp_path)}) is None


def test_a_binary_without_its_data_is_of_no_use(tmp_path: Path) -> None:
    program(tmp_path / "bin", "kwok")
    cache, environ = Cache(tmp_path / "cache"), {"GITOPS_TUI_E2E_BIN": str(tmp_path / "bin")}
    assert find(KWOK, cache, environ) is None
    (tmp_path / "bin" / "data" / "kwok").mkdir(parents=True)
    found = find(KWOK, cache, environ)
    assert found is not None
    assert found.data == tmp_path / "bin" / "data" / "kwok"


def test_what_is_absent_is_named_with_the_next_step(tmp_path: Path) -> None:
    program(tmp_path, "etcd")
    environ = {OVERRIDE: str(tmp_path / "cache"), "PATH": str(tmp_path)}
    assert absent(environ) == [binary.name for binary in load_versions() if binary.name != "etcd"]
    with pytest.raises(AbsentError, match=r"^no kube-apiserver, .*: `make controlplane` builds what is absent$"):
        require_all(environ)


def test_a_build_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def interrupted() -> None:
        with cache.making(ETCD) as (_, product):
            program(product, "etcd")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not cache.has(ETCD)
    assert list(tmp_path.iterdir()) == []


def test_a_version_and_a_platform_have_a_folder_of_their_own(tmp_path: Path) -> None:
    cache = find_cache({OVERRIDE: str(tmp_path)})
    assert cache.folder(ETCD) == tmp_path / f"etcd-v3.6.4-{this_platform()}"


def test_a_second_build_waits_for_the_first(tmp_path: Path) -> None:
    cache, waited = Cache(tmp_path), []
    code = (
        "import sys; from pathlib import Path; from tests.e2e.controlplane.cache import Cache\n"
        "with Cache(Path(sys.argv[1])).lock(lambda: print('waits', flush=True)): print('in', flush=True)"
    )
    with cache.lock(lambda: waited.append(1)):
        (tmp_path / ".building-left").mkdir()
        other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert other.stdout is not None
        assert other.stdout.readline() == "waits\n"
    assert other.communicate(timeout=10)[0] == "in\n"
    assert not waited
    assert not (tmp_path / ".building-left").exists(), "what an interrupted build left goes"
