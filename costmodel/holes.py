"""The whole numbers in a spec that could be others, each in a hole that can be filled with many at once."""

import ast
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, MutableSequence
from typing import Any, NamedTuple

from costmodel.problems import Mark
from costmodel.spec.formula import Run, compiled
from costmodel.spec.network import Layer, Network
from costmodel.spec.values import Choice, Formula, Items

PARAMETERS = "the parameters"
"""The part of a spec that its parameters are."""
_WINDOW = {"kernel", "stride", "padding", "dilation"}
"""What fields and parameters are called whose numbers no channel hangs on."""
_DOOR = "c_in"
"""A name that every formula of a layer sees."""


class Number(NamedTuple):
    """A whole number as a spec has it: where it stands, what it is called there, and the part of the spec that it is in.

    A number of a choice has what chooses and the value that chooses it as its `case`. One that stands in a block, or where
    one is called, `goes_with_parameters` of the network.
    """

    mark: Mark
    label: str
    value: int
    part: str
    hole: "Hole"
    name: str
    case: tuple[str, Any] | None
    goes_with_parameters: bool

    @property
    def alone(self) -> bool:
        """Whether it is all that stands there."""
        return self.hole.text.isdecimal()

    def open(self, values: Any) -> None:
        """Stand for other values from here on; `value` is the one that was written."""
        self.hole.values[self.name] = values


class Hole(Formula):
    """A formula whose numbers are read from `values`, and may be points."""

    __slots__ = ("values",)

    def __init__(self, formula: Formula, found: Mapping[int, str], *, folds: bool) -> None:
        """`found` are the numbers by their columns. Where constants are worked out beforehand (`folds`) it is none."""
        self.text, self.mark, self.alone, self.columns = formula.text, formula.mark, formula.alone, dict(formula.columns)
        self.values: dict[str, Any] = {}
        text = formula.text
        for column, digits in sorted(found.items(), reverse=True):
            name = f"_{column}"
            text = text[:column] + name + text[column + len(digits) :]
            self.values[name] = int(digits)
        if folds:
            self.columns.setdefault(_DOOR, 0)
        inner: Run = compiled(text)[0]
        self.run = lambda scope: inner(_Beside(self.values, scope))


class _Beside(dict[str, Any]):
    """Numbers, and beside them the names of a scope."""

    __slots__ = ("scope",)

    def __init__(self, numbers: Mapping[str, Any], scope: Mapping[str, Any]) -> None:
        super().__init__(numbers)
        self.scope = scope

    def __missing__(self, name: str) -> Any:
        return self.scope[name]


def numbers_in(text: str) -> dict[int, str]:
    """The columns of the whole numbers in a formula that could be others: none that is compared, an exponent or a step.

    >>> numbers_in("divisible(4 * c, 8) if c > 3 else 12")
    {10: '4', 34: '12'}
    """
    return {node.col_offset: str(node.value) for node in _constants(_parsed(text))}


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _constants(node: ast.expr) -> Iterator[ast.Constant]:
    inner: Iterable[ast.expr] = ()
    match node:
        case ast.Constant(value=int(value)) if value > 0:
            yield node
        case ast.BinOp(op=ast.Pow()):
            inner = [node.left]
        case ast.BinOp():
            inner = [node.left, node.right]
        case ast.IfExp():
            inner = [node.body, node.orelse]
        case ast.Call():
            inner = node.args[:1] if _is_rounding(node) else node.args
    for part in inner:
        yield from _constants(part)


def _is_rounding(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "divisible"


class Holes:
    """Puts holes into a network where its numbers stand, and knows the `numbers`.

    What widths are rounded to multiples of is no number of these, nor is what windows are made of.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.found: list[Number] = []
        self.steps: set[str] = set()
        self._part, self._with, self._folds = PARAMETERS, False, False
        self._fill_named(network.params)
        self._part = "the lets of the network"
        self._fill_named(network.let)
        self._folds = True
        for block in network.blocks.values():
            self._part, self._with = f"the block {block.name}", True
            self._fill_named(block.params)
            self._fill_named(block.let)
            self._fill_layers(block.layers, in_block=True)
        self._fill_layers(network.layers, in_block=False)

    @property
    def numbers(self) -> list[Number]:
        """The numbers, in the order of the spec's parts."""
        return [number for number in self.found if number.label not in self.steps]

    def _fill_layers(self, layers: Iterable[Layer], *, in_block: bool, in_table: bool = False) -> None:
        """Outside blocks each layer is a part of its own, and so is each row of a table."""
        for layer in layers:
            line = f"line {layer.mark.line}"
            if not in_block:
                self._part, self._with = f"{layer.name or layer.verb}, {line}", in_table and layer.verb in self.network.blocks
            self._fill_named(layer.fields)
            if (table := layer.table) is not None:
                for count, (row, mark) in enumerate(zip(table.rows, table.marks, strict=True), 1):
                    if not in_block:
                        self._part, self._with = f"row {count} of the table, line {mark.line}", False
                    for at, title in enumerate(table.columns):
                        self._fill(row, at, str(title))
                if not in_block:
                    self._part, self._with = f"the table, {line}", True
                self._fill_named(table.let)
            for body in (layer.body, *(body for _, body in layer.branches)):
                self._fill_layers(body, in_block=in_block, in_table=in_table or table is not None)

    def _fill_named(self, values: MutableMapping[Any, Any]) -> None:
        for name, value in values.items():
            if value is not None and name not in _WINDOW:
                self._fill(values, name, str(name))

    def _fill(self, holder: MutableMapping[Any, Any] | MutableSequence[Any], at: Any, label: str, case: Any = None) -> None:
        """Put a hole where a value's numbers stand; of a list in each item, of a choice in each case."""
        value = holder[at]
        if isinstance(value, Items):
            for place in range(len(value.items)):
                self._fill(value.items, place, f"{label}[{place}]", case)
        elif isinstance(value, Choice):
            keys, values = (list(column) for column in zip(*value.cases, strict=True))
            for place, key in enumerate(keys):
                self._fill(values, place, f"{label} of case {key}", (value.by.text, key))
            value.cases = [*zip(keys, values, strict=True)]
        elif isinstance(value, Formula):
            tree = _parsed(value.text)
            roundings = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_rounding(node))
            self.steps |= {step.id for node in roundings for step in node.args[1:] if isinstance(step, ast.Name)}
            if found := numbers_in(value.text):
                holder[at] = hole = Hole(value, found, folds=self._folds)
                for column, digits in found.items():
                    called = label if value.text.isdecimal() else f"{digits} in {label}"
                    mark, name = value.mark.shifted(column), f"_{column}"
                    self.found.append(Number(mark, called, int(digits), self._part, hole, name, case, self._with))
