"""What it takes to draw a graph, beside decoding the same objects.

    python -m benchmarks.graph [--objects 500] [--runs 5]

In one process and one run: the floor decodes the objects from the API server's JSON and does nothing else; then all of
them are drawn, from the edges of the context to the lines of a 120×36 terminal, folded and not. It prints milliseconds
and, after them, how many times the floor that is: the figure to compare between machines. The fleet is that of
`benchmarks`, with a HelmRepository and the HelmChart of each HelmRelease, and dependsOn between the Kustomizations.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from benchmarks.fleet import Json, fleet
from benchmarks.manifests import manifest
from tui.config.paths import builtin_themes
from tui.config.themes import load_themes
from tui.model.decode import decode_object
from tui.model.kinds import SOURCE_GROUP
from tui.model.neighbourhood import Scope, Web, neighbourhood
from tui.model.picture import Picture
from tui.widgets.graph import GraphPane
from tui.widgets.palette import Palette

_CONTEXT = "bench"
_BORN = datetime(2026, 1, 1, tzinfo=UTC)
_WIDTH, _LINES = 120, 36
_APART = 7
"""Every how many Kustomizations one depends on none."""

Result = TypeVar("Result")


def objects(count: int) -> list[tuple[str, bytes]]:
    """The fleet as an API server sends it.

    Args:
        count: How many objects.

    Returns:
        Kind and JSON of each.
    """
    items = fleet(round(count * 0.72))
    found = [manifest(item, item.state, 1, _BORN, _BORN) for kind in items for item in items[kind]]
    for number, one in enumerate(one for one in found if one["kind"] == "Kustomization"):
        if number % _APART:
            before = items["Kustomization"][number - 1]
            one["spec"]["dependsOn"] = [{"name": before.name, "namespace": before.namespace}]
    releases = [one for one in found if one["kind"] == "HelmRelease"]
    found += [_chart(release) for release in releases][: count - len(found)]
    return [(one["kind"], json.dumps(one).encode()) for one in found]


def _chart(release: Json) -> Json:
    """What helm-controller makes of a chart template."""
    spec, told = release["spec"]["chart"]["spec"], release["metadata"]
    namespace = spec["sourceRef"].get("namespace", told["namespace"])
    return {
        "apiVersion": f"{SOURCE_GROUP}/v1",
        "kind": "HelmChart",
        "metadata": {**told, "name": f"{told['namespace']}-{told['name']}", "namespace": namespace},
        "spec": spec,
        "status": {"conditions": release["status"]["conditions"]},
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.graph", description="Draw a graph beside the floor.")
    parser.add_argument("--objects", type=int, default=500, help="how many objects (500)")
    parser.add_argument("--runs", type=int, default=5, help="of how many runs the medians are taken (5)")
    arguments = parser.parse_args()
    raw = objects(arguments.objects)
    palette = Palette(load_themes(builtin_themes(), builtin_themes())[0]["night"])
    figures: dict[str, list[float]] = {}

    def timed(name: str, run: Callable[[], Result]) -> Result:
        begun = time.perf_counter()
        result = run()
        figures.setdefault(name, []).append((time.perf_counter() - begun) * 1000)
        return result

    nodes: dict[str, int] = {}
    for _ in range(arguments.runs):
        decoded = timed("decode (the floor)", lambda: [decode_object(text, _CONTEXT, kind) for kind, text in raw])
        picture = Picture([_CONTEXT])
        for resource in decoded:
            picture.put(resource)
        for name, folding in (("folded", True), ("not folded", False)):
            pane = GraphPane(palette, picture)
            web = timed(f"edges, {name}", partial(Web, picture, _CONTEXT))
            scope = Scope(folding=folding)
            hood = timed(
                f"nodes, {name}",
                lambda picture=picture, web=web, scope=scope: neighbourhood(web, picture, scope, _BORN),
            )
            timed(f"layout, {name}", partial(pane.show, hood, ""))
            timed(f"{_LINES} lines, {name}", lambda pane=pane: [pane.draw_line(y, _WIDTH) for y in range(_LINES)])
            nodes[name] = len(hood.nodes)
    medians = {name: statistics.median(times) for name, times in figures.items()}
    floor = medians["decode (the floor)"]
    for name, count in nodes.items():
        parts = [median for part, median in medians.items() if part.endswith(f", {name}")]
        medians[f"all, {name}: {count} nodes"] = sum(parts)
    print(f"{len(raw)} objects")
    for name, median in medians.items():
        print(f"{name:<34}{median:>8.1f} ms{median / floor:>8.1f}×")


if __name__ == "__main__":
    main()
