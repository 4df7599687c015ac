"""`costmodel analyze --memory`: its screen, its other formats, its options, and the peak in the usual report."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flows import ledgers
from hypothesis import given, settings
from test_analyze import strict

import costmodel
from costmodel.commands.options import GROUPINGS
from costmodel.ledger import Ledger
from costmodel.memory import DEPTHWISE_IN_PLACE, REUSES, Memory, Reuse
from costmodel.reports import peak
from costmodel.reports.columns import Order, Shown
from costmodel.reports.layout import width_of
from costmodel.reports.liveness import bar, screen
from costmodel.reports.timeline import NAMES, Timeline
from costmodel.schedule import schedule

Runner = Callable[..., tuple[int, str, str]]
SCHEMA = json.loads(Path(peak.__file__).with_name("memory.schema.json").read_text(encoding="utf-8"))
NETWORKS = ("mobilenetv2", "ghostnet", "vit", "xception", "grouped")
ROWS = [*(["--by", by] for by in GROUPINGS), *(["--depth", depth] for depth in "012")]


def document(run: Runner, *arguments: str) -> Any:
    code, out, err = run("analyze", *arguments, "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    jsonschema.validate(found, strict(SCHEMA))
    return found


@pytest.mark.parametrize("room", [80, 100, 140])
def test_the_screen_of_mobilenetv2(room: int) -> None:
    """To renew after a change that was looked at: `costmodel analyze mobilenetv2 --memory in-place`, as of `analyze`."""
    spec = costmodel.load("mobilenetv2")
    shown = Shown(ledger := spec.analyze(), memory=REUSES["in-place"], at_default=frozenset(ledger.settings))
    golden = Path(__file__).parent / "golden" / f"memory-{room}.txt"
    drawn = ["".join(cell.text for cell in line).rstrip() for line in screen(shown, room)]
    assert drawn == golden.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("by", [*GROUPINGS, 2])
@pytest.mark.parametrize("reuse", REUSES.values(), ids=lambda reuse: reuse.name)
def test_the_screen_stays_within_its_width_and_marks_one_peak(name: str, by: str | int, reuse: Reuse) -> None:
    shown = Shown(costmodel.load(name).analyze(), by=by, memory=reuse)
    for room in (80, 140):
        drawn = screen(shown, room)
        assert width_of(drawn) <= room
        marked = ["".join(cell.text for cell in line) for line in drawn if line and line[-1].text.endswith("█ peak")]
        assert len(marked) == 1
        bars = [re.search("[█▏▎▍▌▋▊▉]+", "".join(cell.text for cell in line)) for line in drawn]
        assert len(re.search("█+", marked[0])[0]) == max(len(found[0]) for found in bars if found)  # type: ignore[index]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("by", ROWS, ids=" ".join)
def test_json_keeps_its_contract_and_a_row_has_the_most_of_its_lines(name: str, by: list[str], run: Runner) -> None:
    found = document(run, name, "--memory", "in-place", *by)
    memory = Memory(costmodel.load(name).analyze())
    assert found["peak"]["elements"] == memory.elements == max(step["alive"] for step in found["steps"])
    assert all(step["own"] + step["waiting"] == step["alive"] for step in found["steps"])
    assert sum(one["elements"] for one in found["peak"]["alive"]) + found["peak"]["aside"] == memory.elements
    if by == ["--by", "op"]:
        assert [step["alive"] for step in found["steps"]] == [step.alive for step in memory.by_line]


@pytest.mark.parametrize("name", ["mobilenetv2", "vit", "shufflenetv2", "swin"])
def test_only_units_that_are_alike_are_folded(name: str) -> None:
    shown = Shown(costmodel.load(name).analyze(), memory=REUSES["in-place"])
    every, folded = Timeline(shown, whole_list=True).moments, Timeline(shown, whole_list=False).moments
    assert sum(one.row.times for one in folded) == len(every)
    for one in folded:
        start = next(at for at, other in enumerate(every) if other.row.lines == one.row.lines)
        unit = len([other for other in folded if other.row.unit is one.row.unit])
        alike = every[start : start + one.row.times * unit : unit]
        assert {(other.row.op, other.step.alive, other.step.own) for other in alike} == {
            (one.row.op, one.step.alive, one.step.own)
        }


def test_depthwise_in_place_says_what_is_aside(run: Runner) -> None:
    text = "name: T\ninput: [4, 8, 8]\nlayers: [{depthwise: {kernel: 3, padding: 1, stride: 2}}, {linear: 1, when: false}]\n"
    memory = Memory(costmodel.loads(text).analyze(), DEPTHWISE_IN_PLACE)
    scale = peak.Scale(memory, Shown(memory.ledger).dtypes)
    assert peak.at_peak(memory, scale) == [
        "4×8×8  1,024 B  input, and output in its place, the network's input",
        "4×4       64 B  one channel of what is being written, aside",
    ]


@pytest.mark.parametrize(
    ("arguments", "note"),
    [
        ([], "5.7 MiB alive at bottleneck.2/depthwise (in-place); parameters 13.4 MiB"),
        (["--dtype", "int8"], "1.4 MiB alive at bottleneck.2/depthwise (in-place); parameters 3.3 MiB"),
        (
            ["--dtype", "weights=int4,activations=int8"],
            "1.4 MiB alive at bottleneck.2/depthwise (in-place); parameters 1.7 MiB",
        ),
        (["--dtype", "int8", "--batch", "2"], "2.9 MiB alive at bottleneck.2/depthwise (in-place); parameters 3.3 MiB"),
    ],
)
def test_the_usual_report_has_a_note(arguments: list[str], note: str, run: Runner) -> None:
    assert f"peak memory      {note}\n" in run("analyze", "mobilenetv2", *arguments)[1]


def test_the_usual_json_has_the_peak(run: Runner) -> None:
    found = json.loads(run("analyze", "mobilenetv2", "--dtype", "int4", "--format", "json")[1])["peak"]
    alone = document(run, "mobilenetv2", "--dtype", "int4", "--memory", "in-place")["peak"]
    assert {**alone, **found} == alone
    assert (found["elements"], found["bytes"], found["at"]) == (1_505_280, 752_640, "bottleneck.2/depthwise")
    assert found["largest"]["elements"] == 1_204_224


def test_flash_and_ram_have_each_their_own_type(run: Runner) -> None:
    arguments = ("mobilenetv2", "--memory", "depthwise-in-place", "--dtype", "weights=int4,activations=fp16")
    found = document(run, *arguments)
    assert found["flash"] == {"params": 3_504_872, "bytes": 1_752_436}
    assert found["ram"] == {"elements": 1_404_928, "bytes": 2_809_856}
    out = run("analyze", *arguments)[1]
    assert "flash            3,504,872 parameters, 1.7 MiB in int4\n" in out
    assert "RAM              2,744.0 KiB of feature maps in fp16\n" in out


def test_rows_of_csv_are_exact(run: Runner) -> None:
    out = run("analyze", "mobilenetv2", "--memory", "in-place", "--dtype", "int4", "--format", "csv")[1]
    rows = list(csv.DictReader(io.StringIO(out)))
    memory = Memory(costmodel.load("mobilenetv2").analyze())
    assert [row["path"] for row in rows] == [line.path for line in memory.ledger.lines]
    assert [int(row["alive"]) for row in rows] == [step.alive for step in memory.by_line]
    assert [Fraction(row["bytes"]) for row in rows] == [Fraction(step.alive, 2) for step in memory.by_line]
    assert {(row["memory"], row["dtype"], row["complete"]) for row in rows} == {("in-place", "int4", "true")}


def test_markdown_has_a_bar_a_row(run: Runner) -> None:
    out = run("analyze", "mobilenetv2", "--memory", "in-place", "--format", "markdown")[1]
    table = out.partition("\n\n| ")[2].partition("\n\n")[0].splitlines()
    assert table[0].endswith("| alive | KiB | over time |")
    assert [row for row in table if row.endswith("peak |")] == [
        "| bottleneck 2 |  | dw 3×3/2 | 96×56×56 | 0 | 1,505,280 | 5,880.0 | ████████████████████████ peak |"
    ]
    assert "- better order" not in out
    assert "- order: no order of the ops has a lower peak" in out


def test_sorted_rows_and_the_others_keep_the_most(run: Runner) -> None:
    found = document(run, "mobilenetv2", "--memory", "in-place", "--by", "layer", "--sort", "alive", "--top", "3")
    alive = [step["alive"] for step in found["steps"]]
    assert alive == sorted(alive, reverse=True)
    assert alive[0] == found["peak"]["elements"]
    every = [step["alive"] for step in document(run, "mobilenetv2", "--memory", "in-place", "--by", "layer")["steps"]]
    assert found["others"] == {"rows": len(every) - 3, "elements": sorted(every)[-4], "bytes": 4 * sorted(every)[-4]}
    out = run("analyze", "mobilenetv2", "--memory", "in-place", "--sort", "+alive", "--top", "2")[1]
    assert re.search("^others           [0-9]+ not shown: at most 5,880.0 KiB alive$", out, re.MULTILINE)
    last = run("analyze", "mobilenetv2", "--memory", "in-place", "--format", "csv", "--top", "1")[1].splitlines()[-1]
    assert last == ",others,,1505280,1505280,0,6021120,,in-place,fp32,true"


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
@pytest.mark.parametrize("key", NAMES)
def test_every_column_can_be_shown_and_sorted_by(form: str, key: str, run: Runner) -> None:
    code, out, err = run("analyze", "ghostnet", "--memory", "separate", "--columns", key, "--sort", key, "--format", form)
    assert (code, err) == (0, "")
    assert key in out.lower() or key == "then"


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (["--memory", "inplace"], "no convention of memory is called 'inplace'", "did you mean 'in-place'?"),
        (["--memory", "x"], "is called 'x'", "the conventions of memory are separate, in-place, depthwise-in-place"),
        (["--memory", ""], "is called ''", "the conventions of memory are"),
        (["--memory", "in-place", "--convention", "thop"], "--convention: --memory shows", "leave one or the"),
        (["--memory", "in-place", "--traffic", "fused"], "--traffic: --memory shows what is alive", "leave one or the"),
        (["--memory", "in-place", "--columns", "params"], "no column is called 'params'", "the columns are layer, path, op"),
        (["--memory", "in-place", "--columns", "alive", "--format", "json"], "--columns chooses columns", "leave it out"),
        (["--memory", "in-place", "--sort", "access"], "no column to sort by is called 'access'", "layer, path"),
        (["--memory", "in-place", "--top", "0"], "--top must be a whole number, at least 1, and is 0", ""),
    ],
)
def test_what_cannot_be_is_said(arguments: list[str], said: str, hint: str, run: Runner) -> None:
    code, out, err = run("analyze", "mobilenetv2", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert hint in err


def test_all_mistakes_are_said_at_once(run: Runner) -> None:
    code, _, err = run("analyze", "mobilenetv2", "--memory", "x", "--convention", "thop", "--sort", "y", "--dtype", "z")
    assert (code, err.count("costmodel: ")) == (2, 4)


def test_an_unknown_op_makes_the_peak_a_lower_bound(tmp_path: Path, run: Runner) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("name: T\ninput: [4, 8, 8]\nlayers: [{unknown: {op: Sort, shape: [8, 8, 8]}}]\n", encoding="utf-8")
    out = run("analyze", str(spec), "--memory", "in-place")[1]
    assert "not counted      what these keep beside their output: 1 Sort (unknown)" in out
    assert "peak             ≥768 elements (≥3,072 B) at unknown\n" in out
    assert "peak memory      ≥3.0 KiB alive at unknown (in-place); parameters ≥0 B\n" in run("analyze", str(spec))[1]
    assert document(run, str(spec), "--memory", "in-place")["complete"] is False


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_a_network_in_which_nothing_runs(form: str, tmp_path: Path, run: Runner) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("name: T\ninput: [4, 8, 8]\nlayers: [identity]\n", encoding="utf-8")
    for asked, said in ((["--memory", "in-place"], "256"), ([], "1024" if form == "json" else "1.0 KiB")):
        code, out, err = run("analyze", str(spec), *asked, "--format", form)
        assert (code, err) == (0, "")
        assert form == "csv" or said in out


def test_a_better_order_is_said(run: Runner) -> None:
    out = " ".join(run("analyze", "xception", "--memory", "in-place")[1].split())
    least = "better order 23.8 MiB instead of 26.4 (−9.9 %, the least of any order)"
    assert f"{least}; in entry.1/add: shortcut, then main flash" in out
    found = document(run, "xception", "--memory", "in-place")["schedule"]
    order = found["order"]
    assert found["best"]
    assert order.index("entry.1/add/shortcut/conv2d") < order.index("entry.1/add/main/separable_conv.1/depthwise")


def test_a_branch_that_stops_on_its_way_says_where(run: Runner) -> None:
    out = " ".join(run("analyze", "ghostnet", "--memory", "in-place")[1].split())
    assert "; in bottleneck.2/add: shortcut as far as depthwise_bn/batch_norm, then main, then shortcut flash" in out


@settings(max_examples=60, deadline=None)
@given(ledgers())
def test_any_network_has_a_report(ledger: Ledger) -> None:
    for reuse in REUSES.values():
        drawn = screen(Shown(ledger, memory=reuse), 90)
        words = "".join(cell.text for line in drawn for cell in line)
        assert width_of(drawn) <= 90
        plan = schedule(Memory(ledger, reuse).flow, reuse)
        assert ("better order" in words) is (plan.peak < plan.before)


def test_the_order_of_a_chain_is_not_repeated(run: Runner) -> None:
    assert document(run, "mobilenetv2", "--memory", "in-place")["schedule"]["order"] == []


def test_a_report_that_is_sorted_shows_its_layers() -> None:
    shown = Shown(costmodel.load("vit").analyze(), memory=REUSES["separate"], sort=Order("alive", falls=True), top=2)
    assert all(one.first for one in Timeline(shown, whole_list=False).moments)


@pytest.mark.parametrize(
    ("part", "whole", "room", "drawn"),
    [(1, 8, 1, "▏"), (8, 8, 3, "███"), (1, 10**6, 10, "▏"), (15, 16, 2, "█▉"), (0, 0, 4, "")],
)
def test_a_bar_is_rounded_up_to_an_eighth(part: int, whole: int, room: int, drawn: str) -> None:
    assert bar(part, whole, room) == drawn


def test_a_terminal_without_blocks_gets_other_signs() -> None:
    command = [sys.executable, "-m", "costmodel", "analyze", "mobilenetv2", "--memory", "in-place"]
    done = subprocess.run(command, capture_output=True, check=True, env={"PYTHONIOENCODING": "ascii", "COLUMNS": "80"})
    assert b"######## peak\n" in done.stdout
    assert b"?" not in done.stdout


def test_memory_over_time_loads_neither_numpy_nor_sympy_nor_rich() -> None:
    script = "import sys\nfrom costmodel.commands.app import app\n"
    script += "try: app(['analyze', 'mobilenet', '--memory', 'in-place'])\nexcept SystemExit: pass\n"
    script += "print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    found = set(done.stderr.split())
    assert found & {"numpy", "sympy", "rich"} == set()
    assert found & {f"costmodel.reports.{name}" for name in ("contract", "spreadsheet", "markdown", "memory_data")} == set()
