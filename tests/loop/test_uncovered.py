"""What newly appears is found, laid on one sheet and given back to its place."""

from __future__ import annotations

import torch

from mariana_video.loop.uncovered import Box, boxes_round, sheet_of

BOXES = (Box(0, 40, 0, 90), Box(10, 90, 100, 130), Box(60, 84, 0, 24), Box(50, 80, 40, 95))


def test_boxes_hold_what_is_young_and_thick_with_a_margin() -> None:
    young = torch.zeros(1, 1, 160, 240)
    young[..., 40:80, 56:104] = 1
    young[..., 120:144, 200:224] = 1
    young[..., 4:10, 4:120] = 1  # too thin to bother
    large, small = boxes_round(young)
    assert (large.top, large.bottom, large.left, large.right) == (20, 100, 36, 124)
    assert small.of(young).sum() == 24 * 24


def test_boxes_lie_side_by_side_on_a_small_sheet() -> None:
    sheet = sheet_of(BOXES)
    covered = torch.zeros(1, 1, *sheet.shape)
    for box, place in zip(sheet.boxes, sheet.places, strict=True):
        assert place.shape == box.shape
        place.of(covered).add_(1)
    assert covered.max() == 1
    assert covered.sum() == sum(box.pixels for box in BOXES)
    high, wide = ([box.shape[side] for box in BOXES] for side in (0, 1))
    assert covered.numel() < min(max(high) * sum(wide), sum(high) * max(wide))
    assert sheet_of(BOXES[:1]).shape == BOXES[0].shape


def test_a_sheet_is_given_back_to_where_it_was_taken() -> None:
    picture = torch.rand(1, 3, 96, 136, generator=torch.Generator().manual_seed(0))
    sheet = sheet_of(BOXES)
    taken = sheet.taken(picture, 0.5)
    assert torch.equal(sheet.given_back(picture, taken), picture)
    changed = sheet.given_back(picture, taken + 1) - picture
    inside = torch.zeros(1, 1, 96, 136)
    for box in BOXES:
        box.of(inside).fill_(1)
    assert torch.allclose(changed, inside.expand_as(changed), atol=1e-6)
