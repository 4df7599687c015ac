"""Attention."""

from costmodel.algebra import Num, Truth, divides, equal, prod, ratio
from costmodel.cost import Condition, Cost
from costmodel.ops.fields import Count, Flag, Misfit
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
    position_bias: Count = None,
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
    row. All t·s scores are counted, whatever a mask leaves of them. `position_bias` is the number of learned values from
    which a bias is added to each score by the distance of its tokens (Swin, equation 4): one addition a score.

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
    y, queries, keys = x.but(c=out), n * t * dim, n * source.t * kv
    rows = n * heads * t
    between = _weighed(rows, rows * near, 2 * queries * near, fused)
    if position_bias is not None:
        moved = 0 if fused else rows * near
        between += Cost(add=rows * near, affine=position_bias, read=moved, write=moved)
    biases = dim + 2 * kv + out if bias else 0
    return y, between + Cost(
        fma=queries * x.c + 2 * keys * source.c + queries * out,
        add=queries + 2 * keys + y.size if bias else 0,
        weights=dim * x.c + 2 * kv * source.c + out * dim,
        biases=biases,
        read=x.size + 2 * source.size + 2 * queries + 2 * keys,
        write=2 * queries + 2 * keys + y.size,
        given=(
            (divides(heads, dim), "heads ({}) must divide the width of all heads ({})", heads, dim),
            (divides(kv_heads, heads), "kv_heads ({}) must divide heads ({})", kv_heads, heads),
            *((divides(windows, y.t), "windows ({}) must divide the tokens ({})", windows, y.t) for y in sequences),
            (equal(x.n, source.n), "attention takes sequences of one batch, and gets {} and {}", x.n, source.n),
        ),
    )


@op
def scaled_dot_product(q: Tensor, k: Tensor, v: Tensor, *, fused: Flag = False) -> tuple[Tensor, Cost]:
    """Weigh the rows of a matrix by scores of two others: softmax(q·kᵀ/√d)·v, what `attention` does between projections.

    Matrices are the last two dimensions in memory order: t×d, s×d and s×e, for each place in those before, the heads; of
    keys and values there may be fewer where that divides (arXiv:1706.03762, section 3.2.1, equation 1; arXiv:2305.13245).
    Output t×e for each; mult-adds t·s·(d + e) a head; steps of the scores, and `fused`, as of `attention`: the scores are
    moved four times, or stay on the chip (arXiv:2205.14135).
    """
    tensors = (q, k, v)
    if any(len(x.dims) < 3 for x in tensors) or len({len(x.dims) for x in tensors}) > 1:
        raise Misfit("scaled_dot_product takes tensors of as many dimensions, two or more, and gets {}, {} and {}", *tensors)
    (*before, t, d), (*others, s, inner), (*more, rows_of_v, e) = (x.shape for x in tensors)
    rows = prod(before) * t
    cost = _weighed(rows, rows * s, rows * s * (d + e), fused)
    cost += Cost(read=q.size + k.size + v.size, write=prod(before) * t * e)
    cost.given = (
        *_shared(before, others, q, k),
        *_shared(others, more, k, v, alike=True),
        (equal(d, inner), "queries are as wide as keys, and here are {} and {}", d, inner),
        (equal(s, rows_of_v), "there are as many values as keys, and here are {} and {}", rows_of_v, s),
    )
    return q.but(**{[*q.dims][-1]: e}), cost


def _weighed(rows: Num, scores: Num, fma: Num, fused: Truth) -> Cost:
    """The steps from queries, keys and values to weighted sums: scaled scores, their softmax, the sums."""
    moved = 0 if fused else 2 * scores
    return Cost(fma=fma, add=2 * scores - rows, mul=2 * scores, cmp=scores - rows, exp=scores, read=moved, write=moved)


def _shared(many: list[Num], few: list[Num], a: Tensor, b: Tensor, *, alike: bool = False) -> list[Condition]:
    """The heads of two tensors: all alike, or the last kind of them shared by several."""
    text = "matrices of {} and {} do not go together: what stands before their last two dimensions"
    truths = [equal(p, q) for p, q in zip(many[:-1], few[:-1], strict=True)]
    is_batch = equal(len(many), 1)
    last = equal(many[-1], few[-1]) if alike or is_batch else divides(few[-1], many[-1])
    return [(truth, text, a, b) for truth in (*truths, last)]
