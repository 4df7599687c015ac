"""What `verify` says of a network: every convolution and FC layer against its bound."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from costmodel.conventions import Convention
from costmodel.layers import op_label
from costmodel.ledger import Ledger
from costmodel.reports.bounding import DOMAIN, GENERAL, exact, near, number, plain_literal
from costmodel.reports.columns import Order
from costmodel.reports.contract import plain
from costmodel.reports.held import Checked, Part, beside, checked, parts
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text, width_of
from costmodel.reports.rows import folded, unit_label
from costmodel.reports.words import count, setting, share

SCHEMA = 1
"""The version of the JSON; it grows only when a reader of the last one would break."""
TEXTS = ("layer", "op")
"""Columns of words to sort by."""
COLUMNS = (*TEXTS, "mult_adds", "access", "bound", "gap", "%gap")
"""What layers may be sorted by."""
NO_SUM = "a sum of layers' bounds is no bound of the network: layers that run as one move less"
_WORST = 3
"""How many layers are named as the farthest from their bounds."""


class How(NamedTuple):
    """By what layers are sorted, and how many are shown."""

    sort: Order | None = None
    top: int | None = None


class Verified(NamedTuple):
    """A network whose layers are held against their bounds; by the paper's form as printed too where a rule for B is given."""

    ledger: Ledger
    rule: Convention | None = None
    how: How = How()


def screen(verified: Verified, room: int) -> Screen:
    """Every layer, the sums, and what follows from them."""
    ledger, found = verified.ledger, checked(verified.ledger, verified.rule)
    heading, main = table(_columns(verified), [[_cells(one, labelled) for labelled, one in shown(verified, found)]], room)
    total = [line for section in table(_SUMS, [[_sums(part) for part in parts(found)]], room) for line in section]
    title = " · ".join(part for part in (ledger.name, ledger.source) if part)
    settings = [*(setting(name, value) for name, value in ledger.settings.items()), f"batch {count(ledger.batch)}"]
    return [
        text(title, "head"),
        *enumerated(settings, room),
        *enumerated([GENERAL, f"domain: {DOMAIN}"], room, "dim"),
        [],
        *heading,
        *main,
        text("─" * min(width_of(heading + main), room), "dim"),
        *total,
        [],
        *(line for label, words in notes(verified, found) for line in note(label, words, room)),
    ]


def _columns(verified: Verified) -> list[Column]:
    printed = [Column("as printed"), Column("", True)] if verified.rule is not None else []
    return [
        Column("layer", True),
        Column(""),
        Column("op", True),
        Column("c1 → c2", True),
        Column("map", True, 5),
        Column("access"),
        Column("bound"),
        Column("gap"),
        Column("%"),
        Column("pinned", True, 4 if printed else 0),
        *printed,
    ]


_SUMS = [Column("layers", True), Column(""), Column("access"), Column("bound"), Column("gap"), Column("%")]
"""The columns of the sums."""


def _cells(one: Checked, labelled: bool) -> list[Cell]:
    times = f"{one.row.times} ×" if labelled and one.row.times > 1 else ""
    far = not one.reason and one.gap * 5 > one.access
    return [
        Cell(unit_label(one.row) if labelled else ""),
        Cell(times),
        Cell(op_label(one.line)),
        Cell(one.widths),
        Cell(one.maps, "dim"),
        Cell(count(one.access)),
        Cell(number(round(one.bound))),
        Cell(_gap(one)),
        Cell(share(one.gap, one.access), "strong" if far else "dim"),
        Cell(one.reason, "dim"),
        *_printed(one),
    ]


def _gap(one: Checked | Part) -> str:
    """A gap in whole elements, in decimals where that would say there is none."""
    return number(round(one.gap) or one.gap)


def _printed(one: Checked) -> list[Cell]:
    """The paper's form as printed for a layer, and why it does not apply."""
    if one.literal is None:
        return []
    said = ", ".join(one.literal.reasons) or "applies"
    return [Cell(number(round(one.literal.figure))), Cell(said if one.literal.holds else f"false: {said}", "dim")]


def _sums(part: Part) -> list[Cell]:
    style = "strong" if part.name == "total" else ""
    figures = [count(part.access), number(round(part.bound)), _gap(part), share(part.gap, part.access)]
    return [Cell(part.name, style), Cell(f"{len(part.found)}", "dim"), *(Cell(figure, style) for figure in figures)]


def shown(verified: Verified, found: list[Checked]) -> list[tuple[bool, Checked]]:
    """The layers that are shown, each with whether it is the first of its unit; runs of units that are alike as one."""
    by_line = {one.line: one for one in found}
    listed = [
        (first == 0, Checked(row, by_line[row.main].of, by_line[row.main].reason, verified.rule))
        for run in folded([one.row for one in found])
        for first, row in enumerate(run)
    ]
    if verified.how.sort is not None:
        listed = [
            (True, one)
            for _, one in sorted(listed, key=lambda pair: _weight(pair[1], verified.how.sort), reverse=verified.how.sort.falls)
        ]
    elif verified.how.top is not None:
        listed = [(True, one) for _, one in listed]
    return listed[: verified.how.top]


def _weight(one: Checked, order: Order | None) -> Any:
    assert order is not None
    if order.key == "%gap":
        return one.gap / one.access
    if order.key in TEXTS:
        return unit_label(one.row) if order.key == "layer" else op_label(one.line)
    return one.row.times * getattr(one, order.key)


def notes(verified: Verified, found: list[Checked]) -> list[tuple[str, str]]:
    """What follows from the layers, each with its label."""
    ledger = verified.ledger
    pairs = [("not a bound", NO_SUM)]
    if others := beside(ledger):
        pairs.append(
            ("not bounded", f"{', '.join(f'{n} {name}' for name, n in others.items())}: neither convolutions nor FC layers")
        )
    biases = sum(one.line.cost.biases for one in found)
    counted = sum(ledger.moves()[one.line].access for one in found)
    pairs.append(
        ("access", f"{count(counted)} elements in analyze's conv + FC, of which {count(biases)} biases stand in neither column")
    )
    free = sorted((one for one in found if not one.reason and not one.is_tight), key=lambda one: -one.gap)
    if free:
        alike = {(one.of[0], one.line.op): one for one in reversed(free)}
        worst = sorted(alike.values(), key=lambda one: -one.gap)[:_WORST]
        pairs += [(f"far {at}", _far(one, free)) for at, one in enumerate(worst, 1)]
    pairs.append(("pinned", _pinned(found)))
    if verified.rule is not None:
        pairs.append(("as printed", _made_for(found)))
    hidden = len(found) - sum(one.row.times for _, one in shown(verified, found))
    return [*pairs, *([("not shown", f"{hidden} more layers, which the sums hold")] if hidden else [])]


def _far(one: Checked, free: Sequence[Checked]) -> str:
    """A layer far from its bound, how many are like it, and what would mend it."""
    like = sum(other.of == one.of for other in free) - 1
    also = f" and {like} like it" if like else ""
    return f"{one.row.path} {one.widths}{also}: gap {share(one.gap, one.access)} %; {near(one.of[0])}"


def _pinned(found: Sequence[Checked]) -> str:
    whole = Part("", list(found)).gap
    held = [part for part in parts(found) if part.name.startswith("pinned")]
    shares = ", ".join(f"{part.name.removeprefix('pinned ')} {share(part.gap, whole)} %" for part in held)
    of_all = share(sum(part.gap for part in held), whole)
    return f"widths that nobody is free to choose hold {of_all} % of the gap: {shares or 'none'}"


def _made_for(found: Sequence[Checked]) -> str:
    astray = [one for one in found if one.literal and one.literal.reasons]
    false = [one for one in astray if one.literal and not one.literal.holds]
    return (
        f"2√(h·w·B) + B/(h·w), hw the map that leaves, is made for {len(found) - len(astray)} of {len(found)} layers; "
        f"elsewhere it is more than the access of {len(false)}"
    )


def as_markdown(verified: Verified) -> str:
    """The layers as a table of Markdown, the notes below."""
    from costmodel.reports.markdown import escaped
    from costmodel.reports.markdown import table as written

    found = checked(verified.ledger, verified.rule)
    body = [_cells(one, labelled) for labelled, one in shown(verified, found)]
    parts_ = [
        f"## {escaped(verified.ledger.name)}",
        "  \n".join(map(escaped, (GENERAL, f"domain: {DOMAIN}"))),
        written(_columns(verified), body),
        written(_SUMS, [_sums(part) for part in parts(found)]),
        "\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in notes(verified, found)),
    ]
    return "\n\n".join(parts_) + "\n"


def _plain(one: Checked) -> dict[str, Any]:
    layer = one.of[0]
    return {
        "path": one.row.path,
        "op": one.line.op,
        "c1": layer.c1,
        "c2": one.of[-1].c2,
        "groups": layer.groups,
        "taps": layer.taps,
        "entering": layer.entering,
        "leaving": layer.leaving,
        "mult_adds": one.mult_adds,
        "access": one.access,
        "bound": exact(one.bound),
        "gap": exact(one.gap),
        "tight": one.is_tight,
        "holds": one.holds,
        "pinned": one.reason or None,
        "balanced": [exact(width) for width in layer.balanced],
        **({} if one.literal is None else {"literal": plain_literal(one.literal)}),
        "line": one.line.mark.line,
    }


def _listed(verified: Verified, found: list[Checked]) -> list[Checked]:
    """Every layer; sorted, and cut, where that is asked for."""
    order, top = verified.how
    ordered = found if order is None else sorted(found, key=lambda one: _weight(one, order), reverse=order.falls)
    return ordered[:top]


def as_json(verified: Verified) -> str:
    """The layers as JSON: counts are whole numbers, roots are text, cut after two decimals where they do not end."""
    ledger, found = verified.ledger, checked(verified.ledger, verified.rule)
    document = {
        "schema": SCHEMA,
        "network": ledger.name,
        "settings": {**{name: plain(value) for name, value in ledger.settings.items()}, "batch": ledger.batch},
        "theorem": GENERAL,
        "domain": DOMAIN,
        "layers": [_plain(one) for one in _listed(verified, found)],
        "sums": {
            part.name: {
                "layers": len(part.found),
                "access": part.access,
                "bound": exact(part.bound),
                "gap": exact(part.gap),
            }
            for part in parts(found)
        },
        "note": NO_SUM,
        "not_bounded": beside(ledger),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_csv(verified: Verified) -> str:
    """The layers as CSV."""
    from costmodel.reports.spreadsheet import answer, written

    rows_ = []
    for one in _listed(verified, checked(verified.ledger, verified.rule)):
        values = _plain(one)
        c1, c2 = values.pop("balanced")
        found = values.pop("literal", None)
        values = {
            key: answer(value) if isinstance(value, bool) else "" if value is None else value for key, value in values.items()
        }
        as_printed = {} if found is None else {"literal": found["figure"], "applies": answer(found["applies"])}
        rows_.append({**values, "balanced_c1": c1, "balanced_c2": c2, **as_printed})
    return written(list(rows_[0]) if rows_ else ["path"], [list(row.values()) for row in rows_])
