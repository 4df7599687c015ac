"""Published figures in words: what each counts, by which rule, what is computed, and the few that `analyze` shows."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from costmodel.algebra import is_symbol
from costmodel.conventions import CONVENTIONS
from costmodel.published import Comparison
from costmodel.reports.words import LOWER, count
from costmodel.spec.figures import Figure

FEW = 2
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
    """A difference in percent, in two digits where one decimal would say nothing, or too much."""
    return f"{100 * part:.1f}" if 0.0005 <= part < 1e6 else f"{100 * part:.2g}"


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
        first = {one.metric: one for one in reversed(met)}
        telling = sorted(met, key=lambda one: one is not first[one.metric])  # one of each metric before a second
        shown = dict.fromkeys(f"{printed(one)} {_what(one)}" for one in telling)
        rules = ", ".join(dict.fromkeys(one.row.convention for one in telling[:FEW] if one.row.convention != "paper"))
        exactly = f" at the printed precision{f' ({rules})' if rules else ''}"
        whole = len(shown) <= FEW and not missed
        notes.append(("published", f"{_listed(list(shown))}: met{exactly if whole else more}", "good"))
    if missed := _apart(missed):
        said = _missed(missed[:FEW]) + (f" and {count(len(missed) - FEW)} more" if len(missed) > FEW else "")
        lower = "" if all(one.complete for one in missed) else "; some ops are not counted"
        notes.append(("not met", f"{said}{lower}", "bad") if met else ("published", f"not met: {said}{lower}{more}", "bad"))
    return notes


def _listed(shown: Sequence[str]) -> str:
    """The first few of what is shown, and how many more there are."""
    rest = len(shown) - FEW
    return ", ".join(shown[:FEW]) + (f" and {count(rest)} more" if rest > 0 else "")


def _apart(found: Sequence[Comparison]) -> list[Comparison]:
    """Figures without those that repeat an earlier one: the same value for the same count."""
    seen: dict[Any, Comparison] = {}
    for one in found:
        value = one.printed.value if isinstance(one.printed, Figure) else printed(one)
        seen.setdefault((_what(one), value, computed(one)), one)
    return list(seen.values())


def _missed(found: Sequence[Comparison]) -> str:
    """Figures, each with how far it is from what is computed; those that should be the same stand together."""
    groups = groupby(found, key=lambda one: (computed(one) or one.reason, _what(one)))
    return ", ".join(f"{', '.join(map(_far, group))} for {value} {what}" for (value, what), group in groups)


def _far(comparison: Comparison) -> str:
    far = difference(comparison) if comparison.complete else ""
    source = comparison.row.source
    return printed(comparison) + (f" in {source}" if source else "") + (f" ({far})" if far else "")


def _what(comparison: Comparison) -> str:
    counted = unit(comparison)
    said = f"{counted} ({comparison.row.convention})" if counted == "operations" else counted
    return f"{said}{f' of {comparison.row.part}' if comparison.row.part else ''}"
