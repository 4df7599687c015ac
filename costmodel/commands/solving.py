"""What `solve` is asked: what may change, within which limits, and for which goal."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.commands import spaces
from costmodel.problems import Mark, Problem, SpecError

if TYPE_CHECKING:
    from costmodel.budget import Budget
    from costmodel.choosing import Choice
    from costmodel.domains import Domain
    from costmodel.goals import Goal, Objective
    from costmodel.library import Spec
    from costmodel.spec.source import Text

FIGURES = ("mult_adds", "params", "access", "peak", "operations", "reads", "writes", "loads", "kernels")
"""What may be limited, large or small: the metrics of budgets, which take longer to load than a Tab may."""
CHOICE = re.compile(
    r"\s*(?P<of>\*|[^\W\d]\w*)\s*(?:\[\s*(?P<which>[^\]]*?)\s*\])?\s*\.\s*(?P<name>\w+)(?:\s+in\b|\s*=)(?P<values>.*)"
)
"""`stages[*].expand in 3,4,6`: what is chosen by rows of a table, or at calls of a block; `=` stands for `in`."""
_ENDS = re.compile(r"\s*(\d{1,18}(?:\.\d{1,18})?)\s*:\s*(\d{1,18}(?:\.\d{1,18})?)\s*", re.ASCII)
_HINT = '--by "alpha=0.25:1.4:0.05,resolution", or by rows --by "table[*].t in 3,4,6"'


class Wish(NamedTuple):
    """The options that say what is looked for."""

    target: str | None
    at_most: Sequence[str]
    at_least: Sequence[str]
    maximise: str | None
    minimise: str | None
    by: Sequence[str]
    is_counted: bool
    sample: str | None
    seed: str | None

    @property
    def is_chosen(self) -> bool:
        """Whether something is chosen row by row."""
        return any(is_choice(text) for text in self.by)

    def check(self) -> None:
        """Raise `SpecError` for options that do not go together, and where one is missing."""
        wrong = [Problem(None, message, hint) for message, hint in self._wrong()]
        if wrong:
            raise SpecError(wrong)

    def _wrong(self) -> "list[tuple[str, str]]":
        asks = {
            "--maximise": self.maximise is not None,
            "--minimise": self.minimise is not None,
            "--count": self.is_counted,
            "--sample": self.sample is not None,
        }
        given = [name for name, value in asks.items() if value]
        limited = [name for name, value in (("--at-most", self.at_most), ("--at-least", self.at_least)) if value]
        found: list[tuple[str, str]] = []
        if self.target is not None and (given or limited):
            others = ", ".join([*given, *limited])
            found.append(
                (f"--target asks for one value of a figure, and {others} for networks within limits", "keep one of them")
            )
        elif self.target is None and not given:
            found.append(
                ("nothing is asked for", "--target mult_adds=300M, --maximise mult_adds or, of choices by rows, --count")
            )
        if self.target is None and len(given) > 1 and {*given} != {"--count", "--sample"}:
            found.append((f"{given[0]} asks for one thing, and {given[1]} for another", "keep one of them"))
        if not self.by:
            found.append((f"{'--target' if self.target else (given or ['solve'])[0]} needs to know what may change", _HINT))
        if self.by and not self.is_chosen and (self.is_counted or self.sample is not None):
            message = f"{'--count' if self.is_counted else '--sample'} is of networks that are chosen by rows"
            found.append((message, "sweep --where counts points of parameters, and sweep --sample draws them"))
        if self.is_chosen and not all(map(is_choice, self.by)):
            found.append(("--by has parameters, and choices by rows too", "set the parameters, or choose no rows"))
        if self.target is not None and (
            self.is_chosen or len(self.by) > 1 or "," in "".join(self.by) or "=" in "".join(self.by)
        ):
            found.append(("--target is met by one parameter", "--by alpha"))
        if self.seed is not None and self.sample is None:
            found.append(("--seed chooses the networks of --sample, and none are drawn", "--sample 10"))
        return found

    def goal(self) -> "Goal":
        """What is looked for. Raises `SpecError`, for limits that no number keeps too."""
        from costmodel.commands.reading import Reader
        from costmodel.goals import Goal

        read = Reader()
        limits, objective = read(self.limits), read(self.objective)
        read.check()
        found = Goal(tuple(limits), objective)
        found.check()
        return found

    def limits(self) -> "list[Budget]":
        """What is to be kept. Raises `SpecError`."""
        from costmodel.budget import budget

        found, wrong = [], list[Problem]()
        pairs = [("--at-most", "<=", text) for text in self.at_most] + [("--at-least", ">=", text) for text in self.at_least]
        for option, sign, text in pairs:
            try:
                found.append(budget(text, option, sign))
            except SpecError as error:
                wrong += error.problems
        if wrong:
            raise SpecError(wrong)
        return found

    def objective(self) -> "Objective | None":
        """What is to be large or small. Raises `SpecError`."""
        from costmodel.goals import objective

        if self.maximise is not None:
            return objective(self.maximise, "--maximise", is_most=True)
        return None if self.minimise is None else objective(self.minimise, "--minimise", is_most=False)


def is_choice(text: str) -> bool:
    """Whether something is chosen by rows: behind a name stands a bracket or a dot, or there is a word `in`."""
    return bool(CHOICE.fullmatch(text)) or bool(re.match(r"\s*(\*|\w+)\s*(\[|\.\s*[^\W\d])", text)) or " in " in text


def choices(spec: "Spec", by: Sequence[str]) -> "list[Choice]":
    """What is chosen by rows, or at calls of blocks. Raises `SpecError` with everything that is none."""
    from costmodel import choosing
    from costmodel.commands.reading import Reader

    read, found = Reader(), list["Choice"]()
    for text in by:
        for choice in read(_choices, spec, text) or ():
            alike = [other for other in found if (other.of, other.mark, other.name) == (choice.of, choice.mark, choice.name)]
            if any(choosing.overlap(choice, other) for other in alike):
                message = f"'{choice.name}' of {choice.of} is chosen twice"
                read.problems.append(Problem(Mark("--by", 1, 1, text), message, "keep one of them"))
            found.append(choice)
    read.check()
    return found


def _choices(spec: "Spec", text: str) -> "list[Choice]":
    from costmodel.choosing import choices
    from costmodel.spec.source import Text

    mark, match = Mark("--by", 1, 1, text), CHOICE.fullmatch(text)
    if match is None:
        hint = "TABLE[ROWS].COLUMN in VALUES: table[*].t in 3,4,6, stages[2].n in 2:4, or BLOCK[*].PARAMETER in …"
        raise SpecError([Problem(mark, f"'{text}' does not say what is chosen", hint)])
    parts = {name: Text(match[name] or "", mark.shifted(max(match.start(name), 0))) for name in ("of", "name", "values")}
    values = spaces.listed(parts["name"], parts["values"])
    settled = [_constant(value) if isinstance(value, Text) else value for value in values]
    if len({*map(repr, settled)}) < len(settled):
        raise SpecError([Problem(parts["values"].mark, f"a value stands here twice: {parts['values'].strip()}")])
    return choices(spec.network, parts["of"], match["which"] or "*", parts["name"], settled, text.strip())


def _constant(text: "Text") -> Any:
    """A number or a word. Raises `SpecError`."""
    from costmodel.spec.values import BadValue, read_value

    try:
        value = read_value(text)
        for name, mark in value.names():
            raise BadValue(mark, f"'{name}' is neither a number nor a word of specs")
        return value.evaluate({})
    except BadValue as error:
        raise SpecError([Problem(error.mark, error.message, error.hint)]) from None


def domains(spec: "Spec", by: Sequence[str], fixed: Mapping[str, Any], variant: str | None) -> "list[Domain]":
    """What each parameter may be. Raises `SpecError` with everything that is none."""
    from costmodel.commands.reading import Reader

    read, names = Reader(), {str(name) for name in spec.network.params}
    pairs = [pair for text in by for pair in read(_named, text, names) or ()]
    for name, _ in pairs:
        if sum(name == other for other, _ in pairs) > 1:
            read.problems.append(Problem(name.mark, f"--by gives '{name}' twice", "keep one of them"))
        if name in fixed:
            read.problems.append(Problem(name.mark, f"'{name}' is set, and solved for too", "keep one of them"))
    read.check()
    found = [read(_domain, spec, name, values, fixed, variant) for name, values in pairs]
    read.check()
    return found


def _named(text: str, names: set[str]) -> "list[tuple[Text, Text | None]]":
    """`alpha=0.5,1,resolution` as names with their values; what follows a value and is no name is one more of them."""
    from costmodel.spec.source import Text
    from costmodel.spec.words import commas

    found: list[tuple[Text, Text | None]] = []
    ends = [*commas(text), len(text)]
    for start, end in zip([0, *(at + 1 for at in ends[:-1])], ends, strict=True):
        part, mark = text[start:end], Mark("--by", 1, start + 1, text)
        name, equals, value = part.partition("=")
        if not part.strip() or (equals and not (name.strip() and value.strip())):
            raise SpecError([Problem(mark, "a parameter or a value is missing here", _HINT)])
        if equals:
            found.append((Text(name.strip(), mark), Text(value, mark.shifted(len(name) + 1))))
        elif found and found[-1][1] is not None and part.strip() not in names and not _is_name(part.strip()):
            own, before = found[-1]
            found[-1] = own, Text(f"{before},{part}", before.mark) if before is not None else None
        else:
            found.append((Text(name.strip(), mark), None))
    return found


def _is_name(part: str) -> bool:
    """Whether a part can be nothing but a parameter's name, be there one or not."""
    from costmodel.spec.formula import WORDS

    return part.isidentifier() and part not in WORDS


def _domain(spec: "Spec", name: "Text", text: "Text | None", fixed: Mapping[str, Any], variant: str | None) -> "Domain":
    from costmodel.domains import domain, given
    from costmodel.streaming import levels

    ends = _ENDS.fullmatch(text) if text is not None else None
    if text is None or ends is not None:
        pair = (Fraction(ends[1]), Fraction(ends[2])) if ends is not None else None
        if text is not None and pair is not None and (pair[0] <= 0 or pair[1] <= pair[0]):
            said = "starts at zero" if pair[0] <= 0 else "goes down" if pair[1] < pair[0] else "goes nowhere"
            raise SpecError([Problem(text.mark, f"the range {text.strip()} {said}", f"--by {name}=0.25:1.4")])
        return domain(spec, name, fixed, variant, pair)
    return given(str(name), levels(spec, name, spaces.listed(name, text)))
