"""The JSON of `verify` keeps its contract: every key that is written is described, and none that is required is missing."""

from collections.abc import Callable

import pytest
from schemas import kinds

Runner = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("layer", "--h 56 --w 56 --c1 24 --c2 144"),
        ("layer", "--k 3x5 --stride 2x1 --padding 1 --groups 24 --literal"),
        ("network", "mobilenet"),
        ("network", "shufflenet --literal --sort gap --top 3"),
        ("network", "efficientnet"),
        ("network", "grouped"),
        ("cached_layer", "--cache 64KiB"),
        ("cached_layer", "--cache 16 --k 5 --dtype int8"),
        ("cached_layer", "--cache 4 --k 5"),
        ("cached_network", "mobilenet --cache 64KiB"),
        ("cached_network", "xception --cache 1KiB --dtype weights=int8"),
        ("proof", "--prove --k 3 --stride 2 --groups 8"),
    ],
)
def test_it_is_under_its_schema(run: Runner, kind: str, given: str) -> None:
    code, out, err = run("verify", *given.split(), "--format", "json")
    assert (code, err) == (0, "")
    assert kinds("verify", out) == [kind]
