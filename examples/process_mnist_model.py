"""From a trained digit classifier to a bundled 3D network: copy this for your own model.

python examples/process_mnist_model.py [--out runs/mine]
"""

import argparse

import torch
from torch import nn

import nnvis
from nnvis.datasets import load_samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="runs/process_mnist_model", help="a new folder")
    parser.add_argument("--epochs", type=int, default=15)
    options = parser.parse_args()

    digits = load_samples("digits")  # real MNIST digits that ship with nnvis
    x, y = torch.from_numpy(digits.x_train), torch.from_numpy(digits.y_train)

    # Any PyTorch classifier made of dense layers.
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(784, 81), nn.ReLU(), nn.Linear(81, 49), nn.ReLU(), nn.Linear(49, 10)
    )

    # Your own training loop; two lines record it.
    run = nnvis.Run.create(options.out, class_names=digits.class_names)
    recorder = nnvis.Recorder(run, model, probe=(digits.x_test, digits.y_test))
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(options.epochs):
        for batch in torch.randperm(len(x)).split(128):
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            loss.backward()
            optimiser.step()
        recorder.record(epoch)

    # Score every unit and weight for each class, keep the most important tenth, bundle, save.
    network = nnvis.process(model, x, y, run=run, config={"prune_percentage": 0.9})
    print(f"{run.path}: {network.caption}")

    try:
        nnvis.render_image(network, run.renders_folder / "network.png")
        print(f"picture: {run.renders_folder / 'network.png'}")
    except nnvis.NnvisError as error:  # no OpenGL here; the run is complete all the same
        print(f"No picture: {error}")


if __name__ == "__main__":
    main()
