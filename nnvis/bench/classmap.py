"""Class maps of a training, and the picture of a moment between two of its epochs."""

from __future__ import annotations

import numpy as np

from nnvis.bench.measuring import measure
from nnvis.bench.tables import Part, Row, times_as_fast

TARGET_MAPS = 2.0
SIZES = (2, 81, 49, 7)


def classmap(repeats: int, points: int = 200, epochs: int = 30) -> Part:
    """A map for each epoch of a small network, beside torch over the whole grid at once."""
    import torch

    from nnvis.classmap import ClassMaps, plane_of
    from nnvis.learning import build_mlp, class_map
    from nnvis.render.classmap import finer, paint_map

    rng = np.random.default_rng(0)
    plane = plane_of(rng.normal(size=(700, SIZES[0])))
    models = [build_mlp(SIZES, seed) for seed in range(epochs)]
    u, v = plane.coordinates(points)
    grid = np.stack([each.ravel() for each in np.meshgrid(u, v)], 1).astype(np.float32)
    given = torch.from_numpy(grid)

    def plain() -> None:
        with torch.no_grad():
            for model in models:
                model(given).softmax(1).numpy().reshape(points, points, -1)

    class_map(models[0], plane, points)
    maps = np.stack([class_map(model, plane, points) for model in models]).astype(np.float16)
    names = tuple(map(str, range(SIZES[-1])))
    course = ClassMaps("plane", plane, np.arange(epochs), maps, names)

    def painted(kind: str) -> None:
        paint_map(finer(course.at(epochs / 2 - 0.5), 420), kind)

    painted("region")
    ours = measure(lambda: [class_map(model, plane, points) for model in models], repeats)
    theirs = measure(plain, repeats)
    network = "-".join(map(str, SIZES))
    size = f"{points} × {points} for {epochs} epochs of {network}"
    rows = [
        Row(f"maps, {size}", ours, target=TARGET_MAPS, note="checked, in batches"),
        Row(
            "torch, the grid at once",
            theirs,
            note=f"unchecked; nnvis is {times_as_fast('it', theirs, ours)}",
        ),
        *(
            Row(
                f"a moment between two epochs, {kind}",
                tuple(1e3 * each for each in measure(lambda k=kind: painted(k), 5 * repeats)),
                "ms",
                note="interpolated and painted, 420 points or more a side",
            )
            for kind in ("region", "boundary")
        ),
    ]
    return Part("classmap", tuple(rows))
