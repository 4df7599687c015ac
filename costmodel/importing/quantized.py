"""Layers of integers, as quantisation writes them: the layers that they are, their scales and zero points aside."""

from costmodel.importing import layout, products, resizing, together, values, windows
from costmodel.importing.draft import Cannot, Flow, Value
from costmodel.importing.running import Given, Handler, Run

MICROSOFT = "com.microsoft"
"""The domain of onnxruntime's own ops, among them most of these."""
_ROOMS = (windows, resizing, layout, values, together, products)
_PLAIN: dict[str, Handler] = {op: handler for room in _ROOMS for op, handler in room.HANDLERS.items()}


def plain(op: str, *places: int) -> Handler:
    """The layer that one of integers is; `places` are those of its tensors, weights and biases among the inputs."""

    def handle(run: Run) -> Given:
        inputs = [run.inputs[place] for place in places if place < len(run.inputs)]
        return _run(run, op, inputs)

    return handle


def concat(run: Run) -> Given:
    """Tensors behind one another, each with its scale and its zero point."""
    return _run(run, "Concat", run.inputs[2::3])


def _run(run: Run, op: str, inputs: list[Value | None]) -> Given:
    if run.attribute("channels_last", 0):
        raise Cannot("its channels lie behind its sides")
    while inputs and inputs[-1] is None:
        inputs.pop()
    if not inputs:
        raise Cannot("nothing enters it")
    return _PLAIN[op](run.on(op, *inputs, **run.node.attributes))


def dynamic(run: Run) -> Given:
    """To integers by the largest and the least of all values, which are looked for as it runs."""
    step, _, over = run.over(run.x, [at for at in range(run.x.rank) if at != run.x.batch])
    ends = [run.emit("reduce", step, function=word, over=over, keep=True) for word in ("max", "min")]
    scale = Flow(run.emit("combine", *ends, function="subtract"), (), None)
    return [run.alike("map", function="quantize"), scale, scale]


HANDLERS: dict[str, Handler] = {
    "QLinearConv": plain("Conv", 0, 3, 8),
    "QLinearMatMul": plain("MatMul", 0, 3),
    "ConvInteger": plain("Conv", 0, 1),
    "MatMulInteger": plain("MatMul", 0, 1),
    "DynamicQuantizeLinear": dynamic,
    "QGemm": plain("Gemm", 0, 3, 6),
    "QLinearAdd": plain("Add", 0, 3),
    "QLinearMul": plain("Mul", 0, 3),
    "QLinearConcat": concat,
    "QLinearAveragePool": plain("AveragePool", 0),
    "QLinearGlobalAveragePool": plain("GlobalAveragePool", 0),
    "QLinearSigmoid": plain("Sigmoid", 0),
    "QLinearLeakyRelu": plain("LeakyRelu", 0),
}
"""How each of them becomes layers."""
