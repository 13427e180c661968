"""Reading safetensors files, with one clear line where they are missing or damaged."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from mariana_video.errors import NetworkError


def read_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and raw metadata of any safetensors file.

    Raises:
        NetworkError: missing, damaged, or claiming more than it holds.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            return {key: file.get_tensor(key) for key in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except FileNotFoundError:
        raise NetworkError(f"no weights file at {path}") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise NetworkError(f"{path} is no intact safetensors file ({error})") from None
