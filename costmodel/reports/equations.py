"""One op's formulas in LaTeX, for a paper."""

from typing import Any

from costmodel.ops import Op
from costmodel.reports import notation
from costmodel.reports.op_page import COUNTS, is_composed, is_known, is_nothing
from costmodel.reports.symbolic import Closed, closed, named
from costmodel.traffic import alone

_EXTRA = ("add", "mul", "cmp", "exp")
"""Operations beside mult-adds, which have a line only where there are any."""


def latex(op: Op) -> str:
    r"""The formulas as an `align*` of the package amsmath: sizes of the output, operations, parameters, memory access."""
    found = closed(op)
    names = _names(found)
    rows = [(notation.latex_name(name), [notation.latex(size, names)]) for name, size in found.where.items()]
    rows.append((_upright("output"), [r" \times ".join(_size(v, found, names) for v in found.output.shape)]))
    rows += [
        (_upright(title), notation.latex_rows(named(value, found.where), names)) for title, value in _costs(op, found).items()
    ]
    broken = " \\\\\n    &\\quad "
    equations = " \\\\\n".join(f"  {left} &= {broken.join(right)}" for left, right in rows)
    return f"% {op.name}; needs \\usepackage{{amsmath}}\n\\begin{{align*}}\n{equations}\n\\end{{align*}}\n"


def _costs(op: Op, found: Closed) -> dict[str, Any]:
    """What is counted, by its title; nothing where it is not known."""
    if not is_known(op):
        return {}
    extra = {COUNTS[count]: value for count in _EXTRA if not is_nothing(value := getattr(found.cost, count))}
    summed = {"parameters": found.cost.params, "memory access": alone(found.cost).access}
    return {COUNTS["fma"]: found.cost.fma} | extra | summed


def _names(found: Closed) -> dict[str, str]:
    """Channels as papers write them: those that enter and, where a field says how many, those that leave."""
    names = {"c": r"c_{\mathrm{in}}"}
    channels = found.output.dims.get("c")
    if channels is found.symbols.get("out") and channels is not None:
        names["out"] = r"c_{\mathrm{out}}"
    return names


def _size(value: Any, found: Closed, names: dict[str, str]) -> str:
    size = named(value, found.where)
    spelled = notation.latex(size, names)
    return rf"\left({spelled}\right)" if is_composed(size) else spelled


def _upright(words: str) -> str:
    return rf"\text{{{notation.latex_text(words)}}}"
