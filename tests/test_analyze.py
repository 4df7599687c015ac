"""`costmodel analyze`: the screen at several widths, its columns added up again, its JSON against its schema."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import costmodel
from costmodel.commands.options import GROUPINGS
from costmodel.ledger import Ledger
from costmodel.published import published
from costmodel.reports import contract
from costmodel.reports.analysis import screen
from costmodel.reports.columns import Shown
from costmodel.reports.rows import folded, rows, unit_label
from costmodel.traffic import UNFUSED

SCHEMA = json.loads(Path(contract.__file__).with_name("analyze.schema.json").read_text(encoding="utf-8"))
GOLDEN = Path(__file__).parent / "golden"
NETWORKS = ("mobilenet", "mobilenetv2", "grouped")


def lines(name: str, room: int, by: str = "layer", **settings: object) -> list[str]:
    spec = costmodel.load(name)
    ledger = spec.analyze(**settings)
    untouched = frozenset(ledger.settings) - set(settings)
    shown = Shown(ledger, tuple(published(spec, ledger)), by=by, at_default=untouched, spec=name)
    return ["".join(cell.text for cell in line).rstrip() for line in screen(shown, room)]


@pytest.mark.parametrize("room", [80, 100, 140])
def test_the_screen_of_mobilenet(room: int) -> None:
    """To renew after a change that was looked at: `costmodel analyze mobilenet`, COLUMNS set, into tests/golden."""
    assert lines("mobilenet", room) == (GOLDEN / f"mobilenet-{room}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("room", [80, 100, 140])
def test_the_screen_stays_within_its_width(name: str, room: int) -> None:
    assert [line for line in lines(name, room) if len(line) > room] == []


def strict(schema: Any) -> Any:
    """The schema with no room for keys that it does not name; readers get room, for versions that add some."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "properties" in schema and schema.get("type") == "object" else {}
    return {**closed, **{key: strict(part) for key, part in schema.items()}}


def columns(text: list[str]) -> dict[str, list[int]]:
    """The columns params, mult-adds and access of a printed table, each row as often as its fold says."""
    heading = next(i for i, line in enumerate(text) if line.startswith("layer "))
    rule = next(i for i, line in enumerate(text) if line.startswith("──"))
    found: dict[str, list[int]] = {}
    for title in ("params", "mult-adds", "access"):
        end = text[heading].index(title) + len(title)
        times, found[title] = 1, []
        for row in text[heading + 1 : rule]:
            if not row.startswith(" "):
                times = int(match[1]) if (match := re.search(r"(\d+) × ", row)) else 1
            found[title].append(times * int(re.split(r"\s+", row[:end])[-1].replace(",", "").replace("–", "0")))
    return found


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("by", ["op", "layer", "block", "network"])
def test_printed_columns_add_up_to_the_totals(name: str, by: str) -> None:
    totals = costmodel.load(name).analyze().totals
    printed = columns(lines(name, 140, by))
    assert sum(printed["params"]) == totals.params
    assert sum(printed["mult-adds"]) == totals.mult_adds
    assert sum(printed["access"]) == totals.access


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("by", GROUPINGS)
def test_rows_and_folds_lose_nothing(name: str, by: str) -> None:
    ledger = costmodel.load(name).analyze()
    found = rows(ledger, by)
    assert [line for row in found for line in row.lines] == ledger.lines
    assert sum(row.every_op_moved * row.times for run in folded(found) for row in run) == ledger.sums(traffic=UNFUSED).access


def test_runs_fold_only_where_they_are_alike() -> None:
    labels = [line.split("  ")[0] for line in lines("mobilenet", 100) if line.startswith("pair")]
    assert labels == ["pair 1", "pair 2", "pair 3", "pair 4", "pair 5", "pair 6", "pair 7–11", "pair 12", "pair 13"]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("by", [[], ["--by", "layer"], ["--by", "block"], ["--by", "network"]])
def test_json_keeps_its_contract(name: str, by: list[str], run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = run("analyze", name, "--format", "json", *by)
    document = json.loads(out)
    jsonschema.validate(document, strict(SCHEMA))
    assert (code, err) == (0, "")
    for key in ("params", "mult_adds"):
        assert sum(layer[key] for layer in document["layers"]) == document["totals"][key]
    assert sum(layer["access"] for layer in document["layers"]) == document["totals"]["access"]["elements"]
    assert sum(layer["every_op_moved"] for layer in document["layers"]) == document["totals"]["every_op_moved"]["elements"]


def test_json_says_what_the_library_says(run: Callable[..., tuple[int, str, str]]) -> None:
    document = json.loads(
        run("analyze", "mobilenetv2", "--variant", "x1.4", "--batch", "4", "--dtype", "int8", "--format", "json")[1]
    )
    ledger: Ledger = costmodel.load("mobilenetv2").analyze(variant="x1.4", batch=4)
    settings = {"alpha": "1.4", "resolution": 224, "classes": 1000, "batch": 4, "dtype": "int8"}
    usual = {"depth": 1, "fixed_ends": False, "divisor": 8}
    assert document["settings"] == settings | usual
    assert document["totals"]["mult_adds"] == ledger.totals.mult_adds == 4 * 582_195_824
    assert document["totals"]["params"] == ledger.totals.params == 6_108_776
    assert document["totals"]["access"]["bytes"] == ledger.totals.access
    assert [layer["path"] for layer in document["layers"]] == [line.path for line in ledger.lines]


def test_the_schema_is_strict() -> None:
    document = contract.document(Shown(costmodel.load("grouped").analyze(), by="op"))
    document["layers"][0]["mult_adds"] = 0.5
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, strict(SCHEMA))


def test_paths_are_unique() -> None:
    paths = [line.path for line in costmodel.load("mobilenetv2").analyze().lines]
    assert len(set(paths)) == len(paths)
    assert paths[:3] == ["conv/conv2d", "conv/batch_norm", "conv/relu6"]
    assert "bottleneck.3/add" in paths


def on_terminal(*arguments: str, **environment: str) -> str:
    """What a command writes to a real terminal."""
    ours, theirs = pty.openpty()
    kept = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    command = [sys.executable, "-m", "costmodel", *arguments]
    with subprocess.Popen(command, stdout=theirs, env={**kept, "TERM": "xterm-256color", **environment}) as process:
        os.close(theirs)
        written = b""
        try:
            while chunk := os.read(ours, 65536):
                written += chunk
        except OSError:  # Linux reports the other side's closing as an error
            os.close(ours)
        assert process.wait() == 0
    return written.decode()


def test_a_terminal_gets_colour_and_its_own_width() -> None:
    written = on_terminal("analyze", "mobilenet", COLUMNS="80")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", written).replace("\r\n", "\n")
    assert "\x1b[" in written
    assert plain == "\n".join([*lines("mobilenet", 80), ""])


@pytest.mark.parametrize(("arguments", "environment"), [((), {"NO_COLOR": "1"}), (("--no-color",), {})])
def test_colour_can_be_refused(arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    assert "\x1b[" not in on_terminal("analyze", "mobilenet", *arguments, **environment)


def test_head_closes_the_pipe_quietly() -> None:
    command = f"{sys.executable} -m costmodel analyze mobilenetv2 --by op | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("MobileNetV2 · ")
    assert done.stderr == ""


def test_a_file_in_front_of_the_user_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str, str]]
) -> None:
    (tmp_path / "mobilenet.yaml").write_text("name: Mine\ninput: [3, 8, 8]\nlayers: [relu]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run("analyze", "mobilenet.yaml")[1].startswith("Mine ")
    assert run("analyze", "mobilenet")[1].startswith("Mine ")


def test_a_directory_of_a_bundled_name_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str, str]]
) -> None:
    (tmp_path / "mobilenet").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run("analyze", "mobilenet")[1].startswith("MobileNet V1 ")


def test_warnings_go_to_standard_error_and_can_be_silenced(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    spec = tmp_path / "forgotten.yaml"
    spec.write_text("name: Forgotten\nparams: {width: 8}\ninput: [3, 8, 8]\nlayers: [relu]\n", encoding="utf-8")
    loud, quiet = run("analyze", str(spec)), run("analyze", str(spec), "--quiet")
    assert "warning: no formula reads the parameter 'width'" in loud[2]
    assert quiet[2] == ""
    assert loud[1] == quiet[1]


def labels(text: str, by: str) -> list[str]:
    """The rows of a network as they are named, runs folded."""
    runs = folded(rows(costmodel.loads(text, "net.yaml").analyze(), by))
    return [f"{unit_label(run[0])}: {', '.join([run[0].op, *run[0].then])}" for run in runs]


def test_a_norm_behind_the_last_of_several_blocks_is_no_part_of_it() -> None:
    """The norm that ends a vision transformer (arXiv:2010.11929) or a network of dense blocks."""
    text = "name: T\ninput: [4, 8, 8]\nblocks: {unit: {layers: [{residual: [batch_norm, {conv2d: 4}]}]}}\n"
    text += "layers: [{unit, repeat: 3}, batch_norm]\n"
    assert labels(text, "block") == ["unit 1–3: 1×1, batch_norm", "batch_norm: batch_norm"]


def test_an_activation_behind_every_block_of_a_name_is_part_of_each() -> None:
    text = "name: T\ninput: [4, 8, 8]\nblocks: {unit: {layers: [{conv2d: 4}]}}\nlayers: [{layers: [unit, relu], repeat: 3}]\n"
    assert labels(text, "block") == ["unit 1–3: 1×1, relu"]
    assert labels(text, "layer") == ["unit 1–3: 1×1, relu"]


def test_norms_and_activations_that_a_block_starts_with_go_with_its_first_convolution() -> None:
    text = """
name: T
input: [4, 8, 8]
blocks:
  dense: {layers: [batch_norm, relu, {conv2d: {out: 4, bias: false}}, batch_norm, relu]}
  tail: {layers: [batch_norm, relu, global_avg_pool]}
layers: [dense, {repeat: 2, dense: {}}, tail]
"""
    ledger = costmodel.loads(text).analyze()
    found = rows(ledger, "layer")
    assert [(row.op, row.then) for row in found] == [
        *[("1×1", ["batch_norm", "relu", "batch_norm", "relu"])] * 3,
        ("batch_norm", ["relu"]),
        ("global_avg_pool", []),
    ]
    assert [row.totals.params for row in found] == [8 + 16 + 8] * 3 + [8, 0]
    assert [row.main.op for row in found] == ["conv2d"] * 3 + ["batch_norm", "global_avg_pool"]


def test_norms_and_activations_follow_their_convolution_in_a_table_with_names() -> None:
    text = "name: T\ninput: [4, 8, 8]\nlayers: [{table: [[name, n], [one, 1], [two, 2]], each: "
    text += "[{layers: [relu, {conv2d: 4}, batch_norm], repeat: n}]}]\n"
    follows = ["one conv2d: 1×1, batch_norm", "two relu 1: relu", "two conv2d 1: 1×1, batch_norm, relu"]
    assert labels(text, "layer") == ["one relu: relu", *follows, "two conv2d 2: 1×1, batch_norm"]


@pytest.mark.parametrize("command", [["analyze"], ["sweep", "--over", "heads=1,2"]], ids=lambda words: words[0])
def test_a_report_names_what_counts_beside_convolutions(
    command: list[str], tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    """A third of a vision transformer's mult-adds are attention's: `conv + FC` alone would be untrue."""
    text = "name: T\nparams: {heads: 2}\ninput: {t: 5, c: 8}\nops: {mine: {params: 0, mult_adds: c_in}}\n"
    (tmp_path / "t.yaml").write_text(text + "layers: [{attention: heads}, mine, relu, linear: 4]\n", encoding="utf-8")
    code, out, _ = run(command[0], str(tmp_path / "t.yaml"), *command[1:])
    assert code == 0
    assert "mult-adds: conv + FC + attention + mine, one per multiply-add (paper)" in out
    assert "access: conv + FC + attention + mine, each element once (conv)" in out
