"""Record how LeNet-5 learns handwritten digits, a few times within each epoch.

python examples/fingerprint_lenet.py [--out runs/mine]
"""

import argparse
import time

import torch
from torch import nn

import nnvis
from nnvis.datasets import load_samples
from nnvis.learning import build_lenet5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="runs/fingerprint_lenet", help="a new folder")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--every", type=int, default=20, help="steps from record to record")
    options = parser.parse_args()

    digits = load_samples("digits")  # real MNIST digits that ship with nnvis
    x, y = torch.from_numpy(digits.x_train), torch.from_numpy(digits.y_train)
    shape = (28, 28)  # of a row of x as a picture
    model = build_lenet5(shape)

    # The recorder runs the test digits through the model at each record and keeps what it says.
    run = nnvis.Run.create(options.out, class_names=digits.class_names)
    probe = (digits.x_test, digits.y_test)
    recorder = nnvis.Recorder(run, model, probe, every=options.every, pictures=shape)

    # Your own training loop: the paper trains by Nesterov momentum with weight decay.
    torch.manual_seed(0)
    optimiser = torch.optim.SGD(
        model.parameters(), lr=0.02, momentum=0.9, nesterov=True, weight_decay=5e-4
    )
    began = time.perf_counter()
    batches = len(x) // 64
    recorder.record_step(0, 0)
    for epoch in range(options.epochs):
        order, total = torch.randperm(len(x)), 0.0
        for number in range(batches):
            batch = order[64 * number : 64 * (number + 1)]
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            loss.backward()
            optimiser.step()
            step = epoch * batches + number + 1
            recorder.record_step(step / batches, step, train_loss=loss)
            total += loss.item()
        print(f"epoch {epoch + 1}: mean loss {total / batches:.3f}")
    recorder.close()

    last = run.load_epoch(run.epochs()[-1])
    right = (last.prediction == digits.y_test).mean()
    print(f"test accuracy {right:.3f} after {time.perf_counter() - began:.0f} s")
    print(f"recorded in {run.path}: {recorder.report}")
    print(f"nnvis fingerprint {run.path}")


if __name__ == "__main__":
    main()
