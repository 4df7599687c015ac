"""costmodel: what a convolutional network costs, from its architecture alone.

>>> import costmodel
>>> costmodel.load("mobilenet").analyze(alpha="0.5").totals.mult_adds
149497088
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costmodel.library import Spec as Spec
    from costmodel.library import from_torch as from_torch
    from costmodel.library import load as load
    from costmodel.library import loads as loads
    from costmodel.problems import SpecError as SpecError

__version__ = "0.1.0"
__all__ = ["Spec", "SpecError", "__version__", "from_torch", "load", "loads"]

_HOMES = {"Spec": "library", "SpecError": "problems", "from_torch": "library", "load": "library", "loads": "library"}


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that `import costmodel` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'costmodel' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"costmodel.{_HOMES[name]}"), name)
