"""Attention."""

from costmodel.algebra import divides, equal, ratio
from costmodel.cost import Cost
from costmodel.ops.fields import Count, Flag
from costmodel.ops.registry import op
from costmodel.tensor import Tensor


@op
def attention(
    x: Tensor,
    source: Tensor | None = None,
    *,
    heads: Count,
    dim: Count = None,
    kv_heads: Count = None,
    windows: Count = 1,
    out: Count = None,
    bias: Flag = True,
    fused: Flag = False,
) -> tuple[Tensor, Cost]:
    """Let each token of a sequence weigh all tokens, in several heads side by side.

    A head is softmax(q·kᵀ/√d)·v with d = dim/heads (arXiv:1706.03762, section 3.2.2, equation 1). Queries come from the
    first sequence (t tokens), keys and values from the same one, or from a second (s tokens) by `from: [decoder,
    encoder]`. `dim`, the width of all heads together, and `out` are the input's channels unless given. With fewer
    `kv_heads` than heads, several heads share keys and values (grouped queries, arXiv:2305.13245), whose width is dim'
    = dim·kv_heads/heads. With `windows`, tokens stand in as many equal windows and meet none but those of their own
    (Swin, arXiv:2103.14030, section 3.2): s/windows instead of s in all that follows but the projections.

    Output n·t·out. Mult-adds n·t·c·dim for q, n·s·c'·dim' for k and for v, n·t·s·dim for the scores and again for the
    weighted sum, n·t·dim·out for the projection at the end. A score takes one multiplication by 1/√d and a softmax over
    its s neighbours: an exponential, two additions, a comparison and a division, less one addition and one comparison a
    row. All t·s scores are counted, whatever a mask leaves of them; biases by position are no part of it.

    Memory access is that of the ops written out, each of which reads its inputs and writes its output: three
    projections, the scaled scores, their softmax, the weighted sum, the last projection. So heads·t·s values a sample
    are moved four times; `fused` keeps them on the chip (FlashAttention, arXiv:2205.14135) and moves none of them.
    """
    sequences = (x,) if source is None else (x, source)
    source = sequences[-1]
    dim = x.c if dim is None else dim
    out = x.c if out is None else out
    kv_heads = heads if kv_heads is None else kv_heads
    kv = ratio(dim, heads) * kv_heads
    n, t, near = x.n, x.t, ratio(source.t, windows)
    rows, y = n * heads * t, x.but(c=out)
    scores = rows * near
    queries, keys = n * t * dim, n * source.t * kv
    biases = dim + 2 * kv + out if bias else 0
    return y, Cost(
        fma=queries * x.c + 2 * keys * source.c + 2 * queries * near + queries * out,
        add=2 * scores - rows + (queries + 2 * keys + y.size if bias else 0),
        mul=2 * scores,
        cmp=scores - rows,
        exp=scores,
        weights=dim * x.c + 2 * kv * source.c + out * dim,
        biases=biases,
        read=x.size + 2 * source.size + 2 * queries + 2 * keys + (0 if fused else 2 * scores),
        write=2 * queries + 2 * keys + y.size + (0 if fused else 2 * scores),
        given=(
            (divides(heads, dim), "heads ({}) must divide the width of all heads ({})", heads, dim),
            (divides(kv_heads, heads), "kv_heads ({}) must divide heads ({})", kv_heads, heads),
            *((divides(windows, y.t), "windows ({}) must divide the tokens ({})", windows, y.t) for y in sequences),
            (equal(x.n, source.n), "attention takes sequences of one batch, and gets {} and {}", x.n, source.n),
        ),
    )
