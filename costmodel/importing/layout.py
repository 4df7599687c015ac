"""Nodes that lay values out anew: views, which cost nothing, and copies."""

from typing import Any

from costmodel.algebra import Num, decide, divides, is_symbol, prod, ratio
from costmodel.importing.constants import for_a_sample
from costmodel.importing.draft import Cannot, Flow, Known, Step, Value, same
from costmodel.importing.labels import kept, lettered, letters_of, natural, shaped
from costmodel.importing.running import Handler, Run, dims


def reshape(run: Run) -> Flow:
    """Reshape: a view."""
    flow, wanted = run.x, [*run.numbers(1, "shape")]
    shape = run.shape(flow)
    sizes = [shape[at] if same(size, 0) and not run.attribute("allowzero", 0) else size for at, size in enumerate(wanted)]
    total, open_ = prod(shape), [at for at, size in enumerate(sizes) if same(size, -1)]
    if len(open_) > 1:
        raise Cannot(f"its shape {wanted} leaves two sizes open")
    if open_:
        rest = prod(size for size in sizes if not same(size, -1))
        if decide(divides(rest, total)) is False:
            raise Cannot(f"{total} elements do not go into {wanted}")
        sizes[open_[0]] = ratio(total, rest)
    elif not same(prod(sizes), total):
        raise Cannot(f"{total} elements enter, and its shape {wanted} holds {prod(sizes)}")
    return viewed(run, flow, sizes)


def viewed(run: Run, flow: Flow, sizes: list[Num]) -> Flow:
    """The same values with other axes; which of these the samples lie on follows from the order in memory."""
    if flow.batch is None:
        return flow.seen(sizes, None)
    n = run.samples
    before = prod(flow.axes[: flow.batch])
    so_far: Num = 1
    for at, size in enumerate(sizes):
        if same(so_far, before) and decide(divides(n, size)) is True:
            each = ratio(size, n)
            if not is_symbol(each) or not is_symbol(n) or same(each * n, size):
                return flow.seen([*sizes[:at], each, *sizes[at + 1 :]], at)
        so_far = so_far * size
    if same(n, 1):
        return flow.seen(sizes, None)
    raise Cannot(f"the samples of a batch ({n}) lie on no one axis of {'×'.join(map(str, sizes))}")


def flatten(run: Run) -> Flow:
    """Flatten: two axes, those before an axis and those from it on."""
    flow = run.x
    at = run.attribute("axis", 1)
    at = at if 0 <= at <= flow.rank else flow.axis(at)
    shape = run.shape(flow)
    return viewed(run, flow, [prod(shape[:at]), prod(shape[at:])])


def squeeze(run: Run) -> Flow:
    """Squeeze: axes of size 1 taken out."""
    flow = run.x
    given = run.numbers(1, "axes")
    shape = run.shape(flow)
    places = [at for at, size in enumerate(shape) if same(size, 1)] if given is None else [flow.axis(at) for at in given]
    if wrong := [at for at in places if not same(shape[at], 1)]:
        raise Cannot(f"it squeezes axis {wrong[0]}, whose size is {shape[wrong[0]]}")
    return viewed(run, flow, [size for at, size in enumerate(shape) if at not in places])


def unsqueeze(run: Run) -> Flow:
    """Unsqueeze: axes of size 1 put in."""
    flow = run.x
    rank = flow.rank + len(run.numbers(1, "axes"))
    places = {at % rank for at in run.numbers(1, "axes")}
    rest, batch, sizes = iter(enumerate(flow.axes)), None, []
    for at in range(rank):
        if at in places:
            sizes.append(1)
        else:
            old, size = next(rest)
            batch = at if old == flow.batch else batch
            sizes.append(size)
    return flow.seen(sizes, batch)


def transpose(run: Run) -> Flow:
    """Transpose: a copy, or a view where only axes of size 1 change their places."""
    flow = run.x
    order = [*(run.attribute("perm") or reversed(range(flow.rank)))]
    if sorted(order) != [*range(flow.rank)]:
        raise Cannot(f"its order {order} is none of {flow.rank} axes")
    sizes = [flow.axes[at] for at in order]
    batch = None if flow.batch is None else order.index(flow.batch)
    moved = [at for at in order if not same(flow.axes[at], 1)]
    if moved == sorted(moved):
        return flow.seen(sizes, batch)
    step, letters = _distinct(flow)
    wanted = [letters[at] for at in order if at in letters]
    return Flow(_permuted(run, step, wanted), tuple(sizes), batch)


def _distinct(flow: Flow) -> tuple[Step, dict[int, str]]:
    """The values with a letter for each axis that is larger than 1, as they are if these are the step's dimensions."""
    letters = letters_of(flow)
    if set(letters) <= {at for at in kept(flow) if not same(flow.axes[at], 1)}:
        return lettered(flow, letters)
    return lettered(flow, natural([at for at in kept(flow) if not same(flow.axes[at], 1)]))


def _permuted(run: Run, step: Step, wanted: list[str]) -> Step:
    assert step.output is not None
    names = [*dims(step.output)]
    away = [at for at, (old, new) in enumerate(zip(names, wanted, strict=True)) if old != new]
    if len(away) == 2:
        return run.emit("transpose", step, axes=[names[at] for at in away])
    return run.emit("permute", step, order=wanted)


def concat(run: Run) -> Value:
    """Concat: copies behind one another; what is known in front of tokens is learned tokens."""
    axis = run.attribute("axis", 0)
    values = [value for value in run.inputs if value is not None]
    flows = [value for value in values if isinstance(value, Flow)]
    at = flows[0].axis(axis)
    if len(values) == 1:
        return flows[0]
    if len(flows) < len(values):
        return _with_tokens(run, values, at)
    first = flows[0]
    if at == first.batch and not same(run.samples, 1):
        raise Cannot("it joins samples")
    letters = with_axis(first, at)
    steps = []
    for flow in flows:
        if flow.rank != first.rank or flow.batch != first.batch:
            raise Cannot("what it joins has other axes")
        steps.append(lettered(flow, letters)[0])
    name = letters[at]
    step = run.emit("concat", *steps) if name == "c" else run.emit("concat", *steps, axis=name)
    return run.result(step, letters, first)


def with_axis(flow: Flow, at: int) -> dict[int, str]:
    """Letters by which an axis has one, of size 1 though it may be."""
    letters = letters_of(flow)
    if at in letters:
        return letters
    return natural([place for place, size in enumerate(flow.axes) if place == at or not same(size, 1)])


def _with_tokens(run: Run, values: list[Value], at: int) -> Flow:
    """Learned tokens around a sequence, which costs what it costs to have all of them in front."""
    flows = [value for value in values if isinstance(value, Flow)]
    if len(flows) > 1 or at != flows[0].rank - 2:
        raise Cannot("it joins constants to several tensors, or to an axis that is not that of tokens")
    flow = flows[0]
    held = [for_a_sample(run, value, flow) for value in values if isinstance(value, Known)]
    if any(decide(one.learned < prod(one.shape[at:])) is not False for one in held):
        raise Cannot("it joins a constant to what enters, and that is no learned token")
    count = sum(one.shape[at] for one in held)
    step = shaped(flow, {"t": prod(flow.axes[:-1]), "c": flow.axes[-1]})
    tokens = run.emit("tokens", step, constants=held, count=count)
    return Flow(tokens, tuple(size + count if place == at else size for place, size in enumerate(flow.axes)), flow.batch)


def by_axis(name: str) -> dict[str, Any]:
    """The dimension, where it is not the channels."""
    return {} if name == "c" else {"axis": name}


def held(run: Run) -> Flow:
    """Parameters that nothing reads, as an export wrote them."""
    return run.alike("parameters", constants=[run.known(1)], count=run.known(1).size)


def expand(run: Run) -> Flow:
    """Expand and Tile: a copy to a larger shape; a view where nothing grows."""
    flow = run.x
    shape = run.shape(flow)
    wanted = [*run.numbers(1, "shape")]
    if run.node.op == "Tile":
        wanted = [size * many for size, many in zip(shape, wanted, strict=True)]
    else:
        rank = max(len(wanted), flow.rank)
        flow = flow.seen([1] * (rank - flow.rank) + [*flow.axes], None if flow.batch is None else flow.batch + rank - flow.rank)
        shape = run.shape(flow)
        wanted = [1] * (rank - len(wanted)) + wanted
        wanted = [size if same(want, 1) else want for want, size in zip(wanted, shape, strict=True)]
    if all(map(same, wanted, shape)):
        return flow
    grown = [at for at, (a, b) in enumerate(zip(wanted, shape, strict=True)) if not same(a, b)]
    if flow.batch in grown:
        each = ratio(wanted[flow.batch], run.samples)
        wanted[flow.batch] = each
    elif flow.batch is not None:
        wanted[flow.batch] = flow.axes[flow.batch]
    places = [at for at, size in enumerate(flow.axes) if at in grown or not same(size, 1)]
    step, letters = lettered(flow, natural(places))
    tile = run.emit("tile", step, shape={letter: wanted[at] for at, letter in letters.items()})
    return Flow(tile, tuple(wanted), flow.batch)


def passed_on(run: Run) -> Flow:
    """What enters, as it is."""
    return run.x


HANDLERS: dict[str, Handler] = {
    "Reshape": reshape,
    "Flatten": flatten,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Transpose": transpose,
    "Concat": concat,
    "Expand": expand,
    "Tile": expand,
    "Identity": passed_on,
    "Dropout": lambda run: [run.x, *[None] * (len(run.node.outputs) - 1)],
    "CastLike": passed_on,
    "Parameters": held,
}
"""How each node of layout becomes layers, or a view."""
