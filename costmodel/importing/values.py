"""Nodes that treat each value on its own, bring tensors together, normalise, or make one value of many."""

from typing import Any

from costmodel.algebra import Num, prod
from costmodel.importing.draft import Cannot, Flow, Known, Step, Value, same
from costmodel.importing.labels import common, lettered
from costmodel.importing.running import Handler, Run
from costmodel.tensor import DIMENSIONS

# --- each value on its own -------------------------------------------------------------------------------------------


def alone(verb: str, **fields: Any) -> Handler:
    """An op of the vocabulary without numbers of its own."""
    return lambda run: run.alike(verb, **fields)


def function(word: str) -> Handler:
    """A function of each value."""
    return alone("map", function=word)


def clip(run: Run) -> Flow:
    """Clip: relu6 and relu are cases of it."""
    low, high = (_end(run, place, name) for place, name in ((1, "min"), (2, "max")))
    if (low, high) == (0, 6):
        return run.alike("relu6")
    if low == 0 and high is None:
        return run.alike("relu")
    return run.x if low is None and high is None else run.alike("map", function="clip")


def _end(run: Run, place: int, name: str) -> Any:
    """An end of a range; none where it is at the far end of all floats, as some exporters write it."""
    if run.there(place):
        value = run.inputs[place]
        found = value.numbers()[0] if isinstance(value, Known) and value.data is not None else 1
    else:
        found = run.attribute(name)
    return None if found is None or abs(found) > 3e38 else found


def prelu(run: Run) -> Flow:
    """PRelu: one slope for all, or one a channel."""
    slope = run.known(1)
    many = [size for size in slope.shape if not same(size, 1)]
    if not many:
        return run.alike("prelu", constants=[slope])
    flow = run.x
    at = flow.rank - len(slope.shape) + slope.shape.index(many[0])
    if len(many) > 1 or not same(flow.axes[at], many[0]):
        raise Cannot(f"its slopes {'×'.join(map(str, slope.shape))} are not one a channel")
    step, letters = lettered(flow, _channel_at(flow, at))
    return run.result(run.emit("prelu", step, constants=[slope], shared=False), letters, flow)


def _channel_at(flow: Flow, at: int) -> dict[int, str]:
    """Letters by which an axis is the channels."""
    places = [place for place, size in enumerate(flow.axes) if place == at or not same(size, 1)]
    before, behind = [p for p in places if p < at], [p for p in places if p > at]
    if len(before) > 1 or len(behind) > 3:
        raise Cannot(f"its channels lie between {len(before)} axes and {len(behind)} others")
    return dict(zip([*before, at, *behind], ["t"] * len(before) + ["c"] + [*"dhw"[3 - len(behind) :]], strict=True))


def gelu(run: Run) -> Flow:
    """Gelu, by the error function or by a hyperbolic tangent."""
    return run.alike("map", function="gelu_tanh") if run.attribute("approximate", "none") == "tanh" else run.alike("gelu")


def cast(run: Run) -> Flow:
    """Cast: to the data type of weights and back is no op of the network."""
    return run.x


# --- several tensors ---------------------------------------------------------------------------------------------------


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
    shapes = [run.shape(flow) for flow in flows]
    sizes = common(shapes)
    rank = len(sizes)
    whole = next(
        (flow for flow, shape in zip(flows, shapes, strict=True) if len(shape) == rank and all(map(same, shape, sizes))), None
    )
    aligned = [_aligned(flow, rank) for flow in flows]
    batches = {flow.batch for flow in aligned if flow.batch is not None}
    if len(batches) > 1:
        raise Cannot("the samples of what it joins lie on different axes")
    batch = batches.pop() if batches else None
    if whole is not None:
        lead = _aligned(whole, rank)
        letters = _for_all(lead, aligned)
        steps = [_partly(flow, letters) for flow in aligned]
        if all(map(_is_whole(lead), aligned)) and verb:
            return run.result(run.emit(verb, *steps), letters, lead)
        if verb == "multiply":
            return run.result(run.emit("multiply", *steps), letters, lead)
        return run.result(run.emit("combine", *steps, function=word), letters, lead)
    each = [size if at != batch else _times(size, run) for at, size in enumerate(sizes)]
    letters = _named([at for at in range(rank) if not same(each[at], 1)])
    steps = [_partly(flow, letters) for flow in aligned]
    step = run.emit("multiply", *steps) if verb == "multiply" else run.emit("combine", *steps, function=word)
    return Flow(step, tuple(each), batch)


def _times(size: Num, run: Run) -> Num:
    from costmodel.algebra import ratio

    return ratio(size, run.samples)


def _is_whole(lead: Flow) -> Any:
    return lambda flow: all(map(same, flow.axes, lead.axes))


def _for_all(lead: Flow, flows: list[Flow]) -> dict[int, str]:
    """Letters for the axes on which any of the tensors has more than one place."""
    from costmodel.importing.labels import letters_of

    letters = letters_of(lead)
    wanted = {at for flow in flows for at, size in enumerate(flow.axes) if not same(size, 1)}
    return letters if wanted <= {*letters} else _named(sorted(wanted))


def _named(places: list[int]) -> dict[int, str]:
    names = {0: "c", 1: "c", 2: "tc", 3: "chw", 4: "tchw", 5: "tcdhw"}.get(len(places))
    if names is None:
        raise Cannot(f"a tensor of {len(places)} dimensions beside the batch, and there are letters for 5")
    return dict(zip(places, names, strict=False))


def _aligned(flow: Flow, rank: int) -> Flow:
    more = rank - flow.rank
    return flow.seen([1] * more + [*flow.axes], None if flow.batch is None else flow.batch + more)


def _partly(flow: Flow, letters: dict[int, str]) -> Step:
    """The values with those of the letters whose axes it has; a map keeps its sides of size 1."""
    from costmodel.importing.labels import shaped

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
    if learned is None:
        raise Cannot("it takes a constant tensor beside what enters")
    flow = _aligned(flow, max(flow.rank, len(known.shape)))
    shape = (1,) * (flow.rank - len(known.shape)) + tuple(known.shape)
    if flow.batch is not None and known.data is not None and not same(shape[flow.batch], 1):
        known, shape = _for_a_sample(known, shape, flow.batch)
    wide = [at for at, size in enumerate(shape) if not same(size, 1)]
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


def _for_a_sample(known: Known, shape: tuple[Num, ...], batch: int) -> tuple[Known, tuple[Num, ...]]:
    """A constant that is the same for all samples, for one of them: states to begin with, which nothing learns."""
    rows = known.data.reshape(shape).swapaxes(0, batch)
    if not (rows == rows[:1]).all():
        return known, shape
    one = rows[:1].swapaxes(0, batch)
    return Known(one.shape, one, {}, known.is_float), one.shape


def combined(word: str) -> Handler:
    """A function of several tensors that has no verb of its own."""
    return joined(None, word, word if word in ("power", "maximum", "minimum") else "compare", None)


def where(run: Run) -> Flow:
    """Where: one of two values by a third."""
    flows = [value for value in run.inputs if isinstance(value, Flow)]
    if len(flows) == 3:
        return stretched(run, flows, None, "where")
    constants = [value for value in run.inputs if isinstance(value, Known)]
    if len(flows) == 1:
        sizes = common([flows[0].axes, *(known.shape for known in constants)])
        if len(sizes) == flows[0].rank and all(map(same, sizes, flows[0].axes)):
            return run.alike("map", flows[0], function="compare")
    raise Cannot("it chooses between constants and what enters")


# --- norms -------------------------------------------------------------------------------------------------------------


def batch_norm(run: Run) -> Flow:
    """BatchNormalization: of axis 1."""
    flow = run.x
    if flow.rank < 2:
        raise Cannot("a batch norm of a tensor with one axis")
    step, letters = lettered(flow, _channel_at(flow, 1))
    return run.result(run.emit("batch_norm", step, constants=[run.known(1), run.known(2)]), letters, flow)


def layer_norm(verb: str) -> Handler:
    """LayerNormalization and RMSNormalization: over an axis and all behind it."""

    def handle(run: Run) -> Any:
        flow = run.x
        first = flow.axis(run.attribute("axis", -1))
        step, letters, over = run.over(flow, [*range(first, flow.rank)])
        scales = [run.known(1)] if run.there(1) else []
        scales += [run.known(2)] if verb == "layer_norm" and run.there(2) else []
        fields: dict[str, Any] = {} if over == ["c"] else {"over": over}
        if not any(scale.learned for scale in scales):
            fields["affine"] = False
        return [run.result(run.emit(verb, step, constants=scales, **fields), letters, flow)]

    return handle


def group_norm(run: Run) -> Flow:
    """GroupNormalization."""
    step, letters = lettered(run.x, _channel_at(run.x, 1))
    scales = [run.known(1), run.known(2)]
    affine = {} if any(scale.learned for scale in scales) else {"affine": False}
    return run.result(
        run.emit("group_norm", step, constants=scales, groups=run.attribute("num_groups"), **affine), letters, run.x
    )


def instance_norm(run: Run) -> Flow:
    """InstanceNormalization."""
    step, letters = lettered(run.x, _channel_at(run.x, 1))
    scales = [run.known(1), run.known(2)]
    affine = {"affine": True} if any(scale.learned for scale in scales) else {}
    return run.result(run.emit("instance_norm", step, constants=scales, **affine), letters, run.x)


def softmax(run: Run) -> Flow:
    """Softmax; before operator set 13 it was over an axis and all behind it."""
    flow = run.x
    at = flow.axis(run.attribute("axis", -1 if run.opset >= 13 else 1))
    if run.opset < 13 and at < flow.rank - 1 and not same(prod(flow.axes[at + 1 :]), 1):
        many = prod(flow.axes[at:])
        before = flow.seen([*flow.axes[:at], many], flow.batch if flow.batch is not None and flow.batch < at else None)
        step, _, names = run.over(before, [at])
        return Flow(run.emit("softmax", step, **_along(names)), flow.axes, flow.batch)
    step, letters, names = run.over(flow, [at])
    if not names:
        raise Cannot("a softmax over the samples")
    return run.result(run.emit("softmax", step, **_along(names)), letters, flow)


def _along(names: list[str]) -> dict[str, Any]:
    return {} if names == ["c"] else {"axis": names[0]}


def log_softmax(run: Run) -> Flow:
    """LogSoftmax: a softmax, and the logarithm of it."""
    return run.alike("map", softmax(run), function="log")


def local_norm(run: Run) -> Flow:
    """LRN."""
    from costmodel.importing.labels import channels_first

    step, letters = channels_first(run.x)
    return run.result(run.emit("local_norm", step, size=run.attribute("size")), letters, run.x)


# --- one value of many -------------------------------------------------------------------------------------------------


def reduced(word: str) -> Handler:
    """ReduceMean and its like."""

    def handle(run: Run) -> Flow:
        flow = run.x
        given = run.numbers(1, "axes")
        if not given:
            if run.attribute("noop_with_empty_axes", 0):
                return flow
            given = [*range(flow.rank)]
        axes = sorted({flow.axis(at) for at in given})
        keeps = bool(run.attribute("keepdims", 1))
        step, _, over = run.over(flow, [at for at in axes if not same(flow.axes[at], 1)])
        return _made_one(run, flow, step, over, axes, keeps, word)

    return handle


def arg(word: str) -> Handler:
    """ArgMax and ArgMin: of one axis."""

    def handle(run: Run) -> Flow:
        flow = run.x
        axis = flow.axis(run.attribute("axis", 0))
        step, _, over = run.over(flow, [axis])
        return _made_one(run, flow, step, over, [axis], bool(run.attribute("keepdims", 1)), word)

    return handle


def _made_one(run: Run, flow: Flow, step: Step, over: list[str], axes: list[int], keeps: bool, word: str) -> Flow:
    assert step.output is not None
    sizes = [1 if at in axes else size for at, size in enumerate(flow.axes)]
    made = step
    if over:
        sides = step.output.sides
        if word == "mean" and sides and [*over] == [*sides] and step.output.kind in ("signal", "map", "volume"):
            made = run.emit("global_avg_pool", step)
        else:
            holds_channels = "c" in over
            fields: dict[str, Any] = {"over": [*over]}
            fields |= {"keep": True} if holds_channels else {}
            usual = [name for name in DIMENSIONS if step.output.has(name) and name != "c"]
            if word == "mean" and [*over] == usual:
                fields.pop("over")
            made = run.emit("mean", step, **fields) if word == "mean" else run.emit("reduce", step, function=word, **fields)
    if keeps:
        return Flow(made, tuple(sizes), flow.batch)
    left = [at for at in range(flow.rank) if at not in axes]
    batch = left.index(flow.batch) if flow.batch in left else None
    return Flow(made, tuple([sizes[at] for at in left]), batch)


HANDLERS: dict[str, Handler] = {
    "Relu": alone("relu"),
    "Clip": clip,
    "PRelu": prelu,
    "Elu": alone("elu"),
    "Sigmoid": alone("sigmoid"),
    "Tanh": alone("tanh"),
    "Swish": alone("silu"),
    "Gelu": gelu,
    "HardSigmoid": alone("hardsigmoid"),
    "HardSwish": alone("hardswish"),
    "LeakyRelu": function("leaky_relu"),
    "ThresholdedRelu": function("leaky_relu"),
    "Selu": function("selu"),
    "Celu": function("celu"),
    "Softplus": function("softplus"),
    "Softsign": function("softsign"),
    "Mish": function("mish"),
    **{
        name: function(name.lower())
        for name in (
            "Exp",
            "Log",
            "Sqrt",
            "Erf",
            "Sin",
            "Cos",
            "Tan",
            "Abs",
            "Sign",
            "Floor",
            "Ceil",
            "Round",
            "Not",
            "Reciprocal",
        )
    },
    "Neg": function("negate"),
    "QuantizeLinear": function("quantize"),
    "DequantizeLinear": function("dequantize"),
    "Cast": cast,
    "Add": joined("add", "add", "shift", "shift"),
    "Sum": joined("add", "add", "shift", "shift"),
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
    "BatchNormalization": lambda run: [batch_norm(run)],
    "LayerNormalization": layer_norm("layer_norm"),
    "RMSNormalization": layer_norm("rms_norm"),
    "SimplifiedLayerNormalization": layer_norm("rms_norm"),
    "GroupNormalization": group_norm,
    "InstanceNormalization": instance_norm,
    "Softmax": softmax,
    "LogSoftmax": log_softmax,
    "LRN": local_norm,
    "ReduceMean": reduced("mean"),
    "ReduceSum": reduced("sum"),
    "ReduceMax": reduced("max"),
    "ReduceMin": reduced("min"),
    "ReduceProd": reduced("product"),
    "ReduceL2": reduced("norm"),
    "ReduceL1": reduced("norm1"),
    "ReduceLogSumExp": reduced("logsumexp"),
    "ReduceSumSquare": reduced("sum_square"),
    "ArgMax": arg("argmax"),
    "ArgMin": arg("argmin"),
}
"""How each node of values becomes layers."""
