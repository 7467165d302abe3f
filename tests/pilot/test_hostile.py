"""Text that nobody trusts is drawn as it is, in the cells it has: no markup, no control code, no line too wide."""

import time

import pytest

from tests.fakes.fleet import NOW
from tests.fakes.objects import body, condition, git, ks, read, ref
from tests.fakes.pilot import EU, NARROW, WIDE, Driven, small
from tui.model.changes import ContextStatus, EventRecord, EventSeen, LogLine, Notice, ObjectSkipped, Phase, Severity
from tui.model.decode import Skipped
from tui.model.pending import Commit, DiffLine, FilePatch, FileStatus, Pending, Stage
from tui.model.refs import ObjectRef
from tui.model.text import clean
from tui.widgets.lines import LineView

HOSTILE = {
    "markup": "[red]bold[/red] [/] [link=x]y",
    "ansi": "\x1b[31mred\x1b[0m\x1b]8;;http://evil\x07link\x1b]8;;\x07\x1b[2J",
    "c1": "a\x9b31mb\x85c\x00d\x08\x7f",
    "long": "n" * 253,
    "emoji": "👩‍👩‍👧‍👦 ❤️ 🇩🇪 ⚠️ ✈︎ 👍🏽 " * 9,
    "cjk": "配置错误：镜像不存在" * 12,
    "rtl": "خطأ في الصورة \u202egnp.exe\u202c שגיאה",
    "combining": "e\u0301\u0301\u0301a\u0300\u20dd" * 20,
    "wide blanks": "a\u3000b\u200bc\u2060d\ufeffe",
    "lines": "first\nsecond\r\nthird\tfourth",
    "zalgo": "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324" * 9,
}


def _failing(name: str, text: str) -> dict[str, object]:
    told = (condition("Ready", "False", "BuildFailed", text),)
    return ks(name, conditions=told, applied="", attempted=f"{text}@sha1:{'ab' * 20}", spec={"path": text})


def _check_widths(driven: Driven) -> int:
    """Every line of every pane on the screen has exactly the pane's cells, and nothing that a terminal obeys."""
    checked = 0
    for view in driven.app.screen.query(LineView):
        if not view.display or not view.size.height:
            continue
        for y in range(view.size.height):
            strip = view.render_line(y)
            assert strip.cell_length == view.size.width, (view, y, strip.text)
            assert sum(segment.cell_length for segment in strip) == view.size.width
            assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in strip.text)
            checked += 1
    return checked


def _everything(driven: Driven, target: ObjectRef, text: str) -> None:
    cluster = driven.eu
    event = EventRecord(target, "1", "Warning", text, text, 3, NOW, NOW, text)
    cluster.emit(
        EventSeen(event),
        Notice(NOW, Severity.ERROR, text, "eu"),
        ContextStatus("us", Phase.STALE, NOW, text, text),
        ObjectSkipped(Skipped("eu", "Kustomization", f"x/{text}", text)),
    )
    cluster.say("kustomize-controller", LogLine(NOW, "error", text, text, "Kustomization", "flux-system", target.name))


@pytest.mark.parametrize("size", [WIDE, NARROW, (44, 14)], ids=["120x36", "80x24", "44x14"])
async def test_every_pane_keeps_its_width(size: tuple[int, int]) -> None:
    objects = {name: _failing(text, text) for name, text in HOSTILE.items()}
    async with small(git(), *objects.values(), ks("waits", after=["n" * 253]), size=size) as driven:
        for name, text in HOSTILE.items():
            target = read(objects[name]).ref
            await driven.go_to(target)
            _everything(driven, target, clean(text))
            driven.eu.manifests[target] = clean(f"kind: {text}\n{text}: x\n")
            driven.main.draw_frame()
            assert _check_widths(driven) >= size[1] - 2, name
            for key in ("y", "l", "e"):
                await driven.press(key)
                assert _check_widths(driven) > 0, (name, key)
                await driven.press("escape")


@pytest.mark.parametrize("key", ["M", "question_mark", "colon", "D", "y"])
async def test_every_screen_keeps_its_width(key: str) -> None:
    text = " ".join(map(clean, HOSTILE.values()))
    target = ref("Kustomization", clean(HOSTILE["cjk"]))
    async with small(git(), _failing(HOSTILE["cjk"], text), size=NARROW, at=target) as driven:
        _everything(driven, target, text)
        driven.eu.manifests[target] = text
        await driven.press(key)
        for size in (WIDE, NARROW, (44, 14), (9, 9)):
            await driven.pilot.resize_terminal(*size)
            await driven.quiet()
            assert _check_widths(driven) > 0
        await driven.press("escape")
        assert driven.screens == []


@pytest.mark.parametrize("mode", ["sources", "dependsOn", "flat"])
async def test_every_mode_keeps_its_width(mode: str) -> None:
    async with small(*(_failing(text, text) for text in HOSTILE.values())) as driven:
        await driven.command(f"mode {mode}")
        assert _check_widths(driven) > 0
        await driven.press("z")
        assert _check_widths(driven) > 0


async def test_markup_is_drawn_literally_everywhere() -> None:
    text = "[red]x[/red]"
    async with small(_failing(text, text), at=ref("Kustomization", text)) as driven:
        _everything(driven, ref("Kustomization", text), text)
        await driven.drawn()
        for pane in (driven.main.tree_pane, driven.main.events, driven.main.detail, driven.main.footer):
            assert text in driven.text_of(pane)
        await driven.press("space")
        await driven.press("k", "space", "T")
        told = "\n".join(str(static.render()) for static in driven.app.screen.query("Static"))
        assert driven.screens == [] or text in told


async def test_a_question_about_hostile_names_is_plain() -> None:
    names = ["[red]a[/red]", "[/]b"]
    async with small(*(ks(name) for name in names), start=("eu",), at=ref("Kustomization", names[0])) as driven:
        await driven.go_to(EU)
        await driven.press("j", "space", "space", "T")
        assert driven.screens == ["ConfirmScreen"]
        told = "\n".join(str(static.render()) for static in driven.app.screen.query("Static"))
        for name in names:
            assert name in told


async def test_control_codes_never_reach_the_clipboard() -> None:
    text = HOSTILE["ansi"]
    async with small(_failing("a", text), at=ref("Kustomization", "a")) as driven:
        await driven.press("c")
        assert "link" in driven.app.clipboard
        assert "\x1b" not in driven.app.clipboard


async def test_an_object_without_status_or_spec() -> None:
    bare = {"apiVersion": "v1", "kind": "Kustomization", "metadata": {"name": "bare", "namespace": "x", "uid": "1"}}
    async with small(bare, body("HelmRelease", "hr"), at=ref("Kustomization", "bare", "x")) as driven:
        assert "? bare" in driven.line(ref("Kustomization", "bare", "x"))
        assert "waiting to be reconciled" in driven.text_of(driven.main.detail)
        await driven.press("R")
        assert len(driven.rig.patches()) == 1
        assert _check_widths(driven)


async def test_a_message_of_one_and_a_half_megabytes_costs_little() -> None:
    huge = ("timeout waiting for [Deployment/web/api] " * 40_000)[:1_500_000]
    target = ref("Kustomization", "huge")
    async with small(_failing("huge", huge), ks("a"), ks("b"), start=("eu",), at=target) as driven:
        await driven.press("j", "k")
        begun = time.process_time()
        for _ in range(5):
            await driven.press("j", "k")
            driven.main.draw_frame()
        took = time.process_time() - begun
        assert took < 1.0, f"15 draws took {took:.2f} s"
        await driven.go_to(target)
        assert "timeout waiting for" in driven.text_of(driven.main.detail)
        assert _check_widths(driven)


async def test_an_event_and_a_log_line_of_a_megabyte_cost_little() -> None:
    huge = "x" * 1_000_000
    target = ref("Kustomization", "a")
    async with small(ks("a"), ks("b"), start=("eu",), at=target) as driven:
        _everything(driven, target, huge)
        await driven.until(lambda: driven.eu.opened)
        await driven.drawn()
        begun = time.process_time()
        for _ in range(5):
            await driven.press("j", "k")
            driven.main.draw_frame()
        took = time.process_time() - begun
        assert took < 1.0, f"15 draws took {took:.2f} s"
        await driven.press("M")
        assert _check_widths(driven)


async def test_a_hostile_diff() -> None:
    text = HOSTILE["markup"] + HOSTILE["cjk"] + "\x1b[31m"
    plain = clean(text)
    lines = (DiffLine("@", plain), DiffLine("+", plain + "\t\n", 0, 1), DiffLine("-", plain, 123456, 0))
    pending = Pending(
        (Stage(plain, "ab" * 20), Stage("upstream", "")),
        (Commit("cd" * 20, plain, NOW, plain),),
        (
            FilePatch(plain, plain, FileStatus.MODIFIED, 1, 1, lines, truncated=9),
            FilePatch(plain, "old", FileStatus.RENAMED, 10**9, 10**9, (), matters=False),
        ),
        plain,
        plain,
    )
    async with small(git(), at=ref("GitRepository", "flux-system"), pending=pending) as driven:
        for size in ((120, 36), (80, 24), (30, 10), (5, 5)):
            await driven.pilot.resize_terminal(*size)
            await driven.press("D")
            await driven.until(lambda: driven.app.screen.summary.pending.files)
            await driven.press("n", "n", "p", "tab", "j", "G")
            assert _check_widths(driven)
            await driven.press("escape", "escape")
