"""Measures the program as a person meets it: in a terminal, against an API server that is another process.

    python -m benchmarks --objects 1040,10000 --runs 3
    make bench ARGS=--quick

It prints a table for people to standard error and JSON to standard output, or to a file. It never judges: figures
depend on the machine, and only their comparison says something.

How to read the table:

- `floor` is measured in the same run: a fresh Python process that imports an HTTP client and the program's own
  decoder, reads the same lists over the same TLS and decodes them, and does nothing else. `ratio` is the program's
  figure divided by it, and is what to compare between machines and versions.
- `start → first frame` is until the name of the context is on the screen; `all rows` until the total at the top is the
  number of objects. Both begin before the process is started, so they hold Python's own start and all imports.
- `idle` is a window after everything has been read and nothing has been written for two seconds. Nothing changes in it.
- `churn` is the same window with 100 status changes a second: random objects go from Ready to Progressing and back, one
  watch event each.
- `key → screen` is from the sending of `j` or `k` to the cursor's being on another line of the terminal's screen.
- Processor time is that of the program alone, all its threads, in percent of one core.
- Figures are medians over the runs; the single runs are in the JSON. The load server keeps its pages ready, so that it
  adds next to nothing, but it needs a core of its own: on a machine that does other work, trust processor time more
  than seconds.

The fleet has GitRepositories, Kustomizations and HelmReleases as 40 : 600 : 400, 3 to 4 kB each, two in a hundred
failing, two waiting and one suspended. Without openssl on the PATH everything goes over plain HTTP.
"""

import argparse
import json
import signal
import sys
from pathlib import Path

from benchmarks.measure import Plan, measure
from benchmarks.report import machine, summarize, table
from benchmarks.terminal import ProgramError


def main() -> int:
    arguments = _parser().parse_args()
    if not Path("/proc/self/stat").exists():
        print("The benchmark reads /proc, which this system does not have: run it on Linux.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that everything is torn down
    if arguments.quick:
        arguments.objects, arguments.runs, arguments.seconds = [1040], 1, 5.0
    try:
        run(arguments)
    except (ProgramError, RuntimeError) as error:
        print(f"The benchmark can't go on: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def run(arguments: argparse.Namespace) -> None:
    columns, rows = arguments.size
    before = machine()
    summaries = []
    for objects in arguments.objects:
        plan = Plan(objects, arguments.seconds, arguments.rate, columns, rows)
        runs = []
        for number in range(arguments.runs):
            print(f"{objects} objects, run {number + 1} of {arguments.runs} …", file=sys.stderr, flush=True)
            runs.append(measure(plan))
        summaries.append(summarize(plan, runs))
        print(f"\n{table(summaries[-1])}\n", file=sys.stderr, flush=True)
    text = json.dumps({"machine": before, "results": summaries}, indent=2)
    if arguments.json is None:
        print(text)
    else:
        arguments.json.write_text(f"{text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the program in a terminal.")
    parser.add_argument("--objects", type=_sizes, default=[1040, 10000], metavar="N,M", help="sizes of the fleet")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long a window is (20)")
    parser.add_argument("--runs", type=int, default=3, help="runs per size, of which medians are taken (3)")
    parser.add_argument("--rate", type=float, default=100.0, help="changes a second in the second window (100)")
    parser.add_argument("--size", type=_size, default="120x36", metavar="CxR", help="the terminal's size (120x36)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the JSON there, not to standard output")
    parser.add_argument("--quick", action="store_true", help="1,040 objects, one run, windows of 5 s")
    return parser


def _sizes(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",")]


def _size(text: str) -> tuple[int, int]:
    columns, _, rows = text.partition("x")
    return int(columns), int(rows)


if __name__ == "__main__":
    sys.exit(main())
