"""PyTorch modules as models: the ops of an exported program as nodes in the vocabulary of ONNX."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from costmodel.importing.aten.call import Call, Fixed, Left, Writer, name_of
from costmodel.importing.aten.sizes import OPERATORS
from costmodel.importing.aten.table import HANDLERS
from costmodel.importing.model import Constant, Dim, Entry, Graph, Model, Node
from costmodel.importing.torch_export import exported
from costmodel.importing.torch_program import (
    bound,
    computed,
    has_numbers,
    held_by,
    is_fixed,
    is_number,
    is_open,
    name_nodes,
    place_of,
    ranges,
    reaching,
    read,
    stays_open,
)

OPSET = 24
"""The operator set in whose words the nodes are."""
_MOST = 2**21
"""The most elements of a value that is worked out here: masks and tables of places."""


def torch_model(
    module: Any, example_inputs: Sequence[Any], dynamic: Any = None, keywords: Mapping[str, Any] | None = None
) -> Model:
    """A `torch.nn.Module` as a model, by what it does with example inputs, a tuple; `keywords` are inputs by name.

    Only the sizes and data types of the inputs count. The module is read as it runs after training, and left in the mode
    that it is in; no weight is read, so its parameters may lie on the device `meta`.

    `dynamic` says which sizes are open: `{"x": {0: "batch", 2: "height"}}`, by the input's name or place and by axis; or it
    is what `torch.export.export` takes as `dynamic_shapes`. Raises `SpecError` where PyTorch is missing, and with PyTorch's
    own reason for what it cannot export. An op without a handler is a node of the domain `aten`.
    """
    program, names = exported(module, example_inputs, keywords, dynamic)
    return _Reader(module, program, names).model()


class _Reader:
    """Goes through the nodes of a program."""

    def __init__(self, module: Any, program: Any, names: dict[tuple[str, int], str]) -> None:
        self.module, self.program, self.names = module, program, names
        self.writer = Writer()
        self.inputs: list[Entry] = []
        self.said: dict[str, Entry] = {}
        self.symbols: dict[str, str] = {}
        self.first_names = {id(one): name for name, one in reversed([*held_by(module)])}

    def model(self) -> Model:
        """The program as a model."""
        self.enter()
        wanted = reaching(self.program.graph)
        for node in self.program.graph.nodes:
            if node in wanted and node.op not in ("placeholder", "output"):
                self.writer.values[node] = self.made(node, place_of(node))
                self.say(node)
        outputs = self.leave()
        nodes = read(self.writer.nodes, outputs)
        name_nodes(nodes)
        given = {name for node in nodes for name in node.inputs}
        constants = {name: one for name, one in self.writer.constants.items() if name in given}
        graph = Graph(nodes, self.inputs, outputs, constants, self.said)
        import torch

        name = type(self.module).__name__
        return Model(graph, name, f"PyTorch {torch.__version__}", {"": OPSET, "costmodel": 1}, name)

    # --- ends ------------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Parameters, buffers and constants of the module, and what enters."""
        holders = {node.name: node for node in self.program.graph.nodes if node.op == "placeholder"}
        for spec in self.program.graph_signature.input_specs:
            node = holders[spec.arg.name]
            kind = spec.kind.name
            if kind == "USER_INPUT":
                self.writer.values[node] = self.entering(node, spec.arg)
            elif kind in ("PARAMETER", "BUFFER", "CONSTANT_TENSOR"):
                self.writer.values[node] = self.held(node, spec.target, kind)
        self.writer.taken |= {entry.name for entry in self.inputs}

    def entering(self, node: Any, argument: Any) -> Any:
        """An input: a tensor, a size, or a constant that the program was made for."""
        like = node.meta.get("val")
        if not hasattr(like, "shape"):
            if is_open(like):
                self.inputs.append(Entry(node.name, "int64", (1,)))
                return node.name
            return getattr(argument, "value", like)
        self.symbols |= {
            str(size): self.names.get((node.name, at), str(size)) for at, size in enumerate(like.shape) if is_open(size)
        }
        dims = tuple([self.dim(size) for size in like.shape])
        self.inputs.append(Entry(node.name, name_of(like.dtype), dims))
        return node.name

    def held(self, node: Any, target: str, kind: str) -> Any:
        """A parameter, or a value that is no parameter; what two modules share has one name."""
        like = node.meta["val"]
        found = self.tensor(target)
        name = self.first_names.get(id(found), target)
        shape, dtype = tuple(map(int, like.shape)), name_of(like.dtype)
        if kind == "PARAMETER":
            if name not in self.writer.constants:
                self.writer.constants[self.writer.unique(name)] = Constant(name, dtype, shape, None, True, name.encode())
            return name
        if name not in self.writer.constants:
            self.writer.taken.add(name)
        return Fixed(name, dtype, shape, found if has_numbers(found) else None)

    def tensor(self, target: str) -> Any:
        """What the module, or the program, holds under a name."""
        found = self.program.constants.get(target)
        if found is None:
            found = self.program.state_dict.get(target)
        owner, _, name = target.rpartition(".")
        try:
            return getattr(self.module.get_submodule(owner), name)
        except AttributeError:
            return found

    def leave(self) -> list[Entry]:
        """What is given out, without what only changes the module's own state."""
        (end,) = [node for node in self.program.graph.nodes if node.op == "output"]
        entries: list[Entry] = []
        for spec, node in zip(self.program.graph_signature.output_specs, end.args[0], strict=True):
            if spec.kind.name != "USER_OUTPUT" or not hasattr(node, "meta"):
                continue
            name, like = self.writer.values[node], node.meta["val"]
            if (
                isinstance(name, Fixed)
                or name in self.writer.constants
                or name in [one.name for one in (*self.inputs, *entries)]
            ):
                given = self.writer.fixed(name) if isinstance(name, Fixed) else name
                name = self.writer.unique(f"{node.name}_given")
                self.writer.nodes.append(Node("Identity", [given], [name]))
            if isinstance(name, str) and hasattr(like, "shape"):
                entries.append(Entry(name, name_of(like.dtype), tuple(map(self.dim, like.shape))))
        return entries

    # --- nodes -----------------------------------------------------------------------------------------------------------

    def made(self, node: Any, place: tuple[str, ...]) -> Any:
        """What a node of the program becomes."""
        like = node.meta.get("val")
        if isinstance(like, bool | int | float) or (is_number(like) and not is_open(like)):
            return like if isinstance(like, bool | int | float) else int(like)
        if node.op == "get_attr":
            return self.held(node, node.target, "CONSTANT_TENSOR") if hasattr(like, "shape") else None
        word = getattr(node.target, "__name__", str(node.target))
        if word == "getitem":
            return self.writer.values[node.args[0]][node.args[1]]
        if (found := self.folded(node)) is not None or (found := self.parted(node)) is not None:
            return found
        schema = getattr(node.target, "_schema", None)
        call = Call(self.writer, node, bound(node, schema), place)
        before = len(self.writer.nodes)
        name = schema.name.partition("::")[2] if schema else word
        is_aten = schema is None or schema.name.startswith("aten::")
        handler = (HANDLERS if schema else OPERATORS).get(name) if is_aten else None
        try:
            if handler is None:
                raise Left
            return handler(call)
        except Left:
            del self.writer.nodes[before:]
            return self.left(call, f"{schema.name.replace('::', '.')}" if schema and not is_aten else name)

    def left(self, call: Call, name: str) -> Any:
        """A node as it is, for which there are no nodes of ONNX."""
        values = [self.writer.values.get(one) for one in call.node.all_input_nodes]
        given = [call.named(value) for value in values if isinstance(value, str | Fixed)]
        like = call.node.meta.get("val")
        many = len(like) if isinstance(like, tuple | list) else 1
        outputs = call.several(name, many, *given, domain="aten")
        return outputs if isinstance(like, tuple | list) else outputs[0]

    def folded(self, node: Any) -> Any:
        """What hangs neither on what enters nor on parameters, worked out where it is not too large."""
        import torch

        like = node.meta.get("val")
        values = [self.writer.values.get(one) for one in node.all_input_nodes]
        if any(value is None or isinstance(value, str) or stays_open(value) for value in values):
            return None
        likes = [*like] if isinstance(like, tuple | list) else [like]
        if not all(is_fixed(one) for one in likes):
            return None
        found = [None] * len(likes)
        known = all(value.tensor is not None for value in values if isinstance(value, Fixed))
        tags = getattr(node.target, "tags", ())
        if known and sum(prod(one.shape) for one in likes) <= _MOST and torch.Tag.nondeterministic_seeded not in tags:
            found = computed(node, self.number) or found
        named = [
            Fixed(self.writer.unique(node.name), name_of(one.dtype), tuple(map(int, one.shape)), tensor)
            for one, tensor in zip(likes, found, strict=True)
        ]
        return named if isinstance(like, tuple | list) else named[0]

    def number(self, node: Any) -> Any:
        """What is known of a node's value: a tensor, or a number."""
        value = self.writer.values[node]
        return value.tensor if isinstance(value, Fixed) else value

    def parted(self, node: Any) -> Any:
        """Parts of a parameter, each as a parameter of its own, so that nobody takes one for the whole."""
        taken = ranges(node)
        name = self.writer.values.get(node.args[0]) if taken else None
        whole = self.writer.constants.get(name) if isinstance(name, str) else None
        if not taken or whole is None or not whole.learned or whole.name.endswith("]"):
            return None
        axis, ends = taken
        found = []
        for start, end in ends:
            part = f"{whole.name}[{', '.join([':'] * axis + [f'{start}:{end}'])}]"
            shape = (*whole.shape[:axis], end - start, *whole.shape[axis + 1 :])
            self.writer.constants[part] = Constant(part, whole.dtype, shape, None, True, part.encode())
            found.append(part)
        return found if isinstance(node.meta["val"], tuple | list) else found[0]

    # --- what is said ----------------------------------------------------------------------------------------------------

    def say(self, node: Any) -> None:
        """Note the shapes of what a node gives."""
        value, like = self.writer.values[node], node.meta.get("val")
        names = value if isinstance(value, list) else [value]
        likes = like if isinstance(like, tuple | list) else [like]
        for name, one in zip(names, likes, strict=False):
            if isinstance(name, str) and hasattr(one, "shape") and name not in self.writer.constants:
                self.said[name] = Entry(name, name_of(one.dtype), tuple(map(self.dim, one.shape)))

    def dim(self, size: Any) -> Dim:
        """A size as a number, the name of one that is open, or nothing where it is worked out from open ones."""
        return self.symbols.get(str(size)) if is_open(size) else int(size)
