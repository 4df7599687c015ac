"""`costmodel sweep`: the points side by side, those that cannot be built kept with their reason."""

import csv
import io
import json
from collections.abc import Callable

import pytest

import costmodel
from costmodel.sweep import sweep

Runner = Callable[..., tuple[int, str, str]]


def test_groups_at_fixed_width(run: Runner) -> None:
    """ShuffleNetV2, section 2: at fixed width, access falls as groups rise (0.819, 0.811, 0.807, 0.805 M)."""
    code, out, err = run("sweep", "grouped.yaml", "--over", "groups=1,2,4,8", "--format", "json")
    points = json.loads(out)["points"]
    assert (code, err) == (0, "")
    assert [p["totals"]["access"] for p in points] == [819_200, 811_008, 806_912, 804_864]
    assert [p["totals"]["mult_adds"] for p in points] == [51_380_224, 25_690_112, 12_845_056, 6_422_528]


def test_widths_of_mobilenet(run: Runner) -> None:
    rows = list(
        csv.DictReader(io.StringIO(run("sweep", "mobilenet.yaml", "--over", "alpha=0.25,0.5,0.75,1", "--format", "csv")[1]))
    )
    assert [(r["alpha"], r["mult_adds"]) for r in rows] == [
        ("0.25", "41030272"),
        ("0.5", "149497088"),
        ("0.75", "325400448"),
        ("1", "568740352"),
    ]


def test_the_table_says_what_is_held_fixed(run: Runner) -> None:
    lines = run("sweep", "mobilenet", "--over", "alpha=0.5,1", "--set", "resolution=192")[1].splitlines()
    assert " ".join(lines[3:5]) == (
        "held fixed: resolution 192 · classes 1000 · rho 1 · full false · shallow false · batch 1;"
        " × compares with the first row"
    )
    assert lines[-2].split()[:2] == ["0.5", "109,970,432"]
    assert lines[-1].split()[:3] == ["1", "418,121,728", "3.802"]


def test_what_follows_a_swept_parameter_is_not_held_fixed(run: Runner) -> None:
    lines = run("sweep", "shufflenet", "--over", "groups=1,3", "--set", "stem=24")[1].splitlines()
    assert lines[3] == "held fixed: scale 1 · resolution 224 · classes 1000 · stem 24 · se false · fc_bias false · batch 1;"
    assert [line.split()[1] for line in lines[-2:]] == ["143,078,976", "137,460,672"]


def test_every_combination_the_last_parameter_fastest() -> None:
    spec = costmodel.load("mobilenet")
    points = list(sweep(spec, {"alpha": ["0.5", "1"], "resolution": [128, 224]}, {}))
    assert [tuple(map(str, p.values.values())) for p in points] == [("1/2", "128"), ("1/2", "224"), ("1", "128"), ("1", "224")]
    assert [p.totals for p in points] == [spec.analyze(**p.values).totals for p in points]


@pytest.mark.parametrize("format", ["table", "json", "csv"])
def test_a_point_that_cannot_be_built_is_kept_with_its_reason(format: str, run: Runner) -> None:
    code, out, _ = run("sweep", "grouped", "--over", "groups=1,3", "--format", format)
    assert code == 0
    assert "groups (3) must divide the input channels (128)" in out


def test_no_point_at_all_can_be_built(run: Runner) -> None:
    code, out, _ = run("sweep", "grouped", "--over", "groups=3,5")
    assert code == 2
    assert out.count("cannot be built") == 2


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("alhpa=1,2", "has no parameter 'alhpa'"),
        ("alpha", "--over takes NAME=VALUE"),
        ("alpha=", "--over takes NAME=VALUE"),
        ("alpha=,", "a value is missing here"),
        ("alpha=1,,2", "a value is missing here"),
        ("alpha=1,-1", "cannot be negative"),
        ("alpha=1,x", "'x' is neither a number nor a word"),
        ("alpha=1,relu", "is a number, and relu is a word"),
    ],
)
def test_a_sweep_over_nothing_sensible_is_refused(argument: str, message: str, run: Runner) -> None:
    code, out, err = run("sweep", "mobilenet", "--over", argument)
    assert (code, out) == (2, "")
    assert message in err


def test_lists_are_swept_whole(tmp_path: object, run: Runner) -> None:
    from costmodel.commands.spaces import values

    name, found = values("kernel=[3, 5],3,max(1, 2)")
    assert (name, [str(v) for v in found]) == ("kernel", ["[3, 5]", "3", "max(1, 2)"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--over", "groups=1", "--over", "groups=2"), "--over gives 'groups' twice"),
        (("--over", "groups=1,2", "--set", "groups=4"), "'groups' is set, and swept too"),
        (("--over", "groups=1,2", "--set", "channels=8", "--set", "channels=16"), "--set gives 'channels' twice"),
    ],
)
def test_a_parameter_has_one_source_of_values(arguments: tuple[str, ...], message: str, run: Runner) -> None:
    code, out, err = run("sweep", "grouped", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_a_default_that_hangs_on_a_swept_parameter_is_not_held_fixed(run: Runner) -> None:
    out = run("sweep", "vgg16", "--over", "depth=11,16", "--format", "json")[1]
    assert json.loads(out)["fixed"] == {"third": 3, "norm": False, "resolution": 224, "classes": 1000, "batch": 1}
