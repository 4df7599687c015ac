"""Nodes that multiply matrices: fully connected layers, and products of what enters."""

from typing import Any

from costmodel.algebra import prod
from costmodel.importing.draft import Cannot, Flow, Known, same
from costmodel.importing.labels import common, lettered, matrices, natural, rows, shaped
from costmodel.importing.layout import transpose
from costmodel.importing.running import Handler, Run
from costmodel.importing.together import added


def linear(run: Run, flow: Flow, out: Any, constants: list[Known], *, bias: bool) -> Flow:
    """A fully connected layer on the last axis."""
    step = run.emit("linear", rows(flow), constants=constants, out=out, **({} if bias else {"bias": False}))
    sizes = [*flow.axes[:-1], out] if flow.batch != flow.rank - 1 else [*flow.axes, out]
    return Flow(step, tuple(sizes), flow.batch)


def gemm(run: Run) -> Flow:
    """Gemm: a fully connected layer, or a product of two matrices."""
    if not isinstance(run.inputs[1], Known):
        return _product_of_two(run)
    flow, weight = run.x, run.known(1)
    if flow.rank != 2 or len(weight.shape) != 2:
        raise Cannot(f"it multiplies tensors of {flow.rank} and {len(weight.shape)} axes")
    if run.attribute("transA", 0):
        flow = transpose(run.on("Transpose", flow, perm=[1, 0]))
    inner, out = reversed(weight.shape) if run.attribute("transB", 0) else weight.shape
    if not same(inner, flow.axes[1]):
        raise Cannot(f"its weights take {inner} channels, and {flow.axes[1]} enter")
    bias = run.known(2) if run.there(2) else None
    is_bias = bias is not None and same(bias.size, out)
    found = linear(run, flow, out, [weight, *([bias] if bias is not None and is_bias else [])], bias=is_bias)
    if bias is not None and not is_bias:
        if bias.size != 1:
            raise Cannot(f"it adds a constant of {'×'.join(map(str, bias.shape))} to {out} values")
        return run.alike("map", found, function="shift")
    return found


def _product_of_two(run: Run) -> Flow:
    a, b = run.flow(0), run.flow(1)
    if run.attribute("transA", 0):
        a = transpose(run.on("Transpose", a, perm=[1, 0]))
    found = product(run, a, b, transposed=bool(run.attribute("transB", 0)))
    return added(run.on("Add", found, run.inputs[2])) if run.there(2) else found


def matmul(run: Run) -> Flow:
    """MatMul: with weights a fully connected layer, else a product for each place before the last two axes."""
    a, b = run.inputs[0], run.inputs[1]
    if isinstance(a, Flow) and isinstance(b, Flow):
        return product(run, a, b, transposed=False)
    if isinstance(a, Flow):
        return _with_weights(run, a, run.known(1))
    return _from_the_left(run, run.known(0), run.flow(1))


def _from_the_left(run: Run, weight: Known, flow: Flow) -> Flow:
    """W·x: a convolution of one tap whose channels are the rows, along what lies behind them."""
    if len(weight.shape) != 2 or flow.rank < 2:
        raise Cannot("weights of several matrices stand before what they multiply")
    if not same(weight.shape[1], flow.axes[-2]):
        raise Cannot(f"its weights take {weight.shape[1]} rows, and {flow.axes[-2]} enter")
    if flow.batch in (flow.rank - 1, flow.rank - 2):
        raise Cannot("its samples lie in a side of the matrix")
    before = prod(flow.axes[:-2])
    if not same(before, 1):
        raise Cannot("weights stand before several matrices")
    step = shaped(flow, {"c": flow.axes[-2], "w": flow.axes[-1]})
    made = run.emit("conv1d", step, constants=[weight], out=weight.shape[0], bias=False)
    return Flow(made, (*flow.axes[:-2], weight.shape[0], flow.axes[-1]), flow.batch)


def _with_weights(run: Run, flow: Flow, weight: Known) -> Flow:
    shape = weight.shape
    if len(shape) == 1:
        found = linear(run, flow, 1, [weight], bias=False)
        return found.seen(found.axes[:-1], found.batch)
    inner, out = shape[-2:]
    if not same(inner, flow.axes[-1]):
        raise Cannot(f"its weights take {inner} channels, and {flow.axes[-1]} enter")
    many = prod(shape[:-2])
    if same(many, 1):
        more = max(len(shape) - flow.rank, 0)
        flow = flow.seen([1] * more + [*flow.axes], None if flow.batch is None else flow.batch + more)
        return linear(run, flow, out, [weight], bias=False)
    return _grouped(run, flow, weight, many)


def _grouped(run: Run, flow: Flow, weight: Known, many: Any) -> Flow:
    """Another matrix of weights for each place before the last two axes: as many groups of a convolution of one tap."""
    inner, out = weight.shape[-2:]
    batch = prod(flow.axes[:-2])
    if not same(batch, many):
        raise Cannot(f"{many} matrices of weights go with {batch} of what enters")
    tokens = flow.axes[-2]
    step = shaped(flow, {"c": many, "h": tokens, "w": inner})
    if not same(tokens, 1):
        step = run.emit("transpose", step, axes=["h", "w"])
    assert step.output is not None
    seen = Flow(step, (many * inner, tokens), None)
    made = run.emit(
        "conv1d", shaped(seen, {"c": many * inner, "w": tokens}), constants=[weight], out=many * out, groups=many, bias=False
    )
    if not same(tokens, 1):
        apart = shaped(Flow(made, (many, out, tokens), None), {"c": many, "h": out, "w": tokens})
        made = run.emit("transpose", apart, axes=["h", "w"])
    return Flow(made, (*flow.axes[:-1], out), flow.batch)


def product(run: Run, a: Flow, b: Flow, *, transposed: bool) -> Flow:
    """Matrices of two tensors, stretched to one another before their last two axes."""
    if a.rank == 1 or b.rank == 1:
        return _with_a_vector(run, a, b)
    rank = max(a.rank, b.rank)
    a, b = (x.seen([1] * (rank - x.rank) + [*x.axes], None if x.batch is None else x.batch + rank - x.rank) for x in (a, b))
    if a.batch != b.batch:
        raise Cannot("the samples of what it multiplies lie on different axes")
    before = common([a.axes[:-2], b.axes[:-2]])
    (r, k), (first, last) = a.axes[-2:], b.axes[-2:]
    shared, columns = (last, first) if transposed else (first, last)
    if not same(k, shared):
        raise Cannot(f"it multiplies matrices of {r}×{k} and {first}×{last}")
    a, b = (_spread(run, x, before) for x in (a, b))
    turned: dict[str, Any] = {"transpose": True} if transposed else {}
    step = run.emit("matmul", matrices(a), matrices(b), **turned)
    return Flow(step, (*before, r, columns), a.batch)


def _spread(run: Run, x: Flow, before: list[Any]) -> Flow:
    """A tensor whose matrices are repeated for others, as keys and values are that several heads share."""
    if all(map(same, x.axes[:-2], before)):
        return x
    places = [at for at in range(x.rank) if at >= x.rank - 2 or not same(before[at], 1)]
    step, letters = lettered(x, natural(places))
    wanted = [*before, *x.axes[-2:]]
    tile = run.emit("tile", step, shape={letter: wanted[at] for at, letter in letters.items()})
    return Flow(tile, tuple(wanted), x.batch)


def _with_a_vector(run: Run, a: Flow, b: Flow) -> Flow:
    if b.rank == 1 and a.rank > 1 and b.batch is None:
        found = product(run, a, b.seen([*b.axes, 1], None), transposed=False)
        return found.seen(found.axes[:-1], found.batch)
    raise Cannot("it multiplies vectors")


HANDLERS: dict[str, Handler] = {
    "Gemm": gemm,
    "MatMul": matmul,
}
"""How each node of products becomes layers."""
