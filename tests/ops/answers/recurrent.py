"""Known answers of `costmodel/ops/recurrent.py`."""

from rows import answer, tokens

ANSWERS = [
    # 35 words of 200 channels through 200 units: four products, one of them for the candidate
    answer(
        "lstm",
        tokens(35, 200),
        fields={"out": 200},
        output=tokens(35, 200),
        fma=11200000,  # 35 * 4*200*(200 + 200)
        add=84000,  # 35*200 * (3 + 1 + 2*4)
        mul=42000,  # 35*200 * (3 + 3)
        exp=35000,  # 35*200 * 5
        weights=320000,  # 4*200*(200 + 200)
        biases=1600,  # 2*4*200
        read=21000,  # 35*200 + 2*35*200
        write=14000,  # 2*35*200
    ),
    # both directions side by side
    answer(
        "lstm",
        tokens(7, 16, n=2),
        fields={"out": 24, "directions": 2, "bias": False},
        output=tokens(7, 48, n=2),
        fma=107520,  # 2*7 * 2*4*24*(16 + 24)
        add=2688,  # 2*7*48 * (3 + 1)
        mul=4032,  # 2*7*48 * (3 + 3)
        exp=3360,  # 2*7*48 * 5
        weights=7680,  # 2*4*24*(16 + 24)
        read=1792,  # 2 * 2*7*16 + 2 * 2*7*48
        write=1344,  # 2 * 2*7*48
    ),
    answer(
        "gru",
        tokens(7, 16),
        fields={"out": 24},
        output=tokens(7, 24),
        fma=20160,  # 7 * 3*24*(16 + 24)
        add=1848,  # 7*24 * (2 + 1 + 2 + 2*3)
        mul=840,  # 7*24 * (2 + 1 + 2)
        exp=504,  # 7*24 * 3
        weights=2880,  # 3*24*(16 + 24)
        biases=144,  # 2*3*24
        read=280,  # 7*16 + 7*24
        write=168,  # 7*24
    ),
    answer(
        "rnn",
        tokens(7, 16),
        fields={"out": 24},
        output=tokens(7, 24),
        fma=6720,  # 7 * 24*(16 + 24)
        add=336,  # 7*24 * 2
        exp=168,  # 7*24
        weights=960,  # 24*(16 + 24)
        biases=48,  # 2*24
        read=280,  # 7*16 + 7*24
        write=168,  # 7*24
    ),
]
