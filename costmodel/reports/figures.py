"""Published figures in words: what each counts, by which rule, what is computed, and the few that `analyze` shows."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from costmodel.algebra import is_symbol
from costmodel.conventions import CONVENTIONS
from costmodel.published import Comparison
from costmodel.reports.words import LOWER, count
from costmodel.spec.figures import Figure

FEW = 3
"""How many figures `analyze` shows of those that are met, and of those that are not."""


def unit(comparison: Comparison) -> str:
    """What a figure counts: params, or what its convention calls operations."""
    if comparison.metric == "params":
        return "params"
    return CONVENTIONS[comparison.row.convention].unit if comparison.metric else ""


def rule(comparison: Comparison) -> list[str]:
    """How a figure counts where that is not the usual: its convention, whether it is cut."""
    row = comparison.row
    return [*([] if row.convention == "paper" else [row.convention]), *(["cut"] if row.cut else [])]


def scope(comparison: Comparison) -> list[str]:
    """What a figure is of where that is not the whole network: a part, all but some parts, a ratio to another network."""
    row = comparison.row
    said = [f"of {row.part}" if row.part else "", f"without {', '.join(row.without)}" if row.without else ""]
    return [part for part in (*said, f"{row.than} over this" if row.than else "") if part]


def printed(comparison: Comparison) -> str:
    """A figure as the source prints it."""
    return comparison.printed.text if comparison.printed is not None else ""


def computed(comparison: Comparison) -> str:
    """What a figure should be: a whole number, a share or a ratio with one digit more than printed, or a formula."""
    value, sign = comparison.computed, "" if comparison.complete else LOWER
    if value is None:
        return ""
    if is_symbol(value):
        from costmodel.reports.notation import screen

        return screen(value)
    return sign + number(comparison, value)


def number(comparison: Comparison, value: Any) -> str:
    """A count with thousands separated; a share or a ratio in decimals."""
    figure = comparison.printed
    if not isinstance(figure, Figure) or not (figure.share or figure.ratio):
        return count(value)
    digits = len(figure.text.partition(".")[2].rstrip("%x× ")) + 1
    return f"{float(value):.{digits}f}{'%' if figure.share else 'x'}"


def difference(comparison: Comparison) -> str:
    """How far the printed figure is from what is computed: `+13.9 %` where it is larger."""
    part = comparison.difference
    return "" if part is None or comparison.met else f"{'+' if part >= 0 else '−'}{_percent(abs(part))} %"


def _percent(part: float) -> str:
    """A difference in percent, with a second decimal where the first would be 0."""
    return f"{100 * part:.1f}" if part >= 0.0005 else f"{100 * part:.2g}"


def few(found: Sequence[Comparison], source: str, spec: str) -> list[tuple[str, str, str]]:
    """The most telling of the figures for some settings: at most two notes, each a label, words and a style.

    Those of the whole network come first, and of these the ones of the paper that `source` names.
    """
    paper = source.partition(" ")[0]
    order = sorted(found, key=lambda one: (bool(scope(one)), not paper or paper not in one.row.source))
    met, missed = ([one for one in order if one.met is wanted] for wanted in (True, False))
    more = f"; costmodel reconcile {spec}" if spec else ""
    notes = []
    if met:
        rules = ", ".join(dict.fromkeys(one.row.convention for one in met[:FEW] if one.row.convention != "paper"))
        said, rest = _listed({_as_printed(one): "" for one in met})
        said += f": met at the printed precision{f' ({rules})' if rules else ''}"
        notes.append(("published", said + (more if rest and not missed else ""), "good"))
    if missed:
        said, _ = _listed({_as_printed(one): f" ({_beside(one)})" for one in missed})
        lower = "" if all(one.complete for one in missed) else "; some ops are not counted"
        label, said = ("not met", said) if met else ("published", f"not met: {said}")
        notes.append((label, f"{said}{lower}{more}", "bad"))
    return notes


def _listed(found: Mapping[str, str]) -> tuple[str, bool]:
    """The first few figures with what stands beside each, and whether there are more."""
    said = ", ".join(f"{words}{beside}" for words, beside in islice(found.items(), FEW))
    rest = len(found) - FEW
    return (f"{said} and {count(rest)} more", True) if rest > 0 else (said, False)


def _as_printed(comparison: Comparison) -> str:
    part = f" of {comparison.row.part}" if comparison.row.part else ""
    return f"{printed(comparison)} {unit(comparison)}{part}"


def _beside(comparison: Comparison) -> str:
    """What a figure should be, and how far it is from that."""
    found, far = computed(comparison), difference(comparison)
    return f"{found}: {far}" if far and comparison.complete else found or comparison.reason
