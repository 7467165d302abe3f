"""What the model costs: events taken into a picture of a whole fleet, root causes found, beside the decoding alone.

    python -m benchmarks.model [--objects 10000] [--events 1000] [--runs 5]

Each event is one line of a watch. `decode` is the floor, measured in the same run: reading the same lines into structs
and nothing else. `apply` decodes them and takes them into the picture: health, edges both ways, counts. `explain` does
that and finds the root causes after every event of the object that changed. `all` explains every object that is not
fine, once. It prints JSON; compare ratios.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks.fleet import Item, State, fleet
from benchmarks.manifests import manifest
from benchmarks.report import machine
from tui.model.causes import explain
from tui.model.decode import decode_watch_event
from tui.model.health import TROUBLES
from tui.model.picture import Picture
from tui.model.resources import Resource

CONTEXT = "bench"
BORN = datetime(2026, 1, 1, tzinfo=UTC)
_STATES = (State.PROGRESSING, State.READY, State.FAILED, State.WAITING)

Line = tuple[str, bytes]
"""A kind, and one line of its watch."""


def main() -> None:
    arguments = _parser().parse_args()
    items = [item for kind in fleet(arguments.objects).values() for item in kind]
    lines = [_line(item, item.state, number) for number, item in enumerate(items)]
    churn = _churn(items, arguments.events)
    runs = [_run(lines, churn) for _ in range(arguments.runs)]
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    floor = medians["decode_us"]
    result = {
        "machine": machine(),
        "objects": len(items),
        "events": len(churn),
        "microseconds_per_event": {name: round(value, 1) for name, value in medians.items()},
        "ratios": {name: round(medians[name] / floor, 2) for name in ("apply_us", "explain_us")},
    }
    print(json.dumps(result, indent=2))


def _run(lines: list[Line], churn: list[Line]) -> dict[str, float]:
    now = BORN + timedelta(days=30)
    picture = Picture([CONTEXT])
    for kind, line in lines:
        picture.put(_decode(kind, line))

    def decode() -> None:
        for kind, line in churn:
            _decode(kind, line)

    def apply() -> None:
        for kind, line in churn:
            picture.put(_decode(kind, line))

    def find() -> None:
        for kind, line in churn:
            resource = _decode(kind, line)
            picture.put(resource)
            explain(picture, resource.ref, now)

    spent = {name: _clocked(work) / len(churn) for name, work in (("decode_us", decode), ("apply_us", apply))}
    spent["explain_us"] = _clocked(find) / len(churn)
    broken = [ref for ref in picture.refs(CONTEXT) if picture.health(ref).state in TROUBLES]
    everything = _clocked(lambda: [explain(picture, ref, now) for ref in broken])
    return spent | {"explain_one_of_all_us": everything / max(1, len(broken))}


def _clocked(work: Callable[[], object]) -> float:
    """Microseconds of processor time."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1e6


def _decode(kind: str, line: bytes) -> Resource:
    resource = decode_watch_event(line, CONTEXT, kind).resource
    assert resource is not None  # noqa: S101
    return resource


def _churn(items: list[Item], events: int) -> list[Line]:
    chosen = random.Random(1)  # noqa: S311
    return [_line(chosen.choice(items), chosen.choice(_STATES), len(items) + number) for number in range(events)]


def _line(item: Item, state: State, version: int) -> Line:
    object_ = manifest(item, state, version, BORN + timedelta(seconds=version), BORN)
    return item.kind, json.dumps({"type": "MODIFIED", "object": object_}).encode()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model", description="Measure the model alone.")
    parser.add_argument("--objects", type=int, default=10_000, metavar="N", help="the size of the fleet (10000)")
    parser.add_argument("--events", type=int, default=1000, metavar="N", help="how many events (1000)")
    parser.add_argument("--runs", type=int, default=5, help="of which medians are taken (5)")
    return parser


if __name__ == "__main__":
    main()
