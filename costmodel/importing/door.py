"""The text of a file that a network is read from: a spec as it stands, an ONNX model as the spec that it is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from costmodel.spec.files import read_file

ONNX = ".onnx"
"""How the name of an ONNX model ends."""


def is_model(path: Path) -> bool:
    """Whether a file is imported, and not read as a spec."""
    return path.suffix.lower() == ONNX


def text_of(path: Path, shown: str, *, allow_unknown: bool = False) -> tuple[str, str]:
    """The text of a spec, and the name to show for it; of an ONNX model that of the spec which it is.

    `allow_unknown` lets ops stand in it of which nothing is known. Raises `SpecError` where there is no text to be had.
    """
    return (imported(path, shown, allow_unknown=allow_unknown), shown) if is_model(path) else read_file(path, shown)


def imported(path: Path, shown: str, *, allow_unknown: bool = False) -> str:
    """The text of the spec that an ONNX model is, whatever it is called. Raises `SpecError`."""
    from costmodel.importing.reading import read_model  # numpy, which a spec does not need
    from costmodel.importing.writing import spec_text

    return spec_text(read_model(path, shown), allow_unknown=allow_unknown)


def of_module(
    module: Any, inputs: Sequence[Any], dynamic: Any, keywords: Mapping[str, Any] | None, *, allow_unknown: bool = False
) -> str:
    """The text of the spec that a PyTorch module is, by what it does with example inputs. Raises `SpecError`."""
    from costmodel.importing.torch_graph import torch_model  # numpy, and PyTorch
    from costmodel.importing.writing import spec_text

    return spec_text(torch_model(module, inputs, dynamic, keywords), allow_unknown=allow_unknown)
