"""How each op of the vocabulary is written in ONNX; `unknown`, and a spec's own, are written by nobody."""

from costmodel.exporting import functions, joining, layout, learned, products, values, windows
from costmodel.exporting.run import Writer

_ROOMS = (windows, products, values, functions, learned, joining, layout)
WRITERS: dict[str, Writer] = {op: write for room in _ROOMS for op, write in room.WRITERS.items()}
"""Every writer by its op."""
