"""Liveness by its definition, from the graph alone, and random graphs to try it on."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any, NamedTuple

from hypothesis import strategies as st

import costmodel
from costmodel.ledger import Ledger

PLACE = {
    "separate": (),
    "in-place": ("value-wise",),
    "depthwise-in-place": ("value-wise", "channel-wise"),
}


class Op(NamedTuple):
    """An op of a flat graph: what it does to memory, the ops that it reads, the size of its output, one channel's."""

    kind: str
    sources: tuple[int, ...]
    size: int
    channel: int = 0


class Graph(NamedTuple):
    """Ops in the order given; sources below 0 are inputs of the network."""

    ops: list[Op]
    inputs: list[int]
    outputs: list[int]

    def storage(self, at: int) -> int:
        """Whose buffer an op's output lies in."""
        while at >= 0 and self.ops[at].kind == "view":
            at = self.ops[at].sources[0]
        return at

    def size(self, of: int) -> int:
        return self.ops[of].size if of >= 0 else self.inputs[-1 - of]

    def alive(self, order: Sequence[int], step: int, convention: str) -> int:
        """The elements alive at one step: every buffer asked on its own, nothing carried from step to step."""
        at = order[step]
        done, later = set(order[:step]), order[step + 1 :]
        kept = {self.storage(end) for end in self.outputs}

        def is_read_by(of: int, ops: Sequence[int]) -> bool:
            return any(self.storage(source) == of for op in ops for source in self.ops[op].sources)

        candidates = [*range(-len(self.inputs), 0), *(op for op in done if self.ops[op].kind != "view")]
        buffers = {of for of in candidates if of in kept or is_read_by(of, [at, *later])}
        total = sum(self.size(of) for of in buffers)
        op = self.ops[at]
        if op.kind == "view":
            return total
        read = {self.storage(source) for source in op.sources}
        if op.kind in PLACE[convention] and len(read) == 1:
            (of,) = read
            if of not in kept and not is_read_by(of, later) and op.size <= self.size(of):
                return total + op.channel
        return total + op.size

    def timeline(self, order: Sequence[int], convention: str) -> list[int]:
        return [self.alive(order, step, convention) for step in range(len(order))]

    def orders(self) -> Iterator[tuple[int, ...]]:
        """Every order in which each op runs after those that it reads."""
        for order in permutations(range(len(self.ops))):
            places = {op: place for place, op in enumerate(order)}
            if all(places[s] < places[at] for at, op in enumerate(self.ops) for s in op.sources if s >= 0):
                yield order


def graph_of(ledger: Ledger) -> Graph:
    """The flat graph of a ledger, ops that are several written out."""
    ops: list[Op] = []
    ends = {-1 - at: -1 - at for at in range(len(ledger.inputs))}
    for at, line in enumerate(ledger.lines):
        ops += _written_out(line, tuple(ends[source] for source in line.sources), len(ops))
        ends[at] = len(ops) - 1
    return Graph(ops, [x.size for x in ledger.inputs.values()], [ends[end] for end in ledger.outputs])


VIEWS = ("flatten", "reshape", "dropout", "parameters")
NORMS = ("batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "softmax")
FUNCTIONS = ("map", "scale", "shift")
ACTIVATIONS = ("relu", "relu6", "prelu", "elu", "sigmoid", "tanh", "silu", "gelu", "hardsigmoid", "hardswish")


def _written_out(line: Any, sources: tuple[int, ...], first: int) -> list[Op]:
    x, y = line.inputs[0], line.output
    if line.op in VIEWS or (line.op == "shuffle" and line.fields["groups"] == 1):
        return [Op("view", sources, y.size)]
    if line.op in (*NORMS, *ACTIVATIONS, *FUNCTIONS):
        return [Op("value-wise", sources, y.size)]
    if line.op == "depthwise" or (line.op == "conv2d" and line.fields.get("groups", 1) == x.c == y.c):
        return [Op("channel-wise", sources, y.size, y.size // (x.n * x.c))]
    if line.op == "separable":
        between = x.n * x.c * line.fields.get("multiplier", 1) * y.h * y.w
        return [Op("channel-wise", sources, between, between // (x.n * x.c)), Op("", (first,), y.size)]
    if line.op == "attention" and not line.fields.get("fused", False):
        near, dim = line.inputs[-1].t // line.fields.get("windows", 1), line.fields.get("dim") or x.c
        keys = line.inputs[-1].size // line.inputs[-1].c * (dim // line.fields["heads"])
        keys *= line.fields.get("kv_heads") or line.fields["heads"]
        scores, queries = x.n * line.fields["heads"] * x.t * near, x.n * x.t * dim
        q, k, v, s, p, w = range(first, first + 6)
        return [
            Op("", sources[:1], queries),
            Op("", sources[-1:], keys),
            Op("", sources[-1:], keys),
            Op("", (q, k), scores),
            Op("value-wise", (s,), scores),
            Op("", (p, v), queries),
            Op("", (w,), y.size),
        ]
    if line.op == "scaled_dot_product" and not line.fields.get("fused", False):
        scores = y.size // line.inputs[2].shape[-1] * line.inputs[1].shape[-2]
        return [
            Op("", sources[:2], scores),
            Op("value-wise", (first,), scores),
            Op("", (first + 1, sources[2]), y.size),
        ]
    return [Op("", sources, y.size)]


@st.composite
def ledgers(draw: st.DrawFn, most: int = 12) -> Ledger:
    """Ledgers of random small networks, most of them with branches."""
    names, layers = ["a", "b"][: draw(st.integers(1, 2))], []
    inputs = {name: [draw(st.integers(1, 4)), 4, 4] for name in names}
    channels = {name: shape[0] for name, shape in inputs.items()}
    for number in range(draw(st.integers(1, most))):
        origin = draw(st.sampled_from(names[-4:] if draw(st.booleans()) else names))
        verb = draw(st.sampled_from(["conv2d", "relu", "batch_norm", "depthwise", "grouped", "dropout", "concat", "add"]))
        c, name = channels[origin], f"n{number}"
        alike = [other for other in names if channels[other] == c]
        layer: dict[str, Any] = {"name": name, "from": origin}
        if verb == "conv2d":
            c = draw(st.integers(1, 6))
            layer["conv2d"] = c
        elif verb == "depthwise":
            multiplier = draw(st.sampled_from([1, 1, 2]))
            c *= multiplier
            layer["depthwise"] = {"kernel": 3, "padding": 1, "multiplier": multiplier}
        elif verb == "grouped":
            layer["conv2d"] = {"out": c, "kernel": 3, "padding": 1, "groups": c}
        elif verb == "concat":
            joined = [origin, *draw(st.lists(st.sampled_from(names), min_size=1, max_size=2))]
            c = sum(channels[other] for other in joined)
            layer = {"name": name, "concat": joined}
        elif verb == "add":
            layer = {"name": name, "add": [origin, draw(st.sampled_from(alike))]}
        else:
            layer[verb] = {}
        layers.append(layer)
        names.append(name)
        channels[name] = c
    made = [layer["name"] for layer in layers]
    outputs = draw(st.one_of(st.just(made[-1:]), st.lists(st.sampled_from(made), min_size=1, max_size=2, unique=True)))
    spec = {"name": "Random", "input": inputs, "layers": layers, "outputs": outputs}
    return costmodel.load(spec).analyze(batch=draw(st.integers(1, 2)))
