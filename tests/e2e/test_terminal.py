"""The program as a process in a terminal, against real regions: what a person sees and types."""

import re
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.api import FLUX, Body, wait_for
from tests.e2e.content import kustomization, yaml
from tests.e2e.extra import is_gone
from tests.e2e.ownregion import OwnRegion
from tests.e2e.region import Region
from tests.e2e.terminal import (
    CURSOR,
    assert_restored,
    colour,
    go_to,
    is_quiet,
    leave,
    program,
    top_of,
    tree_row,
    until_in_tree,
)
from tests.fakes.screen import IN_BAND_RESIZE, SYNCHRONIZED, Screen, home, shown
from tui.model.kinds import RECONCILE_REQUEST

_BROKEN = yaml({"apiVersion": "v1", "kind": "ConfigMop", "metadata": {"name": "broken"}})
_HOSTILE = "\x1b[31mred[/] [bold]\x1b]52;c;eA==\x07 \x9b2J\r🔥火 end"
"""A message that would colour the terminal, fill the clipboard, ring, and clear the screen."""

_HARMLESS = "red[/] [bold]"
_END = "🔥火 end"
"""How the two ends of it look: markup is text, and what is wide stays as wide as it is."""


@pytest.fixture
def desk(tmp_path: Path) -> dict[str, str]:
    """The environment of a person who has never run the program."""
    return home(tmp_path / "home")


def objects(region: Region) -> int:
    """How many Flux objects a region has."""
    return sum(len(region.api.list(kind)) for kind in FLUX)


@pytest.mark.ours
def test_two_regions_side_by_side_and_each_alone(regions: tuple[OwnRegion, OwnRegion], desk: dict[str, str]) -> None:
    merged = ":".join(str(region.kubeconfig) for region in regions)
    with shown("--all-contexts", environ=desk | {"KUBECONFIG": merged}) as screen:
        top = screen.until_row("1 eu ●", "2 us ●", f"of {sum(map(objects, regions))}")
        assert screen.is_alternate
        assert screen.rows[0] == top
        for region in regions:
            head = region.repository.head()[:8]
            screen.until_row(f"▾ {region.name} ", f"/ {objects(region)}")
            for name in ("fleet", "infra", "apps", "tenants"):
                screen.until_row(f" ✔ {name} ", " ks ", f"main@{head}")
            screen.until_row("✔ podinfo", " hr ", f"0.1.0+{head}")
        screen.until(lambda: len([row for row in screen.rows if re.search(r"⏸ paused .* ks ", row)]) == 2)
        screen.press("2")
        screen.until(
            lambda: not screen.row("▾ eu ") and screen.row("▾ us ") and f"of {objects(regions[1])}" in top_of(screen)
        )
        assert "1 eu ●" in top_of(screen), "what is hidden is watched all the same"
        screen.press("1")
        screen.until(lambda: screen.row("▾ eu ") and not screen.row("▾ us "))
        screen.press("0")
        screen.until(lambda: screen.row("▾ eu ") and screen.row("▾ us "))
        leave(screen)


def test_reconcile_is_seen_and_true(region: Region, desk: dict[str, str]) -> None:
    before = region.get("Kustomization", "tenants")["status"].get("lastHandledReconcileAt")
    with program(region, desk) as screen:
        go_to(screen, "tenants")
        screen.press("R")
        until_in_tree(screen, "tenants", "ready in ")
        body = region.get("Kustomization", "tenants")
        assert body["metadata"]["annotations"][RECONCILE_REQUEST] == body["status"]["lastHandledReconcileAt"] != before
        screen.until_row("ready in ", "revision main@", "from git flux-system/fleet" if region.is_ours else "from git")
        screen.until_row("ReconciliationSucceeded")
        leave(screen)


def test_suspend_and_resume_are_asked_about_seen_and_true(region: Region, desk: dict[str, str]) -> None:
    config = Path(desk["GITOPS_TUI_CONFIG_DIR"])
    config.mkdir()
    (config / "config.yaml").write_text(f"protected: ['{region.name}']\n")

    def suspended() -> bool:
        return bool(region.get("Kustomization", "tenants")["spec"].get("suspend"))

    with program(region, desk) as screen:
        go_to(screen, "tenants")
        screen.press("T")
        screen.until_row("suspend in a protected context?")
        screen.until_row(f"suspend  {region.name}  ks {region.namespace}/tenants")
        screen.press("n")
        screen.until(lambda: not screen.row("protected context?"))
        assert not suspended()
        screen.press("T")
        screen.until_row("suspend in a protected context?")
        screen.press("y")
        until_in_tree(screen, "tenants", "⏸", "suspended")
        assert suspended()
        screen.until_row("suspended ", " ago by ")
        screen.until_row("R reconcile", "T resume")
        screen.press("T")
        screen.until_row("resume in a protected context?")
        screen.press("enter")
        until_in_tree(screen, "tenants", "✔", "resumed, ready in ")
        assert not suspended()
        leave(screen)


def test_what_is_broken_is_under_the_cursor_at_start_and_told_in_the_controllers_words(
    region: Region, desk: dict[str, str]
) -> None:
    region.fetch(region.push("infra/broken.yaml", _BROKEN))
    wait_for("infra to fail", lambda: _ready(region, "infra")["status"] == "False")
    with program(region, desk) as screen:
        screen.until(lambda: tree_row(screen, "infra").startswith(CURSOR))
        until_in_tree(screen, "infra", "✖")
        red = colour(screen, "✖", "infra")
        screen.until(lambda: colour(screen, "✔", "fleet", " git ") not in ("", red))
        screen.until_row("ks", "infra", "ReconciliationFailed for ")
        screen.until_row('no matches for kind "ConfigMop"')
        screen.until_row("holds back apps", "→")
        screen.until(lambda: "waits on infra" in tree_row(screen, "apps"))
        mended = region.push("infra/broken.yaml", None)
        region.fetch(mended)
        for name in ("infra", "apps", "tenants"):
            until_in_tree(screen, name, "✔", f"main@{mended[:8]}")
        screen.until(lambda: "✖" not in top_of(screen))
        leave(screen)


def _ready(region: Region, name: str) -> Body:
    conditions = region.get("Kustomization", name)["status"]["conditions"]
    return next((one for one in conditions if one["type"] == "Ready"), {"status": "Unknown"})


@pytest.mark.ours
def test_a_dead_api_server_is_told_with_the_old_rows_and_comes_back(own: OwnRegion, desk: dict[str, str]) -> None:
    with program(own, desk) as screen:
        screen.until(lambda: "✔" in tree_row(screen, "tenants"))
        live = colour(screen, "✔", "tenants")
        own.kill_api()
        try:
            screen.until_row(" 1 eu ◐ stale ")
            screen.until_row("▾ eu", "◐ stale ")
            for name in ("infra", "apps", "tenants"):
                assert tree_row(screen, name), "old rows stay"
            screen.until(lambda: colour(screen, "✔", "tenants") not in ("", live))  # they are dimmed
            screen.press("g")
            screen.until_row("next try at ", "ctrl-r tries now")
        finally:
            own.start_api()
        screen.press("ctrl+r")
        screen.until_row(" 1 eu ● ")
        screen.until(lambda: colour(screen, "✔", "tenants") == live)
        screen.until(lambda: not screen.row("stale"))
        leave(screen)


@pytest.mark.parametrize("modes", [frozenset[int](), frozenset((SYNCHRONIZED, IN_BAND_RESIZE))], ids=["old", "new"])
def test_any_size_also_while_it_loads(region: Region, desk: dict[str, str], modes: frozenset[int]) -> None:
    with shown("--kubeconfig", str(region.kubeconfig), environ=desk, modes=modes) as screen:
        screen.until(lambda: screen.is_alternate)
        screen.resize(80, 24)
        screen.until(lambda: tree_row(screen, "tenants"))
        for columns, lines in ((80, 24), (40, 10), (200, 50), (20, 5), (120, 36)):
            screen.resize(columns, lines)
            screen.until(lambda: _fits(screen, region))
        leave(screen)


def _fits(screen: Screen, region: Region) -> bool:
    """Whether everything has its place: the top line, the tree, what is beside it, the footer in the last line."""
    wide = screen.columns >= 100
    dividers = screen.columns_of("│")
    return (
        f" 1 {region.name} " in top_of(screen)
        and " tree" in screen.rows[1]
        and screen.rows[-1].endswith("? help")
        and len(set(dividers)) == int(wide)
        and (not wide or len(dividers) >= len(screen.rows) - 10)
        and bool(screen.row(CURSOR))
        and len(screen.rows[1].split("│")[-1].rstrip()) <= screen.columns
        and (not wide or any(row.endswith("live") for row in screen.rows))
    )


def test_a_quiet_fleet_writes_nothing_but_ages(region: Region, desk: dict[str, str]) -> None:
    """A row whose age passes a minute is drawn anew, at most every ten seconds; else there is not a byte."""
    with program(region, desk) as screen:
        wait_for("six quiet seconds", lambda: is_quiet(screen, 6), 90)  # what was before this test may still settle
        leave(screen)


def test_hostile_text_is_shown_as_text(region: Region, desk: dict[str, str]) -> None:
    name = "hostile"
    target = region.api.apply(kustomization(name, region.namespace, "./infra", suspend=True))
    try:
        _tell(region, target, _HOSTILE)
        with program(region, desk) as screen:
            go_to(screen, name)
            note = screen.until_row("│", _HARMLESS)
            assert screen.cell(note, "red[/]").fg == screen.cell(note, "[bold]").fg
            assert not screen.cell(note, "[bold]").bold
            screen.until_row("│", _END)
            screen.until(lambda: any(_HARMLESS in row and "│" not in row for row in screen.rows))
            screen.until(lambda: len(set(screen.columns_of("│"))) == 1)  # the wide ones push nothing aside
            assert "\x1b[31m" not in screen.text
            assert "\x1b]52" not in screen.text
            assert screen.bells == 0
            leave(screen)
    finally:
        region.api.delete("Kustomization", name, region.namespace)
        wait_for("it to be gone", lambda: is_gone(region, "Kustomization", name))


def _tell(region: Region, target: Body, message: str) -> None:
    """Let an object's status and an Event about it carry a message."""
    meta, now = target["metadata"], datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    about = {"kind": target["kind"], "apiVersion": target["apiVersion"]}
    about |= {key: meta[key] for key in ("name", "namespace", "uid")}
    event = {
        "metadata": {"generateName": "hostile-", "namespace": meta["namespace"]},
        "involvedObject": about,
        "reason": "Hostile",
        "message": message,
        "type": "Warning",
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
        "source": {"component": "kustomize-controller"},
    }
    region.api.request("POST", region.api.path("v1", "Event", meta["namespace"]), event)
    ready = {"type": "Ready", "status": "False", "reason": "Hostile", "message": message, "lastTransitionTime": now}
    path = region.api.path(FLUX["Kustomization"], "Kustomization", meta["namespace"], meta["name"]) + "/status"
    body = {"status": {"observedGeneration": 1, "conditions": [ready]}}
    region.api.request("PATCH", path, body, "application/merge-patch+json")


def test_a_paste_presses_no_key(region: Region, desk: dict[str, str]) -> None:
    nonsense = "R\x1bT\x1b[31mq\nT[bold]\x00\x03"
    before = region.get("Kustomization", "tenants")["metadata"]["resourceVersion"]
    with program(region, desk) as screen:
        go_to(screen, "tenants")
        screen.paste(nonsense)
        screen.press("/")
        screen.until_row("kind:ks tenants")
        screen.paste(nonsense)
        screen.until_row("tree", "RT[31mq")
        screen.press("escape")
        screen.until(lambda: tree_row(screen, "infra"))
        screen.press(":")
        screen.until_row("reconcile", "Ask the controller")
        screen.paste(nonsense)
        screen.until(lambda: not screen.row("Ask the controller"))
        screen.press("enter")
        screen.until_row("! there is no command 'RT[31mq'")
        screen.until(lambda: tree_row(screen, "tenants").startswith(CURSOR))
        leave(screen)
    assert region.get("Kustomization", "tenants")["metadata"]["resourceVersion"] == before


def test_ctrl_c_leaves_what_is_open_and_then_the_program(region: Region, desk: dict[str, str]) -> None:
    with program(region, desk) as screen:
        screen.type("/infra")
        screen.until_row("tree", "/infra")
        screen.press("ctrl+c")
        screen.until(lambda: not screen.row("tree", "/infra"))
        screen.press(":")
        screen.until_row("Ask the controller")
        screen.press("ctrl+c")
        screen.until(lambda: not screen.row("Ask the controller"))
        go_to(screen, "tenants")
        screen.press("y")
        screen.until_row("kind: Kustomization")
        screen.press("ctrl+c")
        screen.until(lambda: tree_row(screen, "tenants"))
        screen.press("ctrl+c")
        assert screen.end(60) == 0
        assert_restored(screen)


def test_sigterm_restores_the_terminal(region: Region, desk: dict[str, str]) -> None:
    with program(region, desk) as screen:
        go_to(screen, "tenants")
        screen.process.send_signal(signal.SIGTERM)
        assert screen.end(60) == 128 + signal.SIGTERM
        assert_restored(screen)
