"""See which digits gather while a network learns them, and which it tells apart only late.

python examples/neighbours_digits.py [--out runs/mine]
"""

import argparse

import torch
from torch import nn

import nnvis
from nnvis.datasets import load_samples
from nnvis.render.plots import save_figure

FIGURES = ("distance", "overlap", "confidence", "pictures")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="runs/neighbours_digits", help="a new folder")
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()

    digits = load_samples("digits")  # real MNIST digits that ship with nnvis
    x, y = torch.from_numpy(digits.x_train), torch.from_numpy(digits.y_train)
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)
    )

    # The recorder keeps what the last hidden layer, "3", says of the test digits.
    run = nnvis.Run.create(options.out, class_names=digits.class_names)
    probe = (digits.x_test, digits.y_test)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    with nnvis.Recorder(run, model, probe, layers=["3"], pictures=(28, 28)) as recorder:
        recorder.record(0)
        for epoch in range(1, options.epochs + 1):
            for batch in torch.randperm(len(x)).split(64):
                optimiser.zero_grad()
                nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
                optimiser.step()
            recorder.record(epoch)

    found = nnvis.neighbours_run(run, layer="3", k=12)
    print(f"neighbours kept, first step:  {found.overlap[0].mean():.0%}")
    print(f"neighbours kept, last step:   {found.overlap[-1].mean():.0%}")
    for name in FIGURES:
        figure = found.plot(name, caption=found.caption)
        save_figure(figure, run.figures_folder / f"neighbours_{name}", ["png"])
    print(f"figures in {run.figures_folder}")
    print(f"nnvis neighbours {run.path} --layer 3 --class 4 --class 9")


if __name__ == "__main__":
    main()
