"""A spec in its own letters: what papers print of a unit, with a symbol for each of its parameters."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.blocks import said
from costmodel.conventions import CONVENTIONS
from costmodel.evaluate import evaluate
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.problems import Problems, SpecError
from costmodel.settings import Settings
from costmodel.spec.values import Formula


class Printed(NamedTuple):
    """A formula that a paper prints of the unit, and whether it is the one computed."""

    source: str
    figure: str
    text: str
    is_equal: bool


class Lettered(NamedTuple):
    """A spec twice over: with the numbers that were given, and with a symbol for each parameter that counts.

    `numbers` are what the symbols stand for; `missing` are the parameters that have no number, and stay symbols in both.
    """

    ledger: Ledger
    symbolic: Ledger
    numbers: dict[Any, Num]
    missing: tuple[str, ...]
    sizes: list[Any]
    conditions: tuple[str, ...]
    printed: tuple[Printed, ...] = ()


def is_unit(spec: Spec) -> bool:
    """Whether a spec leaves parameters free, as papers do in the letters of a unit."""
    return any(default is None for default in spec.network.params.values())


def lettered(spec: Spec, given: Mapping[str, Any], variant: str | None = None, batch: Any = 1) -> Lettered:
    """A unit in its letters. Raises `SpecError` for settings with which it cannot be built.

    >>> from costmodel.library import load
    >>> found = lettered(load("units/pointwise"), {"c1": 24, "h": 56})
    >>> found.symbolic.totals.mult_adds, found.ledger.totals.mult_adds, found.missing
    (c1*c2*h*w, 1344*c2*w, ('w', 'c2'))
    """
    network = spec.network
    checks = Settings(network, Problems())
    free = [str(name) for name, default in network.params.items() if default is None]
    chosen = {str(name) for name in (*checks.variant(variant), *given)}
    missing = {name: _symbol(spec, name) for name in free if name not in chosen}
    base = {**given, **missing}
    ledger = spec.cost(base, variant, batch)
    values = ledger.settings
    counted = [name for name, value in values.items() if _is_counted(value)]
    named = [name for name in counted if name in free or name in chosen]
    constant = [name for name in counted if not network.params[_key(spec, name)] or not _reads(spec, name)]
    for names in ([*dict.fromkeys([*named, *constant])], named, []):
        symbols = {name: _symbol(spec, name, values[name]) for name in names}
        numbers = {symbol: values[name] for name, symbol in symbols.items()}
        try:
            symbolic = _evaluated(spec, {**base, **symbols}, variant, batch, numbers)
        except SpecError:
            continue
        if [line.op for line in symbolic.lines] == [line.op for line in ledger.lines]:
            sizes = _sizes(symbolic)
            printed = tuple(_printed(spec, symbolic))
            return Lettered(ledger, symbolic, numbers, tuple(missing), sizes, said(symbolic.conditions), printed)
    return Lettered(ledger, ledger, {}, tuple(missing), _sizes(ledger), said(ledger.conditions))


def _printed(spec: Spec, symbolic: Ledger) -> Iterator[Printed]:
    """The formulas that the spec says are printed, for its settings as they are, each beside the ledger in symbols."""
    for row in spec.network.published:
        rule = CONVENTIONS[row.convention]
        for figure, printed in row.figures.items():
            if not isinstance(printed, Formula) or row.settings or row.part is not None:
                continue
            computed = symbolic.totals.mult_adds if figure == "mult_adds" else symbolic.sums(convention=rule).params
            same = algebra.decide(algebra.equal(printed.evaluate(symbolic.settings), computed)) is True
            yield Printed(row.source, figure, printed.text, same)


def _evaluated(spec: Spec, given: Mapping[str, Any], variant: str | None, batch: Any, numbers: Mapping[Any, Num]) -> Ledger:
    settings = spec.settings(given, variant)
    return evaluate(spec.graph, settings, batch, {**spec.reference(settings), **numbers})


def _key(spec: Spec, name: str) -> Any:
    return next(key for key in spec.network.params if key == name)


def _reads(spec: Spec, name: str) -> bool:
    """Whether a parameter's default is a formula of others, and goes with them."""
    default = spec.network.params[_key(spec, name)]
    return default is not None and bool(list(default.names()))


def _is_counted(value: Any) -> bool:
    """Whether a setting is a number other than 1 and 0, which papers would not write a letter for."""
    return algebra.is_single(value) and algebra.is_number(value) and value not in (0, 1)


def _symbol(spec: Spec, name: str, value: Any = 2) -> Any:
    """A symbol for a parameter, whole unless the spec or the setting itself gives it a value that is not."""
    checks = Settings(spec.network, Problems())
    return algebra.symbol(name, whole=type(value) is int and not checks.not_whole(_key(spec, name)))


def _sizes(ledger: Ledger) -> list[Any]:
    """The symbols that sizes of the maps that enter are made of, and widths are not."""
    found: dict[Any, None] = {}
    widths = set[Any]()
    for x in ledger.inputs.values():
        for name, size in x.dims.items():
            if algebra.is_symbol(size):
                here = sorted(size.free_symbols, key=lambda symbol: symbol.name)
                (widths.update if name == "c" else found.update)(here if name == "c" else dict.fromkeys(here))
    return [symbol for symbol in found if symbol not in widths]
