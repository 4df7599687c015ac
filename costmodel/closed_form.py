"""Closed forms: a network's figures as polynomials in some of its parameters, by evaluating it with symbols for them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.algebra.polynomials.claims import apart
from costmodel.conventions import CONVENTIONS, Convention
from costmodel.evaluate import evaluate
from costmodel.judge import Judge
from costmodel.layers import by_layer, by_unit, main_line, unit_of
from costmodel.ledger import Condition, Ledger
from costmodel.library import BATCH, Spec, batched
from costmodel.line import Line
from costmodel.memory import Memory
from costmodel.ops.fields import spoken
from costmodel.peaks import peaks
from costmodel.problems import Problem, Problems, SpecError, did_you_mean, one_of
from costmodel.repeating import Repeating
from costmodel.settings import Settings
from costmodel.traffic import CONV, Traffic
from costmodel.walk import Walk

FIGURES = ("mult_adds", "params", "access", "peak")
"""What there are closed forms of."""
PARTS = ("network", "block", "layer")
"""What a closed form may be of."""


class Part(NamedTuple):
    """Lines that have one closed form: the path of each that is alike, and the lines of the first."""

    paths: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Closed:
    """A network with symbols for some of its parameters.

    `symbols` are by name, `reference` are the numbers at which choices were made that symbols leave open, `usual` is the
    ledger at these; it is None where a symbol has no number. `times` has for each line how often it runs.
    """

    spec: Spec
    symbols: dict[str, Any]
    reference: dict[Any, Num]
    ledger: Ledger
    usual: Ledger | None
    times: dict[Line, Num]
    convention: Convention
    traffic: Traffic

    def figure(self, name: str, lines: Iterable[Line] | None = None) -> Num:
        """One of `FIGURES` of some lines, or of all, in the symbols; `peak` is of all. Raises `SpecError`."""
        lines = self.ledger.lines if lines is None else lines
        match name:
            case "peak":
                return self.peak
            case "mult_adds":
                return sum(self.times[line] * line.cost.fma for line in lines)
            case "params":
                return sum(self.times[line] * self.convention.params(line) for line in lines)
        moves = self.ledger.moves(self.traffic)
        return sum(self.times[line] * moves[line].access for line in lines)

    @property
    def conditions(self) -> list[Condition]:
        """What the closed forms rest on: choices as they are at the reference values, and what ops ask for."""
        return self.ledger.conditions

    def parts(self, by: str) -> list[Part]:
        """The network, its units or its layers, those that cost the same as one."""
        if by == "network":
            return [Part((self.ledger.name,), tuple(self.ledger.lines))]
        found: dict[Any, Part] = {}
        for lines in (by_unit if by == "block" else by_layer)(self.ledger.lines):
            place = unit_of(lines[0]) if by == "block" else main_line(lines).place
            key = tuple(str(place).split(".")[:1]), *(self.figure(name, lines) for name in FIGURES[:3])
            alike = found.get(key)
            found[key] = Part((*(alike.paths if alike else ()), str(place or "")), alike.lines if alike else tuple(lines))
        return [*found.values()]

    @cached_property
    def peak(self) -> Num:
        """The elements alive at the peak, as they are at the op where it stands at the reference values. Raises `SpecError`."""
        if self.usual is None:
            missing = [name for name, symbol in self.symbols.items() if symbol not in self.reference]
            message = f"where the peak stands is decided by numbers, and there are none for {one_of(missing)}"
            raise SpecError([Problem(None, message, f"--set {missing[0]}=…")])
        memory = Memory(self.usual)
        walk = Walk(self.reference, Problems())
        ledger = evaluate(self.spec.graph, self.ledger.settings, self.ledger.batch, walk=walk)
        step = memory.peak
        return peaks(memory, ledger).alive[memory.steps.index(step) if step is not None else 0]

    @property
    def peak_at(self) -> str:
        """The path of the op where the peak stands at the reference values."""
        return Memory(self.usual).at if self.usual is not None else ""


def closed(
    spec: Spec,
    free: Sequence[str],
    given: Mapping[str, Any] = {},
    variant: str | None = None,
    batch: Any = 1,
    convention: Convention = CONVENTIONS["paper"],
    traffic: Traffic = CONV,
    walks: Sequence[type[Walk]] = (Repeating, Walk),
    fractions: Collection[str] = (),
) -> Closed:
    """A spec with some parameters free, and the batch where it is named; all others as given, as the variant's or by default.

    `walks` are tried in their order; one may leave repeat counts open. Those of `fractions` may take any value, others whole
    numbers alone where the network takes no other. Raises `SpecError` for a parameter that there is not or
    that is no number, and for settings that cannot be built.

    >>> from costmodel.library import load
    >>> closed(load("vit"), ["depth"]).figure("params")
    7087872*depth + 1513192
    """
    given, batch = batched(spec.network, given, batch)
    usual = _usual(spec, [name for name in free if name != BATCH], given, variant)
    missing = (str(name) for name, default in spec.network.params.items() if default is None and name not in usual)
    free = [*free, *(name for name in missing if name not in free)]
    fractions = {*fractions, *_seen_as_numbers(spec, [name for name in free if name not in usual])}
    numbers = {**usual, BATCH: batch}
    takes = {name for name in free if name in usual and takes_fractions(spec, name, {**given, **usual}, variant)}
    symbols = {name: _symbol(spec, name, numbers.get(name), whole=name not in {*takes, *fractions}) for name in free}
    reference = {symbol: numbers[name] for name, symbol in symbols.items() if name in numbers}
    images = symbols.get(BATCH, batch)
    chosen = {name: symbol for name, symbol in symbols.items() if name != BATCH}
    known = {**given, **{name: usual[name] for name in chosen if name in usual}}
    at_reference = spec.cost(known, variant, batch) if len(reference) == len(symbols) else None
    for walking in walks:
        walk = walking(reference, Problems())
        walk.presume = apart
        settings = _settings(spec, {**given, **chosen}, variant, walk)
        ledger = evaluate(spec.graph, settings, images, walk=walk)
        often = walk.times_of if isinstance(walk, Repeating) else [1] * len(ledger.lines)
        times = dict(zip(ledger.lines, often, strict=True))
        found = Closed(spec, symbols, reference, ledger, at_reference, times, convention, traffic)
        if at_reference is None or _is_same(found, at_reference):
            return found
    raise SpecError([Problem(None, f"no closed form in {one_of(free)} gives the figures of {spec.network.name}")])


def letters(spec: Spec, given: Mapping[str, Any] = {}, variant: str | None = None) -> list[str]:
    """The parameters that papers write letters for: those of a unit that have no number, or another than 0 and 1.

    Of a block they are those that have no value.

    >>> from costmodel.library import load
    >>> letters(load("units/inverted_residual"))
    ['h', 'w', 'd1', 'd2', 't', 'k']
    """
    if spec.seen is not None:
        return [str(name) for name, default in spec.network.params.items() if default is None and name not in given]
    usual = Settings(spec.network, Problems()).resolve(given, variant, complete=False)
    return [
        str(name)
        for name in spec.network.params
        if name not in usual or (algebra.is_number(usual[name]) and usual[name] not in (0, 1))
    ]


def _is_same(found: Closed, usual: Ledger) -> bool:
    """Whether closed forms give a ledger's figures at the reference values."""
    sums = usual.sums(None, found.convention, found.traffic)
    return all(algebra.substitute(found.figure(name), found.reference) == getattr(sums, name) for name in FIGURES[:3])


def _usual(spec: Spec, free: Sequence[str], given: Mapping[str, Any], variant: str | None) -> dict[str, Any]:
    """Every parameter's number, as far as they have one. Raises `SpecError` for what cannot be free."""
    problems, names = Problems(), [str(name) for name in spec.network.params]
    usual = Settings(spec.network, problems).resolve(given, variant, complete=False)
    for name in free:
        mark = getattr(name, "mark", None)
        if name not in names:
            legal = f"its parameters are {one_of(names)}" if names else "it has no parameters"
            problems.add(mark, f"{spec.network.name} has no parameter '{name}'", did_you_mean(name, names, legal))
        elif name in usual and not algebra.is_number(usual[name]):
            message = f"only a number can be free, and the parameter '{name}' is {spoken(usual[name])}"
            problems.add(mark, message)
    problems.check()
    return usual


def _seen_as_numbers(spec: Spec, names: Iterable[str]) -> list[str]:
    """Those of a block's parameters that its spec gives fractions. Raises `SpecError` for one that it gives no numbers."""
    seen = {name: values for name, values in (spec.seen or {}).items() if name in names}
    if odd := {name: values[0] for name, values in seen.items() if not all(map(algebra.is_number, values))}:
        said = one_of(f"{name} is {spoken(value)}" for name, value in odd.items())
        message = f"only a number can be a symbol, and where {spec.network.name.replace(': ', ' calls ')}, {said}"
        raise SpecError([Problem(None, message, " ".join(f"--set {name}={spoken(value)}" for name, value in odd.items()))])
    return [name for name, values in seen.items() if not all(algebra.whole(value)[1] is True for value in values)]


def takes_fractions(spec: Spec, name: str, usual: Mapping[str, Any], variant: str | None) -> bool:
    """Whether a parameter may be next to its usual value without being whole, as what every width rounds may."""
    return spec.builds({**usual, name: algebra.exact(usual[name] + Fraction(1, 1_000_003))}, variant)


def _symbol(spec: Spec, name: str, value: Any, *, whole: bool) -> Any:
    """A symbol for a parameter, whole unless the network takes others, or the spec or the setting itself gives it another."""
    is_whole = whole and (value is None or type(value) is int)
    key = next((key for key in spec.network.params if key == name), None)
    whole = is_whole and (key is None or not Settings(spec.network, Problems()).not_whole(key))
    return algebra.closed(name, whole=whole, low=0 if value == 0 else None)  # as padding, which may be none


def _settings(spec: Spec, given: Mapping[str, Any], variant: str | None, judge: Judge) -> dict[str, Any]:
    """Every parameter's value; what a default chooses by a symbol is decided as in the network."""
    problems = Problems()
    settings = Settings(spec.network, problems, judge.decide).resolve(given, variant)
    problems.check()
    return settings
