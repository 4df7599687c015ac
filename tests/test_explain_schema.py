"""The JSON of `explain` keeps its contract, and its numbers are what the ledger says."""

import json
from collections.abc import Callable

import pytest
from schemas import kinds

import costmodel

Runner = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("overview", "mobilenet"),
        ("overview", "swin --traffic unfused --batch 2"),
        ("workings", "mobilenet pair.7"),
        ("workings", "mobilenet fc --traffic fused"),
        ("workings", "mobilenet relu6"),
        ("workings", "xception separable_conv"),
        ("workings", "units/shufflenet"),
        ("workings", "units/separable --variant table3-rho"),
        ("workings", "units/inverted_residual --set h=28"),
        ("units", "units/shufflenet --against units/resnet_bottleneck --against units/resnext"),
        ("units", "units/shufflenet --against units/resnext --set h=28 --set w=28 --set c=240 --set m=60 --set g=3"),
        ("questions", "mobilenet --quiz 12 --seed 1"),
        ("questions", "units/shufflenet --against units/resnext --quiz 9 --seed 2"),
    ],
)
def test_it_is_under_its_schema(run: Runner, kind: str, given: str) -> None:
    code, out, err = run("explain", *given.split(), "--format", "json")
    assert (code, err) == (0, "")
    assert kinds("explain", out) == [kind]


@pytest.mark.parametrize("name", ["mobilenet", "shufflenetv2", "resnext", "swin", "googlenet"])
@pytest.mark.parametrize("traffic", ["conv", "unfused", "fused"])
def test_kinds_of_layers_and_of_units_add_up_to_the_network(run: Runner, name: str, traffic: str) -> None:
    document = json.loads(run("explain", name, "--format", "json", "--traffic", traffic)[1])
    from costmodel.traffic import TRAFFIC

    expected = costmodel.load(name).analyze().sums(traffic=TRAFFIC[traffic])
    for rows in (document["layers"], document["units"]):
        for figure, total in expected._asdict().items():
            assert sum(kind["figures"][figure]["sum"] for kind in rows) == total == document["totals"][figure]
