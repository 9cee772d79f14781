"""The commands by name; each lives beside its kin and loads when called."""

from __future__ import annotations

from cyclopts import App

import nnvis

app = App(
    name="nnvis",
    help="See what a neural network has learnt: every unit and weight in 3D, scored for each "
    "class and bundled. Start with [bold]nnvis demo[/bold].",
    help_format="rich",
    version=nnvis.__version__,
    # It would end in silence; nnvis.cli.entry says what the user needs to know.
    suppress_keyboard_interrupt=False,
)
app.command("nnvis.cli.processing:demo", name="demo")
app.command("nnvis.cli.processing:process", name="process")
app.command("nnvis.cli.processing:bundle", name="bundle")
app.command("nnvis.cli.pictures:render", name="render")
app.command("nnvis.cli.pictures:view", name="view")
app.command("nnvis.cli.evaluation:evaluate", name="evaluate")
app.command("nnvis.cli.machine:doctor", name="doctor")
app.command("nnvis.cli.machine:bench", name="bench")
