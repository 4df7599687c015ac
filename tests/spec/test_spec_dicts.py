"""A spec given as a dict: the same as a file that says it, whatever it holds."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from writing import needed

import costmodel
from costmodel.library import bundled
from costmodel.spec.dicts import written
from costmodel.spec.source import Map, Seq, Text, read


def plain(data: Any) -> Any:
    """What a file says, as nested dicts, lists and text; None for what is left out."""
    if isinstance(data, Map):
        return {str(key): plain(item) for key, item in data.items()}
    if isinstance(data, Seq):
        return [plain(item) for item in data]
    return None if data.absent else str(data)


@pytest.mark.parametrize("name", list(bundled()))
def test_a_bundled_spec_as_a_dict_is_the_same_network(name: str) -> None:
    text = bundled()[name].read_text(encoding="utf-8")
    data = plain(read(text, "f"))
    assert plain(read(written(data), "f")) == data
    one, other = costmodel.load(name), costmodel.load(data)
    ours, theirs = (spec.analyze(**needed(spec)) for spec in (one, other))
    assert ours.totals == theirs.totals
    assert [str(line.output) for line in ours.lines] == [str(line.output) for line in theirs.lines]


def test_a_dict_of_what_python_has() -> None:
    net = costmodel.load(
        MappingProxyType(
            {
                "name": "T",
                "params": {"alpha": 0.1, "k": (3, 3), "ratio": Fraction(7, 5), "bias": False, "n": 2.0},
                "input": (3, 32, 32),
                "blocks": {"unit": {"params": {"out": None, "k": 1}, "layers": [{"conv2d": {"out": None, "kernel": "k"}}]}},
                "layers": [
                    {"unit": {"out": "30 * alpha", "k": "k"}},
                    "global_avg_pool",
                    {"linear": {"out": "max(5, 5 * ratio)", "bias": "bias"}, "repeat": "n"},
                    {"linear": {"by": "n", "cases": {1: 8, 2: 16, 2.5: 3}}, "when": True},
                    "relu",
                ],
            }
        )
    )
    assert net.settings({}) == {"alpha": Fraction(1, 10), "k": [3, 3], "ratio": Fraction(7, 5), "bias": False, "n": 2}
    assert [str(line.output) for line in net.analyze().lines] == ["3×30×30", "3×1×1", "7", "7", "16", "16"]


def test_numbers_of_numpy_are_numbers() -> None:
    np = pytest.importorskip("numpy")
    made = {"name": "T", "params": {"a": np.float64(1.4), "b": np.float32(0.1), "n": np.int64(3)}, "input": [3, 8, 8]}
    net = costmodel.load({**made, "layers": [{"relu": None, "repeat": "n", "when": "a > b"}]})
    assert net.settings({}) == {"a": Fraction(7, 5), "b": Fraction(1, 10), "n": 3}
    with pytest.raises(costmodel.SpecError, match=r"spec\['input'\] is of type ndarray, and a spec is made of"):
        costmodel.load({**made, "input": np.array([3, 8, 8]), "layers": ["relu"]})


def test_a_list_that_stands_twice_is_written_twice() -> None:
    unit = [{"conv2d": 8}, "relu"]
    net = costmodel.load({"name": "T", "input": [3, 8, 8], "layers": [*unit, {"layers": unit}, {"residual": unit}]})
    assert [line.op for line in net.analyze().lines] == ["conv2d", "relu"] * 3 + ["add"]


def test_places_are_those_of_the_text() -> None:
    data = {"name": "T", "input": [3, 8, 8], "layers": [{"residual": [{"conv2d": {"out": 3, "kernel": "x y"}}]}]}
    with pytest.raises(costmodel.SpecError) as caught:
        costmodel.load(data)
    (problem,) = caught.value.problems
    assert problem.mark is not None
    assert problem.mark.file == "dict"
    assert problem.mark.text[problem.mark.col - 1 :].startswith("y")


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=12),
    st.sampled_from(["", " ", "~", "- a", "-", "---", "...", "a: b", "a #b", "[", "{}", "'", '"', "\\", "|", "? a"]),
    st.sampled_from(["\n", "\t", "\r\n", "x\x85y", "\u2028"]),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.fractions(), TEXTS)
KEYS = st.one_of(st.integers(0, 99), TEXTS)
DATA = st.recursive(SCALARS, lambda part: st.lists(part, max_size=4) | st.dictionaries(KEYS, part, max_size=4), max_leaves=20)


def said(data: Any) -> Any:
    """What a reader should find, as text."""
    if isinstance(data, Mapping):
        return {str(key): said(item) for key, item in data.items()}
    if isinstance(data, list):
        return [said(item) for item in data]
    return None if data is None else str(data).lower() if isinstance(data, bool) else str(data)


def found(data: Any) -> Any:
    if isinstance(data, Text):
        return None if data.absent else str(data)
    if isinstance(data, Seq):
        return [found(item) for item in data]
    return {str(key): found(item) for key, item in data.items()}


@settings(max_examples=250, deadline=None)
@given(st.dictionaries(KEYS.filter(lambda key: key != ""), DATA, min_size=1, max_size=4))
def test_what_is_written_is_read(data: dict[Any, Any]) -> None:
    text = written(data)
    if _stands_twice(data):
        with pytest.raises(costmodel.SpecError, match="stands twice"):
            read(text, "f")
        return
    assert found(read(text, "f")) == said(data)
    yaml.compose(text, Loader=yaml.CSafeLoader)  # and it is YAML to others


def _stands_twice(data: Any) -> bool:
    """Whether two keys are written alike, such as 1 and '1'."""
    if not isinstance(data, Mapping | list):
        return False
    parts = data.values() if isinstance(data, Mapping) else data
    alike = isinstance(data, Mapping) and len({str(key) for key in data}) < len(data)
    return alike or any(map(_stands_twice, parts))
