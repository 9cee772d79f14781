"""Statistics: what is drawn, of how much, and how long it takes."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui, implot

from nnvis.app.actions import Action
from nnvis.app.panels.widgets import title, wrapped
from nnvis.app.state import ViewState

HELP = (
    "Edges and points as drawn in the last frame (fewer while the view moves), what is pruned, "
    "the memory that the scene takes on the graphics card, and how long drawing the last frames "
    "of the scene took. A view at rest is not drawn again."
)


class StatisticsPanel:
    name = "Statistics"

    def draw(self, view: ViewState) -> list[Action]:
        title("What is drawn", HELP)
        rows: list[tuple[str, str]] = []
        frames = view.frames
        if view.shown is not None:
            network, scene = view.shown.network, view.shown.scene
            rows = [
                ("Edges drawn", f"{frames.drawn_edges:,} of {network.edges_total:,}"),
                ("Points drawn", f"{frames.drawn_points:,} of {len(scene.points):,}"),
                ("Pruned edges", f"{network.edges_total - view.kept_edges:,}"),
                ("Units", f"{network.unit_count:,}"),
                ("Grid cells", f"{frames.grid_cells:,}"),
                ("Graphics memory", _bytes(frames.gpu_bytes)),
            ]
            if scene.skipped:
                rows.append(("Edges without a place", f"{scene.skipped:,}"))
        if frames.seconds:
            last = frames.seconds[-1]
            rows.append(("Frame", f"{_milliseconds(last)}, {1 / max(last, 1e-4):.0f} a second"))
        if imgui.begin_table("facts", 2, imgui.TableFlags_.sizing_fixed_fit):
            imgui.table_setup_column("what", imgui.TableColumnFlags_.width_fixed)
            imgui.table_setup_column("how much", imgui.TableColumnFlags_.width_stretch)
            for name, value in rows:
                imgui.table_next_row()
                imgui.table_next_column()
                imgui.text_disabled(name)
                imgui.table_next_column()
                wrapped(value)
            imgui.end_table()
        if len(frames.seconds) > 1:
            self._graph(frames.seconds)
        if frames.gl:
            wrapped(frames.gl, faint=True)
        return []

    def _graph(self, seconds: tuple[float, ...]) -> None:
        size = imgui.ImVec2(-1, imgui.get_font_size() * 5)
        flags = implot.Flags_.canvas_only | implot.Flags_.no_inputs
        if implot.begin_plot("##frames", size, flags):
            plain = implot.AxisFlags_.no_decorations
            implot.setup_axes("", "ms", plain, implot.AxisFlags_.auto_fit)
            most = max(1000 * max(seconds) * 1.15, 1.0)
            implot.setup_axes_limits(0, 119, 0, most, imgui.Cond_.always)
            implot.plot_line("frame", 1000 * np.asarray(seconds, np.float64))
            implot.end_plot()


def _bytes(count: int) -> str:
    return f"{count / 2**20:.1f} MiB" if count >= 2**20 else f"{count / 1024:.0f} KiB"


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds >= 0.1 else f"{1000 * seconds:.1f} ms"
