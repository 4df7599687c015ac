"""Known answers of `costmodel/ops/resize.py`."""

from rows import answer, image, signal, volume

ANSWERS = [
    # TensorFlow's ResNet pads by itself before its stem
    answer(
        "pad",
        image(3, 224, 224),
        fields={"padding": 3},
        output=image(3, 230, 230),
        read=150528,  # 3*224*224
        write=158700,  # 3*230*230
    ),
    answer(
        "pad",
        image(5, 8, 9, n=2),
        fields={"padding": [[0, 1], 2]},
        output=image(5, 9, 13, n=2),
        read=720,  # 2*5*8*9
        write=1170,  # 2*5*9*13
    ),
    answer(
        "pad",
        signal(4, 10),
        fields={"padding": [[3, 1]]},
        output=signal(4, 14),
        read=40,  # 4*10
        write=56,  # 4*14
    ),
    # a feature pyramid's step (arXiv:1612.03144, section 3): values are copied
    answer(
        "upsample",
        image(256, 14, 14),
        fields={"scale": 2},
        output=image(256, 28, 28),
        read=50176,  # 256*14*14
        write=200704,  # 256*28*28
    ),
    # four values a value
    answer(
        "upsample",
        image(64, 7, 8, n=2),
        fields={"scale": [2, 3], "mode": "bilinear"},
        output=image(64, 14, 24, n=2),
        mul=172032,  # 2*64*14*24 * 4
        add=129024,  # 2*64*14*24 * (4 - 1)
        read=7168,  # 2*64*7*8
        write=43008,  # 2*64*14*24
    ),
    answer(
        "upsample",
        signal(3, 10),
        fields={"scale": 4, "mode": "linear"},
        output=signal(3, 40),
        mul=240,  # 3*40 * 2
        add=120,  # 3*40
        read=30,  # 3*10
        write=120,  # 3*40
    ),
    answer(
        "upsample",
        volume(2, 3, 4, 5),
        fields={"scale": [1, 2, 3], "mode": "trilinear"},
        output=volume(2, 3, 8, 15),
        mul=5760,  # 2*3*8*15 * 2*2*2
        add=5040,  # 2*3*8*15 * (2*2*2 - 1)
        read=120,  # 2*3*4*5
        write=720,  # 2*3*8*15
    ),
    # DeepLab's last step (arXiv:1706.05587) back to the size of the picture
    answer(
        "resize",
        image(21, 65, 65),
        fields={"size": 513, "mode": "bilinear"},
        output=image(21, 513, 513),
        mul=22106196,  # 21*513*513 * 4
        add=16579647,  # 21*513*513 * 3
        read=88725,  # 21*65*65
        write=5526549,  # 21*513*513
    ),
    # smaller, from sixteen values a value
    answer(
        "resize",
        image(3, 40, 50),
        fields={"size": [10, 20], "mode": "bicubic"},
        output=image(3, 10, 20),
        mul=9600,  # 3*10*20 * 16
        add=9000,  # 3*10*20 * 15
        read=6000,  # 3*40*50
        write=600,  # 3*10*20
    ),
    answer(
        "resize",
        volume(1, 4, 4, 4),
        fields={"size": [2, 3, 4]},
        output=volume(1, 2, 3, 4),
        read=64,  # 4*4*4
        write=24,  # 2*3*4
    ),
    # ESPCN's last step (arXiv:1609.05158): 3*3 channels become one of three times the height and width
    answer(
        "pixel_shuffle",
        image(9, 20, 30),
        fields={"factor": 3},
        output=image(1, 60, 90),
        read=5400,  # 9*20*30
        write=5400,  # 60*90
    ),
    # YOLOv2's passthrough layer (arXiv:1612.08242, section 2): 26*26*512 becomes 13*13*2048
    answer(
        "pixel_unshuffle",
        image(512, 26, 26),
        fields={"factor": 2},
        output=image(2048, 13, 13),
        read=346112,  # 512*26*26
        write=346112,  # 2048*13*13
    ),
]
