"""What `verify` says of a network as JSON, under `verify.schema.json` beside this file, and CSV: exact, a layer a row."""

import json
from typing import Any

from costmodel.reports.bounding import DOMAIN, GENERAL, exact, plain_literal
from costmodel.reports.contract import plain
from costmodel.reports.held import Checked, Verified, beside, checked, listed, parts
from costmodel.reports.verifying import NO_SUM

SCHEMA = 1
"""The version of the JSON; it grows only when a reader of the last one would break."""


def _plain(one: Checked) -> dict[str, Any]:
    layer = one.layer
    return {
        "path": one.row.path,
        **({"half": one.half} if one.half else {}),
        "op": one.line.op,
        "c1": layer.c1,
        "c2": layer.c2,
        "groups": layer.groups,
        "taps": layer.taps,
        "entering": layer.entering,
        "leaving": layer.leaving,
        "mult_adds": one.mult_adds,
        "access": one.access,
        "bound": exact(one.bound),
        "gap": exact(one.gap),
        "tight": layer.is_tight,
        "holds": layer.holds,
        "pinned": one.reason or None,
        "balanced": [exact(width) for width in layer.balanced],
        **({} if one.literal is None else {"literal": plain_literal(one.literal)}),
        "line": one.line.mark.line,
    }


def as_json(verified: Verified) -> str:
    """The layers as JSON: counts are whole numbers, roots are text, cut after two decimals where they do not end."""
    ledger, found = verified.ledger, checked(verified.ledger, verified.rule)
    document = {
        "schema": SCHEMA,
        "network": ledger.name,
        "settings": {**{name: plain(value) for name, value in ledger.settings.items()}, "batch": ledger.batch},
        "theorem": GENERAL,
        "domain": DOMAIN,
        "layers": [_plain(one) for one in listed(verified, found)],
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
    for one in listed(verified, checked(verified.ledger, verified.rule)):
        values = {**_plain(one), "path": one.name}
        values.pop("half", None)
        c1, c2 = values.pop("balanced")
        found = values.pop("literal", None)
        values = {
            key: answer(value) if isinstance(value, bool) else "" if value is None else value for key, value in values.items()
        }
        as_printed = {} if found is None else {"literal": found["figure"], "applies": answer(found["applies"])}
        rows_.append({**values, "balanced_c1": c1, "balanced_c2": c2, **as_printed})
    return written(list(rows_[0]) if rows_ else ["path"], [list(row.values()) for row in rows_])
