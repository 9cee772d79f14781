"""Maps that ``nnvis classmap`` computes: over another plane, or of a run that recorded none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnvis.errors import UsageError

if TYPE_CHECKING:
    from nnvis.classmap import ClassMaps
    from nnvis.model import Plane, Samples
    from nnvis.progress import Progress
    from nnvis.store import Run


def computed_maps(
    run: Run,
    kind: str | None,
    through: tuple[int, ...],
    points: int,
    data: str | None,
    model: tuple[str | None, str | None],
    progress: Progress,
) -> ClassMaps:
    """Maps of a run over a plane that the command line chooses.

    Parameters
    ----------
    kind
        ``inputs``, ``principal``, or ``None`` for what the inputs allow.
    through
        Three numbers of test samples, or none.
    data
        Another source of samples than the run's.
    model
        (model, architecture) as for ``nnvis process``; ``None`` for what nnvis built.
    """
    from nnvis.classmap import compute_maps
    from nnvis.classmap.computing import rebuilt

    name, architecture = model
    if name is None:
        rebuilt(run)  # a run that cannot be mapped is told before its samples are read
    loaded = _samples(run, data, progress)
    has_test = len(loaded.x_test) > 0
    x: Any = loaded.x_test if has_test else loaded.x_train
    y = loaded.y_test if has_test else loaded.y_train
    network = None
    if name is not None:
        from nnvis.learning import load_model
        from nnvis.learning.series import shaped_for

        network = load_model(name, architecture)
        x = shaped_for(network, x, loaded.picture_shape)
    return compute_maps(run, _plane(x, kind, through), x, y, points, network, progress)


def _plane(x: Any, kind: str | None, through: tuple[int, ...]) -> Plane:
    from nnvis.classmap import plane_of, plane_through, principal_plane

    if through:
        return plane_through(x, through)
    size = x[0].reshape(-1).shape[0]
    if kind is None and size != 2:
        raise UsageError(
            f"The run has no class maps, and its inputs have {size} numbers each; choose a plane "
            "with --plane principal, or --through and three numbers of test samples."
        )
    return principal_plane(x) if kind == "principal" else plane_of(x)


def _samples(run: Run, data: str | None, progress: Progress) -> Samples:
    from nnvis.reopening import samples_of

    advice = (
        "record class maps with nnvis.Recorder(..., maps={name: plane}), or name the samples "
        "with --data"
    )
    return samples_of(run, data, progress, advice)[1]
