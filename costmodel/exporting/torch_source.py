"""A ledger as the source of a PyTorch module: its parameters in the constructor, its lines in `forward`."""

import keyword
import re

from costmodel.exporting.spelling import Op
from costmodel.exporting.taken import check, told
from costmodel.exporting.torch_ops import OPS
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.problems import Problem, SpecError, printable

_TAKEN = frozenset(
    (
        "F",
        "torch",
        "nn",
        "self",
        "x",
        "super",
        "training",
        "forward",
        "half",
        "float",
        "double",
        "type",
        "to",
        "train",
        "eval",
        "apply",
        "cpu",
        "cuda",
        "children",
        "modules",
        "parameters",
        "buffers",
        "compile",
        "requires_grad_",
        "zero_grad",
        "state_dict",
        "load_state_dict",
        "add_module",
        "register_buffer",
        "share_memory",
        "bfloat16",
        "xpu",
        "named_children",
        "named_modules",
        "named_parameters",
        "named_buffers",
        "extra_repr",
        "get_submodule",
        "get_parameter",
        "get_buffer",
    )
)
"""Names that a module has itself, and those of the source."""


def source(ledger: Ledger) -> str:
    """A network as the source of a module, which has its parameters and gives tensors of its shapes.

    A line is named by its path. Raises `SpecError` for ops that PyTorch has nothing for, all of them at once.
    """
    check(ledger, OPS, "PyTorch")
    if not ledger.lines:
        raise SpecError([Problem(None, "the network has no layers, and a module needs some")])
    names = _Names()
    inputs = {-1 - place: names(str(name)) for place, name in enumerate(ledger.inputs)}
    given, readers = dict(inputs), _readers(ledger)
    made, calls, group, modules = list[str](), list[str](), "", dict[int, tuple[str, str]]()
    for at, line in enumerate(ledger.lines):
        module = names(line.path)
        spelled = OPS[line.op](Op(line, tuple(given[of] for of in line.sources)))
        given[at] = "x" if readers[at] == [at + 1] and at not in ledger.outputs else module
        if (here := line.place.chain()[0].label) != group or line.place.chain()[0].repeated:
            here = str(line.place.chain()[0])
        for text, rows in ((spelled.made, made), (spelled.call, calls)):
            if here != group and len(line.place.chain()) > 1 and text:
                rows.append(f"# {printable(here)}")
        group = here
        made += _made(module, spelled.made, line, ledger, modules)
        modules[at] = (module, spelled.made)
        calls.append(f"{given[at]} = {spelled.call.replace('{m}', f'self.{module}')}")
    outputs = [given[of] for of in dict.fromkeys(ledger.outputs)]
    return _assembled(ledger, [*inputs.values()], made, calls, outputs)


def _made(module: str, spelled: str, line: Line, ledger: Ledger, modules: dict[int, tuple[str, str]]) -> list[str]:
    """How a module is made; one that has all of another's parameters is that one."""
    if not line.tied:
        return [f"self.{module} = {spelled}"] if spelled else []
    holders = {*line.tied.values()}
    if len(holders) == 1 and not line.owned.params and modules[min(holders)][1] == spelled:
        return [f"self.{module} = self.{modules[min(holders)][0]}"]
    names = {"weights": "weight", "biases": "bias"}
    alike = all(_are_alike(line, ledger.lines[holder]) for holder in holders)
    if not alike or not names.keys() >= line.tied.keys():
        message = f"'{line.path}' has parameters of another layer, and a module of another kind cannot have them in PyTorch"
        raise SpecError([Problem(line.mark, message)])
    shared = [f"self.{module}.{names[kind]} = self.{modules[at][0]}.{names[kind]}" for kind, at in line.tied.items()]
    return [f"self.{module} = {spelled}", *shared]


def _are_alike(line: Line, other: Line) -> bool:
    """Whether the weights of two layers have one shape in PyTorch."""
    if line.op == "linear" and other.op == "embedding":
        return (line.inputs[0].c, line.output.c) == (other.output.c, other.fields["entries"])
    return (line.op, line.inputs[0].c, line.output.c) == (other.op, other.inputs[0].c, other.output.c)


def _assembled(ledger: Ledger, inputs: list[str], made: list[str], calls: list[str], outputs: list[str]) -> str:
    sums, name = ledger.sums(), re.sub(r"\W+", "_", ledger.name, flags=re.ASCII).strip("_")
    sizes = " and ".join(str(x) for x in ledger.inputs.values())
    head = [
        told(ledger),
        f"{sums.params:,} parameters, {sums.mult_adds:,} mult-adds for {sizes}",
    ]
    body = [
        *(f"# {printable(line)}" for line in head),
        "",
        "import torch",
        "from torch import nn",
        "from torch.nn import functional as F",
        *([_ATTENTION] if any(line.op == "attention" for line in ledger.lines) else []),
        "",
        "",
        f"class {name if name.isidentifier() and not keyword.iskeyword(name) else 'Network'}(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        {line}" for line in made),
        "",
        f"    def forward(self, {', '.join(inputs)}):",
        *(f"        {line}" for line in calls),
        f"        return {', '.join(outputs)}",
    ]
    return "\n".join(body) + "\n"


def _readers(ledger: Ledger) -> list[list[int]]:
    readers: list[list[int]] = [[] for _ in ledger.lines]
    for at, line in enumerate(ledger.lines):
        for of in line.sources:
            if of >= 0:
                readers[of].append(at)
    return readers


class _Names:
    """Names that Python takes, none twice."""

    def __init__(self) -> None:
        self.taken = set(_TAKEN)

    def __call__(self, wanted: str) -> str:
        name = re.sub(r"\W+", "_", wanted, flags=re.ASCII).strip("_") or "layer"
        name = f"layer_{name}" if name[0].isdigit() else f"{name}_" if keyword.iskeyword(name) else name
        found, times = name, 1
        while found in self.taken:
            times += 1
            found = f"{name}_{times}"
        self.taken.add(found)
        return found


_ATTENTION = """

class Attention(nn.Module):
    def __init__(self, c, c_source, dim, out, heads, kv_heads, windows, bias=True, position_bias=0):
        super().__init__()
        self.heads, self.windows, self.of = heads, windows, dim // heads
        self.query = nn.Linear(c, dim, bias=bias)
        self.key = nn.Linear(c_source, self.of * kv_heads, bias=bias)
        self.value = nn.Linear(c_source, self.of * kv_heads, bias=bias)
        self.out = nn.Linear(dim, out, bias=bias)
        self.position_bias = nn.Parameter(torch.zeros(position_bias)) if position_bias else None

    def forward(self, x, source=None):
        source = x if source is None else source

        def headed(y):
            return y.reshape(y.shape[0] * self.windows, y.shape[1] // self.windows, -1, self.of).transpose(1, 2)

        query, key, value = headed(self.query(x)), headed(self.key(source)), headed(self.value(source))
        shared = self.heads // key.shape[1]
        key, value = key.repeat_interleave(shared, 1), value.repeat_interleave(shared, 1)
        mask = None
        if self.position_bias is not None:
            sizes = self.heads, query.shape[2], key.shape[2]
            index = torch.arange(sizes[0] * sizes[1] * sizes[2], device=x.device) % len(self.position_bias)
            mask = self.position_bias[index].reshape(sizes)
        y = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.out(y.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1))"""
"""Attention as the op of that name counts it."""
