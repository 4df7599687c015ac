"""A line, or a block, in symbols: the op's own rule run again with a symbol for each size, and the numbers these stand for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import gcd
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.cost import COUNTS, Cost
from costmodel.judge import Judge, Scope
from costmodel.letters import LETTERS, Letters, sizes_of
from costmodel.line import Line
from costmodel.own import OwnRule
from costmodel.problems import Problems
from costmodel.tensor import DIMENSIONS, Tensor

_SAID = {"n": "batch", "t": "tokens", "d": "depth", "h": "height", "w": "width", "c": "channels"}


class Form(NamedTuple):
    """What an op, run with symbols, takes in, gives out and costs.

    `numbers` are those that the symbols stand for, `meanings` what each is; `where` has the sizes of the output that go
    by a name of their own, `h'` and `w'`, in the other symbols.
    """

    inputs: tuple[Tensor, ...]
    output: Tensor
    cost: Cost
    fields: dict[str, Any]
    numbers: dict[Any, int]
    meanings: dict[str, str]
    where: dict[str, Num]

    def at(self, value: Num) -> Num:
        """A formula with the numbers put in."""
        return settled(algebra.substitute(value, self.numbers))


def settled(value: Num) -> Num:
    """A rational number of sympy's as Python's own."""
    return algebra.exact(value) if algebra.is_symbol(value) and not value.free_symbols else value


def form_of(line: Line) -> Form | None:
    """The line in symbols, as few numbers left as the op allows; none where no formula gives the line's very numbers.

    >>> from costmodel.library import loads
    >>> line = loads("{name: A, input: [3, 8, 8], layers: [{conv2d: {out: 8, bias: false}}]}").analyze().lines[0]
    >>> found = form_of(line)
    >>> found.cost.fma, found.at(found.cost.fma)
    (c1*c2*h*w, 1536)
    """
    if not line.known:
        return None
    sizes = {size for x in line.inputs for size in x.shape} | set(line.fields)
    if any(map(algebra.is_symbol, sizes)):
        return None
    names = [*line.fields]
    for open_fields in dict.fromkeys((tuple(names), tuple(n for n in names if n in LETTERS or n == "out"), ("out",), ())):
        if found := _tried(line, open_fields):
            return found
    return None


def _tried(line: Line, open_fields: Sequence[str]) -> Form | None:
    """The line in symbols where the op takes them and gives the same."""
    letters = Letters()
    inputs = _inputs(line, letters, numbered="out" in open_fields and _is_counted(line.fields.get("out")))
    fields = _fields(line, inputs, letters, open_fields)
    try:
        output, cost = run(line, inputs, fields, letters.numbers)
    except Exception:  # a rule that wants a number where it is given a symbol may stop in any way
        return None
    where = sizes_of(inputs[0], output)
    numbers = dict(letters.numbers)
    for name, size in where.items():
        numbers[algebra.symbol(name, whole=True)] = settled(algebra.substitute(size, letters.numbers))
        letters.meanings[name] = f"{_SAID[name.rstrip(chr(39))]} of the output"
    cost = replace(cost, **{count: _named(getattr(cost, count), where) for count in COUNTS})
    form = Form(inputs, output, cost, fields, numbers, letters.meanings, where)
    is_same = all(form.at(getattr(cost, count)) == getattr(line.cost, count) for count in COUNTS)
    return form if is_same and [form.at(size) for size in output.shape] == line.output.shape else None


def run(line: Line, inputs: Sequence[Tensor], fields: dict[str, Any], reference: Mapping[Any, Any]) -> tuple[Tensor, Cost]:
    """The line's op with other inputs and fields."""
    rule = line.rule.rule
    if not isinstance(rule, OwnRule):
        return line.rule(inputs, fields)
    judge, scope = Judge(reference, Problems()), Scope(fields)
    scope.x = inputs[0]
    for name, value in rule.written.let.items():
        scope[str(name)] = judge.value(value, scope)
    return line.rule(inputs, {"fit": lambda name, kind, value: judge.fit(name, kind, value, scope)[0]})


def _is_counted(value: Any) -> bool:
    return type(value) is int and value > 1


def _inputs(line: Line, letters: Letters, numbered: bool) -> tuple[Tensor, ...]:
    """A symbol for each size that enters: one for all inputs where they agree; `c1` where an output's are `c2`."""
    found: dict[tuple[str, Num], Any] = {}
    values = {name: {x.dims[name] for x in line.inputs if x.has(name)} - {0, 1} for name in ("n", *DIMENSIONS)}
    for x in line.inputs:
        for name, size in x.dims.items():
            if (name, size) not in found:
                several = len(values[name]) > 1 or (name == "c" and numbered)
                count = sum(other == name and algebra.is_symbol(found[other, value]) for other, value in found)
                names = [f"{name}{count + 1}"] if several else [name, f"{name}1"]
                found[name, size] = letters.give(size, names, _SAID[name] + (" in" if name == "c" and numbered else ""))
    return tuple(Tensor(**{name: found[name, size] for name, size in x.dims.items()}) for x in line.inputs)


def _fields(line: Line, inputs: Sequence[Tensor], letters: Letters, open_fields: Sequence[str]) -> dict[str, Any]:
    """The fields, with symbols for their numbers; as many groups as channels are these channels."""
    fields, given = dict(line.fields), line.fields
    c = line.inputs[0].dims.get("c")
    for name in open_fields:
        value = given[name]
        letter = [LETTERS[name], name] if name in LETTERS else ["c2" if name == "out" else name, f"{name}_"]
        if name == "groups" and value == c:
            fields[name] = inputs[0].c
        elif isinstance(value, list):
            fields[name] = _items(value, line, letter, name, letters)
        else:
            fields[name] = letters.give(value, letter, "channels out" if name == "out" else name, 1 if name == "padding" else 2)
    if given.get("groups") == c == given.get("out") and "groups" in open_fields and _is_counted(c):
        fields["out"] = inputs[0].c  # depthwise: every width is one
        letters.numbers = {s: number for s, number in letters.numbers.items() if s.name != "c2"}
        letters.meanings.pop("c2", None)
    return fields


def _items(value: list[Any], line: Line, letter: list[str], name: str, letters: Letters) -> list[Any]:
    """A field that has a value a side: one symbol where all are alike."""
    if len(set(map(str, value))) == 1 and not isinstance(value[0], list):
        return [letters.give(value[0], letter, name)] * len(value)
    sides = line.inputs[0].sides
    if len(sides) != len(value):
        return value
    return [letters.give(item, [f"{letter[0]}{side}"], f"{name}, {side}") for item, side in zip(value, sides, strict=True)]


def _named(value: Num, where: Mapping[str, Any]) -> Num:
    """A formula with the names of an output's sizes put in for what they stand for."""
    if value is None or not algebra.is_symbol(value):
        return value
    return algebra.substitute(value, {size: algebra.symbol(name, whole=True) for name, size in where.items()})


def collected(value: Num, sizes: Iterable[Any]) -> Num:
    """A formula as papers set it: terms with the same sizes of maps together, `h·w·(c1 + c2) + c1·c2`.

    What all terms have beside these stands before them too, where it is more than one symbol: `h·w·d1·t·(d1 + k² + d2)`.
    """
    if not algebra.is_symbol(value):
        return value
    groups: dict[Any, list[Any]] = {}
    for term in value.expand().as_ordered_terms():
        shared = _common([term], sizes)
        groups.setdefault(shared, []).append(term / shared)
    if len(groups) == 1:
        ((shared, terms),) = groups.items()
        more = _common(terms, value.free_symbols)
        if len(terms) > 1 and len(getattr(more, "args", ())) > 1:
            groups = {shared * more: [term / more for term in terms]}
    return sum(_multiplied(shared, terms) for shared, terms in groups.items())


def _multiplied(shared: Any, terms: Sequence[Any]) -> Any:
    """A sum times what is before it, whole numbers that all terms have among that."""
    numbers = [term.as_coeff_Mul()[0] for term in terms]
    content = gcd(*map(int, numbers)) if all(number.is_integer for number in numbers) else 1
    return shared * content * sum(term / content for term in terms) if shared != 1 or len(terms) == 1 else sum(terms)


def _common(terms: Sequence[Any], symbols: Iterable[Any]) -> Any:
    """The product of the powers of some symbols that all terms have as factors."""
    powers = [term.as_powers_dict() for term in terms]
    least = {symbol: min(found.get(symbol, 0) for found in powers) for symbol in symbols}
    return algebra.prod(symbol**power for symbol, power in least.items() if power > 0)
