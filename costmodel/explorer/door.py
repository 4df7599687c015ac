"""Whether the full screen can be had; without textual, and without loading it."""

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from costmodel.ledger import Ledger
    from costmodel.single import Sizes


def hindrance() -> str:
    """Why the full screen cannot be had; nothing where it can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "standard input and output are not both a terminal"
    if os.environ.get("TERM") in (None, "dumb"):
        return "the terminal cannot move its cursor"
    if find_spec("textual") is None:
        return "textual is not installed: pip install 'costmodel[explore]'"
    return ""


def explore(sizes: "Sizes", ledger: "Ledger | None", *, no_color: bool) -> "Sizes":
    """Run the explorer of a layer, or of a network's layers, and give the layer at which it was left.

    Raises `SpecError` for a network without convolutions and FC layers.
    """
    if no_color:
        os.environ["NO_COLOR"] = "1"
    from costmodel.explorer.app import Explorer

    app = Explorer(sizes, ledger)
    app.run()
    return app.state.sizes
