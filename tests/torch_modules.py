"""Random modules of PyTorch with inputs for them, of every kind that networks are made of."""

import random
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

Drawn = tuple[nn.Module, tuple[Any, ...]]


class Does(nn.Module):
    """A function as a module, with a parameter if there is one."""

    def __init__(self, function: Callable[..., Any], **parameters: Any) -> None:
        super().__init__()
        self.function = function
        for name, value in parameters.items():
            setattr(self, name, nn.Parameter(value))

    def forward(self, *inputs: Any) -> Any:
        return self.function(*inputs, **dict(self.named_parameters(recurse=False)))


def sides(rng: random.Random, many: int, low: int, high: int) -> tuple[int, ...]:
    return tuple(rng.randint(low, high) for _ in range(many))


def values(rng: random.Random, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(rng.getrandbits(32)))


def conv(rng: random.Random) -> Drawn:
    many, groups = rng.randint(1, 3), rng.choice([1, 1, 2, 4])
    c, out = groups * rng.randint(1, 4), groups * rng.randint(1, 4)
    if rng.random() < 0.2:
        groups, out = c, c * rng.randint(1, 2)
    kernel, stride, dilation = sides(rng, many, 1, 4), sides(rng, many, 1, 3), sides(rng, many, 1, 2)
    padding: Any = rng.choice(["same", "valid", None, None, None])
    mode = rng.choice(["zeros", "zeros", "zeros", "reflect", "replicate", "circular"])
    stride = (1,) * many if padding == "same" else stride
    padding = tuple(rng.randint(0, k // 2) for k in kernel) if padding is None else padding
    kind = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[many - 1]
    module = kind(c, out, kernel, stride, padding, dilation, groups, rng.random() < 0.5, mode)
    return module, (values(rng, 2, c, *sides(rng, many, 8, 12)),)


def conv_transpose(rng: random.Random) -> Drawn:
    many, groups = rng.randint(1, 3), rng.choice([1, 1, 2, 3])
    c, out = groups * rng.randint(1, 3), groups * rng.randint(1, 3)
    kernel, stride, dilation = sides(rng, many, 1, 4), sides(rng, many, 1, 3), sides(rng, many, 1, 2)
    padding = tuple(rng.randint(0, d * (k - 1) // 2) for k, d in zip(kernel, dilation, strict=True))
    extra = tuple(rng.randint(0, s - 1) for s in stride)  # PyTorch takes up to the dilation, ONNX Runtime does not
    kind = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)[many - 1]
    module = kind(c, out, kernel, stride, padding, extra, groups, rng.random() < 0.5, dilation)
    return module, (values(rng, 2, c, *sides(rng, many, 4, 7)),)


def linear(rng: random.Random) -> Drawn:
    c, out = rng.randint(1, 9), rng.randint(1, 9)
    if rng.random() < 0.15:
        other = rng.randint(1, 5)
        return nn.Bilinear(c, other, out), (values(rng, 3, c), values(rng, 3, other))
    return nn.Linear(c, out, rng.random() < 0.5), (values(rng, 2, *sides(rng, rng.randint(0, 2), 1, 5), c),)


def product(rng: random.Random) -> Drawn:
    b, r, k, c = (rng.randint(1, 5) for _ in range(4))
    return rng.choice(
        [
            (Does(torch.matmul), (values(rng, b, 2, r, k), values(rng, b, 2, k, c))),
            (Does(torch.bmm), (values(rng, b, r, k), values(rng, b, k, c))),
            (Does(lambda x, w: x @ w, w=values(rng, k, c)), (values(rng, b, r, k),)),
            (Does(lambda x, w: torch.addmm(x, x, w, beta=0.5, alpha=2), w=values(rng, k, k)), (values(rng, r, k),)),
            (Does(lambda x, w, y: torch.addmm(y, x, w), w=values(rng, k, c), y=values(rng, c)), (values(rng, r, k),)),
            (Does(lambda x, y, z: torch.baddbmm(z, x, y)), (values(rng, b, r, k), values(rng, b, k, c), values(rng, b, r, c))),
            (Does(lambda x, y: torch.einsum("bhik,bhjk->bhij", x, y)), (values(rng, b, 2, r, k), values(rng, b, 2, c, k))),
            (Does(lambda x, w: torch.einsum("bik,ko->bio", x, w), w=values(rng, k, c)), (values(rng, b, r, k),)),
        ]
    )


def attention(rng: random.Random) -> Drawn:
    heads, width, t, s = rng.randint(1, 4), rng.randint(1, 4) * 2, rng.randint(1, 6), rng.randint(1, 6)
    dim = heads * width
    kind = rng.choice(["module", "module", "cross", "plain", "causal", "masked", "grouped", "encoder", "decoder", "three"])
    if kind == "module":
        module = nn.MultiheadAttention(dim, heads, bias=rng.random() < 0.7, batch_first=rng.random() < 0.7)
        found = Does(lambda x: x)
        found.inner = module
        needs = rng.random() < 0.3
        found.function = lambda x: module(x, x, x, need_weights=needs)[0]
        return found, (values(rng, 2, t, dim),)
    if kind == "cross":
        module = nn.MultiheadAttention(dim, heads, kdim=dim + 1, vdim=dim + 2, batch_first=True)
        found = Does(lambda x, y, z: module(x, y, z, need_weights=False)[0])
        found.inner = module
        return found, (values(rng, 2, t, dim), values(rng, 2, s, dim + 1), values(rng, 2, s, dim + 2))
    if kind == "encoder":
        encoder = nn.TransformerEncoderLayer(
            dim, heads, 2 * dim, batch_first=True, norm_first=rng.random() < 0.5, activation=rng.choice(["relu", "gelu"])
        )
        return nn.TransformerEncoder(encoder, 2, enable_nested_tensor=False), (values(rng, 2, t, dim),)
    if kind == "decoder":
        return nn.TransformerDecoderLayer(dim, heads, dim, batch_first=True), (values(rng, 2, t, dim), values(rng, 2, s, dim))
    q, k, v = values(rng, 2, heads, t, width), values(rng, 2, heads, s, width), values(rng, 2, heads, s, width + 1)
    dot = functional.scaled_dot_product_attention
    if kind == "causal":
        return Does(lambda a: dot(a, a, a, is_causal=True)), (q,)
    if kind == "masked":
        mask = values(rng, t, s) > 0
        mask[:, 0] = True
        mask = mask if rng.random() < 0.5 else values(rng, 2, 1, t, s)
        return Does(lambda a, b, c, d: dot(a, b, c, attn_mask=d)), (q, k, v, mask)
    if kind == "grouped":
        return Does(lambda a, b, c: dot(a, b, c, enable_gqa=True)), (values(rng, 2, 2 * heads, t, width), k, v)
    if kind == "three":
        return Does(dot), (q[:, 0], k[:, 0], v[:, 0])
    scale = rng.choice([None, 0.3])
    return Does(lambda a, b, c: dot(a, b, c, scale=scale)), (q, k, v)


def pool(rng: random.Random) -> Drawn:
    many = rng.randint(1, 3)
    kernel, stride = sides(rng, many, 1, 4), sides(rng, many, 1, 3)
    padding, ceil = tuple(rng.randint(0, k // 2) for k in kernel), rng.random() < 0.4
    x = values(rng, 2, 3, *sides(rng, many, 6, 12))
    kind = rng.choice(["max", "avg", "adaptive_avg", "adaptive_max", "adaptive_avg"])
    if kind == "max":
        made = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[many - 1]
        dilation = sides(rng, many, 1, 2)
        return made(kernel, stride, padding, dilation, ceil_mode=ceil), (x,)
    if kind == "avg":
        made = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)[many - 1]
        return made(kernel, rng.choice([stride, None]), padding, ceil, rng.random() < 0.5), (x,)
    wanted = sides(rng, many, 1, 5) if rng.random() < 0.7 else (1,) * many
    names = {"adaptive_avg": "AdaptiveAvgPool", "adaptive_max": "AdaptiveMaxPool"}
    return getattr(nn, f"{names[kind]}{many}d")(wanted if many > 1 else wanted[0]), (x,)


def norm(rng: random.Random) -> Drawn:
    many, c = rng.randint(1, 3), 2 * rng.randint(1, 4)
    x, affine = values(rng, 2, c, *sides(rng, many, 2, 5)), rng.random() < 0.6
    kind = rng.choice(["batch", "layer", "group", "instance", "rms", "local", "weight"])
    if kind == "batch":
        module = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)[many - 1](c, eps=rng.choice([1e-5, 1e-3]), affine=affine)
        module.running_mean.copy_(values(rng, c))
        module.running_var.copy_(values(rng, c).abs() + 0.1)
        return module, (x,)
    if kind == "layer":
        return nn.LayerNorm([*x.shape[-rng.randint(1, many + 1) :]], elementwise_affine=affine), (x,)
    if kind == "rms":
        return nn.RMSNorm([*x.shape[-rng.randint(1, 2) :]], elementwise_affine=affine), (x,)
    if kind == "group":
        return nn.GroupNorm(rng.choice([1, 2, c]), c, affine=affine), (x,)
    if kind == "instance":
        return (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)[many - 1](c, affine=affine), (x,)
    if kind == "local":
        return nn.LocalResponseNorm(rng.choice([2, 3, 5])), (values(rng, 2, c, 4, 5),)
    return nn.utils.parametrizations.weight_norm(nn.Linear(c, 3)), (values(rng, 2, c),)


ACTIVATIONS: list[Callable[[], nn.Module]] = [
    nn.ReLU,
    nn.ReLU6,
    nn.GELU,
    lambda: nn.GELU("tanh"),
    nn.SiLU,
    nn.Hardswish,
    nn.Hardsigmoid,
    lambda: nn.Hardtanh(-2, 0.5),
    lambda: nn.LeakyReLU(0.2),
    lambda: nn.ELU(0.7),
    nn.SELU,
    lambda: nn.CELU(1.7),
    nn.PReLU,
    lambda: nn.PReLU(4),
    lambda: nn.Softplus(2),
    nn.Softplus,
    nn.Softsign,
    nn.Mish,
    nn.Sigmoid,
    nn.Tanh,
    nn.LogSigmoid,
    nn.Tanhshrink,
    nn.Softshrink,
    nn.Hardshrink,
    lambda: nn.Threshold(0.2, 3.0),
    lambda: nn.GLU(1),
    nn.RReLU,
    lambda: nn.Softmax(1),
    lambda: nn.LogSoftmax(-1),
    lambda: nn.Softmin(1),
    lambda: nn.Dropout(0.3),
    lambda: nn.ReLU(inplace=True),
]


def activation(rng: random.Random) -> Drawn:
    shape = (2, 4, *sides(rng, rng.randint(0, 3), 1, 4))
    return rng.choice(ACTIVATIONS)(), (values(rng, *shape),)


FUNCTIONS: list[Callable[[Any], Any]] = [
    lambda x: x.abs().sqrt() + x.exp() - 1,
    lambda x: (x.abs() + 1).log().rsqrt(),
    lambda x: torch.where(x > 0, x, -x * 2),
    lambda x: x.masked_fill(x < 0, -1.0),
    lambda x: x.clamp(-0.5, 0.5),
    lambda x: x.clamp_min(0.1) + x.clamp(max=0.4),
    lambda x: torch.maximum(x, x.sin()) - torch.minimum(x, x.cos()),
    lambda x: x.pow(2) + x**3 - 2.0**x,
    lambda x: 1 - x,
    lambda x: 1 / (x.abs() + 1),
    lambda x: x.floor() + x.ceil() - x.round() + x.sign(),
    lambda x: torch.add(x, x, alpha=3) - torch.sub(x, x.neg(), alpha=2),
    lambda x: x.erf() * x.tan().tanh(),
    lambda x: torch.addcmul(x, x, x, value=0.3) + torch.lerp(x, x * 2, 0.3),
    lambda x: torch.remainder(x, 0.7) + torch.div(x, 0.3, rounding_mode="floor"),
    lambda x: ((x > 0) & (x < 1) | ~(x < -1)).float(),
    lambda x: x.mean((1, 2)) + x.sum((1, 2)),
    lambda x: x.amax(1, keepdim=True) - x.amin(-1, keepdim=True),
    lambda x: x.max(1).values + x.min(1)[0],
    lambda x: x.max(2)[1],
    lambda x: x.argmax(1) + x.argmin(1),
    lambda x: x.var(1) + x.std((0, 2)).mean(),
    lambda x: torch.var_mean(x, 2, unbiased=False)[0],
    lambda x: functional.normalize(x, dim=1),
    lambda x: x.logsumexp(1) + x.norm(dim=2).mean(),
    lambda x: x.cumsum(1),
    lambda x: x.topk(2, dim=1)[0],
    lambda x: x.flatten(1) + x.mean(),
    lambda x: x.flatten(0, 1).unsqueeze(0).squeeze(0),
    lambda x: x.view(2, -1, 2).transpose(1, 2).reshape(2, -1),
    lambda x: x.permute(2, 0, 1)[None].expand(3, -1, -1, -1),
    lambda x: torch.cat([x, x * 2], 1).chunk(4, 1)[1],
    lambda x: torch.stack(x.split([1, 3], 1)[1].unbind(1), 0),
    lambda x: x[:, 1:-1, ::2] + x[:, :2, 1::2],
    lambda x: x[:, 0] + x[..., -1, :] * x.select(1, 2),
    lambda x: x[:, [2, 0, 1]],
    lambda x: x[:, torch.tensor([[0, 1], [2, 3]]), torch.tensor([1, 0])],
    lambda x: x.index_select(1, torch.tensor([3, 0])),
    lambda x: torch.gather(x, 1, (x > 0).long()),
    lambda x: x.roll((1, -2), (1, 2)),
    lambda x: x.flip((1, 2)),
    lambda x: x.repeat(1, 2, 3),
    lambda x: x.repeat_interleave(2, 1),
    lambda x: x.unfold(1, 2, 1),
    lambda x: functional.pad(x, (1, 2, 0, 1), value=3.0),
    lambda x: functional.pad(x, (1, 2), mode="reflect"),
    lambda x: functional.pad(x, (-1, 1, 1, -1)),
    lambda x: functional.pad(x, (1, 1), mode="circular"),
    lambda x: x + torch.arange(4, dtype=x.dtype)[None, :, None],
    lambda x: x * torch.ones_like(x).triu(1) + x.tril(),
    lambda x: x.movedim(1, -1).contiguous().unflatten(1, (2, 2)),
    lambda x: x.to(torch.float64).sum(1).float(),
    lambda x: x.masked_fill(torch.eye(4).bool()[None], float("-inf")).softmax(-1),
    lambda x: x.clone().fill_(2.0) + torch.full_like(x, 3),
    lambda x: (x.long() % 3 + x.long() // 2).float(),
]


def function(rng: random.Random) -> Drawn:
    return Does(rng.choice(FUNCTIONS)), (values(rng, 2, 4, 4),)


def resized(rng: random.Random) -> Drawn:
    many = rng.randint(1, 3)
    x = values(rng, 2, 4, *([4] * many))
    modes = ["nearest", "nearest-exact", ("linear", "bilinear", "trilinear")[many - 1], *(["bicubic"] if many == 2 else [])]
    mode = rng.choice(modes)
    corners = None if "nearest" in mode else rng.random() < 0.5
    size = sides(rng, many, 2, 9)
    kind = rng.choice(["size", "scale", "scale", "shuffle", "unshuffle", "channels", "unfold", "upsample"])
    if kind == "size":
        return Does(lambda a: functional.interpolate(a, size=size, mode=mode, align_corners=corners)), (x,)
    if kind == "scale":
        return Does(lambda a: functional.interpolate(a, scale_factor=2.0, mode=mode, align_corners=corners)), (x,)
    if kind == "upsample":
        return nn.Upsample(scale_factor=1.5, mode="nearest"), (x,)
    x = values(rng, 2, 8, 6, 6)
    if kind == "unfold":
        return nn.Unfold(sides(rng, 2, 1, 3), sides(rng, 2, 1, 2), sides(rng, 2, 0, 1), sides(rng, 2, 1, 2)), (x,)
    return {"shuffle": nn.PixelShuffle(2), "unshuffle": nn.PixelUnshuffle(3), "channels": nn.ChannelShuffle(4)}[kind], (x,)


def recurrent(rng: random.Random) -> Drawn:
    c, hidden, layers, both, first = (
        rng.randint(1, 5),
        rng.randint(1, 5),
        rng.randint(1, 2),
        rng.random() < 0.5,
        rng.random() < 0.5,
    )
    x = values(rng, 2, 3, c)
    more = {"bidirectional": both, "batch_first": first, "bias": rng.random() < 0.7}
    kind = rng.choice(["lstm", "gru", "rnn", "state"])
    if kind == "state":
        state = values(rng, layers * (1 + both), 2 if first else 3, hidden)
        return nn.GRU(c, hidden, layers, **more), (x, state)
    made = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[kind]
    return made(c, hidden, layers, **more, **({"nonlinearity": rng.choice(["tanh", "relu"])} if kind == "rnn" else {})), (x,)


def table(rng: random.Random) -> Drawn:
    entries = rng.randint(2, 9)
    places = torch.tensor([[rng.randrange(entries) for _ in range(3)] for _ in range(2)])
    return nn.Sequential(nn.Embedding(entries, 4, padding_idx=0), nn.LayerNorm(4)), (places,)


class Block(nn.Module):
    """A block as networks have it: a few convolutions with norms, gates and a shortcut."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        c, out, self.gated = 4 * rng.randint(1, 2), 4 * rng.randint(1, 3), rng.random() < 0.5
        self.channels = c
        self.expand = nn.Sequential(nn.Conv2d(c, out, 1, bias=False), nn.BatchNorm2d(out), rng.choice(ACTIVATIONS[:5])())
        groups = rng.choice([1, 2, out])
        self.spatial = nn.Sequential(
            nn.Conv2d(out, out, 3, padding=1, groups=groups), nn.GroupNorm(2, out), nn.SiLU(inplace=True)
        )
        self.project = nn.Conv2d(out, c, 1)
        if not self.gated:
            return
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(out, 2, 1), nn.ReLU(), nn.Conv2d(2, out, 1), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.spatial(self.expand(x))
        y = y * self.gate(y) if self.gated else y
        y = self.project(y)
        y += x
        return functional.relu(y)


def block(rng: random.Random) -> Drawn:
    made = Block(rng)
    return nn.Sequential(made, nn.Flatten(), nn.Linear(made.channels * 36, 5)), (values(rng, 2, made.channels, 6, 6),)


KINDS: dict[str, Callable[[random.Random], Drawn]] = {
    one.__name__: one
    for one in (
        conv,
        conv_transpose,
        linear,
        product,
        attention,
        pool,
        norm,
        activation,
        function,
        resized,
        recurrent,
        table,
        block,
    )
}


def drawn(kind: str, seed: int) -> Drawn:
    """A module of a kind, in evaluation mode, its parameters drawn too."""
    rng = random.Random(f"{kind} {seed}")
    torch.manual_seed(seed)
    module, inputs = KINDS[kind](rng)
    with torch.no_grad():
        for one in module.parameters():
            one.copy_(values(rng, *one.shape) * 0.5)
    return module.eval(), inputs
