"""A ledger as an ONNX model: each of its lines by the writer of its op."""

from typing import Any

from onnx import ModelProto, TensorProto, checker, helper

from costmodel import algebra
from costmodel.exporting.model import Model
from costmodel.exporting.run import Run
from costmodel.exporting.taken import check, told
from costmodel.exporting.writers import WRITERS
from costmodel.ledger import Ledger
from costmodel.problems import Problem, SpecError
from costmodel.tensor import Tensor

MOST = 2_000_000_000
"""Bytes of parameters that one file can hold (the format's limit is 2 GiB)."""


def exported(ledger: Ledger, seed: int | None = 0) -> ModelProto:
    """A network as an ONNX model; `seed` draws its parameters, None leaves their values out.

    Nodes have the names of the lines; the operator set is 18, or as late as an op needs. Raises `SpecError` for ops that
    ONNX has nothing for, all of them at once, and for more parameters than a file can hold.
    """
    _check(ledger, seed)
    model = Model(seed)
    names = {-1 - place: model.name(str(name)) for place, name in enumerate(ledger.inputs)}
    entering = [_value(names[-1 - place], x) for place, x in enumerate(ledger.inputs.values())]
    for at, line in enumerate(ledger.lines):
        *around, last = line.path.split("/")
        is_named = last.partition(".")[0] != line.op
        model.place = "/".join([*around, last] if is_named else around)
        holders = {kind: ledger.lines[holder] for kind, holder in (line.tied or {}).items()}
        names[at] = WRITERS[line.op](Run(line, tuple(names[source] for source in line.sources), model, holders))
    leaving = [_output(model, ledger, names, of) for of in dict.fromkeys(ledger.outputs)]
    made = model.done(ledger.name, entering, leaving, told(ledger))
    assert model.learned == ledger.sums().params, "the parameters of a model are those that are counted"
    if seed is not None:
        checker.check_model(made, full_check=True)
    return made


def _value(name: str, x: Tensor) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [*x.shape])


def _output(model: Model, ledger: Ledger, names: dict[int, str], of: int) -> Any:
    """An output; an input that leaves as it came gets a name of its own."""
    if of < 0:
        names = {of: model.node("Identity", [names[of]], "output")}
    x = ledger.lines[of].output if of >= 0 else [*ledger.inputs.values()][-1 - of]
    return _value(names[of], x)


def _check(ledger: Ledger, seed: int | None) -> None:
    check(ledger, WRITERS, "ONNX")
    open_ = [x for x in (*ledger.inputs.values(), *(line.output for line in ledger.lines)) if not algebra.is_single(x.size)]
    if open_:
        raise SpecError([Problem(None, f"a file has one size for each tensor, and here is {open_[0]}")])
    size = 4 * int(sum(line.owned.params + line.owned.buffers for line in ledger.lines))
    if seed is not None and size > MOST:
        message = f"the parameters take {size:,} bytes, and a file of the format holds less than 2 GiB"
        raise SpecError([Problem(None, message, "--no-weights leaves their values out")])
