"""From a model to layers: node after node, shapes worked out by the rules of the vocabulary."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.importing import (
    attention,
    einsum,
    layout,
    normalising,
    parts,
    products,
    quantized,
    recurrent,
    resizing,
    together,
    values,
    windows,
)
from costmodel.importing.draft import Cannot, Flow, Known, Step, Value, run, same
from costmodel.importing.folding import Work, folded, known
from costmodel.importing.model import Dim, Entry, Model, Node
from costmodel.importing.naming import identifier
from costmodel.importing.ordering import reaching
from costmodel.importing.refusing import refusals
from costmodel.importing.rules import RULES, objects
from costmodel.importing.running import Handler, Run
from costmodel.problems import Problem, SpecError
from costmodel.tensor import Tensor

_ROOMS = (windows, resizing, layout, parts, values, together, normalising, products, attention, einsum, recurrent, quantized)
HANDLERS: dict[str, Handler] = {op: handler for room in _ROOMS for op, handler in room.HANDLERS.items()}
"""How each op of ONNX becomes layers."""
_MISMADE = (TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError, StopIteration)
"""What comes of a node that lacks an input or an attribute, or has one of another kind than its op takes."""
_INPUT_LETTERS = {1: "c", 2: "tc", 3: "chw", 4: "cdhw", 5: "tcdhw"}


@dataclass(slots=True)
class Draft:
    """Layers in the order in which they run, the sizes that are open, and what could not be read."""

    model: Model
    axis: int = 0
    """The axis of what enters along which samples lie."""
    inputs: dict[str, Step] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, Step] = field(default_factory=dict)
    symbols: dict[str, Num] = field(default_factory=dict)
    samples: Num = 1
    unread: list[tuple[Node, str]] = field(default_factory=list)
    made: list[Known] = field(default_factory=list)
    """What layers hold that was made of several learned values beforehand."""


def interpreted(model: Model, *, allow_unknown: bool = False) -> Draft:
    """The layers of a model. Raises `SpecError` with all nodes that no layer stands for, counted, and where they are.

    With `allow_unknown` these are layers `unknown`, of which nothing is known but what they give. The samples lie along the
    first axis of what enters; along the second, as recurrent layers have them, where sequences enter and only so all can be
    read.
    """
    reader = _Reader(Draft(model))
    reader.read_all()
    if reader.draft.unread and all(_is_sequence_first(entry) for entry in model.graph.inputs):
        other = _Reader(Draft(model, axis=1))
        with suppress(SpecError):  # what is wrong with the usual axis is said
            other.read_all()
            reader = reader if other.draft.unread else other
    if reader.draft.unread and not allow_unknown:
        raise SpecError(refusals(model.file, reader.draft.unread))
    reader.leave()
    return reader.draft


def _is_sequence_first(entry: Entry) -> bool:
    """Whether what enters may be a sequence before samples before channels: of one, the first axis is that of samples."""
    return entry.dims is not None and len(entry.dims) == 3 and entry.dims[0] != 1


class _Reader:
    """Goes through the nodes with the values that there are so far."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.model = draft, draft.model
        self.values: dict[str, Value | None] = {name: known(value) for name, value in self.model.graph.constants.items()}
        self.opset = self.model.opsets.get("", 23)
        self.work = Work()

    # --- ends ----------------------------------------------------------------------------------------------------------

    def read_all(self) -> None:
        """Read all nodes that an output hangs on."""
        self.enter()
        self.run(reaching(self.model.graph))

    def enter(self) -> None:
        """What enters, for one sample."""
        entries = self.model.graph.inputs
        if wrong := [entry for entry in entries if entry.dims is None]:
            said = f"the input '{wrong[0].name}' says no shape"
            raise SpecError([Problem(None, f"{self.model.file}: {said}, and costs hang on it")])
        leads = [entry.dims[self.draft.axis] for entry in entries if entry.dims]
        if leads:
            self.draft.samples = self.size(leads[0], "batch")
        for entry in entries:
            self.values[entry.name] = self._entering(entry)
        if not entries:
            raise SpecError([Problem(None, f"{self.model.file}: nothing enters this network")])

    def _entering(self, entry: Entry) -> Flow:
        assert entry.dims is not None
        draft, axis = self.draft, self.draft.axis
        sizes = [self.size(dim, f"{entry.name}_{at}") for at, dim in enumerate(entry.dims)]
        is_shared = entry.name in attention.shared_masks(self.model.graph)
        has_batch = bool(sizes) and not is_shared and algebra.decide(algebra.divides(draft.samples, sizes[axis])) is True
        if has_batch:
            sizes[axis] = algebra.ratio(sizes[axis], draft.samples)
        elif not is_shared and not same(draft.samples, 1):
            raise SpecError(
                [Problem(None, f"{self.model.file}: the input '{entry.name}' has no axis for the samples of a batch")]
            )
        if any(algebra.decide(size < 1) is True for size in sizes):
            raise SpecError([Problem(None, f"{self.model.file}: the input '{entry.name}' has a side of 0")])
        try:
            flow = self._seen(sizes, axis if has_batch else None, entry.name, are_numbers="int" in entry.dtype)
        except Cannot as reason:
            raise SpecError([Problem(None, f"{self.model.file}: the input '{entry.name}' has {reason}")]) from None
        draft.inputs[entry.name] = flow.step
        return flow

    @staticmethod
    def _seen(sizes: Sequence[Num], batch: int | None, name: str, *, are_numbers: bool = False) -> Flow:
        """What enters with these axes; `are_numbers` says that a list of them is of tokens. Raises `Cannot`."""
        dims = [size for at, size in enumerate(sizes) if at != batch or not same(size, 1)] or [1]
        names = _INPUT_LETTERS.get(len(dims))
        if names is None:
            raise Cannot(f"{len(dims)} dimensions")
        if are_numbers and len(dims) == 1:
            dims, names = [*dims, 1], "tc"
        step = Step("", {}, [], Tensor(n=1, **dict(zip(names, dims, strict=True))), (name,))
        return Flow(step, tuple(sizes), batch)

    def size(self, dim: Dim, usual: str) -> Num:
        """A size as a number, or a symbol where it is open."""
        if isinstance(dim, int):
            return dim
        name = identifier(dim or usual)
        if name not in self.draft.symbols:
            self.draft.symbols[name] = algebra.closed(name, whole=True, low=1)
        return self.draft.symbols[name]

    def leave(self) -> None:
        """What is given out, and the layers that this hangs on."""
        draft = self.draft
        for entry in self.model.graph.outputs:
            value = self.values.get(entry.name)
            if isinstance(value, Flow):
                draft.outputs[entry.name] = value.step
        if not draft.outputs:
            raise SpecError([Problem(None, f"{self.model.file}: no output hangs on what enters")])
        arrange(draft)

    # --- nodes -----------------------------------------------------------------------------------------------------------

    def run(self, nodes: list[Node]) -> None:
        """Read nodes; those that cannot be are noted, and stand as layers of which nothing is known."""
        for node in nodes:
            try:
                found = self.read(node)
            except Cannot as reason:
                found = self.unknown(node, str(reason))
            except _MISMADE:
                found = self.unknown(node, "its inputs or its attributes are not those of its op")
            for name, value in zip(node.outputs, found, strict=False):
                if name:
                    self.values[name] = value
            for name in node.outputs[len(found) :]:
                self.values[name] = None

    def read(self, node: Node) -> list[Value | None]:
        """What a node gives. Raises `Cannot`."""
        if not _is_of_onnx(node):
            raise Cannot("")
        if node.op == "If":
            return self.branch(node)
        inputs = [self.values.get(name) if name else None for name in node.inputs]
        for name, value in zip(node.inputs, inputs, strict=True):
            if name and value is None:
                raise Cannot(f"it reads '{name}', which is not to be had")
        constants = [value for value in inputs if value is None or isinstance(value, Known)]
        is_known = len(constants) == len(inputs)
        if node.op in ("Shape", "Size") and isinstance(inputs[0], Flow):
            return self.sized(node, inputs[0])
        if is_known and node.op in RULES and (inputs or node.op not in HANDLERS):
            return [*folded(node, constants, self.work)]
        if node.op not in HANDLERS:
            raise Cannot("")
        if is_known:
            return self.beforehand(node, inputs)
        found = HANDLERS[node.op](Run(node, inputs, self.opset, self.draft.samples, self.draft.made))
        return [found] if isinstance(found, Known | Flow) else [*found]

    def beforehand(self, node: Node, inputs: list[Value | None]) -> list[Value | None]:
        """What a node gives that works on constants alone, and so runs once: its shapes, and what it is learned from.

        They are those of what it would give if its first input entered, as samples if it takes these along the first axis.
        """
        first = inputs[0]
        if not isinstance(first, Known):
            raise Cannot("its first input is missing")
        samples, *others = first.shape or (1,)
        try:
            run = Run(node, [self._seen([1, *others], 0, "a constant"), *inputs[1:]], self.opset, samples)
            found = HANDLERS[node.op](run)
        except Cannot:
            run = Run(node, [self._seen(first.shape, None, "a constant"), *inputs[1:]], self.opset, 1)
            found = HANDLERS[node.op](run)
        origins = {name: size for value in inputs if isinstance(value, Known) for name, size in value.origins.items()}
        given = [found] if isinstance(found, Known | Flow) else [*found]
        return [Known(run.shape(value), None, origins) if isinstance(value, Flow) else value for value in given]

    def sized(self, node: Node, flow: Flow) -> list[Value | None]:
        """The shape of a flow, as numbers."""
        shape = [size * self.draft.samples if at == flow.batch else size for at, size in enumerate(flow.axes)]
        stand_in = Known(tuple(shape), None, {}, is_float=True)
        if node.op == "Size":
            return [Known((), objects([algebra.prod(shape)], ()), {}, is_float=False)]
        return [*folded(node, [stand_in], self.work)]

    def branch(self, node: Node) -> list[Value | None]:
        """If, where its condition is known: the branch that it takes."""
        condition = self.values.get(node.inputs[0])
        if not isinstance(condition, Known) or condition.data is None:
            raise Cannot("its condition hangs on what enters")
        body = node.attributes["then_branch" if condition.number() else "else_branch"]
        self.values |= {name: known(value) for name, value in body.constants.items()}
        self.run(body.nodes)
        return [self.values.get(entry.name) for entry in body.outputs]

    def unknown(self, node: Node, reason: str) -> list[Value | None]:
        """A node that no layer stands for: layers of which nothing is known but what they give."""
        self.draft.unread.append((node, reason))
        sources = [value.step for name in node.inputs if isinstance(value := self.values.get(name), Flow)]
        if not sources:
            return [None] * len(node.outputs)
        found: list[Value | None] = []
        for name in node.outputs:
            entry = self.model.graph.said.get(name)
            sizes, tensor = None, None
            if entry is not None and entry.dims and all(dim is not None for dim in entry.dims):
                sizes = [self.size(dim, name) for dim in entry.dims]
            fields: dict[str, Any] = {"op": node.op}
            batch = None
            if sizes:
                sizes, batch = self._one_sample(sizes)
                dims = [size for at, size in enumerate(sizes) if at != batch or not same(size, 1)] or [1]
                letters = _INPUT_LETTERS.get(len(dims))
                if letters:
                    fields["shape"] = dict(zip(letters, dims, strict=True))
                    tensor = run("unknown", [step.output or Tensor(n=1, c=1) for step in sources], fields)
            step = Step("unknown", fields, list(dict.fromkeys(sources)), tensor, node.place, node)
            found.append(Flow(step, tuple(sizes) if sizes and tensor else None, batch))
        return found

    def _one_sample(self, sizes: list[Num]) -> tuple[list[Num], int | None]:
        n = self.draft.samples
        if algebra.decide(algebra.divides(n, sizes[0])) is True:
            return [algebra.ratio(sizes[0], n), *sizes[1:]], 0
        return sizes, None


def _is_of_onnx(node: Node) -> bool:
    """Whether the name of its op means what it does in ONNX."""
    return node.domain in ("", "costmodel") or (node.domain == quantized.MICROSOFT and node.op in quantized.HANDLERS)


def arrange(draft: Draft) -> None:
    """Leave the layers that an output hangs on, in the order in which they were made."""
    found: dict[int, Step] = {}
    waiting = [*draft.outputs.values()]
    while waiting:
        step = waiting.pop()
        if step.order not in found:
            found[step.order] = step
            waiting += step.sources
    draft.steps = [found[place] for place in sorted(found) if found[place].verb]
