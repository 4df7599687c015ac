"""The node Attention: heads brought apart, scores, what is added to them, their softmax, the sums by it."""

from typing import Any

from costmodel.algebra import prod, ratio
from costmodel.importing.draft import Cannot, Flow, Known, Value
from costmodel.importing.labels import shaped
from costmodel.importing.layout import transpose
from costmodel.importing.model import Graph
from costmodel.importing.normalising import softmax
from costmodel.importing.products import product
from costmodel.importing.running import Handler, Run
from costmodel.importing.together import added, stretched

_TRUTHS = ("Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor", "Not", "IsNaN", "IsInf")
"""Ops that say yes or no: a mask of these chooses among scores, any other is added to them."""


def attention(run: Run) -> list[Any]:
    """Attention (operator set 23): scores of q and k, their softmax, and the sum of v by it.

    It is one layer; where there is a mask, or scores are capped, the steps are layers of their own.
    """
    if any(run.there(place) for place in (4, 5, 6)):
        raise Cannot("it keeps keys and values of tokens before")
    q, k, v = run.flow(0), run.flow(1), run.flow(2)
    is_flat = q.rank == 3
    if is_flat:
        q, k, v = _in_heads(run, q, k, v)
    if q.rank != 4 or any(x.batch != 0 and x.batch is not None for x in (q, k, v)):
        raise Cannot(f"it takes tensors of {q.rank} axes")
    if run.there(3) or run.attribute("softcap", 0.0):
        found = _written_out(run, q, k, v)
    else:
        tensors = [shaped(x, {"c": prod(x.axes[:-2]), "h": x.axes[-2], "w": x.axes[-1]}) for x in (q, k, v)]
        found = Flow(run.emit("scaled_dot_product", *tensors), (*q.axes[:-1], v.axes[-1]), q.batch)
    return [_out_of_heads(run, found) if is_flat else found, k, v]


def shared_masks(graph: Graph) -> set[str]:
    """What enters as a mask of scores that is the same for all samples: of a row and a column, or of heads besides."""
    masks = {node.inputs[3] for node in graph.nodes if node.op == "Attention" and len(node.inputs) > 3}
    return {entry.name for entry in graph.inputs if entry.name in masks and entry.dims is not None and len(entry.dims) < 4}


def _in_heads(run: Run, *flows: Flow) -> list[Flow]:
    """Heads of each: batch, heads, tokens, width."""
    heads = run.attribute("q_num_heads"), run.attribute("kv_num_heads"), run.attribute("kv_num_heads")
    if any(many is None for many in heads):
        raise Cannot("it says no number of heads")
    apart = (x.seen([*x.axes[:2], many, ratio(x.axes[2], many)], x.batch) for x, many in zip(flows, heads, strict=True))
    return [transpose(run.on("Transpose", x, perm=[0, 2, 1, 3])) for x in apart]


def _out_of_heads(run: Run, flow: Flow) -> Flow:
    turned = transpose(run.on("Transpose", flow, perm=[0, 2, 1, 3]))
    b, t, many, width = turned.axes
    return turned.seen([b, t, many * width], turned.batch)


def _written_out(run: Run, q: Flow, k: Flow, v: Flow) -> Flow:
    """The steps, so that what is done to the scores is seen; keys that heads share are read where they are."""
    b, heads, rows, _ = q.axes
    few, columns = k.axes[1], k.axes[2]
    shared = ratio(heads, few)
    together = q.seen([b, few, shared * rows, q.axes[-1]], q.batch)
    scores = product(run, together, k, transposed=True).seen([b, heads, rows, columns], q.batch)
    scores = run.alike("map", scores, function="scale")
    if run.there(3):
        scores = _masked(run, scores, run.inputs[3])
    if run.attribute("softcap", 0.0):
        bounded = run.alike("tanh", run.alike("map", scores, function="scale"))
        scores = run.alike("map", bounded, function="scale")
    shares = softmax(run.on("Softmax", scores, axis=-1))
    sums = product(run, shares.seen([b, few, shared * rows, columns], shares.batch), v, transposed=False)
    return sums.seen([b, heads, rows, v.axes[-1]], sums.batch)


def _masked(run: Run, scores: Flow, mask: Value | None) -> Flow:
    """Scores with a mask: added, or chosen by where it is of truths."""
    if isinstance(mask, Known) and not mask.is_float and not mask.learned:
        return run.alike("map", scores, function="compare")
    if isinstance(mask, Flow) and mask.step.node is not None and mask.step.node.op in _TRUTHS:
        return stretched(run, [mask, scores], None, "where")
    return added(run.on("Add", scores, mask))


HANDLERS: dict[str, Handler] = {"Attention": attention}
"""How it becomes layers."""
