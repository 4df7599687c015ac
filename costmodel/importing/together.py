"""Nodes of several tensors, value by value: each is stretched to the shape of all, and one may be a constant."""

from typing import Any

from costmodel.algebra import Num, prod, ratio
from costmodel.importing.constants import for_a_sample
from costmodel.importing.draft import Cannot, Flow, Known, Step, Value, same
from costmodel.importing.labels import common, letters_of, natural, shaped
from costmodel.importing.layout import expand
from costmodel.importing.running import Handler, Run


def joined(verb: str | None, word: str, with_number: str, learned: str | None) -> Handler:
    """Add, Mul and their like.

    `verb` takes tensors of one shape, `word` is the function of `combine` that stretches; a single number that is known
    makes it `with_number`, an op of the vocabulary of `map`, and learned values `learned`.
    """

    def handle(run: Run) -> Value:
        values = [value for value in run.inputs if value is not None]
        flows = [value for value in values if isinstance(value, Flow)]
        constants = [value for value in values if isinstance(value, Known)]
        if len(flows) == 1 and len(constants) == 1:
            return _with_known(run, flows[0], constants[0], with_number, learned)
        if constants:
            raise Cannot("it takes several constants beside what enters")
        if len(flows) == 1:
            return flows[0]
        return stretched(run, flows, verb, word)

    return handle


def stretched(run: Run, flows: list[Flow], verb: str | None, word: str) -> Flow:
    """Tensors value by value, each stretched to the shape of all."""
    stretching = verb if verb == "multiply" else None
    """The verb that stretches by itself."""
    shapes = [run.shape(flow) for flow in flows]
    sizes = common(shapes)
    rank = len(sizes)
    whole = next(
        (flow for flow, shape in zip(flows, shapes, strict=True) if len(shape) == rank and all(map(same, shape, sizes))), None
    )
    aligned, batch = _by_samples(run, [_aligned(flow, rank) for flow in flows])
    if whole is not None:
        lead = _aligned(whole, rank)
        letters = _for_all(lead, aligned)
        steps = [_partly(flow, letters) for flow in aligned]
        fitting = verb if all(all(map(same, flow.axes, lead.axes)) for flow in aligned) else stretching
        step = run.emit(fitting, *steps) if fitting else run.emit("combine", *steps, function=word)
        return run.result(step, letters, lead)
    each = [size if at != batch else ratio(size, run.samples) for at, size in enumerate(sizes)]
    letters = natural([at for at in range(rank) if not same(each[at], 1)])
    steps = [_partly(flow, letters) for flow in aligned]
    step = run.emit(stretching, *steps) if stretching else run.emit("combine", *steps, function=word)
    return Flow(step, tuple(each), batch)


def _by_samples(run: Run, flows: list[Flow]) -> tuple[list[Flow], int | None]:
    """Tensors whose samples lie on one axis, and which. Of one sample any axis of size 1 may be taken for that of samples."""
    batches = [flow.batch for flow in flows if flow.batch is not None]
    if len({*batches}) > 1 and not same(run.samples, 1):
        raise Cannot("the samples of what it joins lie on different axes")
    batch = min(batches, default=None)
    return [flow if flow.batch == batch else flow.seen(flow.axes, None) for flow in flows], batch


def _for_all(lead: Flow, flows: list[Flow]) -> dict[int, str]:
    """Letters for the axes on which any of the tensors has more than one place."""
    letters = letters_of(lead)
    wanted = {at for flow in flows for at, size in enumerate(flow.axes) if not same(size, 1)}
    return letters if wanted <= {*letters} else natural(sorted(wanted))


def _aligned(flow: Flow, rank: int) -> Flow:
    more = rank - flow.rank
    return flow.seen([1] * more + [*flow.axes], None if flow.batch is None else flow.batch + more)


def _partly(flow: Flow, letters: dict[int, str]) -> Step:
    """The values with those of the letters whose axes it has; a map keeps its sides of size 1."""
    there = {letter: flow.axes[at] for at, letter in letters.items()}
    if prod(there.values()) is not None and same(prod(there.values()), prod(flow.axes)):
        if all(same(size, 1) for name, size in there.items() if name != "c") and flow.tensor.kind == "vector":
            return flow.step if same(flow.tensor.c, there.get("c", 0)) else shaped(flow, there)
        return shaped(flow, there)
    raise Cannot("what it joins has axes without letters")


def _with_known(run: Run, flow: Flow, known: Known, word: str, learned: str | None) -> Flow:
    """One tensor with a constant: a number, learned values, or a mask."""
    if known.size == 1 and known.learned:
        if learned is None:
            raise Cannot("it takes a learned number beside what enters")
        result = run.alike(learned, flow, constants=[known], **{} if same(flow.tensor.c, 1) else {"learned": 1})
        grown = _aligned(flow, max(flow.rank, len(known.shape)))
        return Flow(result.step, grown.axes, grown.batch)
    if known.size == 1:
        number = known.data.reshape(-1)[0] if known.data is not None else None
        result = run.alike("map", flow, function=word)
        result.step.notes = {"number": number, "first": run.inputs[0] is known}
        grown = _aligned(flow, max(flow.rank, len(known.shape)))
        return Flow(result.step, grown.axes, grown.batch)
    flow = _aligned(flow, max(flow.rank, len(known.shape)))
    known = for_a_sample(run, known, flow)
    shape = (1,) * (flow.rank - len(known.shape)) + tuple(known.shape)
    wide = [at for at, size in enumerate(shape) if not same(size, 1)]
    if learned is None:
        if known.learned:
            raise Cannot("it takes a constant tensor beside what enters")
        return run.alike("map", _grown(run, flow, shape), function=word)
    for at in wide:
        if not same(shape[at], flow.axes[at]):
            raise Cannot(f"a constant of {'×'.join(map(str, shape))} goes with {'×'.join(map(str, flow.axes))}")
    step, letters, over = run.over(flow, wide)
    if len(over) < len(wide):
        raise Cannot("it takes another constant for each sample")
    many = prod(known.shape)
    fields: dict[str, Any] = {} if over == ["c"] else {"over": over}
    fields |= {} if same(known.learned, many) else {"learned": known.learned}
    return run.result(run.emit(learned, step, constants=[known], **fields), letters, flow)


def _grown(run: Run, flow: Flow, shape: tuple[Num, ...]) -> Flow:
    """Values stretched to the shape that they have with a constant: a copy where anything grows."""
    wanted = [*common([run.shape(flow), shape])]
    return expand(run.on("Expand", flow, shape=wanted))


add = joined("add", "add", "shift", "shift")
"""Add: one after the other."""


def added(run: Run) -> Flow:
    """A sum to which something that the network computes belongs."""
    found = add(run)
    assert isinstance(found, Flow)
    return found


def combined(word: str) -> Handler:
    """A function of several tensors that has no verb of its own."""
    return joined(None, word, word if word in ("power", "maximum", "minimum") else "compare", None)


def where(run: Run) -> Flow:
    """Where: one of two values by a third."""
    flows = [value for value in run.inputs if isinstance(value, Flow)]
    if len(flows) == 3:
        return stretched(run, flows, None, "where")
    shapes = [value.shape for value in run.inputs if isinstance(value, Known)]
    if len(flows) == 2 and all(same(prod(shape), 1) for shape in shapes):
        return stretched(run, flows, None, "where")
    if len(flows) == 1:
        sizes = common([flows[0].axes, *shapes])
        if len(sizes) == flows[0].rank and all(map(same, sizes, flows[0].axes)):
            learned = [value for value in run.inputs if isinstance(value, Known) and value.learned]
            if learned:
                flows = [run.alike("parameters", flows[0], learned, count=sum(one.learned for one in learned))]
            return run.alike("map", flows[0], function="compare")
    raise Cannot("it chooses between constants and what enters")


HANDLERS: dict[str, Handler] = {
    "Add": add,
    "Sum": add,
    "Sub": joined(None, "subtract", "shift", "shift"),
    "Mul": joined("multiply", "multiply", "scale", "scale"),
    "Div": joined(None, "divide", "scale", "scale"),
    "Pow": combined("power"),
    "Max": combined("maximum"),
    "Min": combined("minimum"),
    "Equal": combined("equal"),
    "Less": combined("less"),
    "Greater": combined("greater"),
    "LessOrEqual": combined("less"),
    "GreaterOrEqual": combined("greater"),
    "And": combined("and"),
    "Or": combined("or"),
    "Xor": combined("xor"),
    "Mod": combined("mod"),
    "Where": where,
}
"""How each of them becomes layers."""
