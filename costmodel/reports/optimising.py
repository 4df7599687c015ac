"""What `solve` says of the best network within limits: its values or choices, what the limits cost, what was searched."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel.budget import Budget
from costmodel.goals import Goal, Limit
from costmodel.ops.fields import decimal, spoken
from costmodel.reports.budgeting import amount
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text
from costmodel.reports.markdown import escaped
from costmodel.reports.markdown import table as markdown_table
from costmodel.reports.words import LOWER, count, setting, share, uncounted
from costmodel.searching import Best
from costmodel.staging import Chosen, Counted, Network

LIMITS = (
    Column("limit", left=True),
    Column("found"),
    Column("of it", yields=6),
    Column("", left=True),
    Column("by", yields=1),
    Column("relaxed", left=True),
)
"""The columns of the limits."""


class Page(NamedTuple):
    """What was found, of which network, with which other settings."""

    network: str
    found: Best | Chosen | Counted
    goal: Goal
    fixed: Mapping[str, Any]
    batch: int

    @property
    def is_met(self) -> bool:
        """Whether some network keeps the limits."""
        found = self.found
        return found.kept > 0 if isinstance(found, Counted) else found.value is not None


class Part(NamedTuple):
    """A table of a report: its columns and its rows."""

    columns: Sequence[Column]
    rows: list[list[Cell]]


def screen(page: Page, room: int) -> Screen:
    """The network that was found, or how many there are."""
    lines = [text(page.network, "head"), *(line for words in heading(page) for line in enumerated([words], room, "dim")), []]
    for part in parts(page):
        if part.rows:
            lines += [*(line for some in table(part.columns, [part.rows], room) for line in some), []]
    return lines + [line for label, words in notes(page) for line in note(label, words, room)]


def as_markdown(page: Page) -> str:
    """The same as Markdown."""
    lines = [f"## {escaped(page.network)}", "", *(f"- {escaped(words)}" for words in heading(page)), ""]
    for part in parts(page):
        lines += [markdown_table(part.columns, part.rows), ""] if part.rows else []
    return "\n".join([*lines, *(f"- {label}: {escaped(words)}" for label, words in notes(page))]) + "\n"


def heading(page: Page) -> list[str]:
    """What was looked for, what is held fixed."""
    goal, rules = page.goal, page.goal.rules
    if isinstance(page.found, Counted):
        asked = "networks within " + (", ".join(one.text for one in goal.limits) or "no limits")
    else:
        assert goal.objective is not None
        asked = f"the {'most' if goal.objective.is_most else 'least'} {goal.objective.name}"
        asked += f" within {', '.join(one.text for one in goal.limits)}" if goal.limits else ""
    held = [setting(name, value) for name, value in page.fixed.items()]
    held += [str(rules.dtypes)] if any(one.in_bytes and "dtype" not in one.qualifiers for one in goal.limits) else []
    return [
        f"{asked}; {rules.convention.name}, {rules.traffic.spelled}",
        f"held fixed: {' · '.join([*held, setting('batch', page.batch)])}",
    ]


def parts(page: Page) -> list[Part]:
    """The tables of a report."""
    found = page.found
    if isinstance(found, Counted):
        return [_drawn(found)]
    chosen = _values(page, found) if isinstance(found, Best) else _picked(found.network)
    return [chosen, Part(LIMITS, [_limit(page, limit) for limit in found.limits])]


def _values(page: Page, found: Best) -> Part:
    """The values of a point, and what it has of the objective."""
    shown = [Cell(decimal(v) if isinstance(v, Fraction) else spoken(v), "strong") for v in found.values.values()]
    columns = [Column(str(name)) for name in found.values]
    if found.value is None or page.goal.objective is None:
        return Part(columns, [shown])
    of = page.goal.objective.of
    return Part([*columns, Column(of.text.replace("mult_adds", "mult-adds"))], [[*shown, Cell(measure(of, found.value))]])


def _picked(network: Network) -> Part:
    """What a network has chosen: a row for each place, a column for each name."""
    names = list(dict.fromkeys(one.choice.name for one in network.picked))
    several = len({one.choice.of for one in network.picked if one.choice.mark is not None}) > 1
    rows: list[tuple[str, dict[str, Any]]] = []
    for one in network.picked:
        where = f"{one.choice.of} {one.where}" if several and one.choice.mark is not None else str(one.where)
        if not rows or rows[-1][0] != where or one.choice.name in rows[-1][1]:
            rows.append((where, {}))
        rows[-1][1][one.choice.name] = one.value
    body = [[Cell(where), *(Cell(_said(values.get(name)), "strong") for name in names)] for where, values in rows]
    return Part([Column("", left=True), *map(Column, names)], body)


def _said(value: Any) -> str:
    return "" if value is None else spoken(value)


def _drawn(found: Counted) -> Part:
    """Networks that were drawn: what each has chosen, in order, and what it costs."""
    rows = []
    for network in found.drawn:
        totals = network.ledger.sums(None, found.asked.goal.rules.convention, found.asked.goal.rules.traffic)
        rows.append([Cell(count(value)) for value in totals] + [Cell(" ".join(map(_choices, _by_name(network).items())))])
    return Part((Column("mult-adds"), Column("params"), Column("access"), Column("chosen", left=True)), rows)


def _by_name(network: Network) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in network.picked:
        found.setdefault(one.choice.name, []).append(one.value)
    return found


def _choices(named: tuple[str, list[Any]]) -> str:
    return f"{named[0]}={','.join(map(spoken, named[1]))}"


def _limit(page: Page, limit: Limit) -> list[Cell]:
    """A limit: what the network has of it, how far that is from it, and what another value would let in."""
    verdict = limit.verdict
    budget, style = verdict.budget, "good" if verdict.passes else "bad"
    said = verdict.status
    if said == "over" and budget.sign in (">=", ">"):
        said = "under"
    return [
        Cell(budget.text),
        Cell(f"{LOWER if verdict.is_least else ''}{amount(verdict, verdict.value)}"),
        Cell(f"{share(verdict.value, budget.limit)} %"),
        Cell(said, style),
        Cell(amount(verdict, abs(verdict.value - budget.limit))),
        Cell(_relaxed(page, limit), "dim"),
    ]


def _relaxed(page: Page, limit: Limit) -> str:
    """What another value of a limit would let in, all others kept."""
    objective, is_best = page.goal.objective, page.is_met
    if limit.verdict.is_least:
        return "not known"
    if limit.needed is None or limit.reaches is None or objective is None:
        return "does not bind" if is_best else "no value is enough while the others are kept"
    return f"{measure(limit.verdict.budget, limit.needed)} {'lets in' if is_best else 'is enough, for'} " + measure(
        objective.of, limit.reaches, objective.name
    )


def measure(of: Budget, value: int | Fraction, name: str = "") -> str:
    """A figure in its unit: bytes to the byte, for it may be asked for as a limit."""
    shown = count(value) if isinstance(value, int) or value.denominator > 1 else count(value.numerator)
    return " ".join(filter(None, (shown, "bytes" if of.in_bytes else "", name)))


def notes(page: Page) -> list[tuple[str, str]]:
    """What was searched, and how sure the answer is."""
    found = page.found
    if isinstance(found, Counted):
        said = [("within", f"{count(found.kept)} of {count(found.of)} networks, each counted")]
        return [*said, *([("drawn", "each network within the limits as likely as any other")] if found.drawn else [])]
    missed = (
        [] if page.is_met else [("not met", "no network keeps all limits; shown is the one whose largest miss is the least")]
    )
    if isinstance(found, Chosen):
        rule = "of equal ones the one that has less of what is limited, then the earlier values"
        return [*missed, ("searched", f"every combination of {_spaces(found)}; {rule}"), *_not_counted(found.limits)]
    return [*missed, *_searched(found), *_not_counted(found.limits)]


def _spaces(found: Chosen) -> str:
    return " and ".join(dict.fromkeys(choice.text for choice in found.asked.choices))


def _searched(found: Best) -> list[tuple[str, str]]:
    domains = found.domains
    said = [("searched", "; ".join(domain.said for domain in domains))]
    unbuilt = f", {count(found.unbuilt)} cannot be built" if found.unbuilt else ""
    said.append(("points", f"{count(found.of)}, of which {count(found.kept)} keep the limits{unbuilt}"))
    same = [f"{name} from {float(low):.6g} to {float(high):.6g}" for name, (low, high) in found.around.items() if low < high]
    if same:
        said.append(("the same", f"network: {', '.join(same)}"))
    if found.ties > 1:
        said.append(
            ("equal", f"{count(found.ties)} of the points have this; shown is the first, by the smallest {domains[0].name}")
        )
    if found.at_end and found.is_found:
        said.append(("at the end", f"of what was searched: {', '.join(found.at_end)}; beyond it, better ones may lie"))
    return said


def _not_counted(limits: Sequence[Limit]) -> list[tuple[str, str]]:
    unknown = [limit.verdict for limit in limits if limit.verdict.is_least]
    return [("not counted", f"{uncounted(unknown[0].ledger.uncounted)}; within no limit")] if unknown else []
