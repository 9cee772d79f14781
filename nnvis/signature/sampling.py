"""An order of samples that depends on what they hold and not on where they stand."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Int64

_CHUNK = 4096


def order_of(x: Any, seed: int) -> Int64[np.ndarray, "sample"]:
    """Rows of the tensor ``x`` by a keyed digest of their values: as good as drawn by chance.

    Clusters are found among the first of them, and everything is computed in this order, so
    that samples given in another order have the very same clusters. Equal samples stand in
    the order given; they have equal activations.
    """
    key = int(seed).to_bytes(8, "little")
    digests = np.empty(len(x), np.uint64)
    for start in range(0, len(x), _CHUNK):
        part = x[start : start + _CHUNK].detach().float().cpu().contiguous().numpy()
        for at, row in enumerate(part, start=start):
            digest = hashlib.blake2b(row.data, digest_size=8, key=key).digest()
            digests[at] = int.from_bytes(digest, "little")
    return np.argsort(digests, kind="stable")
