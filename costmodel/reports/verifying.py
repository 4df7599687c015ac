"""What `verify` says of a network: every convolution and FC layer against its bound."""

from collections.abc import Sequence

from costmodel.line import Line
from costmodel.pebbles import convolutions
from costmodel.reports.bounding import DOMAIN, GENERAL, beyond, near, number
from costmodel.reports.held import Checked, Part, Verified, beside, checked, parts, weight
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text, width_of
from costmodel.reports.rows import folded, unit_label
from costmodel.reports.words import count, setting, share

NO_SUM = "a sum of layers' bounds is no bound of the network: layers that run as one move less"
_WORST = 3
"""How many layers are named as the farthest from their bounds."""


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
        Cell(one.op),
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
    by_line: dict[Line, list[Checked]] = {}
    for one in found:
        by_line.setdefault(one.line, []).append(one)
    listed = [
        (number == part == 0, one._replace(row=row))
        for run in folded([first.row for first, *_ in by_line.values()])
        for number, row in enumerate(run)
        for part, one in enumerate(by_line[row.main])
    ]
    if verified.how.sort is not None:
        listed = [
            (True, one)
            for _, one in sorted(listed, key=lambda pair: weight(pair[1], verified.how.sort), reverse=verified.how.sort.falls)
        ]
    elif verified.how.top is not None:
        listed = [(True, one) for _, one in listed]
    return listed[: verified.how.top]


def notes(verified: Verified, found: list[Checked]) -> list[tuple[str, str]]:
    """What follows from the layers, each with its label."""
    ledger = verified.ledger
    pairs = [("not a bound", NO_SUM)]
    if others := beside(ledger):
        pairs.append(
            ("not bounded", f"{', '.join(f'{n} {name}' for name, n in others.items())}: neither convolutions nor FC layers")
        )
    lines = dict.fromkeys(one.line for one in found)
    biases = sum(line.cost.biases for line in lines)
    counted = sum(ledger.moves()[line].access for line in lines)
    pairs.append(
        ("access", f"{count(counted)} elements in analyze's conv + FC, of which {count(biases)} biases stand in neither column")
    )
    free = sorted((one for one in found if not one.reason and not one.layer.is_tight), key=lambda one: -one.gap)
    if free:
        alike = {(one.layer, one.line.op): one for one in reversed(free)}
        worst = sorted(alike.values(), key=lambda one: -one.gap)[:_WORST]
        pairs += [(f"far {at}", _far(one, free)) for at, one in enumerate(worst, 1)]
    pairs.append(("pinned", _pinned(found)))
    if skipped := beyond(layer for line in lines for layer in convolutions(line)):
        pairs.append(("skipped", f"access and bound count {skipped}: a schedule that leaves them out may move less"))
    if verified.rule is not None:
        pairs.append(("as printed", _made_for(found)))
    hidden = len(found) - sum(one.row.times for _, one in shown(verified, found))
    return [*pairs, *([("not shown", f"{hidden} more layers, which the sums hold")] if hidden else [])]


def _far(one: Checked, free: Sequence[Checked]) -> str:
    """A layer far from its bound, how many are like it, and what would mend it."""
    like = sum(other.layer == one.layer for other in free) - 1
    also = f" and {like} like it" if like else ""
    return f"{one.name} {one.widths}{also}: gap {_gap(one)}, {share(one.gap, one.access)} %; {near(one.layer)}"


def _pinned(found: Sequence[Checked]) -> str:
    whole = Part("", list(found)).gap
    if not whole:
        return "no layer is above its bound"
    held = [part for part in parts(found) if part.name.startswith("pinned")]
    shares = ", ".join(f"{part.name.removeprefix('pinned ')} {share(part.gap, whole)} %" for part in held)
    of_all = share(sum(part.gap for part in held), whole)
    return f"widths that nobody is free to choose hold {of_all} % of the gap: {shares or 'none'}"


def _made_for(found: Sequence[Checked]) -> str:
    astray = [one for one in found if one.literal and one.literal.reasons]
    false = [one for one in astray if one.literal and not one.literal.holds]
    enters = " (enters, where transposed)" if any(one.layer.transposed for one in found) else ""
    return (
        f"2√(h·w·B) + B/(h·w), hw the map that leaves{enters}, is made for {len(found) - len(astray)} of {len(found)} layers; "
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
