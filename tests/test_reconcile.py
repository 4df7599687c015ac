"""`costmodel reconcile`: every published figure with its verdict, and the few of them that `analyze` shows."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import costmodel
from costmodel.commands.completion import complete
from costmodel.layers import kinds, under
from costmodel.library import bundled
from costmodel.line import Line
from costmodel.published import STATUSES, Comparison, published, reconcile
from costmodel.reports import reconciling
from costmodel.reports.analysis import content
from costmodel.reports.columns import Shown

Runner = Callable[..., tuple[int, str, str]]

# mult-adds: stem 8·3·9·16² = 55,296; each pair 16² · (8·9 + 8·8) = 34,816; head 8·10 = 80
BODY = """\
name: Small
source: arXiv:1234.56789 table 1
params: {width: 8, size: 16}
input: [3, size, size]
blocks:
  pair:
    layers:
      - depthwise: {kernel: 3, padding: 1, bias: false}
      - batch_norm
      - conv2d: {out: c_in, bias: false}
layers:
  - {conv2d: {out: width, kernel: 3, padding: 1, bias: false}, name: stem}
  - {pair, repeat: 2}
  - global_avg_pool
  - {linear: 10, name: head}
variants: {wide: {width: 16}}
"""
STEM, DEPTHWISE, POINTWISE, HEAD = 55_296, 18_432, 16_384, 80
WHOLE = STEM + 2 * (DEPTHWISE + POINTWISE) + HEAD


def of(*rows: str, body: str = BODY) -> list[Comparison]:
    """The verdicts on some rows."""
    return reconcile(costmodel.loads(body + "published:\n" + "".join(f"  - {{{row}}}\n" for row in rows)))


def one(row: str, body: str = BODY) -> Comparison:
    (found,) = of(row, body=body)
    return found


@pytest.mark.parametrize(
    ("row", "status", "computed", "reason"),
    [
        ('mult_adds: "125,008"', "exact", WHOLE, ""),
        ("mult_adds: 0.125M", "equal", WHOLE, ""),
        ("mult_adds: 0.12M, digits: cut", "equal", WHOLE, ""),
        ("mult_adds: 0.13M", "equal", WHOLE, ""),
        ("mult_adds: 0.12M", "unknown", WHOLE, ""),
        ("mult_adds: 0.12M, differs: a misprint", "off", WHOLE, "a misprint"),
        ("mult_adds: ~0.2M", "off", WHOLE, "the source itself calls it approximate: ~"),
        ("mult_adds: ~0.13M", "equal", WHOLE, ""),
        ("mult_adds: 0.25M, convention: two-per-mult-add", "equal", 2 * WHOLE, ""),
        ("mult_adds: 0.13M, differs: a misprint", "equal", WHOLE, "a misprint"),
        ("mult_adds: 3M, size: 0", "unbuilt", None, "the height of the input must be at least 1, and is 0"),
        ("mult_adds: 3M, not_modelled: a detector", "not modelled", None, "a detector"),
        ("mult_adds: 30%, not_modelled: a detector", "not modelled", None, "a detector"),
        ("not_modelled: accuracy alone", "not modelled", None, "accuracy alone"),
        ('mult_adds: "55,296", part: stem', "exact", STEM, ""),
        ('mult_adds: "69,632", part: pair', "exact", 2 * (DEPTHWISE + POINTWISE), ""),
        ('mult_adds: "34,816", part: pair.2', "exact", DEPTHWISE + POINTWISE, ""),
        ('mult_adds: "18,432", part: pair 2/depthwise', "exact", DEPTHWISE, ""),
        ('mult_adds: "36,864", part: depthwise', "exact", 2 * DEPTHWISE, ""),
        ('mult_adds: "32,768", part: 1×1 conv', "exact", 2 * POINTWISE, ""),
        ('mult_adds: "69,712", without: stem', "exact", WHOLE - STEM, ""),
        ('mult_adds: "69,632", without: [stem, linear]', "exact", WHOLE - STEM - HEAD, ""),
        ('mult_adds: "16,384", part: pair.1, without: depthwise', "exact", POINTWISE, ""),
        ("mult_adds: 44.23%, part: stem", "equal", 100 * STEM / WHOLE, ""),
        ("mult_adds: 44.24%, part: stem", "unknown", 100 * STEM / WHOLE, ""),
        ("mult_adds: 44.26%, part: stem, without: head", "equal", 100 * STEM / (WHOLE - HEAD), ""),
        ("variant: wide, mult_adds: 0.3M", "equal", 2 * (STEM + HEAD) + 2 * (2 * DEPTHWISE + 4 * POINTWISE), ""),
        ("mult_adds: 4550x, than: mobilenet", "equal", 568_740_352 / WHOLE, ""),
        ("mult_adds: 4549x, than: mobilenet", "unknown", 568_740_352 / WHOLE, ""),
        ("params: 28 * width + 2 * (11 * width + width ** 2) + 10 * width + 10", "unknown", 610, ""),
        ("params: 27 * width + 2 * (11 * width + width ** 2) + 10 * width + 10", "exact", 610, ""),
    ],
)
def test_every_verdict(row: str, status: str, computed: float | None, reason: str) -> None:
    found = one(row)
    assert (found.status, found.reason) == (status, reason)
    assert found.computed == computed if computed is None else float(found.computed) == pytest.approx(computed)
    assert found.met is (status in ("exact", "equal"))


UNIT = """\
name: Unit
params: {c, m, g, h: 28, w: 28}
input: [c, h, w]
layers:
  - conv2d: {out: m, groups: g, bias: false}
  - depthwise: {kernel: 3, padding: 1, bias: false}
  - conv2d: {out: c, groups: g, bias: false}
"""


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ("params: 2 * c * m / g + 9 * m", "exact"),
        ("params: m * (9 + 2 * c / g)", "exact"),
        ("params: 2 * c * m / g + 10 * m", "unknown"),
        ("mult_adds: h * w * (2 * c * m / g + 9 * m)", "exact"),
        ("mult_adds: h * w * (2 * c * m / g + 9 * m), h: 14, w: 7", "exact"),
        ("mult_adds: 14 * 14 * (2 * c * m / g + 9 * m), h: 14", "unknown"),
        ("mult_adds: h * w * (2 * c * m / g + 9 * m), c: 240, m: 60, g: 3", "exact"),
        ("mult_adds: h * w * 10141, c: 240, m: 60, g: 3", "unknown"),
        ("params: 10.1k, c: 240, m: 60, g: 3", "equal"),
        ("params: 10.1k, c: 240, m: 60, g: 7", "unbuilt"),
        ("params: 10.1k", "unbuilt"),
    ],
)
def test_a_formula_is_compared_for_all_values_of_parameters_without_a_default(row: str, status: str) -> None:
    assert one(row, UNIT).status == status


def test_why_a_row_cannot_be_built_is_said() -> None:
    said = "the parameters c, m, g have no default, and no values are given (give them values: --set c=… --set m=… --set g=…)"
    assert one("params: 10.1k", UNIT).reason == said
    assert one("params: 1k, c: 240, m: 60, g: 7", UNIT).reason.startswith("groups (7) must divide the input channels (240)")


def test_a_formula_of_a_unit_stands_beside_its_numbers_in_analyze() -> None:
    spec = costmodel.loads(UNIT + "published:\n  - {params: 2 * c * m / g + 9 * m}\n  - {params: 3}\n")
    (found,) = published(spec, spec.analyze(c=240, m=60, g=3))
    assert (found.status, found.computed) == ("exact", 10_140)
    assert published(spec, spec.analyze(c=240, m=60, g=3, h=14)) == []


def test_a_row_over_ops_that_are_not_known_is_never_met() -> None:
    body = BODY.replace("  - global_avg_pool\n", "  - {unknown: {op: Sort, shape: [8, 1, 1]}, name: odd}\n")
    rows = ("mult_adds: 125008", "mult_adds: 44.23%, part: stem", "mult_adds: 4550x, than: mobilenet")
    assert {(found.status, found.reason, found.complete) for found in of(*rows, body=body)} == {
        ("off", "some ops are not counted", False)
    }
    assert one("mult_adds: 55296, part: stem", body).status == "exact"
    assert one("mult_adds: 125008, without: odd", body).status == "exact"


def test_a_share_of_nothing_is_not_met() -> None:
    body = "name: T\ninput: [3, 8, 8]\nlayers: [relu, relu6]\n"
    assert one("mult_adds: 0%, part: relu", body).reason == "there is nothing to compare with"


def test_a_stated_reason_holds_where_one_figure_of_the_row_is_not_met() -> None:
    met, missed = of("mult_adds: 0.125M, params: 9k, differs: a misprint")
    assert [(found.status, found.reason) for found in (met, missed)] == [("equal", ""), ("off", "a misprint")]


def test_a_kind_of_layer_is_what_analyze_lists() -> None:
    """With the norms that go with it."""
    ledger = costmodel.load("mobilenet").analyze()
    listed = {row[0].text: row for row in content(Shown(ledger, columns=("layer", "params", "mult_adds"))).kinds}
    for kind in ("1×1 conv", "depthwise", "3×3 conv", "linear"):
        sums = ledger.sums(kinds(ledger.lines)[kind])
        assert [cell.text for cell in listed[kind][-2:]] == [f"{sums.params:,}", f"{sums.mult_adds:,}"]


def test_rows_for_other_settings_are_left_alone_by_analyze() -> None:
    rows = "published:\n  - {width: 4, mult_adds: 3M, part: no such}\n  - {mult_adds: 125008}\n"
    spec = costmodel.loads(BODY + rows)
    assert [found.status for found in published(spec, spec.analyze())] == ["exact"]
    with pytest.raises(costmodel.SpecError, match="no layer of Small is called 'no such'"):
        published(spec, spec.analyze(width=4))
    assert published(spec, spec.analyze(width=5)) == published(spec, spec.analyze(batch=2)) == []


ROWS = """\
published:
  - source: arXiv:1234.56789 table 4
    convention: weights-only
    table:
      - [name,      part,      mult_adds, params]
      - [Conv 1x1,  1×1 conv,  26.21%,    22.5%]
      - [Conv DW,   depthwise, 29.94%,    25.35%]
  - {source: torchvision, mult_adds: "125,008", params: 610}
  - {source: a blog, name: the whole of it, mult_adds: ~0.2M, params: 1k, differs: "counted by hand, on paper, and in haste"}
  - {source: a blog, size: 0, mult_adds: 3M}
  - {source: a blog, name: SSD, mult_adds: 1.25B, not_modelled: a detector}
  - {source: a blog, params: 10 * width}
"""
SCREEN = """\
Small · arXiv:1234.56789 table 1

row              figure     printed  computed  verdict         of
arXiv:1234.56789 table 4 · weights-only
Conv 1x1         mult-adds   26.21%   26.213%  equal           of 1×1 conv
                 params       22.5%    22.54%  equal           of 1×1 conv
Conv DW          mult-adds   29.94%   29.489%  unknown +1.5 %  of depthwise
                 params      25.35%   25.352%  equal           of depthwise

torchvision
default          mult-adds  125,008   125,008  exact
                 params         610       610  exact

a blog
the whole of it  mult-adds    ~0.2M   125,008  off +60.0 %
    counted by hand, on paper, and in haste
                 params          1k       610  equal
size 0           mult-adds       3M            unbuilt
    the height of the input must be at least 1, and is 0
SSD              mult-adds    1.25B            not modelled
    a detector
default          params     formula   formula  unknown
    printed 10 * width
    computed 610

11 figures: 2 exact · 4 equal · 1 off · 2 unknown · 1 unbuilt · 1 not modelled
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.yaml"
    path.write_text(BODY + ROWS, encoding="utf-8")
    rows = "published:\n  - {params: 610}\n  - {source: a table, mult_adds: 3M, differs: a misprint}\n"
    (tmp_path / "other.yaml").write_text(BODY + rows, encoding="utf-8")
    return path


def test_the_screen(run: Runner, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in ("80", "140"):
        monkeypatch.setenv("COLUMNS", columns)
        assert run("reconcile", "small.yaml") == (0, SCREEN, "")


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_long_names_and_reasons_fit_and_verdicts_are_never_cut(
    columns: int, run: Runner, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    longer = {"the whole of it": "the whole of it as it was drawn", "in haste": "in haste " * 30}
    longer["a blog"] = "a blog of great length with a subtitle and the names of all its authors"
    text = BODY + ROWS
    for word, words in longer.items():
        text = text.replace(word, words)
    small.write_text(text, encoding="utf-8")
    _, out, _ = run("reconcile", "small.yaml", "other.yaml")
    assert max(map(len, out.splitlines())) <= columns
    assert all(verdict in out for verdict in ("off +60.0 %", "unknown +1.5 %", "not modelled"))
    assert out.count("haste") == 30


def test_several_specs_end_with_a_summary(run: Runner, small: Path) -> None:
    _, out, _ = run("reconcile", "small.yaml", "other.yaml", "grouped")
    assert "the spec has no published figures" in out
    assert [line.split() for line in out.splitlines()[-6:]] == [
        ["spec", "figures", "exact", "equal", "off", "unknown", "unbuilt", "not", "modelled"],
        ["small.yaml", "11", "2", "4", "1", "2", "1", "1"],
        ["other.yaml", "2", "1", "–", "1", "–", "–", "–"],
        ["grouped", "0", "–", "–", "–", "–", "–", "–"],
        ["─" * 70],
        ["total", "13", "3", "4", "2", "2", "1", "1"],
    ]


def test_without_a_spec_every_bundled_one_that_has_figures_is_reconciled(run: Runner) -> None:
    document = json.loads(run("reconcile", "--format", "json", "--with", "papers")[1])
    printed = [name for name in bundled() if costmodel.load(name).network.compared]
    assert [spec["spec"] for spec in document["specs"]] == printed
    assert sum(document["counts"].values()) == sum(len(spec["figures"]) for spec in document["specs"])


def test_json_has_every_figure_and_keeps_its_contract(run: Runner, small: Path) -> None:
    document = json.loads(run("reconcile", "small.yaml", "--format", "json")[1])
    schema = Path(reconciling.__file__).with_name("reconcile.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(document, json.loads(schema))
    (spec,) = document["specs"]
    assert (spec["network"], spec["counts"]) == ("Small", document["counts"])
    figures = spec["figures"]
    assert [figure["computed"] for figure in figures[3:6]] == ["25.352%", WHOLE, 610]
    assert (figures[2]["part"], figures[2]["printed"], figures[2]["convention"]) == ("depthwise", "29.94%", "weights-only")
    assert (figures[8]["status"], figures[8]["computed"], figures[8]["settings"]) == ("unbuilt", None, {"size": 0})
    assert (figures[10]["printed"], figures[10]["reason"], figures[10]["line"]) == ("10 * width", "", 28)


def test_csv_has_a_row_a_figure(run: Runner, small: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("reconcile", "small.yaml", "other.yaml", "--format", "csv")[1])))
    assert len(rows) == 11 + 2
    assert (rows[4]["printed"], rows[4]["computed"], rows[4]["status"]) == ("125,008", "125008", "exact")
    assert (rows[8]["settings"], rows[8]["computed"], rows[8]["complete"]) == ("size=0", "", "true")
    assert {row["spec"] for row in rows} == {"small.yaml", "other.yaml"}


def test_markdown_says_each_reason_in_its_row(run: Runner, small: Path) -> None:
    run("reconcile", "small.yaml", "-o", "report.md")
    out = Path("report.md").read_text(encoding="utf-8")
    assert "| a blog | SSD | mult-adds | 1.25B |  | not modelled |  | a detector |" in out
    assert "| a blog | default | params | 10 \\* width | 610 | unknown |  |  |" in out
    assert out.endswith("11 figures: 2 exact · 4 equal · 1 off · 2 unknown · 1 unbuilt · 1 not modelled\n")


def test_a_report_does_not_replace_its_spec(run: Runner, small: Path) -> None:
    code, out, err = run("reconcile", "mobilenet", "small.yaml", "-o", "small.yaml", "--format", "csv")
    assert (code, out) == (2, "")
    assert "is the spec itself" in err


def test_a_tab_completes_each_of_several_specs() -> None:
    import typer

    from costmodel.commands.app import app

    group = typer.main.get_command(app)
    for words in (["reconcile", "group"], ["reconcile", "mobilenet", "group"]):
        assert [name for name, _ in complete(group, words).items] == ["grouped"]
    assert [name for name, _ in complete(group, ["reconcile", "--with", ""]).items] == ["papers", "counters"]


def notes(run: Runner, *arguments: str) -> dict[str, str]:
    """The notes of `analyze` on published figures, by their labels."""
    out = run("analyze", *arguments)[1].splitlines()
    return {line[:17].strip(): line[17:] for line in out if line.startswith(("published ", "not met "))}


def test_analyze_shows_a_few_figures_in_two_notes(run: Runner, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert notes(run, "small.yaml") == {
        "published": "125,008 mult-adds, 610 params and 4 more: met; costmodel reconcile small.yaml",
        "not met": "~0.2M in a blog (+60.0 %) for 125,008 mult-adds, 10 * width in a blog for 610 params and 1 more",
    }
    small.write_text(BODY + "published: {mult_adds: 3M, source: table 2}\n", encoding="utf-8")
    said = "not met: 3M in table 2 (+2299.8 %) for 125,008 mult-adds; costmodel reconcile small.yaml"
    assert notes(run, "small.yaml") == {"published": said}
    assert notes(run, "small.yaml", "--set", "width=5") == {"published": "the spec has no figures for these settings"}
    small.write_text(BODY, encoding="utf-8")
    assert notes(run, "small.yaml") == {}


def test_the_paper_comes_first_in_analyze(run: Runner, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    rows = "published:\n  - {mult_adds: 0.1M}\n  - {mult_adds: 0.13M, source: arXiv:1234.56789 table 3}\n"
    small.write_text(BODY + rows, encoding="utf-8")
    assert notes(run, "small.yaml")["published"] == "0.13M mult-adds, 0.1M mult-adds: met at the printed precision"


BUNDLED = [name for name in bundled() if costmodel.load(name).network.compared]


@pytest.mark.parametrize("name", BUNDLED)
def test_analyze_says_of_a_row_what_reconcile_says(name: str) -> None:
    spec = costmodel.load(name)
    every: dict[tuple[int, str], Any] = {(f.row.mark.line, f.metric): f for f in reconcile(spec)}
    seen, needed = 0, {str(key) for key, default in spec.network.params.items() if default is None}
    for row in spec.network.published:
        if any(f.status in ("unbuilt", "not modelled") for (line, _), f in every.items() if line == row.mark.line):
            continue
        given = {str(key): value for key, value in row.settings.items()}
        if not needed <= {*given, *map(str, spec.network.variants.get(row.variant, ()))}:
            continue  # a formula over parameters that have no value is none of any ledger's
        ledger = spec.analyze(variant=None if row.variant == "default" else row.variant, **given)
        here = [found for found in published(spec, ledger) if found.row is row]
        seen += len(here)
        assert row.than is not None or [found.metric for found in here] == list(row.figures)
        assert all(found == every[row.mark.line, found.metric] for found in here)
    assert seen or needed


def test_a_verdict_that_no_figure_has_is_said_so(run: Runner, small: Path) -> None:
    small.write_text(BODY + "published: {mult_adds: 0.13M}\n", encoding="utf-8")
    assert "none of its 1 published figures has this verdict" in run("reconcile", "small.yaml", "--status", "off")[1]
    assert "none of its 1" in run("reconcile", "small.yaml", "--status", "off", "--format", "markdown")[1]
    small.write_text(BODY, encoding="utf-8")
    assert "the spec has no published figures" in run("reconcile", "small.yaml", "--status", "off")[1]


def test_names_stand_above_their_figures_where_they_would_be_cut(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = run("reconcile", "efficientnet")[1].splitlines()
    assert "EfficientNet-B7" in out
    assert max(map(len, out)) <= 80


def test_every_status_has_its_sentence() -> None:
    assert set(reconciling._STYLES) == set(STATUSES)


def test_a_part_is_found_by_the_end_of_its_path() -> None:
    lines: list[Line] = costmodel.loads(BODY).analyze().lines
    assert [line.path for line in under(lines, "pair.1/conv2d")] == ["pair.1/conv2d"]
    assert under(lines, "pair.3") == under(lines, "air") == under(lines, "depthwise/pair") == []
