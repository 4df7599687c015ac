"""Rewrites of a spec for a report: what changes, what it does to the network, and the diff."""

from collections.abc import Sequence
from difflib import unified_diff
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel.line import Line
from costmodel.reports.bounding import exact
from costmodel.reports.layout import Cell, Screen, note, text, wrapped
from costmodel.reports.markdown import escaped
from costmodel.reports.words import count
from costmodel.rewriting import LEAST, REACH, WITHIN, Answer, Found, Part, Rewrite

SEARCHED = (
    f"other numbers in one part of the spec, two or three at a time, from 1/{REACH} of each to {REACH} × it, in steps where "
    "these are many, groups from 1 on and widths beyond where they make up for groups, at mult-adds of the network that are "
    f"equal within {float(100 * WITHIN[0]):g} %, or {float(100 * WITHIN[1]):g} % where steps are coarse; the best are built "
    "and evaluated anew, and what they do to accuracy is not known here"
)
"""How rewrites are found."""
SHAPE = "no rewrite keeps this block's shape"


class Suggested(NamedTuple):
    """What the search for rewrites found, and where: the text of the spec, its file, the lines of its network."""

    found: Found
    text: str
    file: str
    lines: Sequence[Line]


def diff(old: str, rewrite: Rewrite, file: str, around: int = 0) -> list[str]:
    """The change of a spec as lines of a diff, with so many lines around each."""
    lines = unified_diff(old.splitlines(), rewrite.text.splitlines(), file, file, n=around, lineterm="")
    return list(lines)


def patch(old: str, rewrite: Rewrite, file: str) -> str:
    """The change as a unified diff that can be applied, line ends as the spec has them."""
    found = unified_diff(old.splitlines(keepends=True), rewrite.text.splitlines(keepends=True), file, file)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in found)


def chosen(rewrites: Sequence[Rewrite]) -> list[Rewrite]:
    """Those that are shown: of changes that serve several guidelines one, and those that keep the shape first."""
    found: dict[tuple[Any, ...], Rewrite] = {}
    for rewrite in sorted(rewrites, key=lambda one: (not one.keeps, one.guideline)):
        found.setdefault(rewrite.changes, rewrite)
    return [*found.values()]


def serves(rewrite: Rewrite, rewrites: Sequence[Rewrite]) -> list[Rewrite]:
    """The same change for each guideline that it serves."""
    return [one for one in rewrites if one.changes == rewrite.changes]


def headline(rewrite: Rewrite, rewrites: Sequence[Rewrite]) -> str:
    """What a rewrite does: `access −3.1 %, G1 −9.5 %, mult-adds −0.27 %`."""
    costs = ", ".join(f"{one.guideline} {percent(*one.cost)}" for one in serves(rewrite, rewrites))
    return (
        f"access {percent(rewrite.before.access, rewrite.after.access)}, {costs}, "
        f"mult-adds {percent(rewrite.before.mult_adds, rewrite.after.mult_adds, 2)}, "
        f"params {percent(rewrite.before.params, rewrite.after.params)}"
    )


def percent(before: Any, after: Any, digits: int = 1) -> str:
    """A change in percent, with its sign; a change that is too small for the digits keeps it.

    >>> percent(200, 190), percent(1000, 1001, 2), percent(3, 3)
    ('−5.0 %', '+0.10 %', '±0 %')
    """
    change = float(100 * (Fraction(after) / before - 1))
    return f"{change:+.{digits}f} %".replace("-", "−") if change else "±0 %"


def reshaped(rewrite: Rewrite, rewrites: Sequence[Rewrite]) -> str:
    """Whether the units that change still take and give what they did, and whether another rewrite of the part does that."""
    if rewrite.keeps:
        return ""
    if any(one.keeps for one in rewrites):
        return "this one changes what the block takes or gives, and the network follows"
    return f"{SHAPE}; this one changes what it takes or gives, and the network follows"


def without(answer: Answer) -> str:
    """Why a part has no rewrite."""
    if answer.has_pairs:
        return (
            "no rewrite, of this block's shape or another, has equal mult-adds, lower access, and a price of G1 or G2 that is "
            f"lower by {float(100 * LEAST):g} %"
        )
    return f"{SHAPE}: {_numbers(answer.part)} would change alone, and nothing here makes up for it"


def bare(found: Found) -> list[str]:
    """The parts without a rewrite, those together whose numbers would change alone."""
    none = [answer for answer in found.answers if not answer.rewrites]
    alone = [answer.part for answer in none if not answer.has_pairs]
    said = [f"{answer.part.name}: {without(answer)}" for answer in none if answer.has_pairs]
    if alone:
        parts = "; ".join(f"{part.name} ({_numbers(part)})" for part in alone)
        said.append(f"{SHAPE} where nothing makes up for a number that would change alone: {parts}")
    return said


def _numbers(part: Part) -> str:
    return ", ".join(f"{number.label} {number.value}" for number in part.numbers)


def screen(suggested: Suggested, room: int) -> Screen:
    """The rewrites of each part, as diffs; then the parts that have none."""
    lines: Screen = [text("Rewrites at equal mult-adds, for G1 and G2", "head")]
    found = suggested.found
    for answer in found.answers:
        for rewrite in chosen(answer.rewrites):
            lines += [[], [Cell(answer.part.name, "strong")], *note("", headline(rewrite, answer.rewrites), room)]
            lines += note("", reshaped(rewrite, answer.rewrites), room, "dim") if not rewrite.keeps else []
            lines += [
                text(f"  {line}", _STYLES.get(line[0], "dim")) for line in diff(suggested.text, rewrite, suggested.file)[2:]
            ]
    lines += [[]]
    for words in bare(found):
        lines += [text(line, "dim") for line in wrapped(words, room)]
    return [*lines, *(line for label, words in _rest(suggested) for line in note(label, words, room, "dim"))]


_STYLES = {"+": "good", "-": "bad"}


def _rest(suggested: Suggested) -> list[tuple[str, str]]:
    """What else there is to say, each with its label."""
    found, rest = suggested.found, [("searched", SEARCHED)]
    if found.orphans:
        places = [suggested.lines[at].path for at in found.orphans]
        named = ", ".join(places[:_FEW]) + (", …" if len(places) > _FEW else "")
        rest.append(("no number", f"of the spec sets the widths of {named} and nothing else"))
    if found.left:
        more = "1 more part" if found.left == 1 else f"{count(found.left)} more parts"
        every = f"--rewrites {len(found.answers) + found.left} has {'it' if found.left == 1 else 'them all'}"
        rest.append(("not searched", f"{more}: {every}"))
    return rest


_FEW = 5


def plain(suggested: Suggested) -> dict[str, Any]:
    """Every part with its rewrites, for JSON."""
    found = suggested.found
    parts = [
        {
            "part": answer.part.name,
            "rewrites": [_plain(rewrite, suggested) for rewrite in answer.rewrites],
            **({} if answer.rewrites else {"reason": without(answer)}),
        }
        for answer in found.answers
    ]
    orphans = [suggested.lines[at].path for at in found.orphans]
    return {"searched": SEARCHED, "parts": parts, "not_searched": found.left, "set_by_no_number": orphans}


def _plain(rewrite: Rewrite, suggested: Suggested) -> dict[str, Any]:
    return {
        "guideline": rewrite.guideline,
        "keeps_shape": rewrite.keeps,
        "changes": [
            {"name": number.label, "line": number.mark.line, "column": number.mark.col, "from": number.value, "to": to}
            for number, to in rewrite.changes
        ],
        "before": dict(rewrite.before._asdict()),
        "after": dict(rewrite.after._asdict()),
        "price": [exact(price) for price in rewrite.cost],
        "diff": patch(suggested.text, rewrite, suggested.file),
    }


def as_markdown(suggested: Suggested) -> str:
    """The rewrites as Markdown, each with its diff."""
    found, parts = suggested.found, ["### Rewrites at equal mult-adds"]
    for answer in found.answers:
        for rewrite in chosen(answer.rewrites):
            words = ". ".join(filter(None, (headline(rewrite, answer.rewrites), reshaped(rewrite, answer.rewrites))))
            parts.append(f"**{escaped(answer.part.name)}**: {escaped(words)}")
            parts.append("\n".join(["```diff", *diff(suggested.text, rewrite, suggested.file)[2:], "```"]))
    said = [*bare(found), *(f"{label}: {words}" for label, words in _rest(suggested))]
    parts.append("\n".join(f"- {escaped(words)}" for words in said))
    return "\n\n".join(parts) + "\n"
