"""The roofline plot: the same bytes again, its endings, what it says, labels that hide none, and a missing library."""

import re
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import costmodel
from costmodel.commands import plotting as options
from costmodel.reports import canvas, plot
from costmodel.reports.columns import Shown
from costmodel.roofline import Roofline
from costmodel.spec.device import load_device
from costmodel.traffic import TRAFFIC

Runner = Callable[..., tuple[int, str, str]]
STARTS = {".svg": b"<?xml", ".pdf": b"%PDF-", ".png": b"\x89PNG"}


def shown(name: str = "mobilenet", device: str = "gtx-1080-ti", model: str = "conv", **settings: object) -> Shown:
    ledger, traffic = costmodel.load(name).analyze(**settings), TRAFFIC[model]
    return Shown(ledger, traffic=traffic, roofline=Roofline(ledger, load_device(device), traffic=traffic))


@pytest.mark.parametrize("ending", options.ENDINGS)
def test_the_same_input_gives_the_same_bytes(ending: str, tmp_path: Path, run: Runner) -> None:
    plots = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}{ending}"
        code, out, err = run("analyze", "mobilenet", "--device", "a100", "--plot", str(path))
        assert (code, err) == (0, "")
        assert "MobileNet V1" in out, "the report is written too"
        plots.append(path.read_bytes())
    assert plots[0] == plots[1]
    assert plots[0].startswith(STARTS[ending])
    assert re.search(rb"20\d\d-\d\d-\d\d|D:20\d\d", plots[0]) is None, "no date"


def texts(figure: Any) -> list[Any]:
    """The texts of a plot that are shown."""
    return [text for text in (*figure.texts, *figure.axes[0].texts) if text.get_text()]


def drawn(shown: Shown) -> Any:
    """The plot as a figure."""
    import matplotlib as mpl

    assert shown.roofline is not None
    with mpl.rc_context(canvas.STYLE):
        return plot._figure(shown, shown.roofline)


def test_it_says_what_it_is_of() -> None:
    said = [text.get_text() for text in texts(drawn(shown(alpha="0.5")))]
    assert said[0] == "MobileNet V1 on NVIDIA GeForce GTX 1080 Ti"
    assert re.fullmatch(r".*alpha 0\.5 .*batch 1 · fp32 · traffic conv · lower bound [\d.,]+ µs, not a latency", said[1])
    assert {"484 GB/s", "peak 5.67 T mult-adds/s in fp32", "ridge 11.7"} <= set(said)
    assert [words for words in said if words.startswith("network, ")] != []


def test_long_names_and_many_settings_stay_within_the_figure() -> None:
    settings = {f"a_long_parameter_{number}": number for number in range(1, 9)}
    spec = {"name": "A name " * 40, "params": settings, "input": [3, 8, 8], "layers": [{"conv2d": 8}]}
    ledger = costmodel.load(spec).analyze()
    figure = drawn(Shown(ledger, roofline=Roofline(ledger, load_device("snapdragon-810"))))
    title, facts = figure.texts
    assert "A name" in title.get_text()
    assert title.get_text().endswith(" on Qualcomm Snapdragon 810, one Cortex-A57 core")
    assert "a_long_parameter_8 8" in facts.get_text()
    assert facts.get_text().endswith("not a latency")
    assert max(text.get_window_extent().x1 for text in (title, facts)) <= figure.bbox.width


@pytest.mark.parametrize("name", ["mobilenet", "shufflenetv2", "vit"])
@pytest.mark.parametrize(("device", "model"), [("a100", "conv"), ("stm32f746", "fused"), ("h100", "block")])
def test_no_label_hides_another_or_leaves_the_plot(name: str, device: str, model: str) -> None:
    figure = drawn(shown(name, device, model))
    labels = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text() and not text.get_rotation()]
    frame = figure.axes[0].get_window_extent().expanded(1.001, 1.001)
    assert len(labels) >= 4
    assert [box for box in labels if not (frame.contains(box.x0, box.y0) and frame.contains(box.x1, box.y1))] == []
    assert [pair for pair in combinations(labels, 2) if pair[0].overlaps(pair[1])] == []


@pytest.mark.parametrize("model", ["conv", "unfused", "fused", "block"])
def test_no_dot_is_above_the_roof(model: str) -> None:
    given = shown("mobilenetv2", "gtx-1080-ti", model)
    assert given.roofline is not None
    axes = drawn(given).axes[0]
    dots = [dot for collection in axes.collections for dot in collection.get_offsets()]
    assert len(dots) > 5
    peak, bandwidth = float(given.roofline.peak), float(given.roofline.device.bytes)
    assert [dot for dot in dots if dot[1] > min(peak, bandwidth * dot[0]) * (1 + 1e-9)] == []


def test_a_name_cannot_write_formulas_or_hide(tmp_path: Path, run: Runner) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("name: a$\\frac$ 卷积 _x\ninput: [3, 8, 8]\nlayers:\n  - conv2d: 8\n", encoding="utf-8")
    code, _, err = run("analyze", str(spec), "--device", "a100", "--plot", str(tmp_path / "p.png"))
    assert (code, err) == (0, "")


def test_a_network_without_arithmetic_has_a_roof_all_the_same(tmp_path: Path, run: Runner) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("name: T\ninput: [3, 8, 8]\nlayers:\n  - relu\n", encoding="utf-8")
    for traffic in ("conv", "unfused"):
        code, _, err = run("analyze", str(spec), "--device", "a100", "--traffic", traffic, "--plot", str(tmp_path / "p.svg"))
        assert (code, err) == (0, "")


def test_without_matplotlib_it_is_said_what_to_install(tmp_path: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "find_spec", lambda name: None if name == "matplotlib" else sys.modules[name].__spec__)
    code, out, err = run("analyze", "mobilenet", "--device", "a100", "--plot", str(tmp_path / "p.svg"))
    assert (code, out) == (2, "")
    assert "--plot needs matplotlib, which is not installed" in err
    assert "pip install 'costmodel[plot]'" in err
    assert run("analyze", "mobilenet", "--device", "a100")[0] == 0


@pytest.mark.parametrize("ending", ["", ".jpg", ".svgz", ".SVG.txt"])
def test_another_ending_is_refused_with_those_there_are(ending: str, tmp_path: Path, run: Runner) -> None:
    code, out, err = run("analyze", "mobilenet", "--device", "a100", "--plot", str(tmp_path / f"roof{ending}"))
    assert (code, out) == (2, "")
    assert ".svg, .pdf, .png" in err


def test_a_report_and_its_plot_are_two_files(tmp_path: Path, run: Runner) -> None:
    path = str(tmp_path / "both.svg")
    code, out, err = run("analyze", "mobilenet", "--device", "a100", "--plot", path, "-o", path, "--format", "json")
    assert (code, out) == (2, "")
    assert f"--plot and -o both write {path}" in err
    assert not Path(path).exists()


def test_an_ending_may_be_in_capitals(tmp_path: Path, run: Runner) -> None:
    path = tmp_path / "roof.SVG"
    assert run("analyze", "mobilenet", "--device", "a100", "--plot", str(path))[0] == 0
    assert path.read_bytes().startswith(STARTS[".svg"])
