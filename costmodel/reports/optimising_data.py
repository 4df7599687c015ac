"""What `solve` says of the best network within limits, as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from costmodel.reports.bounding import exact
from costmodel.reports.budgeting import plain as verdict_plain
from costmodel.reports.formulating_data import plain
from costmodel.reports.optimising import Page
from costmodel.searching import Best
from costmodel.staging import Chosen, Counted, Network

SCHEMA = 1
"""The version of the JSON."""


def as_json(page: Page) -> str:
    """The same as JSON, under `solve.schema.json`."""
    rules, found = page.goal.rules, page.found
    document = {
        "schema": SCHEMA,
        "network": page.network,
        "fixed": {name: plain(value) for name, value in page.fixed.items()},
        "batch": page.batch,
        "convention": rules.convention.name,
        "traffic": {"name": rules.traffic.spelled, "meaning": rules.traffic.said},
        **(_counted(found) if isinstance(found, Counted) else _best(page, found)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _best(page: Page, found: Best | Chosen) -> dict[str, Any]:
    objective = page.goal.objective
    assert objective is not None
    said: dict[str, Any] = {
        "objective": {"figure": objective.name, "is": "most" if objective.is_most else "least"},
        "met": page.is_met,
        "value": None if found.value is None else plain(found.value),
        "limits": [
            {
                **verdict_plain(limit.verdict),
                "relaxed": None if limit.needed is None else exact(limit.needed),
                "lets_in": None if limit.reaches is None else exact(limit.reaches),
            }
            for limit in found.limits
        ],
    }
    if isinstance(found, Chosen):
        return {**said, "choices": _spaced(found.asked.choices), "chosen": _chosen(found.network)}
    return {
        **said,
        "values": {name: plain(value) for name, value in found.values.items()},
        "same": {name: [plain(low), plain(high)] for name, (low, high) in found.around.items()},
        "searched": [
            {
                "name": domain.name,
                "kind": domain.kind,
                "from": plain(domain.values[0]),
                "to": plain(domain.values[-1]),
                "values": len(domain.values),
                "ends_there": domain.name in found.at_end,
            }
            for domain in found.domains
        ],
        "points": found.of,
        "kept": found.kept,
        "unbuilt": found.unbuilt,
        "equal": found.ties,
    }


def _spaced(choices: Sequence[Any]) -> list[dict[str, Any]]:
    return [{"of": one.of, "name": one.name, "values": [plain(value) for value in one.values]} for one in choices]


def _chosen(network: Network) -> list[dict[str, Any]]:
    return [
        {"of": one.choice.of, "where": str(one.where), "name": one.choice.name, "value": plain(one.value)}
        for one in network.picked
    ]


def _counted(found: Counted) -> dict[str, Any]:
    goal = found.asked.goal
    return {
        "limits": [one.text for one in goal.limits],
        "choices": _spaced(found.asked.choices),
        "networks": found.of,
        "kept": found.kept,
        "drawn": [
            {
                **network.ledger.sums(None, goal.rules.convention, goal.rules.traffic)._asdict(),
                "chosen": _chosen(network),
            }
            for network in found.drawn
        ],
    }
