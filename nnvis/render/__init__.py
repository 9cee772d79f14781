"""Camera, scene, passes, still pictures and films. Importing this opens no OpenGL context."""

from nnvis.render.camera import POSITIONS, Camera, View, view_of
from nnvis.render.capture import render_image, save_png
from nnvis.render.film import FilmWriter
from nnvis.render.frame import Renderer
from nnvis.render.picked import find_unit, scene_of_unit, unit_name
from nnvis.render.scene import Scene, build_scene
from nnvis.render.turning import render_film

__all__ = [
    "POSITIONS",
    "Camera",
    "FilmWriter",
    "Renderer",
    "Scene",
    "View",
    "build_scene",
    "find_unit",
    "render_film",
    "render_image",
    "save_png",
    "scene_of_unit",
    "unit_name",
    "view_of",
]
