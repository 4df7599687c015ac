"""The JSON of `sweep` against its schema: few points and many, fronts, held figures, points that cannot be built."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from schemas import REPORTS, kinds

from costmodel.dtypes import DTYPES
from costmodel.reports.sweep_files import Stop
from costmodel.survey import Seen

Runner = Callable[..., Any]

GIVEN = {
    "few": "grouped --over groups=1,2,4,8",
    "some unbuilt": "grouped --over groups=1,2,3,4",
    "all unbuilt": "grouped --over groups=3,5",
    "cut": "mobilenet --over alpha=0.25,0.5,1 --sort access --top 2",
    "words": "mobilenetv3 --over minimal=true,false --dtype weights=int8,activations=int4",
    "many": "grouped --over groups=1:300",
    "limits": "mobilenet --over alpha=0.25:1:0.01 --where params<=3M",
    "none is left": "mobilenet --over alpha=0.5,1 --where params<=1",
    "a front": "mobilenetv2 --over alpha=0.5:1.4:0.1 --over resolution=96:224:32 --pareto +mult_adds,peak",
    "peaks": "mobilenet --over alpha=0.5,1 --sort peak",
    "drawn": "mobilenet --over alpha=0.25:1:0.01 --sample 5 --seed 1",
    "held": "mobilenetv2 --over resolution=128,160,192,224 --hold mult_adds --by alpha",
    "held out of reach": "mobilenetv2 --over resolution=32,224 --hold mult_adds=300M --by alpha",
}


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_it_is_under_its_schema(run: Runner, given: str) -> None:
    assert kinds("sweep", run("sweep", *given.split(), "--format", "json").out) == ["swept"]


def test_points_of_a_file_are_too(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("groups,channels\n1,64\n3,64\n2,128\n", encoding="utf-8")
    out = run("sweep", "grouped", "--points", str(tmp_path / "points.csv"), "--format", "json").out
    assert kinds("sweep", out) == ["swept"]
    assert [point["totals"] is None for point in json.loads(out)["points"]] == [False, True, False]


def test_what_is_not_counted_is_too(run: Runner, tmp_path: Path) -> None:
    layers = "[{conv2d: n}, {unknown: {op: Odd, shape: [4, 100, 1]}}]"
    (tmp_path / "net.yaml").write_text(f"{{name: T, params: {{n: 8}}, input: [3, 8, 8], layers: {layers}}}", encoding="utf-8")
    out = run("sweep", str(tmp_path / "net.yaml"), "--over", "n=4,8", "--format", "json").out
    assert kinds("sweep", out) == ["swept"]
    assert {point["complete"] for point in json.loads(out)["points"]} == {False}


def test_what_was_stopped_is_too(run: Runner) -> None:
    document = json.loads(run("sweep", "grouped", "--over", "groups=1:300", "--format", "json").out)
    stop = Stop("0123456789abcdef", Seen(200, 190, 3, {"evaluated": 200}, (1, 2), (3,), (("net/odd", "Odd"),)), 300, 4000)
    assert kinds("sweep", json.dumps({**document, "stopped": stop.data()})) == ["swept"]


def test_the_schema_takes_no_other_document(run: Runner) -> None:
    document = json.loads(run("sweep", "grouped", "--over", "groups=1,3", "--format", "json").out)
    assert kinds("sweep", json.dumps(document)) == ["swept"]
    built, unbuilt = document["points"]
    wrong = [
        {**document, "extra": 1},
        {**document, "points": [{**built, "reason": "some"}]},
        {**document, "points": [{**built, "totals": {**built["totals"], "access": 1.5}}]},
        {**document, "points": [{**unbuilt, "reason": ""}]},
        {**document, "points": [{**unbuilt, "totals": {}}]},
        {name: part for name, part in document.items() if name != "fixed"},
    ]
    assert [kinds("sweep", json.dumps(one)) for one in wrong] == [[]] * len(wrong)


def test_it_names_every_data_type() -> None:
    schema = json.loads((REPORTS / "sweep.schema.json").read_text(encoding="utf-8"))
    assert schema["$defs"]["dtype"]["enum"] == [*DTYPES]
