"""The explorer's screens, played without a terminal: keys, mouse, sizes, whatever is typed; and once on one of its own."""

import io
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from screens import SCENES, SIZES, explorer, golden, play, shot, text_of
from terminal import Terminal
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from costmodel.explorer.app import Explorer
from costmodel.explorer.screens import HelpScreen, NetworkScreen
from costmodel.explorer.widgets import Field
from costmodel.single import Sizes, is_legal


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("name", SCENES)
def test_the_screens_are_those_that_were_looked_at(name: str, size: tuple[int, int]) -> None:
    """To renew after a change that was looked at: `python screens.py` in tests."""
    assert shot(SCENES[name], size) == golden(name, size[0]).read_text(encoding="utf-8")


def played(*keys: str, size: tuple[int, int] = (80, 24), spec: str | None = None) -> Explorer:
    app = explorer(spec)

    async def act(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        await pilot.pause()

    play(app, act, size)
    return app


@pytest.mark.parametrize(
    ("keys", "sizes"),
    [
        (["right"], Sizes(c1=26)),
        (["left", "left"], Sizes(c1=20)),
        (["shift+right"], Sizes(c1=48)),
        (["home"], Sizes(c1=1)),
        (["down", "end"], Sizes(c2=4096)),
        (["down", "down", "right", "right"], Sizes(k=3)),
        (["down", "down", "down", "right", "right"], Sizes(groups=3)),
        (["tab", "6", "4"], Sizes(c2=64)),
        (["9", "6"], Sizes(c1=96)),
        (["up", "7", "up", "7"], Sizes(h=7, w=7)),
        (["up", "up", "up", "right"], Sizes(padding=0)),
        (["tab", "backspace", "0", "enter"], Sizes(c2=1)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_keys_set_fields(keys: list[str], sizes: Sizes) -> None:
    assert played(*keys).state.sizes == sizes


def test_a_click_sets_a_slider_and_a_drag_moves_it() -> None:
    app = explorer()

    async def act(pilot: Pilot[None]) -> tuple[int | str | tuple[int, int], ...]:
        slider = app.screen.query_one("#field-c2", Field).slider
        seen = []
        await pilot.click(slider, offset=(0, 0))
        seen.append(app.state.sizes.c2)
        await pilot.mouse_down(slider, offset=(3, 0))
        await pilot.hover(slider, offset=(slider.size.width - 1, 0))
        await pilot.mouse_up(slider, offset=(slider.size.width - 1, 0))
        await pilot.pause()
        seen.append(app.state.sizes.c2)
        await pilot.hover(slider, offset=(2, 0))
        seen.append(app.state.sizes.c2)
        return tuple(seen)

    assert play(app, act) == (1, 4096, 4096)


def test_a_click_on_the_nearest_value_takes_it() -> None:
    app = explorer()

    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("down", "down", "down", "5")
        field = app.screen.query_one("#field-groups", Field)
        assert field.has_class("refused")
        assert app.screen.has_class("stale")
        assert app.state.refused["groups"].message.startswith("groups (5) must divide the input channels (24); ")
        await pilot.click(field.hint)
        await pilot.pause()

    play(app, act)
    assert app.state.sizes == Sizes(groups=4)


def test_help_comes_and_goes_and_leaving_leaves() -> None:
    app = explorer()

    async def act(pilot: Pilot[None]) -> list[bool]:
        seen = []
        for key in ("question_mark", "q", "question_mark", "question_mark", "tab", "question_mark", "escape", "escape"):
            await pilot.press(key)
            await pilot.pause()
            seen.append(app.is_running and isinstance(app.screen, HelpScreen))
        return seen

    assert play(app, act) == [True, False, True, False, False, True, False, False]
    assert app.return_code == 0


def test_a_screen_that_shrinks_and_grows_shows_the_same() -> None:
    app = explorer("mobilenetv2")

    async def act(pilot: Pilot[None]) -> tuple[str, str]:
        before = text_of(app)
        for size in ((20, 5), (140, 40), (1, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.press("pagedown", "pageup")
            await pilot.pause()
        return before, text_of(app)

    before, after = play(app, act)
    assert before == after


def test_the_list_and_the_fields_follow_each_other() -> None:
    app = explorer("mobilenetv2")

    async def act(pilot: Pilot[None]) -> None:
        screen = app.screen
        assert isinstance(screen, NetworkScreen)
        boxes = screen.query(Input)
        await pilot.press(*["down"] * 20)
        await pilot.pause()
        row = app.walk.rows[20] if app.walk else None
        assert screen.edit.row is row
        assert row is not None
        assert [box.value for box in boxes] == [str(row.layer.c1), str(row.layer.c2), str(row.layer.groups)]
        assert not screen.edit.is_changed
        await pilot.click(OptionList, offset=(3, 0))
        await pilot.pause()
        assert screen.edit.row is not row

    play(app, act)


KEYS = [
    *["up", "down", "left", "right", "shift+left", "shift+right", "tab", "shift+tab", "enter", "home", "end", "backspace"],
    *["pageup", "pagedown", "delete", "ctrl+a", "ctrl+k", "ctrl+w", "question_mark", "space", "minus", "full_stop", "comma"],
    *"0123456789xae",
]


@pytest.mark.parametrize("spec", [None, "mobilenetv2"])
@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_typed_and_clicked_nothing_breaks(spec: str | None, seed: int) -> None:
    draw = random.Random(seed)
    app = explorer(spec)

    async def act(pilot: Pilot[None]) -> None:
        for _ in range(8):
            await pilot.press(*draw.choices(KEYS, k=6))
            if draw.random() < 0.3:
                await pilot.click(offset=(draw.randrange(app.size.width), draw.randrange(app.size.height)))
            if draw.random() < 0.1:
                await pilot.resize_terminal(draw.choice([30, 80, 140]), draw.choice([10, 24, 40]))
            await pilot.pause()
            assert is_legal(app.state.sizes)
            if not app.is_running:
                return

    play(app, act)


def test_where_there_is_no_terminal_the_prompts_stay_and_say_so(
    run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, out, err = run("verify", "-i")
    assert code == 0
    assert out.startswith("memory access ≥")
    assert err.startswith("costmodel: no full screen: standard input and output are not both a terminal\n")


def test_a_network_is_reported_where_there_is_no_terminal(
    run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, out, err = run("verify", "mobilenet", "-i", "--quiet")
    assert (code, err) == (0, "")
    assert out == run("verify", "mobilenet")[1]


def test_the_order_of_a_walk_is_the_networks(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = run("verify", "mobilenet", "-i", "--sort", "gap")
    assert (code, out) == (2, "")
    assert "-i walks all layers in their order" in err


def test_where_textual_is_missing_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from costmodel.explorer import door

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert door.hindrance() == ""
    monkeypatch.setattr(door, "find_spec", lambda _: None)
    assert door.hindrance() == "textual is not installed: pip install 'costmodel[explore]'"
    monkeypatch.setenv("TERM", "dumb")
    assert door.hindrance() == "the terminal cannot move its cursor"


def test_on_a_terminal_it_fills_the_screen_and_leaves_it_as_it_was(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    terminal = Terminal([sys.executable, "-m", "costmodel", "verify", "-i", "--c1", "64"], tmp_path, environment, (80, 24))
    try:
        terminal.until(lambda seen: "mult-adds per element" in seen)
        terminal.type("\x1b[C")
        terminal.until(lambda seen: "3,136·72·144" in seen)
        terminal.type("\x1b[<0;20;4M\x1b[<0;20;4m")  # a click on the left end of the slider of c1
        terminal.until(lambda seen: "3,136·1·144" in seen)
        terminal.type("q")
        seen = terminal.until(lambda seen: "costmodel verify --h 56 --w 56 --c1 1 --c2 144" in seen)
        assert "\x1b[?1049l" in seen
        assert "\x1b[?25h" in seen
        assert terminal.leave() == 0
    finally:
        terminal.close()
