"""Hints for the words of other frameworks: ours where it is known, nothing where it is not."""

import pytest

from costmodel.problems import did_you_mean
from costmodel.synonyms import _THEIRS, _plain, instead, synonym

ACTIVATIONS = ["none", "relu", "relu6", "silu", "hardswish", "hardsigmoid", "sigmoid", "leaky_relu"]
OPS = ["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "depthwise", "separable", "linear", "batch_norm"]
OPS += ["layer_norm", "max_pool", "avg_pool", "global_avg_pool", "adaptive_avg_pool", "add", "multiply", "concat", "shuffle"]
OPS += ["pixel_shuffle", "softmax", *ACTIVATIONS]
FIELDS = ["out", "kernel", "stride", "padding", "dilation", "groups", "bias"]
NAMES = ["c_in", "h_in", "w_in", "width"]


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (OPS, "conv:conv2d fc:linear dense:linear gemm:linear bn:batch_norm batchnorm:batch_norm BatchNorm1d:batch_norm"),
        (OPS, "maxpool:max_pool MaxPool2d:max_pool gap:global_avg_pool avgpool:avg_pool AdaptiveAvgPool2d:adaptive_avg_pool"),
        (OPS, "dwconv:depthwise depthwise_conv2d:depthwise SeparableConv2D:separable Conv1D:conv1d Conv3d:conv3d"),
        (OPS, "cat:concat concatenate:concat sum:add eltwise:add plus:add mul:multiply times:multiply"),
        (OPS, "deconv:conv_transpose2d convtranspose:conv_transpose2d ConvTranspose1d:conv_transpose1d"),
        (
            OPS,
            "channel_shuffle:shuffle ChannelShuffle:shuffle PixelShuffle:pixel_shuffle LayerNorm:layer_norm LogSoftmax:softmax",
        ),
        (ACTIVATIONS, "swish:silu SiLU:silu hswish:hardswish h_swish:hardswish hard_swish:hardswish HardSigmoid:hardsigmoid"),
        (ACTIVATIONS, "LeakyReLU:leaky_relu identity:none linear:none ReLU6:relu6"),
        (FIELDS, "strides:stride kernel_size:kernel filters:out out_channels:out units:out pad:padding group:groups"),
        (FIELDS, "use_bias:bias dilations:dilation dilation_rate:dilation pads:padding"),
        (["floor", "ceil", "max", "divisible"], "int:floor make_divisible:divisible maximum:max ceiling:ceil"),
        (NAMES, "cin:c_in in_channels:c_in h:h_in w:w_in height:h_in"),
    ],
)
def test_a_word_of_theirs_is_answered_with_ours(known: list[str], words: str) -> None:
    pairs = [pair.split(":") for pair in words.split()]
    assert [did_you_mean(theirs, known) for theirs, _ in pairs] == [f"did you mean '{ours}'?" for _, ours in pairs]


def test_only_what_is_known_is_named() -> None:
    assert synonym("swish", ["relu", "conv2d"]) is None
    assert did_you_mean("swish", ["relu", "conv2d"], "the activations are relu") == "the activations are relu"


def test_the_same_spelling_comes_before_a_synonym_and_a_synonym_before_what_is_near() -> None:
    assert synonym("Conv-1D", ["conv2d", "conv1d"]) == "conv1d"
    assert did_you_mean("sum", ["add", "sun"]) == "did you mean 'add'?"
    assert did_you_mean("strde", FIELDS) == "did you mean 'stride'?"


@pytest.mark.parametrize("word", ["", "2d", "…", "×", "größe"])
def test_a_word_without_letters_means_nothing(word: str) -> None:
    assert synonym(word, ["", "×", *OPS, *FIELDS]) is None


def test_words_without_a_counterpart_have_a_sentence() -> None:
    assert instead("round") == "floor(x + 1/2) is the nearest whole number"
    assert instead("Batch").startswith("a spec is written for one image")
    assert instead("conv2d") == ""


def test_no_word_of_ours_is_listed_as_another_spelling_of_itself() -> None:
    astray = [(ours, word) for ours, theirs in _THEIRS.items() for word in theirs.split() if _plain(word) == _plain(ours)]
    assert astray == []


def test_no_word_is_listed_twice_under_one_of_ours() -> None:
    twice = [ours for ours, theirs in _THEIRS.items() if len(words := [*map(_plain, theirs.split())]) != len(set(words))]
    assert twice == []
