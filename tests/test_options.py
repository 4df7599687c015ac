"""The options that commands share: data types, conventions, columns, order, depth, and what is said to a wrong one."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

import costmodel
from costmodel.commands import reading
from costmodel.conventions import CONVENTIONS
from costmodel.cost import COUNTS, Cost
from costmodel.dtypes import DTYPES, Dtypes
from costmodel.ledger import Ledger
from costmodel.problems import SpecError
from costmodel.reports.columns import NAMES, TEXTS

Runner = Callable[..., tuple[int, str, str]]


PAPERS = ("paper", "weights-only", "two-per-mult-add", "arithmetic")


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return costmodel.load("mobilenetv2").analyze()


def analyzed(run: Runner, *arguments: str) -> Any:
    code, out, err = run("analyze", "mobilenetv2", "--format", "json", *arguments)
    assert (code, err) == (0, "")
    return json.loads(out)


def rows(run: Runner, *arguments: str) -> list[dict[str, str]]:
    code, out, err = run("analyze", "mobilenetv2", "--format", "csv", *arguments)
    assert (code, err) == (0, "")
    return list(csv.DictReader(io.StringIO(out)))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("int8", ("int8", "int8", "int8")),
        ("weights=int8,activations=fp16,accumulators=int32", ("int8", "fp16", "int32")),
        ("accumulators=int32, weights=int4", ("int4", "fp32", "int32")),
        ("int8,accumulators=int32", ("int8", "int8", "int32")),
        ("accumulators=int32,int8", ("int8", "int8", "int32")),
    ],
)
def test_a_data_type_is_one_for_all_or_one_a_kind(given: str, meant: tuple[str, ...]) -> None:
    assert reading.dtypes(given) == meant


@pytest.mark.parametrize(
    ("given", "said", "hint"),
    [
        ("fp31", "no data type is called 'fp31'", "did you mean 'fp32'?"),
        ("double", "no data type is called 'double'", f"the data types are {', '.join(DTYPES)}"),
        ("", "no data type is called ''", "the data types are"),
        ("weight=int8", "no kind of tensor is called 'weight'", "did you mean 'weights'?"),
        ("gradients=int8", "no kind of tensor", "the kinds of tensor are weights, activations, accumulators"),
        ("weights=", "no data type is called ''", "the data types are"),
        ("int8,int4", "--dtype gives a data type twice: int8,int4", "keep one of them"),
        ("weights=int8,weights=int4", "--dtype gives a data type for 'weights' twice", "keep one of them"),
    ],
)
def test_a_data_type_that_is_none(given: str, said: str, hint: str, run: Runner) -> None:
    for command in (["analyze", "mobilenet"], ["sweep", "grouped", "--over", "groups=1"]):
        code, out, err = run(*command, "--dtype", given)
        assert (code, out) == (2, "")
        assert said in err
        assert hint in err


def test_every_mistake_of_a_data_type_is_said_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        reading.dtypes("weihgts=int8,activations=fp15")
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("word", DTYPES)
def test_data_types_scale_bytes_alone(word: str, run: Runner, ledger: Ledger) -> None:
    """Every element at the bits of its type; 16,917,072 elements move, and 1,505,280 are alive at once."""
    document, plain = analyzed(run, "--dtype", word), analyzed(run)
    assert document["settings"]["dtype"] == word
    assert Fraction(document["totals"]["access"]["bytes"]) == Fraction(16_917_072 * DTYPES[word], 8)
    assert Fraction(document["peak"]["bytes"]) == Fraction(1_505_280 * DTYPES[word], 8)
    for part in (document, plain):
        part["settings"].pop("dtype")
        for sized in (part["totals"]["access"], part["totals"]["every_op_moved"]):
            sized.pop("bytes")
        for sized in (part["peak"], part["peak"]["largest"], part["peak"]["input_output"]):
            assert Fraction(sized.pop("bytes")) == Fraction(sized["elements"] * DTYPES[word if part is document else "fp32"], 8)
    assert document == plain


def test_weights_and_feature_maps_have_bytes_of_their_own(run: Runner, ledger: Ledger) -> None:
    counted = [line for line in ledger.lines if line.cost.fma]
    weights = sum(line.cost.weights + line.cost.biases for line in counted)
    read, written = (sum(getattr(line.cost, way) for line in counted) for way in ("read", "write"))
    maps = read + written
    document = analyzed(run, "--dtype", "weights=int8,activations=fp16")
    assert document["totals"]["access"] == {
        "model": "conv",
        "elements": weights + maps,
        "bytes": weights + 2 * maps,
        "maps_read": read,
        "maps_written": written,
        "params_read": weights,
    }
    assert document["settings"]["dtype"] == {"weights": "int8", "activations": "fp16", "accumulators": "fp32"}


def test_accumulators_are_shown_and_scale_nothing(run: Runner) -> None:
    wide, same = analyzed(run, "--dtype", "int8,accumulators=int32"), analyzed(run, "--dtype", "int8")
    assert wide["totals"] == same["totals"]
    assert (
        "weights int8 · activations int8 · accumulators int32"
        in run("analyze", "grouped", "--dtype", "int8,accumulators=int32")[1]
    )


def test_half_a_byte_is_exact_in_rows_and_whole_in_a_total(run: Runner, tmp_path: Any) -> None:
    spec = tmp_path / "odd.yaml"
    spec.write_text("name: Odd\ninput: [1, 3, 3]\nlayers: [{conv2d: {out: 1, kernel: 2}}]\n", encoding="utf-8")
    moved = 9 + 4 + 4 + 1  # input, output, weights, bias
    assert Dtypes("int4", "int8").bytes(weights=5, activations=13) == Fraction(31, 2)
    given = (str(spec), "--dtype", "weights=int4,activations=int8")
    row = next(csv.DictReader(io.StringIO(run("analyze", *given, "--format", "csv")[1])))
    assert (row["access"], row["bytes"]) == (str(moved), "15.5")
    assert json.loads(run("analyze", *given, "--format", "json")[1])["totals"]["access"]["bytes"] == 16
    assert " 15.5" in run("analyze", *given, "--columns", "bytes")[1]
    assert "18 elements (16 B)" in run("analyze", *given)[1]


def test_conventions_are_what_they_say() -> None:
    one_of_each = Cost(**{name: 10**at for at, name in enumerate(COUNTS)})
    line = replace(costmodel.load("mobilenetv2").analyze().lines[0], cost=one_of_each)
    fma, others = 1, 10 + 100 + 1000 + 10_000  # add, mul, cmp, exp
    assert list(COUNTS[:5]) == ["fma", "add", "mul", "cmp", "exp"]
    figures = {name: CONVENTIONS[name].figure(line, "module") for name in PAPERS}
    assert figures == {"paper": fma, "weights-only": fma, "two-per-mult-add": 2 * fma, "arithmetic": 2 * fma + others}
    assert all((rule.unit == "mult-adds") == rule.counts_mult_adds for rule in CONVENTIONS.values())


@pytest.mark.parametrize("name", CONVENTIONS)
def test_a_report_names_its_convention_and_its_unit(name: str, run: Runner, ledger: Ledger) -> None:
    rule = CONVENTIONS[name]
    sums = ledger.sums(convention=rule)
    document = analyzed(run, "--convention", name)
    assert document["totals"]["mult_adds"] == 300_774_272
    operations = ledger.operations(convention=rule)
    assert (document["totals"]["operations"], document["totals"]["params"]) == (operations, sums.params)
    assert document["conventions"]["operations"] == name
    screen = run("analyze", "mobilenetv2", "--convention", name)[1]
    heading = next(line for line in screen.splitlines() if line.startswith("layer "))
    assert f"{rule.unit}: {rule.meaning} ({name})" in screen
    assert rule.unit in heading
    assert f"{operations:,}" in screen
    assert ("mult-adds" in heading) == (rule.unit == "mult-adds")
    table = rows(run, "--convention", name)
    assert {row["convention"] for row in table} == {name}
    assert sum(int(row["operations"]) for row in table) == operations
    assert sum(int(row["params"]) for row in table) == sums.params


def test_a_sweep_counts_by_the_same_convention(run: Runner) -> None:
    arguments = ("sweep", "mobilenetv2", "--over", "alpha=1", "--convention", "arithmetic")
    assert json.loads(run(*arguments, "--format", "json")[1])["points"][0]["totals"]["operations"] == 627_396_456
    assert "alpha   operations" in run(*arguments)[1]


def test_every_arithmetic_operation_of_mobilenetv2(ledger: Ledger) -> None:
    """Two per mult-add, norms two a value (6,678,112 values), relu6 two (6,105,792), joins, pooling and the FC's bias."""
    joins = sum(line.cost.add for line in ledger.lines if line.op == "add")
    pooled, bias = 1280 * 49, 1000  # 48 additions and a multiplication a channel
    expected = 2 * 300_774_272 + 2 * 6_678_112 + 2 * 6_105_792 + joins + pooled + bias
    assert ledger.operations(convention=CONVENTIONS["arithmetic"]) == expected == 627_396_456


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("format", ["table", "csv", "markdown"])
def test_every_column_can_be_shown_alone_and_sorted_by(name: str, format: str, run: Runner) -> None:
    code, out, err = run("analyze", "grouped", "--columns", name, "--sort", name, "--format", format)
    assert (code, err) == (0, "")
    if format == "csv":
        extra = [] if name in ("layer", "path") else ["path"]
        assert out.splitlines()[0].split(",") == [*extra, name, "convention", "traffic", "dtype", "complete"]


def test_columns_come_in_the_order_that_is_asked_for(run: Runner) -> None:
    out = run("analyze", "mobilenet", "--columns", "access,%access,layer,mult-adds,%params")[1]
    assert out.splitlines()[3].split() == ["access", "%", "layer", "mult-adds", "%", "params"]
    first = rows(run, "--columns", "access,path,line")[0]
    assert first == {
        "access": "552800",
        "path": "conv/conv2d",
        "line": "13",
        "convention": "paper",
        "traffic": "conv",
        "dtype": "fp32",
        "complete": "true",
    }


def test_a_column_that_nobody_shows_is_not_lost(run: Runner) -> None:
    """A row is set aside only where it has nothing in the columns that are shown."""
    assert "global_avg_pool: no mult-adds" in run("analyze", "mobilenet")[1]
    assert "\nglobal_avg_pool" in run("analyze", "mobilenet", "--columns", "layer,reads", "--traffic", "folded")[1]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("layer,parms", "no column is called 'parms'\n  = did you mean 'params'?"),
        ("zzz", f"no column is called 'zzz'\n  = the columns are {', '.join(TEXTS)}"),
        ("", "no column is called ''"),
        ("op,op", "--columns names 'op' more than once"),
    ],
)
def test_a_column_that_is_none(asked: str, said: str, run: Runner) -> None:
    code, out, err = run("analyze", "mobilenet", "--columns", asked)
    assert (code, out) == (2, "")
    assert said in err


def test_json_has_no_columns_to_choose(run: Runner) -> None:
    code, out, err = run("analyze", "mobilenet", "--columns", "op", "--format", "json")
    assert (code, out) == (2, "")
    assert "json has every figure" in err


def test_counts_fall_and_words_rise_unless_told_otherwise(run: Runner) -> None:
    def order(key: str) -> list[str]:
        return [row["path"] for row in rows(run, "--by", "block", "--sort", key, "--columns", "path")]

    assert order("params")[:2] == ["fc", "bottleneck.17"]
    assert order("-params") == order("params")
    assert order("+params")[-2:] == ["bottleneck.17", "fc"]
    assert sorted(order("+params")) == sorted(order("params"))
    assert order("path")[:4] == ["bottleneck.1", "bottleneck.2", "bottleneck.3", "bottleneck.4"]
    assert order("-path") == order("path")[::-1]
    assert order("%access") == order("access")


def test_a_run_is_sorted_by_the_weight_of_all_its_units(run: Runner) -> None:
    """Five units of 51,380,224 mult-adds each come before one of as many, though that one has more params."""
    lines = run("analyze", "mobilenet", "--sort", "mult_adds", "--top", "2")[1].splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("layer ")) + 1
    assert lines[first].split()[:4] == ["pair", "7–11", "5", "×"]
    assert "51,380,224" in lines[first]
    assert lines[first + 1].startswith("pair 3 ")
    assert lines[first + 2].startswith("others ")


def test_what_top_leaves_out_is_one_row_and_a_sentence(run: Runner) -> None:
    """256,901,120 and 51,380,224 of 568,740,352 mult-adds are shown: 45.8 % are left."""
    out = run("analyze", "mobilenet", "--sort", "mult_adds", "--top", "2", "--columns", "layer,mult_adds,access")[1]
    others = next(line for line in out.splitlines() if line.startswith("others "))
    assert others.split() == ["others", "260,459,008", "11,264,400"]
    assert "others           22 not shown: 45.8 % of the mult-adds, 78.2 % of the access" in out
    assert "total" in out
    assert "568,740,352" in out


def test_top_that_leaves_nothing_out_says_nothing(run: Runner) -> None:
    out = run("analyze", "mobilenet", "--top", "1000")[1]
    assert "others" not in out
    assert out.splitlines()[-1] == run("analyze", "mobilenet")[1].splitlines()[-1]


@pytest.mark.parametrize(("option", "least"), [("top", 1), ("depth", 0)])
@pytest.mark.parametrize("value", ["-1", "x", "1.5", "", "9" * 2000])
def test_a_number_that_is_none(option: str, least: int, value: str, run: Runner) -> None:
    code, out, err = run("analyze", "mobilenet", f"--{option}", value)
    assert (code, out) == (2, "")
    assert f"--{option} must be a whole number, at least {least}, and is {value}"[:100] in err


def test_depth_cuts_the_paths(run: Runner, ledger: Ledger) -> None:
    for depth in range(6):
        found = [row["path"] for row in rows(run, "--depth", str(depth))]
        cut = dict.fromkeys("/".join(line.path.split("/")[:depth]) for line in ledger.lines)
        assert found == list(cut)
    assert rows(run, "--depth", "0", "--columns", "params")[0]["params"] == "3504872"
    deepest = rows(run, "--depth", "9", "--columns", "path,params,access")
    assert deepest == rows(run, "--by", "op", "--columns", "path,params,access")


def test_depth_folds_and_names_what_it_shows(run: Runner) -> None:
    out = run("analyze", "mobilenetv2", "--depth", "1")[1]
    assert "\nbottleneck 8–10   3 ×  1×1 + dw 3×3 + 1×1" in out
    assert "\nbottleneck 1/depthwise" in run("analyze", "mobilenetv2", "--depth", "2")[1]


def test_depth_and_by_exclude_each_other(run: Runner) -> None:
    code, out, err = run("analyze", "mobilenet", "--depth", "1", "--by", "op")
    assert (code, out) == (2, "")
    assert "--by and --depth both say what makes a row" in err


WRONG = {
    "--format": ("jsno", "no format is called 'jsno'\n  = did you mean 'json'?"),
    "--convention": ("papr", "no convention is called 'papr'\n  = did you mean 'paper'?"),
    "--sort": ("acess", "no column to sort by is called 'acess'\n  = did you mean 'access'?"),
    "--dtype": ("fp31", "no data type is called 'fp31'\n  = did you mean 'fp32'?"),
    "--top": ("none", "--top must be a whole number, at least 1, and is none"),
    "--batch": ("0", "--batch must be a whole number, at least 1, and is 0"),
}


@pytest.mark.parametrize("command", [("analyze", "mobilenet"), ("sweep", "grouped", "--over", "groups=1")], ids=lambda c: c[0])
def test_everything_wrong_is_said_at_once_and_alike_in_every_command(command: tuple[str, ...], run: Runner) -> None:
    code, out, err = run(*command, *(word for option, (value, _) in WRONG.items() for word in (option, value)))
    assert (code, out) == (2, "")
    assert sorted(err.strip().split("\n\n")) == sorted(f"costmodel: {said}" for _, said in WRONG.values())


@pytest.mark.parametrize("command", ["verify", "ops"])
def test_a_format_that_a_command_has_not(command: str, run: Runner) -> None:
    for arguments in (("--format", "csv"), ("-o", "r.csv")):
        code, out, err = run(command, *arguments)
        assert (code, out) == (2, "")
        assert re.search("table, json,? (or )?markdown", err)


def test_a_sweep_is_sorted_cut_and_counted_in_bytes(run: Runner) -> None:
    """ShuffleNetV2, section 2: access 0.819, 0.811, 0.807, 0.805 M at groups 1, 2, 4, 8."""
    asked = ("--sort", "+access", "--top", "2", "--columns", "groups,access,x:access,bytes", "--dtype", "int8")
    lines = run("sweep", "grouped", "--over", "groups=1,2,4,8,3", *asked)[1].splitlines()
    assert lines[3].endswith("int8; × compares with groups 1")
    assert lines[5].split() == ["groups", "access", "×", "bytes"]
    assert [line.split() for line in lines[7:9]] == [["8", "804,864", "0.983", "804,864"], ["4", "806,912", "0.985", "806,912"]]
    assert lines[9] == "not shown: 2 more points that can be built"
    assert lines[10].startswith("cannot be built: groups 3: ")


@pytest.mark.parametrize("format", ["csv", "json", "markdown"])
def test_a_sweep_leaves_no_point_unsaid(format: str, run: Runner) -> None:
    out = run("sweep", "grouped", "--over", "groups=4,3,2", "--sort", "groups", "--format", format)[1]
    assert "must divide the input channels" in out
    if format == "csv":
        found = [(row["groups"], row["access"]) for row in csv.DictReader(io.StringIO(out))]
        assert found == [("2", "811008"), ("4", "806912"), ("3", "")]


def test_the_talk_of_verify_is_for_a_screen(run: Runner) -> None:
    code, out, err = run("verify", "-i", "--format", "json")
    assert (code, out) == (2, "")
    assert "leave -i out" in err


def test_verify_in_json_and_markdown(run: Runner) -> None:
    document = json.loads(run("verify", "--format", "json")[1])
    assert (document["mult_adds"], document["access"], document["bound"]) == (10_838_016, 530_304, "372172.79")
    assert document["holds"] is True
    shown = run("verify", "--format", "markdown")[1]
    assert "| access | h·w·(c1 + c2) + c1·c2 | 56·56·(24 + 144) + 24·144 | 530,304 |" in shown
    assert "Verdict: holds: 530,304 ≥ 372,172.79" in shown


def test_ops_in_json_and_markdown(run: Runner) -> None:
    listed = json.loads(run("ops", "--format", "json")[1])["words"]
    assert ("linear", "fully connected and attention") in {(word["name"], word["family"]) for word in listed}
    op = json.loads(run("ops", "conv2d", "--format", "json")[1])
    assert op["counts"]["fma"] == "n·h'·w'·c·out·k²/g"
    assert op["fields"][0]["name"] == "out"
    assert "| linear | fully connected and attention |" in run("ops", "--format", "markdown")[1]
    assert run("ops", "linear", "--format", "markdown")[1].startswith("## linear\n\n```text\nConnect every")
