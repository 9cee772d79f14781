"""Camera, scene, passes and still pictures. Importing this opens no OpenGL context."""

from nnvis.render.camera import POSITIONS, Camera, View, view_of
from nnvis.render.capture import render_image, save_png
from nnvis.render.frame import Renderer
from nnvis.render.scene import Scene, build_scene

__all__ = [
    "POSITIONS",
    "Camera",
    "Renderer",
    "Scene",
    "View",
    "build_scene",
    "render_image",
    "save_png",
    "view_of",
]
