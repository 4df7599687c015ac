"""The bound on memory access: exact in integers, tight only for equal widths, refused outside its domain."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.bounds import DIGITS, PointwiseBound, root
from costmodel.ops import OPS
from costmodel.tensor import Tensor
from costmodel.traffic import alone

SIZES = st.integers(1, 2048)


@given(SIZES, SIZES, SIZES, SIZES)
def test_the_bound_holds_and_is_tight_only_for_equal_widths(h: int, w: int, c1: int, c2: int) -> None:
    layer = PointwiseBound(h, w, c1, c2)
    assert layer.holds
    assert layer.is_tight == (c1 == c2)
    assert (layer.gap == 0) == (c1 == c2)
    # 4·k²-free form of the theorem: L² − 4·h·w·B = (h·w·(c1 − c2))²
    maps = h * w * (c1 + c2)
    assert maps**2 - 4 * h * w * layer.mult_adds == (h * w * (c1 - c2)) ** 2


@given(SIZES, SIZES, SIZES, SIZES)
def test_the_gap_is_the_square_of_the_difference_of_roots(h: int, w: int, c1: int, c2: int) -> None:
    gap = h * w * (math.sqrt(c1) - math.sqrt(c2)) ** 2
    assert float(PointwiseBound(h, w, c1, c2).gap) == pytest.approx(gap, rel=1e-6, abs=0.02)


@given(SIZES, SIZES, SIZES, SIZES)
def test_it_speaks_of_the_same_convolution_as_the_vocabulary(h: int, w: int, c1: int, c2: int) -> None:
    _, cost = OPS["conv2d"]([Tensor(n=1, c=c1, h=h, w=w)], {"out": c2, "bias": False})
    layer = PointwiseBound(h, w, c1, c2)
    assert (layer.mult_adds, layer.access) == (cost.fma, alone(cost).access)


def test_the_example_of_the_command_line() -> None:
    layer = PointwiseBound(56, 56, 24, 144)
    assert layer.mult_adds == 10_838_016  # 56*56 * 24*144
    assert layer.access == 530_304  # 56*56*(24 + 144) + 24*144
    assert float(layer.bound) == pytest.approx(2 * math.sqrt(56 * 56 * 10_838_016) + 24 * 144, abs=0.01)


@pytest.mark.parametrize("wrong", [0, -1, 2.0, True, "8"])
@pytest.mark.parametrize("name", ["h", "w", "c1", "c2"])
def test_sizes_outside_the_domain_are_refused(name: str, wrong: object) -> None:
    with pytest.raises(ValueError, match=f"{name} must be a whole number, at least 1, and is {wrong}"):
        PointwiseBound(**({"h": 7, "w": 7, "c1": 8, "c2": 8} | {name: wrong}))  # type: ignore[arg-type]


@given(st.integers(0, 10**40))
def test_roots_are_cut_never_rounded_up(square: int) -> None:
    found, step = root(square), 1 / 10**DIGITS
    assert found**2 <= square < (found + type(found)(1, 10**DIGITS)) ** 2
    assert step > 0
