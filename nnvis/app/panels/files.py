"""A file browser of our own: native ones need programs that many machines lack."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from imgui_bundle import imgui

from nnvis.app.actions import Action, Open, OpenImportance, Save, ShowWindow
from nnvis.app.panels.widgets import tip, wrapped
from nnvis.app.state import ViewState

_MOST_ENTRIES = 2000


@dataclass(frozen=True)
class Purpose:
    """What a browser window is for."""

    action: type[Open] | type[OpenImportance] | type[Save]
    file: str
    button: str
    about: str


PURPOSES = {
    "Load Processed Network": Purpose(
        Open, "network.safetensors", "Load", "A run's folder, or a network.safetensors."
    ),
    "Load Network": Purpose(
        OpenImportance, "importance.safetensors", "Load",
        "A run's folder with its importance: shown on a lattice with straight edges.",
    ),
    "Save Processed Network": Purpose(
        Save, "network.safetensors", "Save", "The file to write; it ends in .safetensors."
    ),
}  # fmt: skip


class FilesDialog:
    """One window for all purposes; keeps the folder between them."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or Path.cwd()).absolute()
        self._name = ""
        self._open = ""
        self._listed: tuple[Path, float] | None = None
        self._entries: list[tuple[str, bool]] = []
        self._fault = ""

    def draw(self, view: ViewState) -> list[Action]:
        name = next((name for name in PURPOSES if name in view.windows), "")
        if not name:
            self._open = ""
            return []
        purpose = PURPOSES[name]
        if name != self._open:
            self._open, self._listed = name, None
            self._name = "network.safetensors" if purpose.action is Save else ""
        actions: list[Action] = []
        em = imgui.get_font_size()
        imgui.set_next_window_size(imgui.ImVec2(38 * em, 28 * em), imgui.Cond_.appearing)
        middle = imgui.get_main_viewport().get_center()
        imgui.set_next_window_pos(middle, imgui.Cond_.appearing, imgui.ImVec2(0.5, 0.5))
        shown, stays = imgui.begin(name, True, imgui.WindowFlags_.no_docking)
        if not stays:
            actions.append(ShowWindow(name, False))
        if shown:
            actions += self._inside(view, name, purpose)
        imgui.end()
        return actions

    def _inside(self, view: ViewState, name: str, purpose: Purpose) -> list[Action]:
        actions: list[Action] = []
        wrapped(purpose.about, faint=True)
        if imgui.button("Up"):
            self._go(self.folder.parent)
        tip("The folder above.")
        imgui.same_line()
        if imgui.button("Home"):
            self._go(Path.home())
        imgui.same_line()
        imgui.set_next_item_width(-1)
        changed, typed = imgui.input_text(
            "##folder", str(self.folder), imgui.InputTextFlags_.enter_returns_true
        )
        if changed and Path(typed).expanduser().is_dir():
            self._go(Path(typed).expanduser())
        self._list()
        below = imgui.get_frame_height_with_spacing() * 2.2
        chosen: Path | None = None
        if imgui.begin_child("entries", imgui.ImVec2(0, -below), imgui.ChildFlags_.borders):
            if self._fault:
                wrapped(self._fault)
            for entry, is_folder in self._entries:
                path = self.folder / entry
                is_run = is_folder and (path / purpose.file).is_file()
                label = f"{entry}/" if is_folder else entry
                note = "   run" if is_run else ""
                clicked, _ = imgui.selectable(
                    f"{label}{note}", entry == self._name,
                    imgui.SelectableFlags_.allow_double_click,
                )  # fmt: skip
                if not clicked:
                    continue
                twice = imgui.is_mouse_double_clicked(0)
                if is_folder and not is_run:
                    if twice:
                        self._go(path)
                        break
                    self._name = entry if purpose.action is not Save else self._name
                elif is_folder and purpose.action is Save:
                    self._go(path)
                    break
                else:
                    self._name = entry
                    if twice:
                        chosen = path
        imgui.end_child()
        imgui.set_next_item_width(-imgui.get_font_size() * 10)
        entered, self._name = imgui.input_text(
            "##name", self._name, imgui.InputTextFlags_.enter_returns_true
        )
        imgui.same_line()
        imgui.begin_disabled(not self._name)
        if imgui.button(purpose.button, imgui.ImVec2(imgui.get_font_size() * 4.5, 0)) or entered:
            chosen = self.folder / self._name
        imgui.end_disabled()
        imgui.same_line()
        if imgui.button("Cancel"):
            actions.append(ShowWindow(name, False))
        if chosen is not None and self._name:
            if purpose.action is Save and chosen.suffix != ".safetensors":
                chosen = chosen.with_name(f"{chosen.name}.safetensors")
            actions += [ShowWindow(name, False), purpose.action(chosen)]
        return actions

    def _go(self, folder: Path) -> None:
        self.folder, self._listed = folder.absolute(), None
        if self._open != "Save Processed Network":
            self._name = ""

    def _list(self) -> None:
        try:
            stamp = self.folder.stat().st_mtime
            if self._listed == (self.folder, stamp):
                return
            self._listed = (self.folder, stamp)
            with os.scandir(self.folder) as found:
                entries = [
                    (entry.name, entry.is_dir())
                    for entry in found
                    if not entry.name.startswith(".")
                    and (entry.is_dir() or entry.name.endswith(".safetensors"))
                ]
            self._entries = sorted(entries, key=lambda e: (not e[1], e[0].lower()))[:_MOST_ENTRIES]
            self._fault = "" if self._entries else "No folders and no .safetensors files here."
        except OSError as error:
            self._entries = []
            self._fault = f"Cannot read {self.folder}: {error.strerror or error}."
