"""``nnvis demo``, ``process`` and ``bundle``: from a model to a bundled network in a run."""

from __future__ import annotations

import re
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import Parameter

from nnvis.cli.settings import flags_of, merged, stored
from nnvis.cli.terminal import reporting, say, show_table
from nnvis.config import ImportanceConfig, ProcessingConfig, TrainingConfig, read_config
from nnvis.errors import UsageError

if TYPE_CHECKING:
    from nnvis.bundling import BundlingQuality
    from nnvis.model import Network
    from nnvis.store import Run

Value = TypeVar("Value")
# Values one after the other: --classes 3 8.
Several = Annotated[tuple[Value, ...], Parameter(consume_multiple=True, negative="")]
ProcessingFlags = flags_of(ProcessingConfig, "processing")
ImportanceFlags = flags_of(ImportanceConfig, "importance")
# Pictures of a run with their modes.
PICTURES = {"network.png": "all", "importance.png": "importance"}


def demo(
    *,
    out: Path = Path("runs/demo"),
    data: str = "digits",
    overwrite: Annotated[bool, Parameter(negative="")] = False,
    show: Annotated[bool, Parameter(negative="")] = False,
    pictures: bool = True,
    config: Path | None = None,
    processing: ProcessingFlags = None,
    importance: ImportanceFlags = None,
    hidden: Several[int] = (81, 49),
    epochs: int = 15,
    l1: float = 0.0,
    classes: Several[int] = (),
    class_share: Several[str] = (),
    seed: int = 0,
) -> None:
    """Train a classifier on handwritten digits, score it, bundle it, save and show it.

    Parameters
    ----------
    out
        The run's folder.
    data
        digits (shipped inside), mnist, cifar10, blobs, moons, spirals, sklearn-digits, or a path
        to an image folder or .npz file.
    overwrite
        Replace a run that is there, once the new one is complete.
    show
        Open the network in a window where there is a display.
    pictures
        Draw pictures into the run.
    config
        A JSON file with the processing settings.
    hidden
        Units of each hidden layer.
    epochs
        Passes over the training samples; 0 shows an untrained network.
    l1
        Weight of the sum of absolute weights in the loss.
    classes
        Train on these class numbers only.
    class_share
        Keep only a share of a class's training samples, such as 3=0.1.
    seed
        Seed of the weights, the shuffling and the toy data.
    """
    begin = perf_counter()
    settings = merged(ProcessingConfig, config, processing)
    training = read_config(
        TrainingConfig,
        {
            "hidden": hidden,
            "epochs": epochs,
            "l1": l1,
            "classes": classes or None,
            "class_share": parse_shares(class_share),
            "seed": seed,
        },
    )
    scoring = merged(ImportanceConfig, None, importance)
    from nnvis.datasets import load_samples
    from nnvis.pipeline import trained_run

    with reporting() as progress:
        samples = load_samples(data, seed=training.seed, progress=progress)
        with trained_run(
            out, data, samples, training, settings, scoring, progress, overwrite=overwrite
        ) as (run, network, numbers):
            drawn = _draw_pictures(run, network) if pictures else []
    rows = [
        ("data", samples.source),
        ("network", "-".join(str(layer.size) for layer in network.layers)),
        ("test accuracy", f"{numbers[-1]['test_accuracy']:.4f}"),
        *_network_rows(network, run),
        ("time", f"{perf_counter() - begin:.1f} s"),
    ]
    _close(run, rows, [run.path / "renders" / name for name in drawn], show)


def process(
    model: str,
    *,
    data: str,
    out: Path,
    architecture: str | None = None,
    overwrite: Annotated[bool, Parameter(negative="")] = False,
    pictures: bool = True,
    config: Path | None = None,
    processing: ProcessingFlags = None,
    importance: ImportanceFlags = None,
) -> None:
    """Score, place and bundle your own model, and save it as a run.

    Parameters
    ----------
    model
        package.module:function that returns a torch model, or a .pt or .safetensors file of
        weights.
    data
        Where its samples come from: digits, mnist, cifar10, blobs, moons, spirals,
        sklearn-digits, or a path to an image folder or .npz file.
    out
        The run's folder.
    architecture
        For a file of weights: package.module:function, or sizes such as 784-81-49-10.
    overwrite
        Replace a run that is there, once the new one is complete.
    pictures
        Draw pictures into the run.
    config
        A JSON file with the processing settings.
    """
    begin = perf_counter()
    settings = merged(ProcessingConfig, config, processing)
    scoring = merged(ImportanceConfig, None, importance)
    from nnvis.datasets import load_samples
    from nnvis.store import Run

    with reporting() as progress:
        samples = load_samples(data, progress=progress)
        with Run.staged(
            out,
            overwrite=overwrite,
            class_names=samples.class_names,
            model=_described(model, architecture),
            dataset={"source": data, "description": samples.source},
            config={"processing": settings, "importance": scoring},
            seed=scoring.seed,
        ) as run:
            from nnvis.learning import evaluate, load_model
            from nnvis.pipeline import process as process_model

            loaded = load_model(model, architecture)
            accuracy, _ = evaluate(loaded, samples.x_test, samples.y_test)
            network = process_model(
                loaded, samples.x_train, samples.y_train, run, settings, progress, scoring
            )
            drawn = _draw_pictures(run, network) if pictures else []
    rows = [
        ("data", samples.source),
        ("test accuracy", f"{accuracy:.4f}"),
        *_network_rows(network, run),
        ("time", f"{perf_counter() - begin:.1f} s"),
    ]
    _close(run, rows, [run.path / "renders" / name for name in drawn], show=False)


def bundle(
    run: Path,
    *,
    pictures: bool = True,
    config: Path | None = None,
    processing: ProcessingFlags = None,
) -> None:
    """Bundle a run's network again, with other settings.

    Parameters
    ----------
    run
        The run's folder.
    pictures
        Draw its pictures again.
    config
        A JSON file with the processing settings; without it those of the run.
    """
    begin = perf_counter()
    from nnvis.bundling import measure_bundling
    from nnvis.pipeline import build_network, save_bundled
    from nnvis.pipeline import bundle as bundle_network
    from nnvis.store import Run

    opened = Run.open(run)
    importance = opened.load_importance()
    graph, _ = opened.load_model()
    settings = merged(
        ProcessingConfig, config, processing, stored(opened.description, "config", "processing")
    )
    with reporting() as progress:
        network = bundle_network(build_network(graph, importance, settings), settings, progress)
        quality = measure_bundling(network, settings, progress=progress)
        paths = [opened.path / "renders" / name for name in PICTURES] if pictures else []
        with opened.all_or_none(*paths):
            save_bundled(opened, network, quality)
            drawn = _draw_pictures(opened, network) if pictures else []
    rows = [*_network_rows(network, opened), ("time", f"{perf_counter() - begin:.1f} s")]
    _close(opened, rows, [opened.path / "renders" / name for name in drawn], show=False)


def _described(model: str, architecture: str | None) -> dict[str, object]:
    """The model for ``run.json``; sizes let ``nnvis evaluate`` rebuild it without being told."""
    for words in (architecture, model):
        if words and re.fullmatch(r"\d+(-\d+)+", words):
            return {"kind": "mlp", "sizes": [int(size) for size in words.split("-")]}
    return {"kind": "given", "model": model, "architecture": architecture}


def parse_shares(words: tuple[str, ...]) -> dict[int, float] | None:
    """``{3: 0.1}`` from ``("3=0.1",)``."""
    shares = {}
    for word in words:
        name, _, share = word.partition("=")
        try:
            shares[int(name)] = float(share)
        except ValueError:
            raise UsageError(
                f"--class-share must be CLASS=SHARE such as 3=0.1, got {word!r}."
            ) from None
    return shares or None


def _draw_pictures(run: Run, network: Network) -> list[str]:
    """Pictures in all classes and in grey; without OpenGL none, and a line that says why."""
    from nnvis.errors import RenderError
    from nnvis.render import render_image

    try:
        for name, mode in PICTURES.items():
            render_image(network, run.renders_folder / name, mode=mode)
    except RenderError as error:
        say(f"No picture was made: {error}")
        return []
    return list(PICTURES)


def _network_rows(network: Network, run: Run) -> list[tuple[str, str]]:
    return [
        ("edges", network.caption),
        ("points", f"{network.point_count:,}"),
        *quality_rows(run.description["bundling"]),
    ]


def quality_rows(quality: BundlingQuality | dict) -> list[tuple[str, str]]:
    """The measures of a bundling for the terminal."""
    values = quality if isinstance(quality, dict) else quality.to_dict()
    ends = "exact" if values["end_points_exact"] else "moved"
    return [
        ("ink", f"{values['ink']:.3f} of the straight edges'"),
        ("mean distortion", f"{values['mean_distortion']:.3f}"),
        (
            "purity",
            f"{values['purity']:.3f}, {values['purity_gap']:+.3f} against shuffled classes, "
            f"{values['blind_gap']:+.3f} against a bundling blind to classes",
        ),
        ("end points", ends),
    ]


def _close(run: Run, rows: list[tuple[str, str]], drawn: list[Path], show: bool) -> None:
    show_table(str(run.path), rows)
    for picture in drawn:
        say(f"picture: {picture}")
    if show:
        from nnvis.cli.pictures import has_display, view

        if has_display():
            view(run.path)
            return
        say("There is no display here: copy the pictures to a machine that has one to see them.")
    say(f"Draw it from elsewhere: nnvis render {run.path} -o network.png --camera left")
