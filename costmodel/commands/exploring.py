"""`costmodel verify -i`: the full screen, where it is to be had."""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costmodel.single import Sizes


def explored(
    sizes: "Sizes", spec: str | None, given: Any, variant: str | None, batch: int, literal: bool, quiet: bool, no_color: bool
) -> bool:
    """Run the explorer in full screen; where it is not to be had, say why."""
    from costmodel.commands.analyze import warn
    from costmodel.explorer.door import explore, hindrance
    from costmodel.library import load

    if why := "--literal is answered line by line" if literal else hindrance():
        if not quiet:
            print(f"costmodel: no full screen: {why}", file=sys.stderr)
        return False
    if spec is None:
        left = explore(sizes, None, no_color=no_color)
        print(f"costmodel verify {left.options}", file=sys.stderr)
    else:
        loaded = load(spec)
        warn(loaded, quiet)
        explore(sizes, loaded.cost(given, variant, batch), no_color=no_color)
    return True
