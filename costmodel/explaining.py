"""What a layer, a block or a unit costs, worked out: formula, numbers, and what it stands for.

A formula is what the ops' own rules give for symbols, never written down a second time; it is kept only where it gives,
with the numbers put in, the very figure of the ledger.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.blocks import Blocks
from costmodel.cost import Cost
from costmodel.forms import Form, form_of, settled
from costmodel.layers import kind_label, kinds, place_under, under, unit_of
from costmodel.layers import labels as labels_of
from costmodel.ledger import Ledger
from costmodel.line import Line, Place
from costmodel.problems import Problem, SpecError, did_you_mean, one_of
from costmodel.replacing import Replaced, factored, plain_pair, replaced
from costmodel.traffic import CONV, Traffic, alone
from costmodel.units import Lettered
from costmodel.working import EXTRA, Figure, Working, figure, sizes_among


class Explainer:
    """Works out parts of a network for the numbers that it was evaluated with."""

    def __init__(
        self, ledger: Ledger, traffic: Traffic = CONV, blocks: Blocks | None = None, letters: Lettered | None = None
    ) -> None:
        self.ledger, self.traffic, self.blocks, self.letters = ledger, traffic, blocks, letters
        self.moves = ledger.moves(traffic)
        self.places = {line: number for number, line in enumerate(ledger.lines)}
        self.pairs = factored(ledger.lines)

    # --- what is asked for ---------------------------------------------------------------------------------------

    def asked(self, part: str) -> list[Working]:
        """Everything that is called so, what is alike folded. Raises `SpecError` where nothing is."""
        found = self.found(part)
        if len(found) == 1 and found[0].place.repeated:  # one of several: those that cost the same are told too
            label = found[0].place.label
            same = next(group for group in folded(self.found(label)) if found[0] in group)
            return [self.working([*found, *(one for one in same if one != found[0])])]
        return [self.working(group) for group in folded(found)]

    def found(self, part: str) -> list["Found"]:
        """The places that are called so, or the layers of a kind, each with its lines."""
        lines = self.ledger.lines
        if of_kind := kinds(lines).get(part):
            counted = [line for line in of_kind if line.rule.counted and kind_label(line) == part]
            return [Found(line.place, (line,)) for line in counted]
        places: dict[Place, list[Line]] = {}
        for line in under(lines, part):
            place = place_under(line, part)
            assert place is not None
            places.setdefault(place, []).append(line)
        if not places:
            names = list(dict.fromkeys([*labels_of(lines), *kinds(lines)]))
            paths = [*names, *(line.path for line in lines), *(str(line.place.parent) for line in lines)]
            hint = did_you_mean(part, paths, f"there are {one_of(names)}")
            raise SpecError([Problem(None, f"nothing in {self.ledger.name} is called '{part}'", hint)])
        return [Found(place, tuple(held)) for place, held in places.items()]

    def working(self, group: Sequence["Found"]) -> Working:
        """The first of some that are alike, worked out."""
        first = group[0]
        alike = tuple(str(one.place) for one in group)
        if len(first.lines) == 1 and (self.blocks is None or first.place not in self.blocks):
            return self.line(first.lines[0], alike)
        return self.block(first.place, first.lines, alike)

    # --- one op --------------------------------------------------------------------------------------------------

    def line(self, line: Line, alike: tuple[str, ...] = ()) -> Working:
        """One op in symbols of its own."""
        alike = alike or (line.path,)
        if self.letters is not None:
            return self._lettered(line.path, (line,), alike)
        form = form_of(line)
        if form is None:
            return Working(line.path, (line,), alike, self._figures(line, line.cost if line.known else None, None))
        stands_for = tuple(found for found in self._replaced([line]) if found)
        return Working(
            line.path,
            (line,),
            alike,
            self._figures(line, form.cost, form),
            dict(form.numbers),
            form.meanings,
            form.where,
            replaced=stands_for,
            sizes=tuple(symbol.name for symbol in sizes_among(form)),
        )

    def _figures(self, line: Line, cost: Cost | None, form: Form | None) -> dict[str, Figure]:
        """The figures of one op; `cost` in the symbols of `form`, or in numbers where there is none."""
        if cost is None:
            return dict.fromkeys(("mult_adds", "params", "access"), Figure(None, None))
        sizes = sizes_among(form) if form else ()
        numbers = form.numbers if form else {}
        moved, own, symbolic = self.moves[line], alone(line.cost), alone(cost)
        by_kind = [
            formula if number == here else 0 if not number else None
            for number, here, formula in zip(moved, own, symbolic, strict=True)
        ]
        access = None if None in by_kind else sum(by_kind)  # type: ignore[arg-type]  # none of them is None
        found = {
            "mult_adds": figure(line.cost.fma, cost.fma, numbers, sizes),
            "params": figure(line.owned.params, line.own(cost).params, numbers, sizes),
            "access": figure(moved.access, access, numbers, sizes),
        }
        if moved.access != own.access:
            found["alone"] = figure(own.access, symbolic.access, numbers, sizes)
        for count in EXTRA:
            if getattr(line.cost, count):
                found[count] = figure(getattr(line.cost, count), getattr(cost, count), numbers, sizes)
        return found

    def _replaced(self, lines: Iterable[Line]) -> list[Replaced]:
        """What the standard convolution would cost in the place of what stands among some lines."""
        here = set(lines)
        pairs = [(one, other) for one, other in self.pairs if one in here and other in here]
        paired = {line for pair in pairs for line in pair}
        alone_ = [(line, None) for line in self.ledger.lines if line in here and line not in paired]
        if self.letters is None:
            found = [replaced(*pair) for pair in (*pairs, *alone_)]
        else:
            known = self.letters.numbers
            found = [replaced(self._twin(one), other and self._twin(other), known) for one, other in (*pairs, *alone_)]
        return [one for one in found if one is not None]

    # --- in the letters of a unit --------------------------------------------------------------------------------

    def _twin(self, line: Line) -> Line:
        """The line in symbols."""
        assert self.letters is not None
        return self.letters.symbolic.lines[self.places[line]]

    def _lettered(self, path: str, lines: tuple[Line, ...], alike: tuple[str, ...]) -> Working:
        """One op or several in the letters of the spec."""
        letters = self.letters
        assert letters is not None
        twins = [self._twin(line) for line in lines]
        own = self.sums(lines)
        totals = letters.symbolic.sums(twins, traffic=self.traffic)
        formulas = {"mult_adds": totals.mult_adds, "params": totals.params, "access": totals.access}
        formulas |= {count: sum(getattr(twin.cost, count) for twin in twins) for count in EXTRA}
        found = {
            key: figure(one.value, formulas[key], letters.numbers, letters.sizes)
            for key, one in own.items()
            if one.value is not None
        }
        if len(lines) == 1 and alone(lines[0].cost).access != own["access"].value:
            found["alone"] = figure(alone(lines[0].cost).access, alone(twins[0].cost).access, letters.numbers, letters.sizes)
        stands_for = {(one.what, str(one.own)): one for one in self._replaced(lines)}
        is_whole = len(lines) == len(self.ledger.lines) > 1
        return Working(
            path,
            lines,
            alike,
            own | found if all(line.known for line in lines) else own,
            dict(letters.numbers),
            {},
            {},
            parts=tuple(self._lettered(line.path, (line,), (line.path,)) for line in lines) if len(lines) > 1 else (),
            replaced=(*stands_for.values(), *(plain_pair(letters.symbolic, letters.numbers, {}) if is_whole else [])),
            conditions=letters.conditions if letters.missing else (),
            sizes=tuple(symbol.name for symbol in letters.sizes),
        )

    def whole(self) -> Working:
        """The whole network, or the unit that it is."""
        lines = tuple(self.ledger.lines)
        if self.letters is not None:
            return self._lettered(self.ledger.name, lines, (self.ledger.name,))
        return self.block(None, lines)

    # --- a block -------------------------------------------------------------------------------------------------

    def block(self, place: Place | None, lines: tuple[Line, ...], alike: tuple[str, ...] = ()) -> Working:
        """Several ops: each on its own, the sums, and a block's formula in the symbols of its parameters."""
        if self.letters is not None:
            return self._lettered(str(place), lines, alike)
        found = self.blocks.in_symbols(place, lines) if self.blocks is not None and place is not None else None
        path = str(place) if place is not None else self.ledger.name
        parts = tuple(self.line(line) for line in lines)
        stands_for = {(one.what, tuple(one.numbers.values())): one for one in self._replaced(lines)}
        own = self.sums(lines)
        if found is None:
            return Working(path, lines, alike or (path,), own, parts=parts, replaced=tuple(stands_for.values()))
        inner = found.ledger
        totals = inner.sums(None, traffic=self.traffic)
        formulas = {"mult_adds": totals.mult_adds, "params": totals.params, "access": totals.access}
        formulas |= {count: getattr(inner.cost, count) for count in EXTRA if count in own}
        names = {size: algebra.symbol(name, whole=True) for name, size in found.where.items()}
        numbers = found.numbers | {name: settled(algebra.substitute(size, found.numbers)) for size, name in names.items()}
        sizes = [*found.sizes, *names.values()]
        figures = {
            key: figure(own[key].value, algebra.substitute(formula, names), numbers, sizes)
            for key, formula in formulas.items()
            if own[key].value is not None
        }
        return Working(
            path,
            lines,
            alike or (path,),
            own | figures,
            dict(numbers),
            found.meanings,
            found.where,
            parts=parts,
            replaced=(*stands_for.values(), *plain_pair(inner, dict(found.numbers), found.meanings)),
            conditions=found.conditions,
            sizes=tuple(symbol.name for symbol in sizes),
            block=found.name,
        )

    def sums(self, lines: Sequence[Line]) -> dict[str, Figure]:
        """The figures of several ops, without formulas; lower bounds where one is not known."""
        totals = self.ledger.sums(lines, traffic=self.traffic)
        found = {name: Figure(getattr(totals, name), None) for name in ("mult_adds", "params", "access")}
        sums = {count: sum(getattr(line.cost, count) for line in lines) for count in EXTRA}
        return found | {count: Figure(value, None) for count, value in sums.items() if value}


class Found(NamedTuple):
    """A place with the lines under it."""

    place: Place
    lines: tuple[Line, ...]


def folded(found: Iterable[Found]) -> list[list[Found]]:
    """Those that are made of the same ops with the same fields on the same tensors together, in order."""
    groups: dict[Any, list[Found]] = {}
    for one in found:
        key = tuple((line.op, str(line.fields), str([x.dims for x in line.inputs]), *(line.tied or ())) for line in one.lines)
        groups.setdefault(key, []).append(one)
    return [*groups.values()]


def by_units(lines: Sequence[Line]) -> list[Found]:
    """Every line of a network in its unit, or on its own where it stands in none."""
    groups: dict[Place, list[Line]] = {}
    for line in lines:
        groups.setdefault(unit_of(line) or line.place, []).append(line)
    return [Found(place, tuple(held)) for place, held in groups.items()]
