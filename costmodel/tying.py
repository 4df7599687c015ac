"""Layers that have the parameters of a layer above: which line has those of which, and whether they fit."""

from collections.abc import Sequence
from typing import NamedTuple

from costmodel import algebra
from costmodel.cost import LEARNED
from costmodel.judge import Judge
from costmodel.line import Line
from costmodel.ops.fields import spoken
from costmodel.spec.source import Text


class Part(NamedTuple):
    """The lines of a layer that has a name, or of a branch, and how many labels of their paths lead to it."""

    lines: range
    depth: int
    is_branch: bool = False


def tie(judge: Judge, lines: Sequence[Line], kind: str, path: Text, part: Part, mine: range) -> None:
    """Give some lines the parameters of a part, layer by layer; what does not fit is a problem."""
    inside = path.split("/")[1:]
    theirs = [at for at in part.lines if _is_inside(lines[at], part.depth, inside)]
    theirs = theirs or [at for at in part.lines if _is_inside(lines[at], part.depth, inside, numbered=True)]
    if not theirs:
        what = f"nothing in it is called '{'/'.join(inside)}'" if inside and part.lines else "it has no layers here"
        judge.problem(path.mark, f"its parameters cannot be those of '{path}': {what}")
        return
    takers = [at for at in mine if _has(lines[at], (kind,) if kind else LEARNED)]
    holders = [at for at in theirs if _has(lines[at], LEARNED)]
    if not takers:
        judge.problem(path.mark, f"there are no {kind or 'parameters'} here that could be those of '{path}'")
    elif len(takers) != len(holders):
        said = f"{len(takers)} of its layers {'has' if len(takers) == 1 else 'have'} {kind or 'parameters'}"
        judge.problem(path.mark, f"{said}, and {len(holders)} of '{path}': they are paired one by one")
    else:
        for taker, holder in zip(takers, holders, strict=True):
            _pair(judge, kind, path, lines, taker, holder)


def _is_inside(line: Line, depth: int, inside: list[str], *, numbered: bool = False) -> bool:
    """Whether the labels of a line's path go on as said, from a depth on; a number may stand behind a label."""
    labels = line.place.chain()[depth : depth + len(inside)]
    return len(labels) == len(inside) and all(
        said == place.label or (numbered and said == f"{place.label}.{place.number}")
        for place, said in zip(labels, inside, strict=True)
    )


def _has(line: Line, kinds: tuple[str, ...]) -> bool:
    """Whether a line has parameters of some kinds."""
    return any(algebra.decide(algebra.equal(getattr(line.cost, kind), 0)) is not True for kind in kinds)


def _pair(judge: Judge, kind: str, path: Text, lines: Sequence[Line], taker: int, holder: int) -> None:
    """Give a line the parameters of another, as many as it has."""
    line, other = lines[taker], lines[holder]
    mine = getattr(line.cost, kind) if kind else line.cost.params
    theirs = getattr(other.cost, kind) if kind else other.cost.params
    # the table of an embedding is no factor of products, and may be the weights of a layer that has some
    truth = algebra.either(algebra.equal(mine, theirs), algebra.equal(mine, other.cost.params))
    if not judge.rest_on(truth, f"'{line.path}' has as many parameters as '{other.path}'", path.mark):
        said = f"{spoken(mine)} {kind or 'parameters'} of '{line.path}' cannot be the {spoken(theirs)} of '{other.path}'"
        judge.problem(path.mark, said)
        return
    kinds = [kind] if kind else [name for name in LEARNED if _has(line, (name,))]
    line.tied = {**(line.tied or {}), **dict.fromkeys(kinds, holder)}
