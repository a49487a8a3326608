"""What a source may do on a page in the browser: wait for something, open by a click, scroll to the end.

    yield Request(url, meta={STEPS: (WaitFor("li.park"), ScrollOn("li.park", most=30))})

Every step is bounded. What does not come in its time is no error: the page is read as it is then, and the parser
tells what it lacks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from playwright.async_api import Page
from playwright.async_api import TimeoutError as Late

from pipelines.errors import UsageError

#: In a request's meta: the steps of its page, a sequence of them.
STEPS: Final = "steps"
#: A page with more steps than this is a mistake.
STEPS_MOST: Final = 20
_SELECTOR_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Until an element is there. seconds: at most."""

    selector: str
    seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class Click:
    """On an element, up to `times` times while it is there and can be seen; then wait for `then`."""

    selector: str
    times: int = 1
    then: str = ""
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class ScrollOn:
    """Down to the end until no new `item` came within `seconds`, at most `most` times."""

    item: str
    most: int = 50
    seconds: float = 3.0


Step = WaitFor | Click | ScrollOn


def checked(steps: object) -> tuple[Step, ...]:
    """The steps of a request. Raises `UsageError` for what is none, or without bounds."""
    if not isinstance(steps, Sequence) or len(steps) > STEPS_MOST:
        raise UsageError(f"steps are a list of at most {STEPS_MOST}")
    for one in steps:
        if not isinstance(one, WaitFor | Click | ScrollOn):
            raise UsageError(f"not a step: {one!r}")
        selector = one.item if isinstance(one, ScrollOn) else one.selector
        times = one.most if isinstance(one, ScrollOn) else one.times if isinstance(one, Click) else 1
        if not 0 < len(selector) <= _SELECTOR_MOST or not 0 < one.seconds <= 60 or not 1 <= times <= 500:
            raise UsageError(f"a step without bounds: {one!r}")
    return tuple(steps)


async def perform(page: Page, steps: Sequence[Step]) -> None:
    """Do the steps one after another."""
    for step in steps:
        if isinstance(step, WaitFor):
            await _wait(page, step.selector, step.seconds)
        elif isinstance(step, Click):
            await _click(page, step)
        else:
            await _scroll(page, step)


async def _wait(page: Page, selector: str, seconds: float) -> bool:
    try:
        await page.wait_for_selector(selector, state="attached", timeout=seconds * 1000)
    except Late:
        return False
    return True


async def _click(page: Page, step: Click) -> None:
    for _ in range(step.times):
        target = page.locator(step.selector).first
        try:
            await target.click(timeout=step.seconds * 1000)
        except Late:
            return
        if step.then:
            await _wait(page, step.then, step.seconds)


async def _scroll(page: Page, step: ScrollOn) -> None:
    items = page.locator(step.item)
    for _ in range(step.most):
        before = await items.count()
        await page.mouse.wheel(0, 100_000)
        if before:
            try:
                await items.last.scroll_into_view_if_needed(timeout=step.seconds * 1000)
            except Late:
                return
        for _ in range(max(1, round(step.seconds / 0.1))):
            await asyncio.sleep(0.1)
            if await items.count() > before:
                break
        else:
            return
