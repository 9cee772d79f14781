"""View states with a network, without a window."""

from __future__ import annotations

import functools

from networks import synthetic_network

from nnvis.app.loading import arranged
from nnvis.app.state import ViewState
from nnvis.config import RenderingConfig
from nnvis.model import Network


@functools.cache
def _network() -> Network:
    return synthetic_network((12, 8, 4))


def state_with(network: Network | None = None, mode: str = "all") -> ViewState:
    """A network on the screen, all settings as at first."""
    shown = arranged(network or _network(), mode, RenderingConfig(), "a test")
    return ViewState(shown=shown, mode=mode)
