"""Known answers of `costmodel/ops/layout.py`."""

from rows import answer, image, tokens, vector

ANSWERS = [
    # AlexNet's: a view, so nothing happens
    answer("flatten", image(256, 6, 5, n=2), output=vector(7680, n=2)),
    # the second half of ShuffleNetV2's channels
    answer(
        "slice",
        image(116, 28, 14, n=2),
        fields={"start": 58},
        output=image(58, 28, 14, n=2),
        read=45472,  # 2*58*28*14
        write=45472,  # 2*58*28*14
    ),
    # rows 1, 4 and 7
    answer(
        "slice",
        image(7, 9, 5),
        fields={"start": 1, "stop": 8, "step": 3, "axis": "h"},
        output=image(7, 3, 5),
        read=105,  # 7*3*5
        write=105,  # 7*3*5
    ),
    # ViT's class token
    answer(
        "slice",
        tokens(197, 768),
        fields={"stop": 1, "axis": "t"},
        output=tokens(1, 768),
        read=768,  # 768
        write=768,  # 768
    ),
    answer(
        "split",
        image(116, 28, 14, n=2),
        fields={"parts": 2, "take": 1},
        output=image(58, 28, 14, n=2),
        read=45472,  # 2*58*28*14
        write=45472,  # 2*58*28*14
    ),
    answer(
        "split",
        tokens(12, 5),
        fields={"parts": 3, "take": 0, "axis": "t"},
        output=tokens(4, 5),
        read=20,  # 4*5
        write=20,  # 4*5
    ),
    # ShuffleNet's
    answer(
        "shuffle",
        image(240, 28, 14, n=2),
        fields={"groups": 3},
        output=image(240, 28, 14, n=2),
        read=188160,  # 2*240*28*14
        write=188160,  # 2*240*28*14
    ),
    # one group: nothing changes its place
    answer("shuffle", image(240, 28, 14), fields={"groups": 1}, output=image(240, 28, 14)),
    # CondenseNet's: a quarter of the channels
    answer(
        "index_select",
        image(64, 56, 28, n=2),
        fields={"out": 16},
        output=image(16, 56, 28, n=2),
        buffers=16,  # 16
        read=50176,  # 2*16*56*28
        write=50176,  # 2*16*56*28
    ),
    # some of them twice
    answer(
        "index_select",
        vector(5),
        fields={"out": 8},
        output=vector(8),
        buffers=8,  # 8
        read=8,  # 8
        write=8,  # 8
    ),
    # MLP-Mixer's, between its mixing of tokens and of channels
    answer(
        "transpose",
        tokens(196, 768),
        fields={"axes": ["t", "c"]},
        output=tokens(768, 196),
        read=150528,  # 196*768
        write=150528,  # 196*768
    ),
    answer(
        "transpose",
        image(3, 4, 5, n=2),
        fields={"axes": ["h", "w"]},
        output=image(3, 5, 4, n=2),
        read=120,  # 2*3*4*5
        write=120,  # 2*3*4*5
    ),
    answer("flatten", tokens(49, 64, n=2), output=vector(3136, n=2)),
    # ViT's patches as tokens
    answer("reshape", image(768, 14, 14, n=2), fields={"shape": {"t": 196, "c": 768}}, output=tokens(196, 768, n=2)),
    answer("dropout", image(24, 7, 7), fields={"rate": 1}, output=image(24, 7, 7)),
    # channels last
    answer(
        "permute",
        image(96, 56, 28, n=2),
        fields={"order": ["h", "w", "c"]},
        output=image(56, 28, 96, n=2),
        read=301056,  # 2*96*56*28
        write=301056,  # 96*56*56
    ),
    answer("permute", image(3, 4, 5), fields={"order": ["c", "h", "w"]}, output=image(3, 4, 5)),
    answer(
        "tile",
        image(3, 1, 5),
        fields={"shape": {"c": 6, "h": 4, "w": 5}},
        output=image(6, 4, 5),
        read=15,  # 3*5
        write=120,  # 2*3*4*5
    ),
    # a row turned around
    answer(
        "index_select",
        image(3, 4, 5),
        fields={"out": 5, "axis": "w"},
        output=image(3, 4, 5),
        buffers=5,  # 5
        read=60,  # 3*4*5
        write=60,  # 3*4*5
    ),
]
