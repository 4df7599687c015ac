"""Nodes that treat each value on its own, or make one value of many."""

from typing import Any

from costmodel.importing.draft import Cannot, Flow, Known, Step, same
from costmodel.importing.labels import lettered
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
    step, letters = lettered(flow, channel_at(flow, at))
    return run.result(run.emit("prelu", step, constants=[slope], shared=False), letters, flow)


def channel_at(flow: Flow, at: int) -> dict[int, str]:
    """Letters by which an axis is the channels."""
    places = [place for place, size in enumerate(flow.axes) if place == at or not same(size, 1)]
    before, behind = [p for p in places if p < at], [p for p in places if p > at]
    if len(before) > 1 or len(behind) > 3:
        raise Cannot(f"its channels lie between {len(before)} axes and {len(behind)} others")
    return dict(zip([*before, at, *behind], ["t"] * len(before) + ["c"] + [*"dhw"[3 - len(behind) :]], strict=True))


def gelu(run: Run) -> Flow:
    """Gelu, by the error function or by a hyperbolic tangent."""
    return run.alike("map", function="gelu_tanh") if run.attribute("approximate", "none") == "tanh" else run.alike("gelu")


def shrink(run: Run) -> Flow:
    """Shrink: zero for what lies between two bounds, and what does not is moved towards it, or stays."""
    found = run.alike("map", function="clip")
    return run.alike("map", found, function="shift") if run.attribute("bias", 0.0) else found


def cast(run: Run) -> Flow:
    """Cast: to the data type of weights and back is no op of the network."""
    return run.x


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
    "Shrink": shrink,
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
    "IsNaN": function("compare"),
    "IsInf": function("compare"),
    "QuantizeLinear": function("quantize"),
    "DequantizeLinear": function("dequantize"),
    "Cast": cast,
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
