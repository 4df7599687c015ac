"""ShuffleNetV2's argument about several networks as JSON, under `check.schema.json` beside this file, and as Markdown."""

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from costmodel.argument import FIGURES, UNHELD, Held, Network
from costmodel.guidelines import SENTENCES
from costmodel.reports import budgeting
from costmodel.reports.arguing import CLAIMED, MEANT, TITLE, TITLES, Argued, about, called, columns, notes, rows, said, sentence
from costmodel.reports.bounding import exact
from costmodel.reports.contract import plain
from costmodel.reports.layout import Cell, Column
from costmodel.reports.markdown import escaped, table
from costmodel.verdict import Verdict

SCHEMA = 1
"""The version of the JSON; it grows only when a reader of the last one would break."""


def as_json(argued: Argued) -> str:
    """Every figure of every network under every model, exact, and every claim with its verdicts."""
    document = {
        "schema": SCHEMA,
        "report": "argument",
        "guidelines": {name: SENTENCES[name] for name in argued.guidelines},
        "figures": {name: FIGURES[name] for name in argued.figures},
        "traffic": [{"name": model.spelled, "meaning": model.said} for model in argued.models],
        "networks": [
            _network(argued, network, verdicts) for network, verdicts in zip(argued.networks, argued.budgets, strict=True)
        ],
        "claims": [_plain(one) for one in argued.claims],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _network(argued: Argued, network: Network, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    ledger = network.ledger
    return {
        "network": network.label,
        "name": ledger.name,
        "source": ledger.source,
        "settings": {name: plain(value) for name, value in ledger.settings.items()},
        "batch": ledger.batch,
        "mult_adds": ledger.totals.mult_adds,
        "lower_bound": bool(ledger.unknown),
        "not_counted": [{"path": path, "op": op} for path, op in ledger.uncounted],
        "price": {name: exact(price) for name, price in network.price.items()},
        "most_fragments": network.standings[argued.models[0]].most,
        "under": [
            {
                "traffic": model.spelled,
                "access": exact(network.standings[model].parts.total),
                **{name: _fraction(network.figure(name, model)) for name in argued.figures},
            }
            for model in argued.models
        ],
        "budgets": [*map(budgeting.plain, verdicts)],
    }


def _fraction(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _plain(one: Held) -> dict[str, Any]:
    return {
        "guideline": one.claim.guideline,
        "network": one.subject.label,
        "claim": "breaks" if one.claim.breaks else "follows",
        "why": one.claim.why,
        "figure": one.claim.figure,
        "against": [network.label for network in one.against],
        "verdicts": [
            {
                "traffic": verdict.traffic.spelled,
                "comes_out": verdict.comes_out,
                "own": _fraction(verdict.own),
                "others": [*map(_fraction, verdict.others)],
            }
            for verdict in one.verdicts
        ],
    }


def as_markdown(argued: Argued) -> str:
    """The same as tables and lists of Markdown."""
    beside = [[Cell(called(model)), *row] for model in argued.models for row in rows(argued, model)]
    claims = [
        "\n".join([f"- {escaped(sentence(one))}", *(f"  - {label}: {escaped(words)}" for label, words, _ in said(one))])
        for one in argued.claims
    ]
    parts = [
        f"## {escaped(TITLE)}",
        "\n".join(f"- {escaped(' · '.join(about(argued, network)))}" for network in argued.networks),
        table([Column("traffic", left=True), Column("network", left=True), *columns(argued)[1:]], beside),
        "\n".join(f"- {escaped(TITLES[name])}: {escaped(FIGURES[name])}" for name in argued.columns),
        "\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in notes(argued)),
        *([f"### {CLAIMED}", escaped(MEANT), "\n".join(claims)] if claims else []),
        escaped(UNHELD) if claims and "G3" in argued.guidelines else "",
        *(
            f"### {escaped(network.label)}\n\n{budgeting.as_markdown(verdicts).rstrip()}"
            for network, verdicts in zip(argued.networks, argued.budgets, strict=True)
            if verdicts
        ),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"
