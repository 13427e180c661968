"""Random crops of decoded pictures: what a classifier must not depend on is varied here.

Geometry (place, size, proportions, turn, mirror) is one affine map a picture, then softness (a detour through a
smaller size, JPEG) and colour. Everything is drawn from the generator that is given, so a batch can be made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.networks.network import LUMA, Normalisation

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Augmentation:
    """How far crops vary; probabilities and ranges, all off at 0."""

    smallest_part: float = 0.5
    smallest_side: int = 70
    proportions: float = 0.25
    turn: float = 10.0
    soft: float = 0.25
    jpeg: float = 0.25
    brightness: float = 0.25
    contrast: float = 0.25
    saturation: float = 0.3
    tint: float = 0.06
    grey: float = 0.03


def random_crops(pictures: Sequence[Picture], side: int, how: Augmentation, generator: np.random.Generator) -> Tensor:
    """N×3×side×side uint8, one random crop a picture."""
    crops = np.stack([_soften(_crop(picture, side, how, generator), how, generator) for picture in pictures])
    tensor = torch.from_numpy(crops).permute(0, 3, 1, 2).contiguous()
    return _recolour(tensor, how, generator)


def centre_crops(pictures: Sequence[Picture], side: int) -> Tensor:
    """N×3×side×side uint8: the middle square of each picture, resized."""
    return torch.from_numpy(np.stack([_centre(picture, side) for picture in pictures])).permute(0, 3, 1, 2).contiguous()


def normalised(crops: Tensor, normalisation: Normalisation) -> Tensor:
    """uint8 N×3×H×W as the network is to see it: luma for one-channel networks, (x − mean) / std."""
    x = crops.float() / 255
    if len(normalisation.mean) == 1:
        x = (x * torch.tensor(LUMA, device=x.device).view(1, 3, 1, 1)).sum(1, keepdim=True)
    mean, std = (torch.tensor(v, device=x.device).view(1, -1, 1, 1) for v in (normalisation.mean, normalisation.std))
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)


def _crop(picture: Picture, side: int, how: Augmentation, generator: np.random.Generator) -> Picture:
    import cv2

    height, width = picture.shape[:2]
    short = min(height, width)
    part = generator.uniform(min(max(how.smallest_part * short, how.smallest_side), short), short)
    stretch = np.exp(generator.uniform(-how.proportions, how.proportions) / 2)
    across, down = min(part * stretch, width), min(part / stretch, height)
    x = across / 2 + generator.uniform() * (width - across)
    y = down / 2 + generator.uniform() * (height - down)
    angle = np.deg2rad(generator.uniform(-how.turn, how.turn)) * generator.integers(2)
    flip = 1 - 2 * generator.integers(2)
    # Maps output pixels to picture pixels: scale (and mirror), then turn, then move to the centre of the crop.
    scale = np.diag([flip * across / side, down / side])
    cos, sin = np.cos(angle), np.sin(angle)
    linear = np.array([[cos, -sin], [sin, cos]]) @ scale
    offset = np.array([x - 0.5, y - 0.5]) - linear @ np.full(2, (side - 1) / 2)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    matrix = np.column_stack([linear, offset])
    return cv2.warpAffine(picture, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REFLECT_101).astype(
        np.uint8
    )


def _soften(crop: Picture, how: Augmentation, generator: np.random.Generator) -> Picture:
    import cv2

    side = crop.shape[0]
    soft, jpeg, factor, quality = generator.uniform(size=4)
    if soft < how.soft:
        small = max(8, round(side * (0.4 + 0.5 * factor)))
        crop = cv2.resize(crop, (small, small), interpolation=cv2.INTER_AREA).astype(np.uint8)
        crop = cv2.resize(crop, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    if jpeg < how.jpeg:
        _, data = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, int(30 + 60 * quality)])
        crop = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return crop


def _recolour(crops: Tensor, how: Augmentation, generator: np.random.Generator) -> Tensor:
    count = len(crops)

    def drawn(width: float, channels: int = 1) -> Tensor:
        values = generator.uniform(-width, width, (count, channels, 1, 1)).astype(np.float32)
        return torch.from_numpy(values)

    x = crops.float() / 255
    mean = x.mean((1, 2, 3), keepdim=True)
    x = (x - mean) * (1 + drawn(how.contrast)) + mean
    luma = (x * torch.tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
    coloured = (torch.from_numpy(generator.uniform(size=(count, 1, 1, 1))) >= how.grey).float()
    x = luma + (x - luma) * (1 + drawn(how.saturation)) * coloured
    x = x * (1 + drawn(how.brightness)) * (1 + drawn(how.tint, 3))
    return (x.clamp(0, 1) * 255).round().to(torch.uint8)


def _centre(picture: Picture, side: int) -> Picture:
    import cv2

    height, width = picture.shape[:2]
    short = min(height, width)
    top, left = (height - short) // 2, (width - short) // 2
    square = np.ascontiguousarray(picture[top : top + short, left : left + short])
    method = cv2.INTER_AREA if short > side else cv2.INTER_LINEAR
    return cv2.resize(square, (side, side), interpolation=method).astype(np.uint8)
