"""Near-duplicates by difference hash (Krawetz, "Kind of like that", 2013)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEAR = 4  # bits of 64 in which the hashes of near-duplicates differ at most
BLOCK = 1024  # rows compared at once: 1,024 × 40,000 hashes are 330 MB


def difference_hash(picture: NDArray[np.uint8]) -> int:
    """64 bits: in a 9×8 grey thumbnail, whether each value is smaller than its right neighbour."""
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA)
    bits = (small[:, 1:] > small[:, :-1]).flatten()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def clusters(hashes: NDArray[np.uint64]) -> list[list[int]]:
    """Indices grouped so that any two pictures within `NEAR` bits are in one group, also by way of others."""
    parent = list(range(len(hashes)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for start in range(0, len(hashes), BLOCK):
        block = hashes[start : start + BLOCK, None] ^ hashes[None, start:]
        for row, column in zip(*np.nonzero(np.bitwise_count(block) <= NEAR), strict=True):
            parent[root(start + int(column))] = root(start + int(row))
    groups: dict[int, list[int]] = {}
    for i in range(len(hashes)):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())
