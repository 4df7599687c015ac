"""Reports as CSV: exact numbers, one row a thing, and no cell that a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from costmodel.dtypes import Dtypes
from costmodel.measuring.predicting import Prediction
from costmodel.problems import printable
from costmodel.reports import roofline as timed
from costmodel.reports.columns import AMOUNTS, Amounts, Shown, is_amount, number, words
from costmodel.reports.rows import Row
from costmodel.reports.selection import select
from costmodel.reports.words import UNKNOWN

COLUMNS = ("path", "op", "input", "output", *AMOUNTS, "then", "line")
"""The columns unless others are asked for; what they are counted by follows them."""
_FORMULA = ("=", "+", "-", "@")


def analysis(shown: Shown) -> str:
    """Every row with its path; with those that `top` leaves out as a last row, they add up to the totals.

    What is not known is left empty, and adds nothing; a row with something in it that is not counted is not `complete`.
    """
    keys = shown.columns or (*COLUMNS, *(timed.keys(shown.roofline) if shown.roofline else ()))
    keys = keys if {"layer", "path"} & set(keys) else ("path", *keys)
    chosen = select(shown, keys, whole_list=True)
    device = [shown.roofline.device.name] if shown.roofline else []
    rules = [shown.convention.name, shown.traffic.spelled, spelled(shown.dtypes), *device]
    rows = [[*(_value(row, key, shown, chosen.whole) for key in keys), *rules, answer(not row.sign)] for _, row in chosen.rows]
    if chosen.left:
        at = next(keys.index(key) for key in ("op", "path", "layer") if key in keys)
        sums = [_sum(key, chosen.others, chosen.whole, chosen.sign) for key in keys]
        rows.append([*sums[:at], "others", *sums[at + 1 :], *rules, answer(not chosen.sign)])
    heading = [timed.heading(key, isinstance(shown.roofline, Prediction)) for key in keys]
    return written([*heading, "convention", "traffic", "dtype", *(["device"] if device else []), "complete"], rows)


def answer(holds: bool) -> str:
    """Yes or no, as JSON spells them."""
    return "true" if holds else "false"


def spelled(dtypes: Dtypes) -> str:
    """Data types as the option takes them."""
    return dtypes.word or ",".join(f"{kind}={word}" for kind, word in dtypes._asdict().items())


def _value(row: Row, key: str, shown: Shown, whole: Amounts) -> Any:
    """A row's value: words as JSON has them, exact numbers."""
    if key == "op" and shown.by in ("op", "layer"):
        return row.main.op
    if key in ("input", "output"):
        tensors = row.lines[0].inputs if key == "input" else (row.lines[-1].output,)
        return " + ".join("x".join(map(str, tensor.shape)) for tensor in tensors)
    if key == "then":
        return " ".join(row.then)
    if key == "line":
        return row.main.mark.line
    return _sum(key, shown.amounts(row), whole, row.sign) if _is_number(key) else words(row, key)


def _is_number(key: str) -> bool:
    return key == "per_access" or key in timed.COLUMNS or is_amount(key)


def _sum(key: str, amounts: Amounts, whole: Amounts, sign: str) -> Any:
    if not _is_number(key) or sign == UNKNOWN:
        return ""
    if key in timed.COLUMNS:
        return timed.spreadsheet(key, amounts("work"), whole("work"), sign)
    return amounts(key) if key in AMOUNTS else number(key, amounts, whole, sign=sign).text.replace(UNKNOWN, "")


def written(heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows below a heading as CSV text."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([safe(name) for name in heading])
    writer.writerows([safe(value) for value in row] for row in rows)
    return stream.getvalue()


def safe(value: Any) -> Any:
    """A value that a spreadsheet shows and never runs: words that would start a formula get an apostrophe."""
    if isinstance(value, Fraction) and value.denominator == 2:
        return f"{value // 1}.5"
    if not isinstance(value, str):
        return value
    words = printable(value)
    is_formula = words.lstrip().startswith(_FORMULA) and not re.fullmatch(r"-\d+([./]\d+)?", words)
    return f"'{words}" if is_formula else words
