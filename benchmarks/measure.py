"""One run: the floor, then the program, against a load server of its own."""

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from benchmarks.kubeconfig import CONTEXT
from benchmarks.procfs import cpu_seconds, memory
from benchmarks.screen import Screen
from benchmarks.server import Server, serving
from benchmarks.terminal import Terminal, command_for, environment_for, running

_PATIENCE = 60.0
"""Seconds after which what has not appeared never will."""

_QUIET = 2.0
"""Seconds of silence after which the start counts as over."""

_WARM_UP = 2.0
"""Seconds of churn before it is measured."""

_KEYS = 40
_KEY_PAUSE = 0.17
"""Seconds between two keys: too short for a log to be opened for what is passed over."""

_CURSOR = "▌"

Figures = dict[str, float]


class Plan(msgspec.Struct, frozen=True):
    """What to measure."""

    objects: int
    seconds: float
    """How long a window is, idle or with churn."""
    rate: float
    """Changes per second while there is churn."""
    columns: int
    rows: int


def measure(plan: Plan) -> tuple[Figures, Figures]:
    """Measure once.

    Args:
        plan: What to measure.

    Returns:
        The floor's figures and the program's; names say the units.
    """
    with serving(plan.objects) as server:
        return measure_floor(server.kubeconfig), measure_program(plan, server)


def measure_floor(kubeconfig: Path) -> Figures:
    """Run the floor.

    Args:
        kubeconfig: Where the load server is.

    Returns:
        Seconds from its start to all objects, its processor seconds, its memory.
    """
    started = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.floor", str(kubeconfig)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or not (told := process.stdout.readline()):
            raise RuntimeError("the floor did not end well")
        took = time.monotonic() - started
    figures: Figures = json.loads(told)
    return {"all_rows_seconds": took, "all_rows_cpu_seconds": figures["cpu_seconds"], "peak_mib": figures["memory_mib"]}


def measure_program(plan: Plan, server: Server) -> Figures:
    """Run the program.

    Args:
        plan: What to measure.
        server: The load server.

    Returns:
        Its figures.
    """
    environment = environment_for(server.folder)
    with running(command_for(server.kubeconfig), environment, plan.columns, plan.rows) as terminal:
        figures = _start(plan, terminal)
        terminal.wait_for_silence(_QUIET, _PATIENCE)
        now, peak = memory(terminal.pid)
        figures |= {"settled_mib": now, "start_peak_mib": peak}
        figures |= _window("idle", terminal, plan.seconds)
        figures |= _keys("idle", terminal)
        before = server.changes
        server.churn(plan.rate)
        terminal.drain(_WARM_UP)
        started = time.monotonic()
        figures |= _window("churn", terminal, plan.seconds)
        figures |= _keys("churn", terminal)
        elapsed = time.monotonic() - started + _WARM_UP
        figures["changes_per_second"] = (server.changes - before) / elapsed
        server.churn(0)
        figures["peak_mib"] = memory(terminal.pid)[1]
    return figures


def _start(plan: Plan, terminal: Terminal) -> Figures:
    frame = terminal.wait_for(lambda screen: CONTEXT in screen.lines[0], _PATIENCE, "first frame")
    total = re.compile(rf"\D{plan.objects}\s*$")
    told = f"total of {plan.objects} at the top"
    rows = terminal.wait_for(lambda screen: bool(total.search(screen.lines[0])), _PATIENCE, told)
    return {
        "first_frame_seconds": frame - terminal.started,
        "all_rows_seconds": rows - terminal.started,
        "all_rows_cpu_seconds": cpu_seconds(terminal.pid),
    }


def _window(name: str, terminal: Terminal, seconds: float) -> Figures:
    """What the program uses and writes in a while."""
    cpu, written, started = cpu_seconds(terminal.pid), terminal.written, time.monotonic()
    terminal.drain(seconds)
    took = time.monotonic() - started
    return {
        f"{name}_cpu_percent": 100 * (cpu_seconds(terminal.pid) - cpu) / took,
        f"{name}_bytes_per_second": (terminal.written - written) / took,
        f"{name}_mib": memory(terminal.pid)[0],
    }


def _keys(name: str, terminal: Terminal) -> Figures:
    """How long it takes from a key to the cursor's being elsewhere."""
    took = sorted(1000 * seconds for seconds in _press_keys(terminal))
    late = took[min(len(took) - 1, round(0.95 * len(took)))]
    return {f"{name}_key_median_ms": statistics.median(took), f"{name}_key_p95_ms": late}


def _press_keys(terminal: Terminal) -> Iterator[float]:
    for number in range(_KEYS):
        at = _cursor(terminal.screen)
        sent = terminal.press("jk"[number % 2])
        yield terminal.wait_for(partial(_is_elsewhere, at), 5.0, "move of the cursor") - sent
        terminal.drain(_KEY_PAUSE)


def _is_elsewhere(line: int, screen: Screen) -> bool:
    return _cursor(screen) != line


def _cursor(screen: Screen) -> int:
    return next((place for place, line in enumerate(screen.lines) if line.startswith(_CURSOR)), -1)
