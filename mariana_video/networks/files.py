"""Reading safetensors files, with one clear line where they are missing or damaged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import Tensor

from mariana_video.errors import NetworkError


def read_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and raw metadata of any safetensors file.

    Raises:
        NetworkError: missing, damaged, or claiming more than it holds.
    """
    with _opened(path) as file:
        return {key: file.get_tensor(key) for key in file.keys()}, file.metadata() or {}  # noqa: SIM118 (no mapping)


def read_header(path: Path) -> dict[str, str]:
    """The raw metadata alone.

    Raises:
        NetworkError: as `read_safetensors`.
    """
    with _opened(path) as file:
        return file.metadata() or {}


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            yield file
    except FileNotFoundError:
        raise NetworkError(f"no weights file at {path}") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise NetworkError(f"{path} is no intact safetensors file ({error})") from None
