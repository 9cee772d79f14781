"""Train on nine digits, and see which ways through the network the tenth takes.

python examples/signatures_mnist.py [--unseen 4] [--out runs/signatures]
"""

import argparse
from pathlib import Path

import nnvis
from nnvis.datasets import load_samples
from nnvis.learning import build_mlp, train
from nnvis.render.plots import save_figure
from nnvis.signature import table_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="runs/signatures_mnist", help="folder for the figures")
    parser.add_argument("--unseen", type=int, default=4, choices=range(10), help="the tenth digit")
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args()

    digits = load_samples("digits")  # real MNIST digits that ship with nnvis
    model = build_mlp([784, 81, 49, 10])
    nine = [k for k in range(10) if k != options.unseen]
    train(model, digits, {"classes": nine, "epochs": options.epochs})

    # Clusters of the nine digits that it classifies correctly; the ways of all ten.
    seen = digits.y_train != options.unseen
    found = nnvis.signatures(
        model,
        digits.x_train[seen],
        digits.y_train[seen],
        digits.x_test,
        digits.y_test,
        clusters=9,
        class_names=digits.class_names,
    )
    for note in found.notes:
        print(note)

    unseen = found.test.of_classes((str(options.unseen),))
    names, layers = found.test.class_names, " > ".join(found.test.layers)
    print(f"Of the {len(unseen)} test images of a {options.unseen}, by clusters of {layers}:")
    (group,) = table_of(unseen)
    for row in group.rows[:8]:
        way = " > ".join(map(str, row.signature))
        print(f"  {row.occurrences:4} go {way} and are taken for a {names[row.predicted]}")

    Path(options.out).mkdir(parents=True, exist_ok=True)
    lit = f"{options.unseen}>*>*>*"
    for name, figure in (
        ("every_digit", found.plot("sankey")),
        ("unseen_lit", found.plot("sankey", path=lit)),
        ("clusters", found.plot("clusters")),
    ):
        print(save_figure(figure, Path(options.out) / name, ["png"])[0])


if __name__ == "__main__":
    main()
