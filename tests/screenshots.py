"""Draws the README's pictures from the demo's fleet, the same bytes each time: `python -m tests.screenshots`."""

import asyncio
import html
import itertools
import os
import re
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from tests.fakes.fleet import NOW, Rig, make_rig
from tests.snapshot.test_screens import NARROW, WIDE, pressing, settled
from tui.demo.repository import Repository, write_history
from tui.git.pending import PyGit
from tui.model.pending import Pending
from tui.model.question import question_about

FOLDER = Path(__file__).parents[1] / "screenshots"
MONOSPACE = "DejaVu Sans Mono"
SYMBOLS = ("DejaVu Sans", "Symbola", "Noto Sans Symbols", "Noto Sans Symbols 2")
"""Fonts for signs that the monospace lacks, the first that has a sign draws it."""

_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_ID = re.compile(r"\bterminal-\d+")
_TEXT = re.compile(r'<text (class="\S+") x="(\S+)" y="(\S+)" textLength="(\S+)" (clip-path="\S+")>(.*?)</text>')


class Shot(NamedTuple):
    """One picture."""

    name: str
    keys: tuple[str, ...] = ()
    """What is pressed once the fleet is there."""
    size: tuple[int, int] = WIDE
    theme: str = "night"


SHOTS = (
    Shot("main"),
    Shot("day", theme="day"),
    Shot("narrow", size=NARROW),
    Shot("faults", ("ctrl+z",)),
    Shot("dependson", ("m", "m")),
    Shot("diff", ("D",), (120, 20)),
    Shot("graph", ("slash", *"tenants-eu-jobs", "enter", "v", "f")),
    Shot("fleet", ("F",)),
    Shot("help", ("question_mark",), (130, 60)),
)


class PictureError(Exception):
    """A PNG can't be drawn on this machine; the text says why and what to do."""


async def draw(shot: Shot) -> str:
    """Draw a screen as SVG without network fonts and random ids."""
    rig = make_rig(theme=shot.theme)
    async with rig.app.run_test(size=shot.size) as pilot:
        await settled(pilot)
        rig.git.answer = await pending_for_selected(rig)
        await pressing(*shot.keys)(pilot)
        svg = rig.app.export_screenshot()
    svg = _ID.sub("terminal", _FONT_FACE.sub("", svg))
    return svg.replace("Fira Code, monospace", f"'{MONOSPACE}', Menlo, Consolas, monospace")


async def pending_for_selected(rig: Rig) -> Pending:
    """What Git itself answers about the object under the cursor, from the repository that the demo's fleet follows."""
    question = question_about(rig.app.shell.session.picture, rig.main.selected.ref)
    with TemporaryDirectory() as folder:
        origin = Repository(Path(folder) / "fleet.git")
        write_history(origin, NOW)
        question = msgspec.structs.replace(question, url=origin.path.as_uri())
        return await PyGit(Path(folder) / "mirrors", {}).pending(question, lambda _: None)


def as_png(svg: str) -> bytes:
    """Turn an SVG into a PNG: cairo looks for no other font and obeys no `textLength`, so each sign gets both."""
    try:
        import cairosvg
    except (ImportError, OSError) as error:
        raise PictureError(f"cairo is not there ({error}): apt install libcairo2, or brew install cairo") from error
    return cairosvg.svg2png(_TEXT.sub(_place, svg).encode())


def _place(match: re.Match[str]) -> str:
    style, left, line, length, clip, escaped = match.groups()
    text = html.unescape(escaped)
    step = float(length) / len(text)
    if set(text) == {"│"}:  # as high as the line, so that lines join as they do in a terminal
        return f'<rect {style} x="{float(left) + step / 2:.1f}" y="{float(line) - 19:.1f}" width="1.2" height="24.6"/>'
    placed = [(font_for(sign), float(left) + step * place, sign) for place, sign in enumerate(text)]
    attributes, parts = f'{style} y="{line}" {clip}', []
    for font, group in itertools.groupby(placed, key=lambda item: item[0]):
        run = list(group)
        if font == MONOSPACE:
            places = " ".join(f"{x:.1f}" for _, x, _ in run)
            signs = html.escape("".join(sign for _, _, sign in run))
            parts.append(f'<text {attributes} x="{places}">{signs}</text>')
        else:
            centred = f'{attributes} font-family="{font}" text-anchor="middle"'
            parts += [f'<text {centred} x="{x + step / 2:.1f}">{sign}</text>' for _, x, sign in run]
    return "".join(parts)


@cache
def font_for(sign: str) -> str:
    """The installed font that draws a sign: the monospace, where it has it."""
    if sign.isascii() or sign == "\xa0":
        return MONOSPACE
    try:
        command = ["fc-list", f":charset={ord(sign):x}", "family"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise PictureError(f"fontconfig is not there ({error}): apt install fontconfig") from error
    having = {family for line in listed.splitlines() for family in line.split(",")}
    for font in (MONOSPACE, *SYMBOLS, *sorted(having)):
        if font in having:
            return font
    raise PictureError(f"no installed font has {sign}: apt install fonts-dejavu fonts-symbola")


def main() -> int:
    """Draw every picture; where PNGs can't be drawn, say why in one line."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    os.environ.pop("NO_COLOR", None)
    drawn = {shot.name: asyncio.run(draw(shot)) for shot in SHOTS}
    for name, svg in drawn.items():
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
    try:
        for name, svg in drawn.items():
            (FOLDER / f"{name}.png").write_bytes(as_png(svg))
    except PictureError as error:
        sys.stderr.write(f"SVGs are drawn, PNGs are not: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
