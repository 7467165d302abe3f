"""What each part may import, asked of a fresh interpreter: the lint contracts see no transitive import."""

import pkgutil
import subprocess
import sys

import pytest

import tui.model

HEAVY = ("textual", "rich", "kubernetes_asyncio", "aiohttp", "pygit2", "yaml")
NETWORK = ("kubernetes_asyncio", "aiohttp", "pygit2")
MODEL = sorted(f"tui.model.{module.name}" for module in pkgutil.iter_modules(tui.model.__path__))


def _imported(*modules: str) -> set[str]:
    """The top-level packages that are in memory after importing some modules."""
    code = f"import sys, {', '.join(modules)}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_list_of_model_modules_is_whole() -> None:
    assert {"tui.model.health", "tui.model.rows", "tui.model.resources"} <= set(MODEL)


@pytest.mark.parametrize(
    ("modules", "forbidden"),
    [
        pytest.param(MODEL, HEAVY, id="model"),
        pytest.param(["tui.ports", "tui.store"], HEAVY, id="ports-and-store"),
        pytest.param(["tui.session", "tui.actions", "tui.frames", "tui.clock"], HEAVY, id="session"),
        pytest.param(["tui.app", "tui.screens.main"], NETWORK, id="the-first-frame-waits-for-no-network-library"),
        pytest.param(["tui.commands.run"], (*NETWORK, "textual", "rich"), id="headless"),
        pytest.param(["tui.__main__"], (*NETWORK, "textual", "rich"), id="command-line"),
    ],
)
def test_nothing_heavy_is_imported(modules: list[str], forbidden: tuple[str, ...]) -> None:
    imported = _imported(*modules)
    assert "tui" in imported
    assert imported.isdisjoint(forbidden), sorted(imported.intersection(forbidden))


def test_the_model_needs_msgspec_and_the_standard_library_only() -> None:
    of_msgspec = {"msgspec", "typing_extensions"}
    allowed = {*sys.stdlib_module_names, *_imported("re"), *of_msgspec, "tui"}
    assert _imported(*MODEL) - allowed == set()
