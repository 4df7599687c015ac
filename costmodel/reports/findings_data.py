"""What `check` says of one network as JSON, under `check.schema.json` beside this file, and as Markdown."""

import json
from typing import Any

from costmodel.elementwise import kernels_of, traffic_of
from costmodel.fragments import Fragments
from costmodel.guidelines import SENTENCES, Layer
from costmodel.layers import unit_of
from costmodel.reports import behind, budgeting, facts, rewrites
from costmodel.reports.bounding import exact
from costmodel.reports.contract import plain
from costmodel.reports.findings import (
    COLUMNS,
    PRICES,
    RULE,
    SUMS,
    Checked,
    cells,
    in_bytes,
    notes,
    settings,
    shown,
    sum_rows,
    title,
    total,
)
from costmodel.reports.layout import Cell, Column
from costmodel.reports.markdown import escaped, table
from costmodel.reviewing import Entry, Review

SCHEMA = 1
"""The version of the JSON; it grows only when a reader of the last one would break."""


def as_json(checked: Checked) -> str:
    """Every finding, the sums by guideline, the network's kernels, the element-wise share, and the rewrites."""
    return json.dumps(document(checked), indent=2, ensure_ascii=False) + "\n"


def document(checked: Checked) -> dict[str, Any]:
    """The JSON of one network."""
    review = checked.review
    ledger = review.ledger
    return {
        "schema": SCHEMA,
        "report": "check",
        "name": ledger.name,
        "source": ledger.source,
        "settings": {name: plain(value) for name, value in ledger.settings.items()},
        "batch": ledger.batch,
        "dtypes": checked.dtypes._asdict(),
        "traffic": {"name": review.traffic.spelled, "meaning": review.traffic.said},
        "access": review.access,
        "lower_bound": bool(ledger.unknown),
        "not_counted": [{"path": path, "op": op} for path, op in ledger.uncounted],
        "budgets": [*map(budgeting.plain, checked.verdicts)],
        "prices": PRICES,
        "findings": [_entry(checked, entry) for entry in review.listed[: checked.top]],
        "below_threshold": [_entry(checked, entry) for entry in review.below],
        "accepted": [_entry(checked, entry) for entry in review.suppressed],
        "guidelines": [_sum(review, name) for name in review.guidelines],
        "not_in_g1": [*map(_given, review.given)],
        "network": _network(review),
        "element_wise": [_shares(review, model) for model in behind.models(review.traffic)],
        "rewrites": None if checked.suggested is None else rewrites.plain(checked.suggested),
    }


def _entry(checked: Checked, entry: Entry) -> dict[str, Any]:
    first = entry.first
    return {
        "guideline": first.guideline,
        "paths": [found.path for found in entry.findings],
        "op": first.op,
        "file": first.mark.file,
        "line": first.mark.line,
        "column": first.mark.col,
        "fact": facts.fact(first),
        "facts": facts.plain(first),
        "price": exact(first.price),
        "times": entry.times,
        "elements": exact(entry.price),
        "bytes": exact(in_bytes(checked, entry.price)),
        "share": float(checked.review.share(entry.price)),
        "could_be": facts.remedy(first),
        **({} if entry.suppression is None else {"reason": entry.suppression.reason}),
    }


def _given(layer: Layer) -> dict[str, Any]:
    return {
        "path": layer.line.path,
        "op": layer.op,
        "reason": layer.pinned or "k > 1",
        "gap": exact(layer.bound.gap),
    }


def _sum(review: Review, name: str) -> dict[str, Any]:
    parts = {"listed": review.listed, "below_threshold": review.below, "accepted": review.suppressed}
    sums = {}
    for key, entries in parts.items():
        mine = [entry for entry in entries if entry.first.guideline == name]
        sums[key] = {"findings": sum(entry.times for entry in mine), "elements": exact(total(mine))}
    return {"guideline": name, "says": SENTENCES[name], **sums}


def _network(review: Review) -> dict[str, Any] | None:
    if review.traffic.counted:
        return None
    found = Fragments(review.ledger, review.traffic)
    return {
        "kernels": facts.plain_shape(found.network.kernels),
        "fragments": facts.plain_shape(found.network.fragments),
        "mergeable": [{"layers": [line.path for line in one.lines], "saved": one.saved} for one in found.network.merges],
        "units": [
            {
                "path": str(unit_of(unit.lines[0]) or ""),
                "kernels": facts.plain_shape(unit.kernels),
                "fragments": facts.plain_shape(unit.fragments),
            }
            for unit in found.units
        ],
    }


def _shares(review: Review, model: Any) -> dict[str, Any]:
    ledger = review.ledger
    return {
        "traffic": model.spelled,
        "access": facts.plain_parts(traffic_of(ledger, ledger.lines, model)),
        "kernels": facts.plain_parts(kernels_of(ledger, ledger.lines, model)),
    }


def as_markdown(checked: Checked) -> str:
    """The findings as tables of Markdown, the notes below."""
    review = checked.review
    mended = [*COLUMNS, Column("could be", left=True)]
    rows = [[*cells(checked, entry), Cell(facts.remedy(entry.first))] for entry in shown(checked)]
    parts = [
        f"## {escaped(title(checked))}",
        " · ".join(map(escaped, settings(checked))),
        "  \n".join(map(escaped, (RULE, f"access: {review.traffic.said} ({review.traffic.spelled})"))),
        budgeting.as_markdown(checked.verdicts).rstrip() if checked.verdicts else "",
        table(mended, rows) if rows else "no finding above its threshold",
        table(SUMS, [*sum_rows(checked)]),
        *(f"### {escaped(name)}\n\n{table(columns, body)}" for name, columns, body in behind.tables(review, shown(checked))),
        "\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in notes(checked)),
    ]
    tail = "" if checked.suggested is None else "\n" + rewrites.as_markdown(checked.suggested)
    return "\n\n".join(filter(None, parts)) + "\n" + tail
