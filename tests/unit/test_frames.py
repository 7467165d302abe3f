"""Frames: none for nothing, at once for what a person waits for, seldom for churn."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.fakes.clock import in_virtual_time
from tui.frames import CALM, SOONEST, FrameClock


class Drawing:
    """Remembers when frames were drawn, in seconds since the beginning."""

    def __init__(self) -> None:
        self.begun = asyncio.get_running_loop().time()
        self.at: list[float] = []

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time() - self.begun

    def draw(self) -> None:
        self.at.append(round(self.now, 3))


def _frames(script: Callable[[FrameClock], Awaitable[None]]) -> list[float]:
    """When frames were drawn while a script asked for them."""

    async def run() -> list[float]:
        drawing = Drawing()
        frames = FrameClock(drawing.draw)
        await script(frames)
        await asyncio.sleep(60)
        return drawing.at

    return in_virtual_time(run())


def test_no_frame_without_a_request() -> None:
    async def script(frames: FrameClock) -> None:
        assert frames.idle

    assert _frames(script) == []


@pytest.mark.parametrize("urgent", [True, False], ids=["urgent", "calm"])
def test_the_first_request_after_a_rest_is_drawn_at_once(urgent: bool) -> None:
    async def script(frames: FrameClock) -> None:
        frames.request(urgent)
        assert not frames.idle
        await asyncio.sleep(10)
        assert frames.idle
        frames.request(urgent)

    assert _frames(script) == [0, 10]


def test_urgent_requests_come_at_most_ten_times_a_second() -> None:
    async def script(frames: FrameClock) -> None:
        for _ in range(1000):
            frames.request(urgent=True)
            await asyncio.sleep(0.001)

    drawn = _frames(script)
    assert drawn == pytest.approx([number * SOONEST for number in range(11)], abs=0.002)


def test_an_urgent_request_waits_no_longer_than_a_tenth_of_a_second() -> None:
    async def script(frames: FrameClock) -> None:
        frames.request(urgent=True)
        await asyncio.sleep(0.03)
        frames.request(urgent=True)

    assert _frames(script) == pytest.approx([0, SOONEST])


def test_churn_settles_into_few_frames() -> None:
    async def script(frames: FrameClock) -> None:
        for _ in range(900):
            frames.request(urgent=False)
            await asyncio.sleep(0.002)

    assert _frames(script) == pytest.approx([0, CALM, 2 * CALM, 3 * CALM, 4 * CALM], abs=0.01)


def test_something_urgent_overtakes_churn_and_takes_it_along() -> None:
    async def script(frames: FrameClock) -> None:
        frames.request(urgent=False)
        await asyncio.sleep(0.01)
        frames.request(urgent=False)
        frames.request(urgent=True)

    assert _frames(script) == pytest.approx([0, SOONEST])


def test_churn_does_not_delay_something_urgent() -> None:
    async def script(frames: FrameClock) -> None:
        frames.request(urgent=True)
        await asyncio.sleep(0.01)
        frames.request(urgent=True)
        frames.request(urgent=False)

    assert _frames(script) == pytest.approx([0, SOONEST])


def test_a_stopped_clock_draws_no_more() -> None:
    async def script(frames: FrameClock) -> None:
        frames.request(urgent=True)
        frames.stop()
        frames.stop()
        assert frames.idle

    assert _frames(script) == []
