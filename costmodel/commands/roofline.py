"""`analyze --device` and `--plot`: what they ask for is read, and what needs a device is refused without one."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from costmodel.commands import plotting
from costmodel.device import bundled
from costmodel.problems import Problem, SpecError, one_of

if TYPE_CHECKING:
    from costmodel.commands.reading import Reader
    from costmodel.dtypes import Dtypes
    from costmodel.ledger import Ledger
    from costmodel.measuring.predicting import Prediction
    from costmodel.reports.columns import Order, Shown
    from costmodel.roofline import Roofline
    from costmodel.traffic import Traffic

PREDICTED = ("time", "%time")
"""The columns of a device that was fitted."""


def on_device(
    read: "Reader", device: str | None, dtypes: "Dtypes", columns: tuple[str, ...], order: "Order | None"
) -> "Callable[[Ledger, Traffic], Roofline | Prediction] | None":
    """What puts a network on the device that is asked for, if one is; what is wrong stays with `read`."""
    from costmodel.measuring.predicting import Prediction, check_dtypes
    from costmodel.rates import Fitted
    from costmodel.reports.roofline import COLUMNS
    from costmodel.roofline import Roofline
    from costmodel.spec.fitted import load_any

    asked = [*(columns or ()), *([order.key] if order else [])]
    if device is None:
        for name in dict.fromkeys(asked):
            if name in COLUMNS:
                read.problems.append(_missing(f"the column '{name}' is of a device"))
        return None
    found = read(load_any, device)
    if isinstance(found, Fitted):
        if dtypes:
            read(check_dtypes, found, dtypes)
        for name in dict.fromkeys(asked):
            if name in COLUMNS and name not in PREDICTED:
                said = f"the column '{name}' is of a device of peaks, and {device} was fitted to times"
                read.problems.append(Problem(None, said, f"it has {one_of(PREDICTED)}"))
        return lambda ledger, _: Prediction(ledger, found, dtypes)
    if found and dtypes:
        read(found.peak, dtypes.activations)
    return lambda ledger, traffic: Roofline(ledger, found, dtypes, traffic)


def check_plot(plot: str | None, device: str | None, spec: str, output: str | None) -> None:
    """Refuse a plot that cannot be drawn, before any work. Raises `SpecError`."""
    if plot is None:
        return
    problems = [] if device is not None else [_missing("--plot draws the roofline of a device")]
    try:
        plotting.check(plot, spec, output, "roofline.svg", device)
    except SpecError as error:
        problems += error.problems
    if device is not None and not problems and _is_fitted(device):
        problems.append(Problem(None, f"--plot draws a roof of peaks, and {device} was fitted to times", "leave --plot out"))
    if problems:
        raise SpecError(problems)


def _is_fitted(device: str) -> bool:
    """Whether a device file was fitted; no if it cannot be read, which is said elsewhere."""
    from costmodel.rates import Fitted
    from costmodel.spec.fitted import load_any

    try:
        return isinstance(load_any(device), Fitted)
    except SpecError:
        return False


def drawn(shown: "Shown", plot: str) -> bytes:
    """The plot of a network on its device, in the form that the file's ending names."""
    from costmodel.reports.plot import draw

    return draw(shown, Path(plot).suffix.lower().removeprefix("."))


def _missing(needing: str) -> Problem:
    return Problem(None, f"{needing}, and no --device is given", f"--device takes a device file or one of {one_of(bundled())}")
