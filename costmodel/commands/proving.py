"""`costmodel verify --prove`: the bound derived, each step checked as it is printed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from costmodel.commands import output as outputs
from costmodel.problems import Problem

if TYPE_CHECKING:
    from costmodel.bounds import ConvBound


def misfits(prove: bool, latex: bool, format: str | None, others: Mapping[str, object]) -> list[Problem]:
    """What does not go together with a proof; `others` are options that ask for another report."""
    found = []
    if latex and not prove:
        found.append(Problem(None, "--latex is for the derivation", "costmodel verify --prove --latex"))
    if latex and format is not None:
        found.append(Problem(None, f"--latex and --format {format} exclude each other", "leave one of them out"))
    if prove:
        asked = (name for name, given in others.items() if given)
        found += [Problem(None, f"--prove and {name} ask for different reports", "leave one of them out") for name in asked]
    return found


def prove(layer: "ConvBound", form: str, output: str | None, no_color: bool) -> None:
    """Print the proof, and a layer's numbers in it; leave with 1 if a step fails."""
    from costmodel.proof import checked
    from costmodel.reports import derivation, proving
    from costmodel.theorem import STEPS

    proof = list(checked(STEPS))
    forms = {"json": proving.as_json, "markdown": proving.as_markdown, "latex": proving.as_latex}
    outputs.Written(form, output, no_color).put(proving.screen, proof, layer, **forms)
    if not derivation.is_proved(proof):
        raise typer.Exit(1)
