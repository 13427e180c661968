"""How large a picture's values are: numpy's own bits, however large the picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mariana_video.dream.plain.measure import mean_size, rms


@pytest.mark.parametrize("shape", [(1, 3, 7, 5), (1, 3, 361, 641), (1, 1, 1081, 1923)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_they_are_numpys_own(shape: tuple[int, ...], layout: torch.memory_format) -> None:
    tensor = torch.randn(shape, generator=torch.Generator().manual_seed(1)).contiguous(memory_format=layout)
    values = tensor.numpy()
    assert rms(tensor) == float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
    assert mean_size(tensor) == float(np.mean(np.abs(values), dtype=np.float64))
