"""Constants that hold one for each sample of a batch, as exporters write them out: the one for a sample."""

from costmodel.algebra import prod
from costmodel.importing.draft import Cannot, Flow, Known, same
from costmodel.importing.running import Run


def for_a_sample(run: Run, known: Known, flow: Flow) -> Known:
    """A constant for one sample of what it stands beside, whose axes are as many or more.

    What is written out for each sample is the same for all, and learned once; values to begin with, all zeros, are learned by
    nothing. Raises `Cannot` where the samples differ.
    """
    at = -1 if flow.batch is None else flow.batch - (flow.rank - len(known.shape))
    if at < 0 or same(known.shape[at], 1) or not same(known.shape[at], run.samples):
        return known
    one = (*known.shape[:at], 1, *known.shape[at + 1 :])
    written_out = {name: prod(one) if same(size, known.size) else size for name, size in known.origins.items()}
    if known.data is None:
        return Known(one, None, written_out, known.is_float)
    rows = known.data.swapaxes(0, at)
    if not (rows == rows[:1]).all():
        raise Cannot("it takes another constant for each sample")
    return Known(one, rows[:1].swapaxes(0, at), written_out if (rows != 0).any() else {}, known.is_float)
