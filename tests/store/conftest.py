"""One small value of each kind."""

from __future__ import annotations

import pytest
from store.values import small_importance, small_network, small_record

from nnvis.model import EpochRecord, Importance, Network


@pytest.fixture
def network() -> Network:
    return small_network()


@pytest.fixture
def importance() -> Importance:
    return small_importance()


@pytest.fixture
def record() -> EpochRecord:
    return small_record()
