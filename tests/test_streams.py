"""Sweeps into files: every point as it would be by itself, stopped and gone on with."""

import csv
import io
import json
import os
import pickle
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars
import pytest
from swept import asked, grown, lines, says_of_a_stop, spawn, written

import costmodel
from costmodel import SpecError
from costmodel.budget import budget
from costmodel.commands import streams
from costmodel.commands.stopping import Watch
from costmodel.commands.streams import Place, stopped
from costmodel.crews import Alone
from costmodel.reports import parquet
from costmodel.reports.sweep_files import FILES, Stop
from costmodel.reports.sweep_rows import Shape
from costmodel.shares import Found
from costmodel.space import Sample, rows
from costmodel.survey import Seen, fingerprint, surveyed

UNITS = [
    "units/shufflenet",
    "--over",
    "c=24:480:24",
    "--over",
    "g=1:12",
    "--over",
    "m=12:60:12",
    "--set",
    "h=28",
    "--set",
    "w=28",
]
"""A sweep of 1,200 points, many of which cannot be built."""


# --- what is written ---------------------------------------------------------------------------------------------------------


def test_each_point_of_a_file_is_the_one_that_is_evaluated_by_itself(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    run("sweep", *UNITS, "--columns", "c,g,m,operations,params,access,bytes,peak,x:access,per_access", "-o", str(path))
    found, spec = lines(path), costmodel.load("units/shufflenet")
    assert len(found) == 20 * 12 * 5
    assert [(row["c"], row["g"], row["m"]) for row in found[:2]] == [("24", "1", "12"), ("24", "1", "24")]
    first = next(int(row["access"]) for row in found if not row["reason"])
    for row in random.Random(1).sample(found, 150):
        settings: dict[str, Any] = {name: row[name] for name in "cgm"}
        if row["reason"]:
            with pytest.raises(SpecError) as error:
                spec.evaluate(spec.settings({**settings, "h": 28, "w": 28}))
            assert (row["reason"], row["params"], row["complete"]) == (error.value.problems[0].brief, "", "")
            continue
        totals = spec.analyze(**settings, h=28, w=28).totals
        assert (int(row["operations"]), int(row["params"]), int(row["access"])) == tuple(totals)
        assert (int(row["bytes"]), row["×access"]) == (4 * totals.access, f"{totals.access / first:.3f}")
        assert row["complete"] == "true"


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_files_of_few_and_of_many_points_are_alike(run: Any, tmp_path: Path, form: str) -> None:
    few, many = tmp_path / f"few.{form}", tmp_path / f"many.{form}"
    sweep = ["sweep", "shufflenet", "--over", "groups=1,2,3,4,5", "--over", "scale=0.5,1,1.5", "--dtype", "int4"]
    run(*sweep, "-o", str(few))
    run(*sweep, "--workers", "1", "-o", str(many))
    if form == "parquet":
        assert polars.read_parquet(few).equals(polars.read_parquet(many))
    elif form == "json":
        one, other = (json.loads(path.read_text(encoding="utf-8")) for path in (few, many))
        assert other.pop("picked")["unbuilt"] == sum(bool(point["reason"]) for point in one["points"]) > 0
        assert one == other
    else:
        assert few.read_text(encoding="utf-8") == many.read_text(encoding="utf-8")


@pytest.mark.parametrize("more", [(), ("--pareto", "+mult_adds,access"), ("--where", "params<=2M"), ("--top", "3")])
def test_points_are_sorted_by_any_figure_whichever_are_picked(run: Any, more: tuple[str, ...]) -> None:
    sweep = ["sweep", "mobilenet", "--over", "alpha=0.25:1:0.05", "--over", "resolution=96:224:4", *more]
    for key in ("params", "-bytes", "per_access", "-x:access", "peak", "+resolution"):
        name = key.lstrip("+-").replace("x:", "")
        found = run(*sweep, "--sort", key, "--format", "csv", "--columns", name)
        assert found.code == 0
        column = [float(row[name]) for row in csv.DictReader(io.StringIO(found.out))]
        assert column == sorted(column, reverse=not key.startswith("+"))
        assert len(column) > 1


def test_a_parquet_file_has_numbers_and_words(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "points.parquet"
    sweep = ["sweep", "mobilenet", "--over", "alpha=0.25:1:0.25", "--over", "resolution=0,224"]
    run(*sweep, "--columns", "operations,x:params,per_access", "-o", str(path))
    table = polars.read_parquet(path)
    kinds = [polars.Float64, polars.Int64, polars.Int64, polars.Float64, polars.Float64]
    assert [*table.dtypes] == [*kinds, *[polars.String] * 4, polars.Boolean]
    assert table["alpha"].to_list() == [0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1, 1]
    assert table["operations"].to_list()[:2] == [None, costmodel.load("mobilenet").analyze(alpha="0.25").totals.mult_adds]
    assert table["×params"].to_list()[1] == 1
    assert table["complete"].to_list()[:2] == [None, True]


def test_an_op_without_a_cost_is_a_lower_bound_in_each_line(run: Any, tmp_path: Path) -> None:
    layers = [{"conv2d": {"out": "c", "kernel": 3}}, {"unknown": {"op": "Mystery", "shape": ["c", 2, 2]}}]
    spec = tmp_path / "odd.yaml"
    spec.write_text(json.dumps({"name": "odd", "params": {"c": 8}, "input": [3, 8, 8], "layers": layers}), encoding="utf-8")
    out = tmp_path / "odd.json"
    run("sweep", str(spec), "--over", "c=1:300", "-o", str(out))
    found = json.loads(out.read_text(encoding="utf-8"))
    assert {point["complete"] for point in found["points"]} == {False}
    assert [one["op"] for one in found["uncounted"]] == ["Mystery"]
    run("sweep", str(spec), "--over", "c=1:300", "--columns", "c,x:access", "-o", str(tmp_path / "odd.csv"))
    assert {(row["×access"], row["complete"]) for row in lines(tmp_path / "odd.csv")} == {("", "false")}


def test_a_count_too_large_for_parquet_is_refused(run: Any, tmp_path: Path) -> None:
    spec = tmp_path / "large.yaml"
    layers = "[{conv2d: {out: 1000000000}}, {conv2d: {out: 10000000000}}]"
    spec.write_text(f"name: large\nparams: {{c: 3}}\ninput: [c, 9, 9]\nlayers: {layers}\n", encoding="utf-8")
    found = run("sweep", str(spec), "--over", "c=1000000000,3", "-o", str(tmp_path / "large.parquet"))
    assert found.code == 2
    assert "a Parquet file holds smaller ones" in found.err
    assert [*tmp_path.iterdir()] == [spec]


@pytest.mark.parametrize("more", [(), ("--workers", "1"), ("--pareto", "params")])
def test_a_size_too_large_for_parquet_is_refused_wherever_it_is_found(run: Any, tmp_path: Path, more: tuple[str, ...]) -> None:
    """The counts are below 2^63, and eight times as many bytes are not."""
    spec = tmp_path / "large.yaml"
    layers = "[{conv2d: {out: 1000000000, kernel: 1}}, {conv2d: {out: 3000000000, kernel: 1}}]"
    spec.write_text(f"name: large\nparams: {{c: 3}}\ninput: [c, 1, 1]\nlayers: {layers}\n", encoding="utf-8")
    found = run("sweep", str(spec), "--over", "c=3,4", "--dtype", "fp64", *more, "-o", str(tmp_path / "large.parquet"))
    assert found.code == 2
    assert "a Parquet file holds smaller ones" in found.err
    assert [*tmp_path.iterdir()] == [spec]


def test_the_points_are_not_replaced_by_what_is_made_of_them(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("alpha\n0.5\n", encoding="utf-8")
    found = run("sweep", "mobilenet", "--points", str(path), "-o", str(path))
    assert (found.code, path.read_text(encoding="utf-8")) == (2, "alpha\n0.5\n")
    assert "is the file of --points itself" in found.err


def test_points_that_are_no_csv_are_refused(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("alpha\n" + "1" * 200_000, encoding="utf-8")
    found = run("sweep", "mobilenet", "--points", str(path))
    assert found.code == 2
    assert "points.csv is no CSV: field larger than" in found.err


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_full_disk_is_said_and_leaves_nothing(form: str, tmp_path: Path) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "from costmodel.commands.app import main; main()"
    )
    sweep = ["sweep", "mobilenetv2", "--over", "alpha=0.25:1.4:0.02", "--over", "resolution=96:400", "-o", f"points.{form}"]
    found = subprocess.run(
        [sys.executable, "-c", code, *sweep], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert found.returncode == 1
    assert found.stderr.startswith("costmodel: the report could not be written: ")
    assert [*tmp_path.iterdir()] == []


# --- stopped, and gone on with -----------------------------------------------------------------------------------------------


def parts(found: Iterator[Found], count: int) -> Iterator[Found]:
    yield from (one for one, _ in zip(found, range(count), strict=False))


@pytest.mark.parametrize("more", [{"front": ("mult_adds", "access")}, {"top": 9, "order": ("params", True)}, {"named": 700}])
def test_a_survey_goes_on_where_it_was_stopped(more: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("costmodel.survey.LEAST", 100)
    one = asked(limits=(budget("mult_adds<=20M"),), **more)
    whole, seen = surveyed(one), Seen()
    assert whole.is_whole
    stops = 0
    while seen.next < one.space.count:
        part = surveyed(one, watched=lambda found: parts(found, 2), seen=seen)
        data = json.loads(json.dumps(Stop("name", part.seen, part.of).data()))
        seen, stops = Stop.read(data, Seen).seen, stops + 1
    assert stops > 2
    assert (part.points, part.kept, part.unbuilt, part.over) == (whole.points, whole.kept, whole.unbuilt, whole.over)


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_file_that_was_stopped_says_so_and_goes_on(form: str, tmp_path: Path) -> None:
    """A real process, interrupted as Ctrl-C does it."""
    sweep = ["mobilenetv2", "--over", "alpha=0.25:1.4:0.005", "--over", "resolution=96:1000", "--over", "classes=10,1000"]
    whole, part = tmp_path / f"whole.{form}", tmp_path / f"part.{form}"
    written(*sweep, "-o", str(whole), cwd=tmp_path)
    process = spawn(*sweep, "-o", str(part), "--resume", cwd=tmp_path)
    grown(part, process, whole.stat().st_size // 5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (out, process.returncode) == ("", 130)
    assert err.startswith("costmodel: stopped after ")
    assert _rows(part, form) < _rows(whole, form)
    assert says_of_a_stop(part, form)
    written(*sweep, "-o", str(part), "--resume", cwd=tmp_path)
    assert _content(part, form) == _content(whole, form)
    again = spawn(*sweep, "-o", str(part), "--resume", cwd=tmp_path)
    assert "does not say where a sweep was stopped" in again.communicate()[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([part.name, whole.name])


def _rows(path: Path, form: str) -> int:
    return polars.scan_parquet(path).select(polars.len()).collect().item() if form == "parquet" else path.stat().st_size


def _content(path: Path, form: str) -> Any:
    if form == "parquet":
        return polars.read_parquet(path).to_dicts()
    if form == "json":
        found = json.loads(path.read_text(encoding="utf-8"))
        del found["picked"]["ways"]  # a process more traces the network once more
        return found
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("-o", "part.csv"), "part.csv is of another sweep"),
        (("-o", "part.csv", "--where", "params<=1M"), "part.csv is of another sweep"),
        (("-o", "net.csv"), "net.csv does not say where a sweep was stopped"),
        (("-o", "empty.csv"), "empty.csv does not say where a sweep was stopped"),
        (("-o", "text.json"), "text.json does not say where a sweep was stopped"),
        (("-o", "text.parquet"), "text.parquet does not say where a sweep was stopped"),
    ],
)
def test_only_the_same_sweep_goes_on(more: tuple[str, ...], said: str, run: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    stop = Stop("0123456789abcdef", Seen(5), 1200, 200)
    (tmp_path / "part.csv").write_text(f'c\n24\n,,"{stop.sentence.replace(chr(34), chr(34) * 2)}",false\n', encoding="utf-8")
    (tmp_path / "net.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_bytes(b"")
    for name in ("text.json", "text.parquet"):
        (tmp_path / name).write_text('{"stopped": 3}', encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    found = run("sweep", *UNITS, "--resume", *more)
    assert found.code == 2
    assert said in found.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_stop_says_any_number_of_points(form: str, tmp_path: Path) -> None:
    """Picked points stand in what is said of the stop, far more than fit into what is read of a file's end at first."""
    one = asked()
    shape = Shape("net", ("c", "g", "m"), {}, one.rules.dtypes, one.rules.convention, one.rules.traffic)
    many = Seen(10**7, 5, 6, {"float64": 10**7}, tuple(range(10**6, 10**6 + 50_000)), (1, 2), (("a", "A"), ("b", "B")))
    stop, path = Stop("name", many, 10**8), tmp_path / f"part.{form}"
    if form == "parquet":
        kinds = parquet.schema(shape, one.space.levels)
        writer = parquet.Writer(path, kinds)
        writer.put(parquet.stopped_row(kinds, stop.sentence))
        writer.close()
    else:
        kind = FILES[form](shape, one)
        path.write_text(kind.head() + kind.tail(many, stop), encoding="utf-8")
    place = Place(str(path), form, Alone(), Watch(), quiet=True, resume=True)
    assert stopped(place, "name") == stop


def test_what_is_asked_has_a_name_of_its_own() -> None:
    one, other = asked(), asked(limits=(budget("params<=1M"),))
    same = [fingerprint(asked()), fingerprint(pickle.loads(pickle.dumps(asked())))]
    others = [fingerprint(other), fingerprint(one, "csv"), fingerprint(one._replace(batch=2)), fingerprint(asked(top=3))]
    others.append(fingerprint(one._replace(space=Sample(one.space, 100, 1))))  # type: ignore[arg-type]
    others.append(fingerprint(one._replace(space=Sample(one.space, 100, 2))))  # type: ignore[arg-type]
    for last in (12, 20):
        listed = rows(["c", "g", "m"], [[24, 1, 12]] * 5000 + [[24, 1, 20]] + [[24, 1, last]])
        others.append(fingerprint(one._replace(space=listed)))  # type: ignore[arg-type]
    assert {*same} == {fingerprint(one)}
    assert len({fingerprint(one), *others}) == 1 + len(others)


def test_ctrl_c_never_cuts_what_is_done_with_an_item() -> None:
    before = signal.getsignal(signal.SIGINT)
    watch, done = Watch(), []
    with watch:
        for item in watch(iter(range(5))):
            if item == 2:
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGTERM)
            done.append(item)
        os.kill(os.getpid(), signal.SIGINT)
        done.append("kept")
    assert done == [0, 1, 2, "kept"]
    assert watch.stopped
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_is_what_it_is_where_there_is_nothing_to_keep() -> None:
    with Watch(), pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


class Interrupting:
    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_in_a_finalizer_ends_the_stream_with_the_item(capfd: pytest.CaptureFixture[str]) -> None:
    def items() -> Iterator[int]:
        yield 1
        Interrupting()
        yield from (2, 3)

    with Watch() as watch:
        assert [*watch(items())] == [1, 2]
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_stops_at_once_where_keeping_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    with Watch() as watch:
        for _ in watch(iter(range(5))):
            os.kill(os.getpid(), signal.SIGINT)
        monkeypatch.setattr("costmodel.commands.stopping.PATIENCE", 0.0)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_ctrl_c_leaves_a_file_that_is_being_closed(form: str, run: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """Behind the last point, while the file's end is written: nothing is missing, and nothing is lost."""
    target = "costmodel.commands.streams._Text.close" if form == "csv" else "costmodel.commands.streams._Parquet.close"
    kind, close = target.rsplit(".", 1)
    before = getattr(getattr(streams, kind.rsplit(".", 1)[1]), close)

    def interrupted(*given: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        before(*given)

    monkeypatch.setattr(target, interrupted)
    path = tmp_path / f"points.{form}"
    assert run("sweep", *UNITS, "-o", str(path)).code == 0
    rows = polars.read_parquet(path) if form == "parquet" else lines(path)
    assert len(rows) == 1200


def test_how_many_points_are_held_does_not_hang_on_how_many_there_are() -> None:
    """A file of a million points takes no more memory than one of a hundred thousand."""
    code = (
        "import resource, sys; from costmodel.commands.app import main; sys.argv[1:] = ['sweep', 'mobilenetv2', '--over',"
        " 'alpha=0.25:1.4:0.01', '--over', sys.argv[1], '-o', '/dev/null', '--format', 'csv']\n"
        "try: main()\nexcept SystemExit: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    few, many = (
        int(subprocess.run([sys.executable, "-c", code, over], capture_output=True, text=True, check=True).stdout)
        for over in ("resolution=32:1000", "resolution=32:8000")
    )
    assert many < few + 30
