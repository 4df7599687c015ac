"""The formats: their rows added up again, names that would break them, files written whole."""

import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

import costmodel
from costmodel.commands.options import GROUPINGS
from costmodel.reports import markdown, spreadsheet
from costmodel.reports.layout import Cell, Column, clipped, table, wrapped
from costmodel.traffic import UNFUSED

Runner = Callable[..., tuple[int, str, str]]
NETWORKS = ("mobilenet", "mobilenetv2", "grouped")
ROWS = [*(["--by", by] for by in GROUPINGS), *(["--depth", depth] for depth in "01239")]
CUT = [[], ["--sort", "params", "--top", "3"]]
TITLES = {
    "params": "params",
    "mult_adds": "mult-adds",
    "access": "access",
    "bytes": "bytes",
    "every_op_moved": "every op moved",
}


def expected(name: str) -> dict[str, Fraction]:
    """The totals, from the ledger itself, for weights in int4 and feature maps in fp16."""
    ledger = costmodel.load(name).analyze()
    totals, moved = ledger.totals, ledger.sums(traffic=UNFUSED)
    weights = sum(line.cost.weights + line.cost.biases for line in ledger.lines)
    size = Fraction(weights, 2) + 2 * (totals.access - weights)
    values = {"params": totals.params, "mult_adds": totals.mult_adds, "access": totals.access, "bytes": size}
    return {**{k: Fraction(v) for k, v in values.items()}, "every_op_moved": Fraction(moved.access)}


DTYPE = ("--dtype", "weights=int4,activations=fp16")


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("by", ROWS, ids=" ".join)
@pytest.mark.parametrize("cut", CUT, ids=["all", "top"])
def test_rows_of_csv_add_up_to_the_totals(name: str, by: list[str], cut: list[str], run: Runner) -> None:
    code, out, err = run("analyze", name, "--format", "csv", *by, *cut, *DTYPE)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, err) == (0, "")
    assert {key: sum(Fraction(row[key]) for row in rows) for key in TITLES} == expected(name)


def markdown_rows(out: str) -> list[dict[str, str]]:
    """The rows of the first table, its total left out; the columns by their titles."""
    block = out.partition("\n\n| ")[2].partition("\n\n")[0].splitlines()
    heading, _, *body = ([cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in block)
    assert {len(row) for row in body} == {len(heading)}
    return [dict(zip(heading, row, strict=True)) for row in body if "**total**" not in row]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("by", ROWS, ids=" ".join)
@pytest.mark.parametrize("cut", CUT, ids=["all", "top"])
def test_rows_of_markdown_add_up_to_the_totals(name: str, by: list[str], cut: list[str], run: Runner) -> None:
    asked = "layer,op,params,mult_adds,access,bytes,every_op_moved"
    rows = markdown_rows(run("analyze", name, "--format", "markdown", "--columns", asked, *by, *cut, *DTYPE)[1])
    sums = {
        key: sum(
            int(re.sub(r"\D", "", row.get("", "")) or 1) * Fraction(row[title].replace(",", "").replace("–", "0"))
            for row in rows
        )
        for key, title in TITLES.items()
    }
    assert sums == expected(name)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("by", ROWS, ids=" ".join)
def test_rows_of_json_and_others_add_up_to_the_totals(name: str, by: list[str], run: Runner) -> None:
    document = json.loads(run("analyze", name, "--format", "json", *by, "--top", "1", "--sort", "-access")[1])
    rows = [*document["layers"], *([document["others"]] if "others" in document else [])]
    assert sum(row["params"] for row in rows) == document["totals"]["params"]
    assert sum(row["mult_adds"] for row in rows) == document["totals"]["mult_adds"]
    assert sum(row["access"] for row in rows) == document["totals"]["access"]["elements"]
    assert sum(row["every_op_moved"] for row in rows) == document["totals"]["every_op_moved"]["elements"]


@pytest.mark.parametrize("columns", ["params,path", "layer,params", "params", "access,op,params"])
def test_the_others_of_csv_are_named_where_words_stand(columns: str, run: Runner) -> None:
    arguments = ("--format", "csv", "--sort", "params", "--top", "1", "--columns", columns)
    first, others = csv.DictReader(io.StringIO(run("analyze", "mobilenet", *arguments)[1]))
    assert "others" in others.values()
    assert int(first["params"]) + int(others["params"]) == 4_231_976


HEADER = (
    "path,op,input,output,params,mult_adds,operations,access,bytes,every_op_moved,"
    "reads,writes,loads,weights,biases,affine,buffers"
)


@pytest.mark.parametrize("settings", [[], ["--dtype", "int8"], ["--convention", "arithmetic"], ["--by", "network"]])
def test_the_header_of_csv_is_stable(settings: list[str], run: Runner) -> None:
    header = run("analyze", "mobilenet", "--format", "csv", *settings)[1].splitlines()[0]
    assert header == f"{HEADER},add,mul,cmp,exp,then,line,convention,traffic,dtype,complete"


def test_csv_has_every_path_and_shapes_with_their_batch(run: Runner) -> None:
    rows = list(csv.DictReader(io.StringIO(run("analyze", "mobilenetv2", "--format", "csv", "--batch", "2")[1])))
    lines = costmodel.load("mobilenetv2").analyze(batch=2).lines
    assert [row["path"] for row in rows] == [line.path for line in lines]
    assert (rows[0]["op"], rows[0]["input"], rows[0]["output"]) == ("conv2d", "2x3x224x224", "2x32x112x112")
    assert [int(row["line"]) for row in rows] == [line.mark.line for line in lines]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-x", "'-x"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        (" =1", "' =1"),
        ("\r=1", "�=1"),
        ('=HYPERLINK("x")', '\'=HYPERLINK("x")'),
    ],
)
def test_a_cell_of_csv_is_never_a_formula(text: str, shown: str) -> None:
    assert list(csv.reader(io.StringIO(spreadsheet.written([text], [[text]])))) == [[shown], [shown]]


@pytest.mark.parametrize("value", [5, "-0.5", "-3", "-1/3", "0.25", "conv", "pair.1/relu"])
def test_numbers_and_names_stay_as_they_are_in_csv(value: object) -> None:
    assert spreadsheet.written(["a"], [[value]]) == f"a\n{value}\n"


def test_a_network_cannot_break_out_of_markdown(tmp_path: Path, run: Runner) -> None:
    spec = tmp_path / "net.yaml"
    name = "<script>a|b</script> `c` *d* [e](f) \\\\"
    spec.write_text(f'name: "{name}"\ninput: [3, 8, 8]\nlayers: [conv2d: 4]\n', encoding="utf-8")
    first = run("analyze", str(spec), "--format", "markdown")[1].splitlines()[0]
    assert first.startswith("## &lt;script&gt;a\\|b&lt;/script&gt; \\`c\\` \\*d\\* \\[e\\](f) \\\\")


@pytest.mark.parametrize(
    ("words", "shown"),
    [("batch_norm", "batch_norm"), ("_x_", "\\_x\\_"), ("a__b", "a\\_\\_b"), ("$x$", "\\$x\\$"), ("a\nb", "a b")],
)
def test_markup_is_escaped_where_it_is_some(words: str, shown: str) -> None:
    assert markdown.escaped(words) == shown


def test_a_table_of_markdown_keeps_its_columns() -> None:
    shown = markdown.table([Column("a|b", left=True), Column(""), Column("n")], [[Cell("x|y"), Cell(""), Cell("1")]])
    assert shown == "| a\\|b | n |\n| :-- | --: |\n| x\\|y | 1 |"


@pytest.mark.parametrize(("label", "columns"), [("卷积 1", 6), ("conv 1", 6), ("e\u0301te\u0301", 3), ("池", 2)])
def test_columns_line_up_whatever_the_script(label: str, columns: int) -> None:
    heading, body = table(
        [Column("layer", left=True), Column("n")], [[[Cell(label), Cell("7")], [Cell("x" * 9), Cell("8")]]], 40
    )
    first, second = ("".join(cell.text for cell in line) for line in body)
    assert first == label + " " * (9 - columns) + "  7"
    assert second == "x" * 9 + "  8"
    assert "".join(cell.text for cell in heading[0]) == "layer      n"


@pytest.mark.parametrize(
    ("words", "room", "cut"),
    [
        ("bottleneck 12", 8, "bottl…12"),
        ("卷积卷积卷积 12", 8, "卷积…12"),
        ("depthwise", 8, "depthwi…"),
        ("a conv/conv2d", 8, "…/conv2d"),
    ],
)
def test_a_cut_label_keeps_its_width_and_its_number(words: str, room: int, cut: str) -> None:
    assert clipped(words, room) == cut


def test_words_are_broken_by_what_they_take_on_a_screen() -> None:
    assert wrapped("卷积 卷积 conv", 9) == ["卷积 卷积", "conv"]
    assert wrapped("0123456789 ab", 4) == ["0123", "4567", "89", "ab"]


@pytest.mark.parametrize(
    ("file", "start"),
    [
        ("r.json", "{"),
        ("r.csv", "path,"),
        ("r.md", "## "),
        ("r.txt", "MobileNet V1 "),
        ("r", "MobileNet V1 "),
        ("R.CSV", "path,"),
    ],
)
def test_the_ending_of_a_file_chooses_the_format(file: str, start: str, tmp_path: Path, run: Runner) -> None:
    assert run("analyze", "mobilenet", "-o", str(tmp_path / file)) == (0, "", "")
    written = (tmp_path / file).read_text(encoding="utf-8")
    assert written.startswith(start)
    assert "\x1b[" not in written
    assert [path.name for path in tmp_path.iterdir()] == [file]


def test_a_format_that_is_asked_for_wins_over_the_ending(tmp_path: Path, run: Runner) -> None:
    run("sweep", "grouped", "--over", "groups=1,2", "--format", "csv", "-o", str(tmp_path / "r.json"))
    assert (tmp_path / "r.json").read_text(encoding="utf-8").startswith("groups,")


@pytest.mark.parametrize(
    "command", [("analyze", "mobilenet"), ("sweep", "grouped", "--over", "groups=1"), ("verify",), ("ops", "conv2d")]
)
@pytest.mark.parametrize("format", ["table", "json", "markdown"])
def test_a_file_has_what_the_screen_would_have(command: tuple[str, ...], format: str, tmp_path: Path, run: Runner) -> None:
    screen = run(*command, "--format", format)[1]
    assert run(*command, "--format", format, "-o", str(tmp_path / "r")) == (0, "", "")
    assert (tmp_path / "r").read_text(encoding="utf-8") == screen
    assert run(*command, "--format", format, "-o", "-")[1] == screen


def test_an_old_report_is_replaced_with_its_rights_and_through_its_link(tmp_path: Path, run: Runner) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    assert run("verify", "-o", str(link))[0] == 0
    assert json.loads(real.read_text(encoding="utf-8"))["access"] == 530_304
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def in_shell(line: str) -> tuple[int, str, str]:
    """What a shell says to a line; `costmodel` is the one under test."""
    command = line.replace("costmodel", f"{sys.executable} -m costmodel")
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_report_that_fails_on_the_way_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    target.write_text("old", encoding="utf-8")
    said = "costmodel: the report could not be written: File too large\n"
    assert in_shell(f"ulimit -f 0; costmodel analyze mobilenet -o {target}") == (1, "", said)
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("", "is a directory, and a report is a file"),
        ("new/", "is a directory, and a report is a file"),
        ("missing/r.csv", "there is no directory"),
        ("file/r.csv", "there is no directory"),
        ("x" * 300 + ".csv", "name too long"),
    ],
)
def test_a_place_for_no_file_is_answered_before_any_work(place: str, said: str, tmp_path: Path, run: Runner) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, out, err = run("analyze", "no such spec", "-o", f"{tmp_path}/{place}")
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("command", [["analyze"], ["sweep", "--over", "c=1,2"], ["specs", "--expanded"]], ids=lambda c: c[0])
def test_a_report_never_replaces_its_own_spec(command: list[str], tmp_path: Path, run: Runner) -> None:
    text = "name: T\nparams: {c: 1}\ninput: [3, 8, 8]\nlayers: [conv2d: c]\n"
    (tmp_path / "net.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "link").symlink_to("net.yaml")
    for spec, name in (("net.yaml", "net.yaml"), ("net.yaml", "link"), ("net", "net.yaml")):
        code, out, err = run(command[0], str(tmp_path / spec), *command[1:], "-o", str(tmp_path / name))
        assert (code, out) == (2, "")
        assert f"{name} is the spec itself, and the report would replace it" in err
    assert (tmp_path / "net.yaml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("option", ["-o", "--plot"])
def test_nothing_replaces_the_device_file(option: str, tmp_path: Path, run: Runner) -> None:
    text = "name: P\nsource: desk\nmult_adds_per_second: {fp32: 1T}\nbytes_per_second: 1G\nseconds_per_launch: 0\n"
    (tmp_path / "phone.svg").write_text(text, encoding="utf-8")
    name = str(tmp_path / "phone.svg")
    code, out, err = run("analyze", "mobilenet", "--device", name, option, name, "--format", "table")
    assert (code, out) == (2, "")
    assert f"{option} {name} is the device file itself, and the " in err
    assert (tmp_path / "phone.svg").read_text(encoding="utf-8") == text


def test_a_device_takes_a_report_and_stays_one(run: Runner) -> None:
    assert run("verify", "-o", os.devnull) == (0, "", "")
    assert not Path(os.devnull).is_file()


def test_a_full_device_is_the_disks_fault() -> None:
    said = "costmodel: the report could not be written: No space left on device\n"
    assert in_shell("costmodel verify -o /dev/full") == (1, "", said)


def loaded(*arguments: str) -> set[str]:
    """The modules that a command loads."""
    script = f"import sys\nfrom costmodel.commands.app import app\ntry: app({list(arguments)!r})\nexcept SystemExit: pass\n"
    script += "print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("format", ["json", "csv", "markdown"])
def test_a_format_loads_neither_numpy_nor_sympy_nor_rich(format: str) -> None:
    assert loaded("analyze", "mobilenet", "--format", format) & {"numpy", "sympy", "rich"} == set()


def test_a_table_loads_no_writer_of_another_format() -> None:
    writers = {f"costmodel.reports.{name}" for name in ("contract", "spreadsheet", "markdown")}
    assert loaded("analyze", "mobilenet") & writers == set()
