"""What other frameworks and papers call our words, for hints alone: `kernel_size` is `kernel`, `BatchNorm2d` is `batch_norm`.

A hint names a word only where it is known, so one table serves verbs, fields, activations, functions and names.
"""

import re
from collections.abc import Iterable

_THEIRS = {
    # convolutions
    "conv2d": "conv convolution convolutional conv_layer group_conv pointwise_conv conv1x1 conv3x3",
    "conv_transpose2d": "deconv deconvolution conv_transpose transposed_conv transpose_conv conv2d_transpose up_conv convt",
    "depthwise": "dw dwconv depthwise_conv conv_dw conv2d_depthwise",
    "separable": "sepconv separable_conv depthwise_separable depthwise_separable_conv dsconv",
    # fully connected layers and attention
    "linear": "fc dense gemm affine inner_product fully_connected addmm",
    "matmul": "mm bmm batch_matmul einsum dot",
    "attention": "mha multihead_attention self_attention",
    "scaled_dot_product": "sdpa scaled_dot_product_attention",
    "lstm": "bilstm",
    "gru": "bigru",
    "rnn": "elman simple_rnn",
    # normalisation
    "batch_norm": "bn batch_normalization frozen_batch_norm sync_batch_norm",
    "layer_norm": "ln layer_normalization",
    "group_norm": "gn group_normalization",
    "instance_norm": "in instance_normalization",
    "rms_norm": "rms rms_normalization",
    "local_norm": "lrn local_response_norm local_response_normalization",
    # activations
    "relu": "rectifier rectified_linear",
    "relu6": "clipped_relu",
    "silu": "swish",
    "hardswish": "hswish h_silu",
    "hardsigmoid": "hsigmoid",
    "sigmoid": "logistic sigm",
    "leaky_relu": "lrelu",
    "softmax": "log_softmax",
    "none": "linear identity null noop",
    # pooling and resizing
    "max_pool": "pool max_pooling",
    "avg_pool": "mean_pool average_pool avg_pooling average_pooling",
    "global_avg_pool": "gap global_pool global_average_pool global_average_pooling global_mean_pool",
    "global_max_pool": "gmp global_max_pooling",
    "adaptive_avg_pool": "adaptive_average_pool",
    "upsample": "interpolate up_sampling",
    "resize": "interpolate resample",
    "pad": "zero_pad zero_padding constant_pad",
    "pixel_shuffle": "depth_to_space",
    "pixel_unshuffle": "space_to_depth",
    # joining and layout
    "add": "sum plus eltwise elementwise add_n accumulate",
    "multiply": "mul times prod eltwise_mul",
    "concat": "cat concatenate concatenation merge join stack hstack",
    "shuffle": "channel_shuffle shuffle_channel shuffle_channels",
    "slice": "narrow crop strided_slice",
    "split": "chunk unbind",
    "transpose": "swapaxes",
    "permute": "rearrange",
    "tile": "expand broadcast_to",
    "reshape": "view unflatten",
    "flatten": "ravel",
    "mean": "reduce_mean average",
    "index_select": "gather take",
    # functions of values, learned values
    "combine": "sub subtract div divide binary_op where",
    "map": "unary_op",
    "reduce": "reduce_max reduce_min reduce_sum amax amin argmax",
    "tokens": "cls cls_token class_token",
    "shift": "pos_embed pos_embedding position_embedding positional_embedding",
    "parameters": "weight_g weight_norm gain parametrization",
    "embedding": "embed embed_tokens word_embedding lookup_table",
    # constructs and modifiers
    "residual": "shortcut skip skip_connection res_block",
    "layers": "sequential seq group",
    "identity": "noop pass pass_through",
    "activation": "act nonlinearity",
    "repeat": "repeats times",
    "when": "if condition unless only_if",
    "from": "bottom inputs",
    # fields
    "out": "filters num_filters out_channels channels_out c_out out_features units num_output features channels",
    "kernel": "kernel_size kernel_shape ksize filter_size pool_size window window_size k",
    "stride": "strides s",
    "padding": "pad pads p",
    "dilation": "dilations dilation_rate atrous_rate d",
    "groups": "group num_groups g",
    "bias": "use_bias has_bias bias_term with_bias",
    "multiplier": "depth_multiplier channel_multiplier",
    "heads": "num_heads n_heads",
    "factor": "upscale_factor downscale_factor block_size",
    "scale": "scale_factor layer_scale",
    "size": "output_size",
    "axis": "dim",
    # names of formulas, and functions
    "c_in": "in_channels channels_in input_channels num_channels in_planes in_features",
    "h_in": "h height in_h input_height",
    "w_in": "w width in_w input_width",
    "d_in": "depth input_depth",
    "t_in": "tokens seq_len sequence_length",
    "index": "idx",
    "floor": "int trunc",
    "ceil": "ceiling ceil_mode",
    "max": "maximum",
    "min": "minimum",
    "divisible": "make_divisible round_filters round_channels",
    # sizes of a lone layer
    "k": "kernel kernel_size",
    "c1": "cin in_channels channels_in",
    "c2": "cout out out_channels channels_out",
    "h": "height",
    "w": "width",
    # units
    "squeeze_excite": "se squeeze_excitation squeeze_and_excitation",
    "inverted_residual": "inverted_bottleneck linear_bottleneck",
    "condensenet": "dense learned_group_conv lgc",
    "pointwise": "conv1x1 1x1",
    # parameters, as networks mostly call theirs
    "act": "activation nonlinearity",
    "alpha": "width_mult width_multiplier depth_multiplier",
    "resolution": "image_size input_size img_size",
    "classes": "num_classes n_classes num_labels",
}
"""Our words, each with the words of others that mean it; spelled as here, in CamelCase or with `1d` … `3d` at the end."""

_INSTEAD = {
    "round": "floor(x + 1/2) is the nearest whole number",
    "abs": "max(x, -x) is the absolute value",
    "pow": "`x ** 2` is a power",
    **dict.fromkeys(("sqrt", "log", "log2", "exp"), "numbers are exact here: there are no roots, logarithms or exponentials"),
    **dict.fromkeys(("batch", "batch_size"), "a spec is written for one image; `--batch` says how many"),
}

_ANSWERS = (
    ("upsample", "bilinear bicubic trilinear", "`upsample` and `resize` have the field `mode`: {{scale: 2, mode: {}}}"),
    ("resize", "downsample downsampling subsample", "a stride, a pool or `resize` makes a map smaller"),
    ("conv2d", "pointwise", "a 1×1 convolution is `conv2d: 64`, whose kernel is 1 unless given"),
    ("multiply", "glu", "write `multiply: {{x: […], gate: […, sigmoid]}}`"),
    ("multiply", "se se_block se_layer squeeze_excite squeeze_excitation", "write `multiply: {{x: identity, gate: […]}}`"),
    ("dropout", "drop_path stochastic_depth", "nothing is dropped at inference: leave it out, or write `dropout`"),
    ("relu", "leaky_relu lrelu selu celu mish softplus softsign", "`map` has it among its functions, as in `map: leaky_relu`"),
    ("relu", "hardtanh hard_tanh", "`map: clip` keeps values between two"),
    ("relu", "ssm mamba s4", "it is not in the vocabulary: `ops:` defines it by formulas"),
    ("bias", "activation act nonlinearity", "an activation is a layer of its own: `- relu`"),
    ("mult_adds", "flops", "`mult_adds` are one per multiply-add; the convention two-per-mult-add counts two operations"),
    ("mult_adds", "mac macs", "multiply-accumulates are `mult_adds`; memory access cost is another figure, `access`"),
    ("paper", "flops mac macs", "`paper` counts one per multiply-add, `two-per-mult-add` two operations"),
)
"""What to say where no word of ours is meant, but a way to write it: a word that must be known, their words, a sentence."""


def synonym(word: str, known: Iterable[str]) -> str | None:
    """The known word that is another spelling of `word`, or that others call so.

    >>> synonym("MaxPool2d", ["max_pool", "conv2d"]), synonym("kernel_size", ["kernel"]), synonym("fc", ["conv2d"])
    ('max_pool', 'kernel', None)
    """
    names = list(known)
    plain = _plain(word)
    for form in dict.fromkeys((plain, re.sub(r"[123]d$", "", plain))):
        for name in names if form else ():
            if form == _plain(name) or form in map(_plain, _THEIRS.get(name, "").split()):
                return name
    return None


def answer(word: str, known: Iterable[str]) -> str:
    """How that is written for which there is no single word among those known; nothing where that is not known.

    >>> answer("SELU", ["relu", "conv2d"])
    '`map` has it among its functions, as in `map: leaky_relu`'
    """
    names, plain = set(known), _plain(word)
    found = (said for ours, theirs, said in _ANSWERS if ours in names and plain in map(_plain, theirs.split()))
    return next(found, "").format(word.lower())


def instead(word: str) -> str:
    """What to write in a formula for a word that has no counterpart here; nothing where that is not known."""
    return _INSTEAD.get(word.lower(), "")


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())
