"""Watch a small network divide the plane among seven clouds of points.

python examples/class_map_seven_blobs.py [--out runs/mine]
"""

import argparse
from pathlib import Path

import torch
from torch import nn

import nnvis
from nnvis.datasets import load_samples
from nnvis.render.classmap import Look
from nnvis.render.plots import save_figure
from nnvis.render.plots.classmap_film import film_maps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="runs/class_map_seven_blobs", help="a new folder")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--frames", type=int, default=60, help="of the film")
    options = parser.parse_args()

    blobs = load_samples("blobs")
    x, y = torch.from_numpy(blobs.x_train), torch.from_numpy(blobs.y_train)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
    model.append(nn.Linear(32, 7))

    # The recorder maps the plane of the inputs at each epoch, besides the test samples.
    names = ["centre", "east", "north-east", "north-west", "west", "south-west", "south-east"]
    run = nnvis.Run.create(options.out, class_names=names)
    plane = nnvis.plane_of(blobs.x_train)
    probe = (blobs.x_test, blobs.y_test)
    with nnvis.Recorder(run, model, probe, maps={"plane": plane}) as recorder:
        optimiser = torch.optim.Adam(model.parameters(), lr=0.0015)
        for epoch in range(options.epochs + 1):
            with torch.no_grad():
                right = model(torch.from_numpy(blobs.x_test)).argmax(1).numpy() == blobs.y_test
            recorder.record(epoch, test_accuracy=right.mean())
            for batch in torch.randperm(len(x)).split(64):
                optimiser.zero_grad()
                nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
                optimiser.step()

    maps = nnvis.read_maps(run)
    print(maps.title())
    folder = run.figures_folder
    save_figure(maps.plot("region"), folder / "region", ["png"])
    save_figure(maps.plot("boundary", dark=True), folder / "boundary_dark", ["png"])
    save_figure(maps.plot("region", moments=8), folder / "course", ["png"])
    film: Path = run.renders_folder / "map.gif"
    film_maps(maps, film, Look("region", "geometric"), options.frames, fps=20, dpi=100)
    print(f"figures in {folder}, film {film}")
    print(f"nnvis classmap {run.path} -o map.mp4 --kind boundary --dark")


if __name__ == "__main__":
    main()
