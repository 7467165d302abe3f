"""From the figures of all runs to medians, ratios and a table."""

import os
import platform
import statistics
from typing import Any

from benchmarks.measure import Figures, Plan

_LINES = (
    ("start → first frame", "first_frame_seconds", "{:.2f} s", ""),
    ("start → all rows", "all_rows_seconds", "{:.2f} s", "all_rows_seconds"),
    ("  processor time until then", "all_rows_cpu_seconds", "{:.2f} s", "all_rows_cpu_seconds"),
    ("memory, settled", "settled_mib", "{:.0f} MiB", "peak_mib"),
    ("memory, peak of the whole run", "peak_mib", "{:.0f} MiB", "peak_mib"),
    ("idle: processor", "idle_cpu_percent", "{:.2f} % of a core", ""),
    ("idle: bytes written", "idle_bytes_per_second", "{:.0f} B/s", ""),
    ("idle: key → screen, median", "idle_key_median_ms", "{:.0f} ms", ""),
    ("idle: key → screen, p95", "idle_key_p95_ms", "{:.0f} ms", ""),
    ("churn: changes", "changes_per_second", "{:.0f} /s", ""),
    ("churn: processor", "churn_cpu_percent", "{:.1f} % of a core", ""),
    ("churn: bytes written", "churn_bytes_per_second", "{:.0f} B/s", ""),
    ("churn: key → screen, median", "churn_key_median_ms", "{:.0f} ms", ""),
    ("churn: key → screen, p95", "churn_key_p95_ms", "{:.0f} ms", ""),
)
"""What stands before the figure, which figure, how it is written, which figure of the floor it is compared with."""


def machine() -> dict[str, Any]:
    """What the figures were measured on.

    Returns:
        Cores, Python, system, and how busy the machine was before the benchmark.
    """
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


def summarize(plan: Plan, runs: list[tuple[Figures, Figures]]) -> dict[str, Any]:
    """Take medians and compare with the floor.

    Args:
        plan: What was measured.
        runs: The floor's and the program's figures of each run.

    Returns:
        Plan, medians, ratios and the single runs, fit for JSON.
    """
    floor, program = (_medians([run[side] for run in runs]) for side in (0, 1))
    ratios = {figure: round(program[figure] / floor[base], 2) for _, figure, _, base in _LINES if base}
    return {
        "objects": plan.objects,
        "terminal": f"{plan.columns}x{plan.rows}",
        "window_seconds": plan.seconds,
        "floor": floor,
        "program": program,
        "ratios": ratios,
        "runs": [{"floor": _rounded(ours), "program": _rounded(theirs)} for ours, theirs in runs],
    }


def table(summary: dict[str, Any]) -> str:
    """Write a summary for people.

    Args:
        summary: What `summarize` returned.

    Returns:
        Lines of text.
    """
    program, floor, ratios = summary["program"], summary["floor"], summary["ratios"]
    head = f"{summary['objects']} objects, {summary['terminal']}"
    lines = [f"{head:<32}{'program':>18}{'floor':>12}{'ratio':>8}"]
    for label, figure, form, base in _LINES:
        against = f"{form.format(floor[base]):>12}{ratios[figure]:>7.1f}×" if base else ""
        lines.append(f"{label:<32}{form.format(program[figure]):>18}{against}")
    return "\n".join(lines)


def _medians(runs: list[Figures]) -> Figures:
    return _rounded({name: statistics.median(run[name] for run in runs) for name in runs[0]})


def _rounded(figures: Figures) -> Figures:
    return {name: round(value, 3) for name, value in figures.items()}
