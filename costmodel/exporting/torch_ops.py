"""Each op of the vocabulary as PyTorch spells it: the module that has its parameters, if it has any, and the call."""

from collections.abc import Callable

from costmodel.exporting.spelling import Op, Spelled, stretched
from costmodel.exporting.taken import axis
from costmodel.exporting.torch_values import OPS as VALUES
from costmodel.exporting.torch_windows import OPS as WINDOWS
from costmodel.ops.window import by_side
from costmodel.tensor import SIDES


def linear(op: Op) -> Spelled:
    """Every channel with every output."""
    x = op.inputs[0] + (".flatten(1)" if any(op.x.has(side) for side in SIDES) else "")
    return Spelled(f"nn.Linear({op.x.c}, {op.y.c}{'' if op.field('bias') else ', bias=False'})", f"{{m}}({x})")


def matmul(op: Op) -> Spelled:
    """The product of two tensors."""
    turned = ".transpose(-2, -1)" if op.field("transpose") else ""
    return Spelled("", f"{op.inputs[0]} @ {op.inputs[1]}{turned}")


def attention(op: Op) -> Spelled:
    """The class `Attention` that stands above the network."""
    source = op.line.inputs[-1]
    dim = op.x.c if op.field("dim") is None else op.field("dim")
    shared = op.field("heads") if op.field("kv_heads") is None else op.field("kv_heads")
    sizes = f"{op.x.c}, {source.c}, {dim}, {op.y.c}, {op.field('heads')}, {shared}, {op.field('windows')}"
    learned = f", position_bias={op.field('position_bias')}" if op.field("position_bias") else ""
    return Spelled(f"Attention({sizes}{'' if op.field('bias') else ', bias=False'}{learned})", f"{{m}}({', '.join(op.inputs)})")


def norm(name: str) -> Callable[[Op], Spelled]:
    """A norm over channels, whatever sides there are."""

    def write(op: Op) -> Spelled:
        rank = max(op.rank, 1)
        if name == "GroupNorm":
            plain = "" if op.field("affine") else ", affine=False"
            x, back = (f"{op.inputs[0]}.transpose(1, -1)", ".transpose(1, -1)") if op.x.has("t") else (op.inputs[0], "")
            return Spelled(f"nn.GroupNorm({op.field('groups')}, {op.x.c}{plain})", f"{{m}}({x}){back}")
        plain = ", affine=True" if name == "InstanceNorm" and op.field("affine") else ""
        x, back = op.inputs[0], ""
        if op.x.has("t"):
            x, back = f"{x}.transpose(1, -1)", ".transpose(1, -1)"
        elif name == "InstanceNorm" and not op.rank:
            x, back = f"{x}.unsqueeze(-1)", ".squeeze(-1)"
        return Spelled(f"nn.{name}{rank}d({op.x.c}{plain})", f"{{m}}({x}){back}")

    return write


def layer_norm(op: Op) -> Spelled:
    """A norm over some dimensions, which are brought to the end."""
    over = op.field("over")
    over = [over] if isinstance(over, str) else [*over]
    names = [*op.x.dims]
    order = [*(name for name in names if name not in over), *(name for name in names if name in over)]
    places = [names.index(name) for name in order]
    shape = [op.x.dims[name] for name in order if name in over]
    plain = "" if op.field("affine") else ", elementwise_affine=False"
    is_rms = op.line.op == "rms_norm"
    plain += "" if is_rms or op.field("bias") else ", bias=False"
    kind, sizes = "RMSNorm" if is_rms else "LayerNorm", ", ".join(map(str, shape))
    made = f"nn.{kind}({f'({sizes})' if len(shape) > 1 else sizes}{plain})"
    if order == names:
        return Spelled(made, f"{{m}}({op.inputs[0]})")
    back = ", ".join(str(places.index(place)) for place in range(len(places)))
    return Spelled(made, f"{{m}}({op.inputs[0]}.permute({', '.join(map(str, places))})).permute({back})")


def prelu(op: Op) -> Spelled:
    """A learned slope."""
    return Spelled("nn.PReLU()" if op.field("shared") else f"nn.PReLU({op.x.c})", f"{{m}}({op.inputs[0]})")


def alone(text: str) -> Callable[[Op], Spelled]:
    """A call on what enters."""
    return lambda op: Spelled("", text.format(op.inputs[0]))


def pad(op: Op) -> Spelled:
    """Zeros around the sides."""
    edges = [*by_side(op.x, "padding", op.field("padding")).values()]
    ends = [end for edge in reversed(edges) for end in (edge if isinstance(edge, list) else [edge, edge])]
    return Spelled("", f"F.pad({op.inputs[0]}, ({', '.join(map(str, ends))}))")


def resize(op: Op) -> Spelled:
    """The sides brought to a size."""
    size = ", ".join(str(op.y.dims[side]) for side in op.x.sides)
    return Spelled("", f"F.interpolate({op.inputs[0]}, size=({size},), mode={op.field('mode')!r})")


def slice_(op: Op) -> Spelled:
    """A part of a dimension."""
    start, stop, step = op.field("start") or "", op.field("stop") or "", op.field("step")
    ends = f"{start}:{stop}" + (f":{step}" if step != 1 else "")
    return Spelled("", f"{op.inputs[0]}[{':, ' * axis(op.x, op.field('axis'))}{ends}]")


def split(op: Op) -> Spelled:
    """One of equal parts."""
    at = axis(op.x, op.field("axis"))
    return Spelled("", f"{op.inputs[0]}.chunk({op.field('parts')}, {at})[{op.field('take')}]")


def shuffle(op: Op) -> Spelled:
    """Channels dealt from groups in turn."""
    at = axis(op.x, "c")
    groups = f"{op.inputs[0]}.unflatten({at}, ({op.field('groups')}, {op.x.c // op.field('groups')}))"
    return Spelled("", f"{groups}.transpose({at}, {at + 1}).flatten({at}, {at + 1})")


def index_select(op: Op) -> Spelled:
    """Places by an index."""
    x, name = op.inputs[0], op.field("axis")
    index = f"torch.arange({op.y.along(name)}, device={x}.device) % {op.x.along(name)}"
    return Spelled("", f"{x}.index_select({axis(op.x, name)}, {index})")


def transpose(op: Op) -> Spelled:
    """Two dimensions swapped."""
    a, b = (axis(op.x, name) for name in op.field("axes"))
    return Spelled("", f"{op.inputs[0]}.transpose({a}, {b})")


def reshape(op: Op) -> Spelled:
    """Another shape."""
    return Spelled("", f"{op.inputs[0]}.reshape({', '.join(map(str, ('-1', *op.y.shape[1:])))})")


def join(sign: str) -> Callable[[Op], Spelled]:
    """Tensors value by value."""

    def write(op: Op) -> Spelled:
        return Spelled("", f" {sign} ".join(stretched(op)))

    return write


def concat(op: Op) -> Spelled:
    """Tensors behind one another."""
    return Spelled("", f"torch.cat([{', '.join(op.inputs)}], {axis(op.x, op.field('axis'))})")


def mean(op: Op) -> Spelled:
    """The mean over some dimensions."""
    names = op.averaged
    if not names:
        return Spelled("", op.inputs[0])
    places = ", ".join(str(axis(op.x, name)) for name in names)
    return Spelled("", f"{op.inputs[0]}.mean(({places},){', keepdim=True' if op.field('keep') else ''})")


_ACTIVATIONS = ("relu", "relu6", "elu", "sigmoid", "tanh", "silu", "gelu", "hardsigmoid", "hardswish")
OPS: dict[str, Callable[[Op], Spelled]] = {
    "linear": linear,
    "matmul": matmul,
    "attention": attention,
    "batch_norm": norm("BatchNorm"),
    "layer_norm": layer_norm,
    "rms_norm": layer_norm,
    "group_norm": norm("GroupNorm"),
    "instance_norm": norm("InstanceNorm"),
    "softmax": lambda op: Spelled("", f"{op.inputs[0]}.softmax({axis(op.x, op.field('axis'))})"),
    "prelu": prelu,
    "pad": pad,
    "upsample": resize,
    "resize": resize,
    "pixel_shuffle": lambda op: Spelled("", f"F.pixel_shuffle({op.inputs[0]}, {op.field('factor')})"),
    "pixel_unshuffle": lambda op: Spelled("", f"F.pixel_unshuffle({op.inputs[0]}, {op.field('factor')})"),
    "add": join("+"),
    "multiply": join("*"),
    "concat": concat,
    "slice": slice_,
    "split": split,
    "shuffle": shuffle,
    "index_select": index_select,
    "transpose": transpose,
    "flatten": alone("{}.flatten(1)"),
    "reshape": reshape,
    "mean": mean,
    "dropout": lambda op: Spelled(f"nn.Dropout({float(op.field('rate'))})", f"{{m}}({op.inputs[0]})"),
    **{name: alone(f"F.{name}({{}})") for name in _ACTIVATIONS},
    **WINDOWS,
    **VALUES,
}
"""How each op of the vocabulary is spelled."""
