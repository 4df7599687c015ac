"""What `check` does with several networks, and with a spec's published speeds: the case for the guidelines."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from costmodel.commands.analyze import warn
from costmodel.commands.options import FEW_FORMATS
from costmodel.commands.output import Written
from costmodel.commands.subjects import Loaded, subject
from costmodel.problems import Problem, SpecError, one_of

if TYPE_CHECKING:
    from costmodel.reports.arguing import Argued
    from costmodel.reports.findings import Checked
    from costmodel.spec.source import Text
    from costmodel.traffic import Traffic


class Asked(NamedTuple):
    """What is asked of rows with speeds: at which settings, batch and traffic model, by which guidelines, how many pairs."""

    given: "dict[str, Text]"
    batch: int
    traffic: "Traffic"
    guidelines: Sequence[str]
    top: int | None
    quiet: bool


def fit(speeds: bool, specs: Sequence[str], form: str, asked: Mapping[str, object], top: str | None) -> None:
    """Refuse options that do not go with `--speeds`, or with several networks. Raises `SpecError`."""
    wrong = []
    stray = [name for name, value in asked.items() if value] if speeds else []
    if stray:
        wrong.append(Problem(None, f"{', '.join(stray)}: --speeds takes each published row by itself", "--set takes the rest"))
    if speeds and len(specs) > 1:
        wrong.append(
            Problem(None, f"--speeds is of one spec, and gets {len(specs)}", "costmodel check studies/table3 --speeds")
        )
    if speeds and form not in FEW_FORMATS:
        wrong.append(Problem(None, f"--speeds has no findings for {form}", f"its formats are {one_of(FEW_FORMATS)}"))
    if not speeds and len(specs) > 1 and top is not None and form in FEW_FORMATS:
        wrong.append(Problem(None, "--top is of one network's findings, and several stand in one table", "leave it out"))
    if wrong:
        raise SpecError(wrong)


def rank(text: str, asked: Asked, to: Written) -> None:
    """Write whether measures rank the rows of a spec as its published speeds do. Raises `SpecError`."""
    from costmodel.library import load
    from costmodel.ranking import MEASURES, columns
    from costmodel.reports import ranking

    one = subject(text)
    if one.variant is not None:
        raise SpecError([Problem(None, f"--speeds takes each published row by itself, and {text} names a variant")])
    spec = load(one.spec)
    warn(spec, asked.quiet)
    settings = {**asked.given, **one.settings}
    found = columns(spec, settings, asked.traffic, asked.batch)
    measures = tuple(name for name in MEASURES if name[:2] in asked.guidelines or not name.startswith("G"))
    ranked = ranking.Ranked(spec, settings, asked.traffic, found, measures, asked.top)
    to.put(ranking.screen, ranked, json=ranking.as_json, markdown=ranking.as_markdown)


def argue(found: "Sequence[Checked]", networks: Sequence[Loaded], to: Written) -> None:
    """Write what each guideline costs several networks, and which of the paper's claims about them come out."""
    from costmodel.reports import arguing, arguing_data

    argued = _argued(found, networks)
    to.put(arguing.screen, argued, json=arguing_data.as_json, markdown=arguing_data.as_markdown)


def _argued(found: "Sequence[Checked]", networks: Sequence[Loaded]) -> "Argued":
    from costmodel.argument import Network
    from costmodel.reports.arguing import Argued
    from costmodel.reports.behind import models

    review = found[0].review
    compared = models(review.traffic)
    sides = [Network(one.subject.text, _bundled(one), one.ledger, compared) for one in networks]
    return Argued(sides, compared, review.guidelines, [one.verdicts for one in found])


def _bundled(network: Loaded) -> str:
    """The name of the bundled spec that a network is of, if it is of one."""
    from costmodel.library import bundled, find

    path = find(network.subject.spec)
    return next((name for name, place in bundled().items() if place == path), "")
