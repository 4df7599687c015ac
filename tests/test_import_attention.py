"""The node Attention of a model: one layer, or its steps where something is done to the scores."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from costmodel.cost import Cost
from costmodel.importing.door import imported
from costmodel.library import Spec, loads
from costmodel.problems import SpecError

HEADS, T, S, D, E = 4, 5, 7, 8, 6
SCORES = HEADS * T * S


def spec_of(folder: Path, *masks: Any, few: int = HEADS, between: str = "Identity", **attributes: Any) -> Spec:
    """q, k and v enter; a mask that is an array is held, one that is a list enters with that shape, through an op `between`."""
    sizes = {"q": [1, HEADS, T, D], "k": [1, few, S, D], "v": [1, few, S, E]}
    sizes |= {f"m{at}": mask for at, mask in enumerate(masks) if isinstance(mask, list)}
    made = [helper.make_node(between, [f"m{at}"], [f"r{at}"]) for at in range(len(masks))]
    read = [f"r{at}" for at in range(len(masks))]
    graph = helper.make_graph(
        [*made, helper.make_node("Attention", ["q", "k", "v", *read], ["y"], **attributes)],
        "made",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in sizes.items()],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(mask, f"m{at}") for at, mask in enumerate(masks) if not isinstance(mask, list)],
    )
    path = folder / "m.onnx"
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)]).SerializeToString())
    return loads(imported(path, path.name), path.name)


def counted(spec: Spec) -> Cost:
    return sum((line.cost for line in spec.analyze().lines), Cost())


def test_attention_is_one_layer(tmp_path: Path) -> None:
    spec = spec_of(tmp_path)
    assert [line.op for line in spec.analyze().lines] == ["scaled_dot_product"]
    assert counted(spec).fma == SCORES * (D + E)


@pytest.mark.parametrize("few", [1, 2, 4])
def test_the_steps_count_what_the_layer_does_and_what_a_mask_adds(few: int, tmp_path: Path) -> None:
    """Heads may share keys, which are read where they are: no copies are made for each."""
    plain = counted(spec_of(tmp_path, few=few))
    hidden = np.triu(np.full((T, S), -np.inf, np.float32), 1)
    masked = spec_of(tmp_path, hidden, few=few)
    found = counted(masked)
    assert (found.fma, found.mul, found.exp) == (plain.fma, plain.mul, plain.exp)
    assert found.add == plain.add + SCORES
    assert masked.analyze().totals.params == 0
    assert not {"tile", "transpose"} & {line.op for line in masked.analyze().lines}


def test_a_learned_bias_of_scores_is_parameters(tmp_path: Path) -> None:
    bias = np.random.default_rng(0).standard_normal((HEADS, T, S)).astype(np.float32)
    spec = spec_of(tmp_path, bias)
    assert spec.analyze().totals.params == SCORES
    assert counted(spec).add == counted(spec_of(tmp_path)).add + SCORES


def test_a_mask_of_truths_chooses(tmp_path: Path) -> None:
    plain = counted(spec_of(tmp_path))
    held = counted(spec_of(tmp_path, np.tril(np.ones((T, S), bool))))
    assert (held.add, held.cmp) == (plain.add, plain.cmp + SCORES)
    made = counted(spec_of(tmp_path, [1, 1, T, S], between="IsNaN"))
    assert (made.add, made.cmp) == (plain.add, plain.cmp + SCORES + T * S)


def test_a_mask_that_enters_is_added(tmp_path: Path) -> None:
    for shape in ([1, 1, T, S], [T, S], [HEADS, T, S], [1, HEADS, T, 1]):
        found = counted(spec_of(tmp_path, shape))
        assert found.add == counted(spec_of(tmp_path)).add + SCORES


def test_capped_scores_are_bounded_by_a_tangent(tmp_path: Path) -> None:
    found, plain = counted(spec_of(tmp_path, softcap=30.0)), counted(spec_of(tmp_path))
    assert (found.fma, found.exp - plain.exp, found.mul - plain.mul) == (plain.fma, SCORES, 2 * SCORES)


def test_heads_on_one_axis_are_brought_apart(tmp_path: Path) -> None:
    sizes = {"q": [1, T, HEADS * D], "k": [1, S, HEADS * D], "v": [1, S, HEADS * E]}
    node = helper.make_node("Attention", ["q", "k", "v"], ["y"], q_num_heads=HEADS, kv_num_heads=HEADS)
    graph = helper.make_graph(
        [node],
        "made",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in sizes.items()],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    path = tmp_path / "m.onnx"
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)]).SerializeToString())
    assert counted(loads(imported(path, path.name), path.name)).fma == SCORES * (D + E)


def test_keys_of_tokens_before_are_refused(tmp_path: Path) -> None:
    before = [1, HEADS, 3, D], [1, HEADS, 3, E]
    with pytest.raises(SpecError, match="keys and values of tokens before"):
        spec_of(tmp_path, np.zeros((T, S + 3), np.float32), *before)
