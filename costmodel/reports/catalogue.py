"""The list of bundled specs: what each is, what can be set, its variants."""

import json
import textwrap
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from costmodel.reports.layout import Cell, Screen, text
from costmodel.spec.network import Network
from costmodel.spec.printing import value_text

MIN_ROOM = 20
"""Columns to which text is wrapped at the narrowest."""


def screen(networks: Mapping[str, Network], room: int) -> Screen:
    """A paragraph a spec: name and title, parameters with their defaults, variants."""
    indent = max(map(len, networks), default=0) + 2
    lines: Screen = []
    for name, network in networks.items():
        said = [
            (f"{network.name} · {network.source}" if network.source else network.name, "strong"),
            (" · ".join(_parameters(network)), ""),
            (f"variants {', '.join(network.variants)}" if network.variants else "", "dim"),
        ]
        width = max(room - indent, MIN_ROOM)
        parts = [(part, style) for words, style in said for part in textwrap.wrap(words, width, break_on_hyphens=False)]
        labels = [name, *[""] * (len(parts) - 1)]
        for label, (part, style) in zip(labels, parts, strict=True):
            lines.append([Cell(f"{label:<{indent}}", "head"), *text(part, style)])
        lines.append([])
    return [*lines, text("costmodel specs NAME prints one; --expanded writes it out, a line a node")]


def _parameters(network: Network) -> list[str]:
    """Each parameter with its default; those without one that stand side by side, together."""
    said = []
    for needed, together in groupby(network.params.items(), lambda item: item[1] is None):
        if needed:
            said.append(f"{' '.join(name for name, _ in together)} (no default)")
        else:
            said += [f"{name} {value_text(value)}" for name, value in together if value is not None]
    return said


def as_json(networks: Mapping[str, Network]) -> str:
    """The same as JSON: a list of specs; a default is the formula that is written, null where there is none."""
    listed: list[dict[str, Any]] = [
        {
            "spec": name,
            "name": network.name,
            "source": network.source,
            "params": {str(param): None if value is None else value_text(value) for param, value in network.params.items()},
            "variants": {
                variant: {str(param): value_text(value) for param, value in settings.items()}
                for variant, settings in network.variants.items()
            },
        }
        for name, network in networks.items()
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def as_markdown(networks: Mapping[str, Network]) -> str:
    """The same as a table in Markdown."""
    from costmodel.reports.layout import Column
    from costmodel.reports.markdown import table

    columns = [Column(title, left=True) for title in ("spec", "network", "source", "parameters", "variants")]
    rows = [
        [Cell(name), Cell(net.name), Cell(net.source), Cell(", ".join(_parameters(net))), Cell(", ".join(net.variants))]
        for name, net in networks.items()
    ]
    return f"{table(columns, rows)}\n"
