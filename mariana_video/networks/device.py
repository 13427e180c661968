"""The device that networks run on."""

from __future__ import annotations

import torch

from mariana_video.errors import UsageError


def choose_device(name: str = "auto") -> torch.device:
    """The device called `name`, or the best there is. Raises UsageError where the machine lacks it."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0][:120]
        raise UsageError(f"--device {name}: this machine can't use it ({reason}); use auto or cpu") from None
    return device
