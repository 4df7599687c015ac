"""Plots of sweeps: what is drawn is what was found, nothing is drawn that is not there, no text hides another."""

import re
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from costmodel.commands import plotting
from costmodel.reports import canvas, sweep_panels, sweep_plot
from costmodel.reports.sweeping import Swept

Runner = Callable[..., Any]
STARTS = {".svg": b"<?xml", ".pdf": b"%PDF-", ".png": b"\x89PNG"}

ONE = "mobilenet --over alpha=0.25,0.5,0.75,1"
TWO = "mobilenetv2 --over alpha=0.5,0.75,1,1.4 --over resolution=128,160,192,224"
GAP = "grouped --over groups=1,2,3,4,8"
GAPS = "grouped --over groups=1,2,3,4,8 --over channels=64,96,128"
HOLD = "grouped --over groups=1,2,4,8 --hold mult_adds --by channels"
FRONT = "mobilenetv2 --over alpha=0.25:1.4:0.05 --over resolution=96:320:16 --pareto +mult_adds,access"
MANY = "mobilenet --over alpha=0.001:2:0.001 --columns access,×params"
SHADES = "mobilenetv2 --over alpha=0.25:1.4:0.05 --over resolution=96:320:16 --columns mult_adds,peak"
WORDS = "mobilenetv3 --over minimal=true,false --over alpha=0.5,0.75,1"
DRAWN = "mobilenetv2 --over alpha=0.25:1.4:0.01 --over resolution=96:320 --sample 60 --seed 1 --columns mult_adds"
EACH = [ONE, TWO, GAP, GAPS, HOLD, FRONT, MANY, SHADES, WORDS, DRAWN]


@pytest.fixture
def swept(run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], tuple[Swept, Swept | None]]:
    """What a command gives to be drawn, and the points behind its front."""
    given: list[Any] = []

    def draw(shown: Swept, form: str, behind: Swept | None) -> bytes:
        given.append((shown, behind))
        return b""

    def found(command: str) -> tuple[Swept, Swept | None]:
        monkeypatch.setattr(sweep_plot, "draw", draw)
        ended = run("sweep", *command.split(), "--plot", str(tmp_path / "plot.svg"))
        assert ended.code == 0, ended.err
        shown: tuple[Swept, Swept | None] = given.pop()
        return shown

    return found


@pytest.mark.parametrize("ending", plotting.ENDINGS)
@pytest.mark.parametrize("command", [GAP, FRONT, SHADES])
def test_the_same_input_gives_the_same_bytes(ending: str, command: str, run: Runner, tmp_path: Path) -> None:
    plots = []
    for name in "ab":
        path = tmp_path / f"{name}{ending}"
        ended = run("sweep", *command.split(), "--plot", str(path), "--quiet")
        assert (ended.code, ended.err) == (0, "")
        assert "held fixed" in ended.out, "the report is written too"
        plots.append(path.read_bytes())
    assert plots[0] == plots[1]
    assert plots[0].startswith(STARTS[ending])
    assert re.search(rb"20\d\d-\d\d-\d\d|D:20\d\d", plots[0]) is None, "no date"


def texts(figure: Any) -> list[Any]:
    """Every text that is shown: above and below the frames, their titles, axes, values and labels, and keys."""
    found = [*figure.texts]
    for axes in figure.axes:
        legend = axes.get_legend()
        ticks = []
        if axes.axison:
            for axis, side in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
                inside = [tick for tick in axis.get_major_ticks() if min(side) <= tick.get_loc() <= max(side)]
                ticks += [tick.label1 for tick in inside if tick.label1.get_visible()]
            ticks += [axes.xaxis.label, axes.yaxis.label]
        found += [axes.title, axes._left_title, *axes.texts, *ticks, *(legend.get_texts() if legend else [])]
    return [text for text in found if text.get_text().strip() and text.get_visible()]


def assert_all_can_be_read(shown: Swept, behind: Swept | None) -> None:
    """No text hides another, and none leaves the figure."""
    with mpl.rc_context(canvas.STYLE):
        figure = sweep_plot.figure(shown, behind)
        FigureCanvasAgg(figure).draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    assert len(boxes) > 8
    whole = figure.bbox.padded(0.5)
    assert [words for words, box in boxes if not (whole.contains(box.x0, box.y0) and whole.contains(box.x1, box.y1))] == []
    level = [(words, box) for (words, box), text in zip(boxes, texts(figure), strict=True) if not text.get_rotation()]
    hidden = [(a[0], b[0]) for a, b in combinations(level, 2) if a[1].padded(-0.6).overlaps(b[1].padded(-0.6))]
    assert hidden == []


@pytest.mark.parametrize("command", EACH)
def test_no_text_hides_another_or_leaves_the_figure(command: str, swept: Callable[[str], Any]) -> None:
    assert_all_can_be_read(*swept(command))


ODD = """\
name: Odd $x_1$ names \\frac in a title that is longer than the sixty letters that there is room for
params: {act: relu, depths: [2, 2], a_parameter_with_a_name_that_is_very_long_and_goes_on: 1, width: 16}
input: [3, 32, 32]
layers:
  - conv2d: {out: width, kernel: 3, padding: 1}
  - activation: act
  - table: {n: depths}
    each: [{conv2d: 32 * a_parameter_with_a_name_that_is_very_long_and_goes_on, repeat: n}]
"""
ACTS = "act=relu,relu6,hardswish,hardsigmoid,sigmoid,tanh,gelu,silu,none"


@pytest.mark.parametrize(
    "over",
    [
        f"--over {ACTS} --columns mult_adds,operations",
        f"--over width=8,16,32,64 --over {ACTS} --columns operations",
        "--over depths=[1,1],[2,2],[2,2,2,4],[3,4,6,3,3,3,3] --over a_parameter_with_a_name_that_is_very_long_and_goes_on=1,2",
    ],
)
def test_long_words_have_room_too(over: str, swept: Callable[[str], Any], tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text(ODD, encoding="utf-8")
    assert_all_can_be_read(*swept(f"{tmp_path / 'odd.yaml'} {over}"))


def test_every_level_looks_different(swept: Callable[[str], Any], tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text(ODD, encoding="utf-8")
    levels = sweep_panels.chart(swept(f"{tmp_path / 'odd.yaml'} --over width=8,16 --over {ACTS}")[0]).levels
    assert levels is not None
    looks = [tuple(sweep_plot._style(levels, level, place).values()) for place, level in enumerate(levels.places)]
    assert len({*looks}) == len(looks) == 9


@pytest.mark.parametrize("command", EACH)
def test_it_says_what_is_held_fixed_and_how_it_counts(command: str, swept: Callable[[str], Any]) -> None:
    figure = sweep_plot.figure(*swept(command))
    said = " ".join(text.get_text() for text in figure.texts)
    assert "held fixed: " in said
    assert "batch 1" in said
    assert "mult-adds: conv + FC, one per multiply-add (paper)" in said
    assert "access: conv + FC, each element once (conv)" in said


def test_what_is_drawn_is_what_was_found(swept: Callable[[str], Any]) -> None:
    shown, _ = swept(TWO)
    chart = sweep_panels.chart(shown)
    titles = [panel.title for panel in chart.panels]
    assert titles == ["mult-adds, millions", "params, millions (any resolution)", "access, millions of elements"]
    for panel, name in zip(chart.panels[::2], ("mult_adds", "access"), strict=True):
        found = {(x, series.level): value for series in panel.series for x, value in series.points}
        assert found == {
            (float(point.values["alpha"]), float(point.values["resolution"])): getattr(point.totals, name) / 10**6
            for point in shown.points
        }
    (one,) = chart.panels[1].series
    assert dict(one.points) == {float(point.values["alpha"]): point.totals.params / 10**6 for point in shown.points}


def test_ratios_are_to_the_first_point(swept: Callable[[str], Any]) -> None:
    chart = sweep_panels.chart(swept(ONE)[0])
    assert chart.panels[-1].title == "each ÷ that at alpha 0.25"
    assert [series.name for series in chart.panels[-1].series] == ["mult-adds", "params", "access"]
    assert chart.panels[-1].series[0].points[-1] == (1.0, pytest.approx(568740352 / 41030272))


def test_a_point_that_cannot_be_built_is_a_gap_with_a_cross(swept: Callable[[str], Any]) -> None:
    shown, _ = swept(GAP)
    assert all(dict(series.points)[3.0] is None for panel in sweep_panels.chart(shown).panels for series in panel.series)
    figure = sweep_plot.figure(shown)
    assert "× cannot be built: 1 point" in [text.get_text() for text in figure.texts]
    for axes in figure.axes:
        (cross,) = [line for line in axes.lines if line.get_marker() == "x"]
        assert list(cross.get_xdata()) == [3.0]
        others = [line for line in axes.lines if line.get_transform() == axes.transData]
        drawn = [(x, y) for line in others for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)]
        assert drawn
        assert all(x != 3.0 and y > 0 for x, y in drawn)
        assert not any(min(line.get_xdata()) < 3 < max(line.get_xdata()) for line in others), "no line crosses the gap"


@pytest.mark.parametrize("command", [DRAWN, "grouped --over groups=1:64 --where params<=4k", WORDS])
def test_what_is_not_there_whole_is_not_joined(command: str, swept: Callable[[str], Any]) -> None:
    figure = sweep_plot.figure(swept(command)[0])
    lines = [line for axes in figure.axes if axes.axison for line in axes.lines if line.get_transform() == axes.transData]
    assert lines
    assert {line.get_linestyle() for line in lines} == {"None"}


def test_a_front_is_marked_among_its_points(swept: Callable[[str], Any]) -> None:
    shown, behind = swept(FRONT)
    assert behind is not None
    found = sweep_panels.cloud(shown, behind, "+mult_adds", "access")
    assert len(found.behind) == 24 * 15
    best = [(m, a) for m, a in found.behind if not any(n >= m and b <= a and (n, b) != (m, a) for n, b in found.behind)]
    assert found.front == sorted(best)
    assert (found.names[0], found.names[-1]) == ("0.25, 96", "1.4, 320")
    figure = sweep_plot.figure(shown, behind)
    labels = {text.get_text() for text in figure.axes[0].texts} - {""}
    assert labels <= {*found.names}
    assert len(labels) >= 5
    assert figure.axes[0].get_xlabel() == "mult-adds, billions (large is better)"


def test_crosses_that_would_hide_one_another_are_a_sentence(swept: Callable[[str], Any]) -> None:
    shown, _ = swept("grouped --over groups=1:300 --format json")
    figure = sweep_plot.figure(shown)
    assert "300 points; 292 of them cannot be built" in [text.get_text() for text in figure.texts]
    assert sweep_panels.chart(shown).unbuilt == []


def test_what_is_solved_for_is_drawn_and_what_is_held_is_not(swept: Callable[[str], Any]) -> None:
    chart = sweep_panels.chart(swept(HOLD)[0])
    assert [panel.title for panel in chart.panels][:2] == ["channels, solved for", "params, thousands"]
    assert chart.axis.name == "groups"
    assert chart.levels is None
    assert [value for _, value in chart.panels[0].series[0].points] == [128, 182, 256, 360]


def test_words_are_categories(swept: Callable[[str], Any]) -> None:
    chart = sweep_panels.chart(swept(WORDS)[0])
    assert chart.axis.labels == {0.0: "true", 1.0: "false"}
    assert chart.axis.are_words


def test_values_that_double_have_equal_room(swept: Callable[[str], Any]) -> None:
    assert sweep_panels.chart(swept("grouped --over groups=1,2,4,8,16,32")[0]).axis.is_wide
    assert not sweep_panels.chart(swept("grouped --over groups=1,2,4,8")[0]).axis.is_wide


def test_a_table_of_many_points_stays_short_beside_a_plot_of_all(run: Runner, tmp_path: Path) -> None:
    ended = run("sweep", *MANY.split(), "--plot", str(tmp_path / "p.svg"), "--quiet")
    assert ended.code == 0
    assert len(ended.out.splitlines()) < 70
    assert "not shown: 1,950 more points that can be built" in ended.out


def test_a_network_of_unknown_ops_is_a_lower_bound(run: Runner, tmp_path: Path, swept: Callable[[str], Any]) -> None:
    layers = "[{conv2d: n}, {unknown: {op: Odd, shape: [4, 100, 1]}}]"
    (tmp_path / "net.yaml").write_text(f"{{name: T, params: {{n: 8}}, input: [3, 8, 8], layers: {layers}}}", encoding="utf-8")
    shown, _ = swept(f"{tmp_path / 'net.yaml'} --over n=4,8")
    chart = sweep_panels.chart(shown)
    assert chart.panels[0].title.endswith(", at least")
    assert all(value is None for series in chart.panels[-1].series for _, value in series.points), "no ratio of lower bounds"
    said = " ".join(text.get_text() for text in sweep_plot.figure(shown).texts)
    assert "not counted: 1 Odd" in said
    assert "figures are lower bounds" in said


def test_where_nothing_can_be_built_nothing_is_drawn(run: Runner, tmp_path: Path) -> None:
    ended = run("sweep", "grouped", "--over", "groups=3,5", "--plot", str(tmp_path / "p.svg"))
    assert ended.code == 2
    assert "cannot be built" in ended.out
    assert not (tmp_path / "p.svg").exists()


def test_without_matplotlib_it_is_said_what_to_install(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plotting, "find_spec", lambda name: None if name == "matplotlib" else sys.modules[name].__spec__)
    ended = run("sweep", *ONE.split(), "--plot", "p.svg")
    assert (ended.code, ended.out) == (2, "")
    assert "--plot needs matplotlib, which is not installed\n  = pip install 'costmodel[plot]'" in ended.err
    assert run("sweep", *ONE.split()).code == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (f"{ONE} --plot p.jpg", "a plot has one of the endings .svg, .pdf, .png\n  = --plot sweep.svg"),
        (
            f"{ONE} --over resolution=128,224 --over classes=10,100 --plot p.svg",
            "against one or two swept parameters, and here are 3",
        ),
        (f"{ONE} --pareto access --plot p.svg", "--plot draws a front of two figures or more"),
        (f"{ONE} --plot nowhere/p.svg", "--plot nowhere/p.svg: there is no directory nowhere"),
        (f"{ONE} --plot p.svg -o p.svg --format json", "--plot and -o both write p.svg"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    given: str, said: str, run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("sweep", *given.split())
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert not [*tmp_path.iterdir()]


def test_a_point_that_is_given_twice_is_drawn(swept: Callable[[str], Any]) -> None:
    chart = sweep_panels.chart(swept("grouped --over groups=3,3,1,1")[0])
    assert [place for place, _ in chart.panels[0].series[0].points] == [1, 1, 3, 3]
