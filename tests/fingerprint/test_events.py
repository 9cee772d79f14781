"""Events planted into a training show in its fingerprint at the right place."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import nnvis
from nnvis.datasets import load_samples
from nnvis.learning import Recorder

EPOCHS = 30
EVENT = (14, 15, 16)
A, B = 2, 5
RATE = 0.05


def train_with(folder, swap=(), rates=None, rate=RATE, momentum=0.9, clip=5):
    """Train on blobs; labels of A and B are swapped in the epochs ``swap``, the learning rate is
    multiplied by ``rates[epoch]``."""
    data = load_samples("blobs")
    x = torch.from_numpy(data.x_train).float()
    y = torch.from_numpy(data.y_train).long()
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(x.shape[1], 24), nn.ReLU(), nn.Linear(24, 7))
    run = nnvis.Run.create(folder, data.class_names)
    x_test, y_test = data.x_test, data.y_test
    recorder = Recorder(run, model, probe=(x_test, y_test))
    wanted = torch.from_numpy(np.asarray(y_test)).long()
    optimiser = torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)
    for epoch in range(EPOCHS):
        optimiser.param_groups[0]["lr"] = rate * (rates or {}).get(epoch, 1)
        labels = y.clone()
        if epoch in swap:
            labels[y == A], labels[y == B] = B, A
        order = torch.randperm(len(x), generator=generator)
        for batch in order.split(64):
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(x[batch]), labels[batch]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimiser.step()
        with torch.no_grad():
            right = model(torch.from_numpy(x_test).float()).argmax(1) == wanted
        recorder.record(epoch, test_accuracy=right.float().mean())
    return nnvis.fingerprint_run(run)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    return train_with(tmp_path_factory.mktemp("quiet") / "run")


def test_a_training_without_event_is_quiet(quiet):
    late = quiet.changed[8:]
    assert late.max() < 0.1
    assert not [phase for phase in quiet.phases if phase.kind == "forgetting"]


def test_swapped_labels(tmp_path):
    found = train_with(tmp_path / "run", swap=EVENT)
    begin, end = EVENT[0] - 1, EVENT[-1]  # transitions into and out of the event
    late = np.argsort(-found.changed[8:])[:2] + 8
    assert sorted(late.tolist()) == [begin, end], found.changed
    for transition in (begin, end):
        flows = found.deltas[transition] * (1 - np.eye(7, dtype=int))
        others = flows.copy()
        others[A, B] = others[B, A] = 0
        assert min(flows[A, B], flows[B, A]) > others.max()
    # The samples that leave go back: both transitions move the same two classes either way.
    assert found.distance[begin, end] < 0.3
    # In the raw distance the event is a block of its own.
    inside = np.array(EVENT)
    outside = np.array([t for t in range(8, EPOCHS) if t not in EVENT])
    raw = found.raw_distance
    assert raw[np.ix_(inside, inside)].max() < raw[np.ix_(inside, outside)].min()
    assert raw[np.ix_(outside, outside)].max() < raw[np.ix_(inside, outside)].min()
    (phase,) = [each for each in found.phases if each.kind == "forgetting"]
    assert (phase.first, phase.last) == (EVENT[0], EVENT[-1])
    assert {phase.numbers["flow_from"], phase.numbers["flow_to"]} == {A, B}


def test_learning_rate_a_hundredfold(tmp_path):
    event = (14, 15)
    rates = dict.fromkeys(event, 100)
    found = train_with(tmp_path / "run", rates=rates, rate=0.1, momentum=0, clip=1)
    assert sorted(np.argsort(-found.changed[4:])[:2] + 4) == [13, 14], found.changed
    assert found.changed[13:15].min() > 20 * found.changed[5:13].max()
    # What changes then is unlike anything that changed before.
    assert found.distance[13:15, 5:13].min() > 0.9
    raw = found.raw_distance
    assert raw[5:14, 5:14].max() < raw[5:14, 14:].min(), "before and after are not two blocks"
    forgotten = next(phase for phase in found.phases if phase.kind == "forgetting")
    assert forgotten.first == event[0]
    before = next(phase for phase in found.phases if phase.kind == "settled")
    assert before.last == event[0] - 1
