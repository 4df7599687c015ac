"""What a spec says of its findings: from which price on they are listed, and which of them are known and accepted."""

import re
from fractions import Fraction
from typing import NamedTuple

from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.reading import ValueReader, is_there
from costmodel.spec.source import Data, Map, Seq, Text

GUIDELINES = ("G1", "G2", "G3", "G4")
"""ShuffleNetV2's guidelines (arXiv:1807.11164, section 2)."""
_EXAMPLE = "{guideline: G1, part: unit, reason: it expands by design}"


class Suppression(NamedTuple):
    """Findings of a guideline, of a part or of the network, that are known and accepted, and why."""

    mark: Mark
    guideline: str
    part: Text | None
    reason: str


class Check(NamedTuple):
    """A spec's `check`: the least price of a finding by guideline, as a part of the network's access, and what is accepted."""

    thresholds: dict[str, Fraction] = {}  # noqa: RUF012 - never written to
    suppress: tuple[Suppression, ...] = ()


def read_check(data: Data | None, problems: Problems) -> Check:
    """A spec's `check`; what is wrong goes onto `problems`."""
    if not is_there(data):
        return Check()
    if not isinstance(data, Map):
        problems.add(getattr(data, "mark", None), "`check` is a mapping", "check: {thresholds: {G1: 0.5%}}")
        return Check()
    reader = ValueReader(problems)
    reader.known_keys(data, ("thresholds", "suppress"), "`check`")
    thresholds = reader.mapping(data, "thresholds", "thresholds: {G1: 0.5%}")
    given = data.at("suppress")
    entries = given if isinstance(given, Seq) else [given] if is_there(given) else []
    return Check(
        {str(name): share for name, text in thresholds.items() if (share := _threshold(name, text, problems)) is not None},
        tuple(found for entry in entries if (found := _suppression(entry, reader)) is not None),
    )


def _threshold(name: Text, text: Data, problems: Problems) -> Fraction | None:
    if not _is_guideline(name, problems):
        return None
    written = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)\s*%", text) if isinstance(text, Text) else None
    if written is None or Fraction(written[1]) > 100:
        mark = text.mark if is_there(text) else name.mark
        problems.add(mark, f"the threshold of {name} is a share of the network's memory access", f"{name}: 0.5%")
        return None
    return Fraction(written[1]) / 100


def _is_guideline(name: Text, problems: Problems) -> bool:
    if name not in GUIDELINES:
        hint = did_you_mean(name, GUIDELINES, f"the guidelines are {one_of(GUIDELINES)}")
        problems.add(name.mark, f"no guideline is called '{name}'", hint)
    return name in GUIDELINES


def _suppression(entry: Data, reader: ValueReader) -> Suppression | None:
    problems = reader.problems
    if not isinstance(entry, Map):
        problems.add(getattr(entry, "mark", None), "what is suppressed is a mapping", _EXAMPLE)
        return None
    reader.known_keys(entry, ("guideline", "part", "reason"), "what is suppressed")
    texts = {str(key): text for key, text in entry.items() if isinstance(text, Text) and not text.absent}
    for key, text in entry.items():
        if isinstance(text, Map | Seq):
            problems.add(text.mark, f"the {key} of what is suppressed is a text", _EXAMPLE)
    missing = [
        key for key in ("guideline", "reason") if not texts.get(key, "").strip() and not isinstance(entry.at(key), Map | Seq)
    ]
    if missing:
        problems.add(entry.mark, f"what is suppressed has no {' and no '.join(missing)}", _EXAMPLE)
    guideline = texts.get("guideline")
    if guideline is None or not guideline.strip() or not _is_guideline(guideline, problems) or "reason" not in texts:
        return None
    return Suppression(entry.mark, str(guideline), texts.get("part"), str(texts["reason"]))
