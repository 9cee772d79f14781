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
app.command(
    "nnvis.cli.processing:demo",
    name="demo",
    help="Train on handwritten digits, score, bundle, save and show.",
)
app.command(
    "nnvis.cli.processing:process", name="process", help="Score, place and bundle your own model."
)
app.command(
    "nnvis.cli.processing:bundle",
    name="bundle",
    help="Bundle a run's network again, with other settings.",
)
app.command(
    "nnvis.cli.recording:record_checkpoints",
    name="record-checkpoints",
    help="Record a folder of saved checkpoints as the epochs of a run.",
)
app.command(
    "nnvis.cli.sweeping:sweep",
    name="sweep",
    help="Train many networks that differ in a setting each, and compare.",
)
app.command("nnvis.cli.pictures:render", name="render", help="Draw a network to a PNG, off screen.")
app.command("nnvis.cli.pictures:view", name="view", help="Open a network in a window.")
app.command(
    "nnvis.cli.evaluation:evaluate",
    name="evaluate",
    help="Accuracy after removing the least important edges.",
)
app.command(
    "nnvis.cli.history:fingerprint",
    name="fingerprint",
    help="How a training went: transitions between epochs, recurrence, phases.",
)
app.command(
    "nnvis.cli.neighbours:neighbours",
    name="neighbours",
    help="Who is near whom in a layer while the network learns.",
)
app.command(
    "nnvis.cli.signatures:signatures",
    name="signatures",
    help="The clusters of activations that samples pass on their way through the layers.",
)
app.command(
    "nnvis.cli.mapping:classmap",
    name="classmap",
    help="Which class a network gives each place of an input plane, as pictures and films.",
)
app.command(
    "nnvis.cli.machine:doctor", name="doctor", help="What this machine offers, and what to install."
)
app.command("nnvis.cli.machine:bench", name="bench", help="The benchmark table of this machine.")
