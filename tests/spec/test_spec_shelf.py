"""What a name that no spec has is answered with."""

import pytest

from costmodel.problems import SpecError
from costmodel.spec.shelf import find

ANSWERS = {
    "resnet18": ("resnet", "18"),
    "ResNet-101": ("resnet", "101"),
    "resnet_50": ("resnet50", ""),
    "wide_resnet50_2": ("resnet", "wide-50-2"),
    "vgg": ("vgg16", ""),
    "vgg19": ("vgg16", "19"),
    "vgg16_bn": ("vgg16", "16-bn"),
    "resnext50_32x4d": ("resnext", "50-32x4d"),
    "efficientnet-b3": ("efficientnet", "b3"),
    "mobilenet_v1": ("mobilenet", ""),
    "mobilenet_v2": ("mobilenetv2", ""),
    "mobilenet_v2_1.4.yaml": ("mobilenetv2", "x1.4"),
    "mobilenetv3_small": ("mobilenetv3", "small"),
    "shufflenet_v2_x1_0": ("shufflenetv2", "x1.0"),
    "squeezenet1_1": ("squeezenet", "v1.1"),
    "densenet121": ("densenet", "121"),
    "inception_v3": ("inceptionv3", ""),
    "regnet_x_1_6gf": ("regnet", "x-1.6gf"),
    "regnetx_16gf": ("regnet", "x-16gf"),
    "mnasnet0_5": ("mnasnet", "x0.5"),
    "mobilnet": ("mobilenet", ""),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_name_that_others_give_it(name: str) -> None:
    with pytest.raises(SpecError) as raised:
        find(name)
    spec, variant = ANSWERS[name]
    asked = f" with `--variant {variant}`" if variant else ""
    assert [problem.hint for problem in raised.value.problems] == [f"did you mean '{spec}'{asked}?"]
