"""The explorer's screens as text: scenes played without a terminal. Run it to renew the golden files, and look at the diff."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from textual.pilot import Pilot

import costmodel
from costmodel.explorer.app import Explorer

GOLDEN = Path(__file__).parent / "golden"
T = TypeVar("T")


class Scene(NamedTuple):
    """What is explored, and the keys that lead to the screen."""

    spec: str | None
    keys: Sequence[str]


SCENES = {
    "layer": Scene(None, ()),
    "illegal": Scene(None, ("tab", "6", "4", "down", "down", "3")),
    "network": Scene("mobilenetv2", ("down", "down", "down", "down", "down", "tab", "tab", "tab", "tab", "right")),
    "refused": Scene("shufflenet", ("down", "down", "tab", "1", "3")),
    "help": Scene(None, ("question_mark",)),
}
SIZES = (80, 24), (140, 40)


def text_of(app: Explorer) -> str:
    """What is on the screen."""
    lines = ("".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips())
    return "".join(f"{line}\n" for line in lines)


def explorer(spec: str | None = None, **settings: Any) -> Explorer:
    return Explorer(ledger=None if spec is None else costmodel.load(spec).analyze(**settings))


def play(app: Explorer, act: Callable[[Pilot[None]], Awaitable[T]], size: tuple[int, int] = (80, 24)) -> T:
    """Run the explorer on a screen of so many columns and rows while somebody acts on it."""

    async def run() -> T:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            return await act(pilot)

    return asyncio.run(run())


def shot(scene: Scene, size: tuple[int, int]) -> str:
    """The screen at a scene's end."""
    app = explorer(scene.spec)

    async def act(pilot: Pilot[None]) -> str:
        await pilot.press(*scene.keys)
        await pilot.pause()
        return text_of(app)

    return play(app, act, size)


def golden(name: str, columns: int) -> Path:
    return GOLDEN / f"explorer-{name}-{columns}.txt"


if __name__ == "__main__":
    for name, scene in SCENES.items():
        for size in SIZES:
            golden(name, size[0]).write_text(shot(scene, size), encoding="utf-8")
