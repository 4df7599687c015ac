"""Budgets: what a network may cost at most, and whether it does. What is not known is never within one."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from costmodel.algebra import Num, Truth
from costmodel.conventions import CONVENTIONS
from costmodel.dtypes import DTYPES, Dtypes
from costmodel.memory import REUSES
from costmodel.problems import Mark, Problem, SpecError, did_you_mean, one_of
from costmodel.spec.figures import figure
from costmodel.traffic import LAID_OUT, POLICIES, TRAFFIC

BYTES = {
    **{f"{letter}iB": 1024**power for power, letter in enumerate("KMGT", 1)},
    **{f"{letter}B": 1000**power for power, letter in enumerate("kMGT", 1)},
    "KB": 1000,
}
"""The units of memory that a limit may have; one in plain bytes is in `bytes`."""
METRICS = {
    "mult_adds": ((), "mult-adds"),
    "operations": (("convention",), "operations"),
    "params": (("convention", "dtype"), "parameters"),
    "access": (("traffic", "dtype"), "elements"),
    "reads": (("traffic", "dtype"), "elements"),
    "writes": (("traffic", "dtype"), "elements"),
    "loads": (("traffic", "dtype"), "elements"),
    "peak": (("memory", "dtype"), "elements"),
    "kernels": (("traffic",), "kernels"),
}
"""What may be limited: which qualifiers say how it is counted, and what it is counted in where its unit is not bytes."""
_SHAPE = re.compile(r"\s*([^@<>=\s]*)\s*(?:@(.*?))?\s*(<=|>=|<|>|==|=)\s*([^<>=]*?)\s*")


class Budget(NamedTuple):
    """A limit on one figure of a network: `text` as it was given, `unit` what the figure is counted in."""

    text: str
    metric: str
    qualifiers: Mapping[str, str]
    sign: str
    limit: Fraction
    unit: str

    def holds(self, value: Num) -> Truth:
        """Whether a figure keeps the limit, of any kind of number."""
        limit = self.limit
        return {"<=": value <= limit, "<": value < limit, ">=": value >= limit, ">": value > limit}[self.sign]

    @property
    def in_bytes(self) -> bool:
        """Whether the figure is bytes."""
        return self.unit == "bytes"

    @property
    def parts(self) -> int:
        """In how many parts one of its unit is counted for whole numbers to come out: bytes in bits, for half a byte is one."""
        return 8 if self.in_bytes else 1


def budget(text: str, option: str = "--budget", equals: str = "") -> Budget:
    """Read a budget such as `peak@int8<=512KiB`; an option that says what `=` stands for takes no other sign.

    Raises `SpecError` with what is wrong and where.

    >>> budget("mult_adds<=300M").limit, budget("access@fused,split=copy < 9e6").qualifiers
    (Fraction(300000000, 1), {'traffic': 'fused,split=copy'})
    """
    mark = Mark(option, 1, 1, text)
    if len(text) > _LONGEST or not text.isprintable():
        raise SpecError([Problem(None, f"{option}: a budget is at most {_LONGEST} characters on one line")])
    match = _SHAPE.fullmatch(text)
    if match is None:
        hint = 'a budget is METRIC[@HOW]<=LIMIT: "mult_adds<=300M", "peak@int8<=512KiB"'
        if equals:
            hint = f"a limit is FIGURE[@HOW]=VALUE: {option} params=4M, {option} peak@int8=512KiB"
        raise SpecError([Problem(mark, f"'{text}' is no {'limit' if equals else 'budget'}", hint)])
    name, how, sign, amount = match.groups()
    metric = name.replace("-", "_")
    problems: list[Problem] = []
    if metric not in METRICS:
        hint = did_you_mean(metric, METRICS, f"the metrics are {one_of(METRICS)}")
        problems.append(Problem(mark.shifted(match.start(1)), f"no metric is called '{name}'", hint))
    if equals and sign not in ("=", equals):
        problems.append(
            Problem(mark.shifted(match.start(3)), f"{option} says by itself what {sign} would", f"{option} {name}=…")
        )
    elif not equals and sign in ("=", "=="):
        problems.append(Problem(mark.shifted(match.start(3)), "a budget is a limit", "write <= or >="))
    qualifiers = _qualifiers(metric, how, mark.shifted(match.start(2)) if how is not None else mark, problems)
    limit, unit = _limit(metric, amount, mark.shifted(match.start(4)), problems)
    if problems:
        raise SpecError(problems)
    if not equals:
        return Budget(text.strip(), metric, qualifiers, sign, limit, unit)
    if limit <= 0:
        raise SpecError([Problem(mark.shifted(match.start(4)), f"a limit is above zero, and here is {amount}")])
    return Budget(f"{text[: match.start(3)].strip()}{equals}{amount}", metric, qualifiers, equals, limit, unit)


_LONGEST = 200


def _qualifiers(metric: str, how: str | None, mark: Mark, problems: list[Problem]) -> dict[str, str]:
    """What a figure is counted by, by kind: `int8` is a data type, `fused` a traffic model."""
    found: dict[str, str] = {}
    legal = METRICS[metric][0] if metric in METRICS else tuple(_WORDS)
    for part in (how or "").split(",") if how is not None else []:
        word, at = part.strip(), mark.shifted((how or "").find(part))
        kind = _kind(word)
        if kind is None or kind not in legal:
            words = [one for name in legal for one in _WORDS[name]]
            hint = did_you_mean(
                word, words, f"behind the @ stands {one_of(words)}" if words else "it takes none: leave the @ out"
            )
            problems.append(Problem(at, f"{metric} is not counted by '{word}'", hint))
        elif kind in found and "=" not in word:
            problems.append(Problem(at, f"'{word}' is a second {kind} beside '{found[kind]}'", "keep one of them"))
        else:
            found[kind] = ",".join(filter(None, (found.get(kind, ""), word)))
    return found


_WORDS: dict[str, tuple[str, ...]] = {
    "convention": tuple(CONVENTIONS),
    "traffic": (*TRAFFIC, *(f"{op}=view" for op in LAID_OUT)),
    "memory": tuple(REUSES),
    "dtype": (*DTYPES, *(f"{kind}=int8" for kind in Dtypes._fields)),
}
"""What may stand behind an @, by kind."""


def _kind(word: str) -> str | None:
    name, equals, value = word.partition("=")
    if equals:
        return (
            "traffic"
            if name in LAID_OUT and value in POLICIES
            else "dtype"
            if name in Dtypes._fields and value in DTYPES
            else None
        )
    return next((kind for kind, words in _WORDS.items() if word in words), None)


def _limit(metric: str, amount: str, mark: Mark, problems: list[Problem]) -> tuple[Fraction, str]:
    """A limit's value and what it is counted in."""
    takes_bytes = metric not in METRICS or "dtype" in METRICS[metric][0]
    sizes = f"{one_of([*BYTES, 'bytes'])}" if takes_bytes else ""
    match = re.fullmatch(r"(\d{1,30}(?:\.\d{1,30})?)\s*([A-Za-z]+)", amount)
    unit = match[2] if match else ""
    if match and (unit in BYTES or unit == "bytes"):
        if not takes_bytes:
            problems.append(Problem(mark.shifted(match.start(2)), f"{metric} is counted, and has no size in {unit}", "300M"))
        return Fraction(match[1]) * BYTES.get(unit, 1), "bytes"
    try:
        found = figure(amount)
    except ValueError:
        hint = f"a count such as 300M{f', or a size in {sizes}' if sizes else ''}"
        problems.append(Problem(mark, f"'{amount}' is no limit", hint))
        return Fraction(0), ""
    if found.share or found.ratio or found.nominal:
        problems.append(Problem(mark, f"a limit is a count or a size, and here is '{amount}'", "300M"))
    if unit == "B" and takes_bytes:
        message = f"'{amount}' may be bytes or thousands of millions"
        problems.append(Problem(mark, message, f"write {amount[:-1].strip()} bytes, or {amount[:-1].strip()}G"))
    return Fraction(found.value), METRICS[metric][1] if metric in METRICS else ""
