"""Edges drawn the way earlier tools do, to compare with: what :mod:`nnvis.render.edges` replaced.

Each segment of a polyline is a line that a geometry shader turns into a cuboid of 14 vertices,
front and back faces alike; the vertex shader mixes the colours of all classes anew at every
point, in every frame; an ellipsoid is met by a ray in the fragment shader; the darkest colour of
each channel stays (minimum blending). Written anew from the description of that design.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.render import palette

if TYPE_CHECKING:
    import moderngl

    from nnvis.config import RenderingConfig
    from nnvis.model import Network
    from nnvis.render.camera import View
    from nnvis.render.scene import Scene

MOST_CLASSES = 12  # three vectors of four
_VERTEX = """#version 330 core
uniform mat4 view;
uniform vec3 class_colour[12];
uniform int classes;
in vec3 in_position;
in float in_importance;
in vec4 in_first;
in vec4 in_second;
in vec4 in_third;
out vec3 place;
out vec3 mixed;
out float importance;

void main()
{
    place = (view * vec4(in_position, 1.0)).xyz;
    float share[12] = float[12](
        in_first.x, in_first.y, in_first.z, in_first.w, in_second.x, in_second.y, in_second.z,
        in_second.w, in_third.x, in_third.y, in_third.z, in_third.w);
    vec3 sum = vec3(0.0);
    float total = 0.0;
    for (int c = 0; c < classes; ++c) {
        sum += class_colour[c] * share[c] * share[c];
        total += share[c] * share[c];
    }
    mixed = sum / max(total, 1e-6);
    importance = in_importance;
}
"""
_GEOMETRY = """#version 330 core
layout(lines) in;
layout(triangle_strip, max_vertices = 14) out;
uniform mat4 projection;
uniform float size;
uniform vec2 depth_range;
uniform vec4 opacity_law;
in vec3 place[];
in vec3 mixed[];
in float importance[];
out vec3 at;
flat out vec3 colour;
flat out float alpha;
flat out vec3 centre;
flat out mat3 shrink;  // camera space to a space where the ellipsoid is a unit ball

void corner(vec3 along, vec3 side, vec3 up, vec3 signs)
{
    at = centre + along * signs.x + side * signs.y + up * signs.z;
    gl_Position = projection * vec4(at, 1.0);
    EmitVertex();
}

void main()
{
    vec3 axis = place[1] - place[0];
    float span = length(axis);
    centre = 0.5 * (place[0] + place[1]);
    float z = clamp((-centre.z - depth_range.x) / (depth_range.y - depth_range.x), 0.0, 1.0);
    float fade = opacity_law.w > 0.0 ? pow(max(z, 1e-6), opacity_law.w) : 1.0;
    alpha = clamp((opacity_law.x + opacity_law.y * importance[0]) * (1.0 - opacity_law.z * fade),
                  0.0, 1.0);
    if (span < 1e-7 || alpha < 0.001)
        return;
    axis /= span;
    float radius = 0.5 * size * (0.10 + 0.90 * importance[0]);
    vec3 across = normalize(cross(axis, abs(axis.z) < 0.9 ? vec3(0, 0, 1) : vec3(1, 0, 0)));
    vec3 above = cross(axis, across);
    vec3 along = axis * (0.5 * span + radius);
    vec3 side = across * radius;
    vec3 up = above * radius;
    colour = 0.5 * (mixed[0] + mixed[1]);
    shrink = transpose(mat3(axis / (0.5 * span + radius), across / radius, above / radius));
    corner(along, side, up, vec3(-1, 1, 1));
    corner(along, side, up, vec3(1, 1, 1));
    corner(along, side, up, vec3(-1, -1, 1));
    corner(along, side, up, vec3(1, -1, 1));
    corner(along, side, up, vec3(1, -1, -1));
    corner(along, side, up, vec3(1, 1, 1));
    corner(along, side, up, vec3(1, 1, -1));
    corner(along, side, up, vec3(-1, 1, 1));
    corner(along, side, up, vec3(-1, 1, -1));
    corner(along, side, up, vec3(-1, -1, 1));
    corner(along, side, up, vec3(-1, -1, -1));
    corner(along, side, up, vec3(1, -1, -1));
    corner(along, side, up, vec3(-1, 1, -1));
    corner(along, side, up, vec3(1, 1, -1));
    EndPrimitive();
}
"""
_FRAGMENT = """#version 330 core
uniform mat4 projection;
uniform vec3 background;
in vec3 at;
flat in vec3 colour;
flat in float alpha;
flat in vec3 centre;
flat in mat3 shrink;
out vec4 picture;

void main()
{
    vec3 ray = normalize(at);
    vec3 start = shrink * -centre;
    vec3 along = shrink * ray;
    float a = dot(along, along);
    float b = dot(start, along);
    float inside = b * b - a * (dot(start, start) - 1.0);
    if (inside < 0.0)
        discard;
    vec3 hit = ray * ((-b - sqrt(inside)) / a);
    vec3 normal = normalize(transpose(shrink) * (shrink * (hit - centre)));
    float facing = 0.5 + 0.5 * dot(normal, vec3(-0.37, 0.65, 0.66));
    vec2 clip = vec2(projection[2].z * hit.z + projection[3].z, -hit.z);
    gl_FragDepth = 0.5 + 0.5 * clip.x / clip.y;
    picture = vec4(mix(background, colour * (0.62 + 0.46 * facing), sqrt(alpha)), 1.0);
}
"""


class CuboidPass:
    """All edges of a network of up to 12 classes, in one draw call.

    Parameters
    ----------
    scene
        Built from ``network``; gives the order, the importance shown and the class colours.
    """

    def __init__(self, ctx: moderngl.Context, network: Network, scene: Scene) -> None:
        self.ctx: Any = ctx
        self._scene = scene
        self._program: Any = ctx.program(
            vertex_shader=_VERTEX, geometry_shader=_GEOMETRY, fragment_shader=_FRAGMENT
        )
        vertices, pairs = _vertices(network, scene)
        self._buffers = [ctx.buffer(vertices.tobytes()), ctx.buffer(pairs.tobytes())]
        names = ("in_position", "in_importance", "in_first", "in_second", "in_third")
        content = [(self._buffers[0], "3f 1f 4f 4f 4f", *names)]
        self._array = ctx.vertex_array(self._program, content, self._buffers[1])
        colours = np.zeros((MOST_CLASSES, 3), np.float32)
        colours[: len(scene.class_colour)] = scene.class_colour
        self._program["class_colour"].write(colours.tobytes())
        self._program["classes"] = len(scene.class_colour)

    @property
    def gpu_bytes(self) -> int:
        """Of both buffers."""
        return sum(int(buffer.size) for buffer in self._buffers)

    def draw(self, target: moderngl.Framebuffer, view: View, rendering: RenderingConfig) -> None:
        """Clear ``target`` (colour and depth) and draw every edge, whatever its importance."""
        ctx = self.ctx
        background = [float(v) for v in palette.background_colour(rendering.background)]
        target.use()
        target.clear(background[0], background[1], background[2], 1.0, depth=1.0)
        target.depth_mask = False
        ctx.enable_only(ctx.DEPTH_TEST | ctx.BLEND)
        ctx.blend_func = ctx.ONE, ctx.ONE
        ctx.blend_equation = ctx.MIN if rendering.background == "light" else ctx.MAX
        for name, value in view.uniforms.items():
            if name not in self._program:
                continue
            if isinstance(value, bytes):
                self._program[name].write(value)
            else:
                self._program[name] = value
        law = ("base_opacity", "importance_opacity", "depth_opacity", "depth_exponent")
        self._program["opacity_law"] = tuple(getattr(rendering, f"edge_{name}") for name in law)
        self._program["size"] = rendering.edge_size
        self._program["background"] = tuple(background)
        self._array.render(ctx.LINES)
        target.depth_mask = True
        ctx.blend_equation = ctx.FUNC_ADD

    def release(self) -> None:
        """Give everything back."""
        for thing in (self._array, *self._buffers, self._program):
            thing.release()


def _vertices(network: Network, scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Points with the importance of each class (point, 16) float32, and the pairs that lines join
    (segment, 2)."""
    offset, order = network.point_offset, scene.edge_index
    counts = np.diff(offset)[order]
    end = np.cumsum(counts)
    rows = np.repeat(offset[order] - (end - counts), counts) + np.arange(counts.sum())
    edge = np.repeat(np.arange(len(order)), counts)
    vertices = np.zeros((len(rows), 4 + MOST_CLASSES), np.float32)
    vertices[:, :3] = network.point_position[rows]
    vertices[:, 3] = scene.edge_importance[edge]
    step = (np.arange(len(rows)) - (end - counts)[edge]) / np.maximum(counts[edge] - 1, 1)
    share = network.unit_importance / np.maximum(
        network.unit_importance.max(axis=1, keepdims=True), 1e-9
    )
    for c in range(network.class_count):
        source, target = share[network.edge_source[order], c], share[network.edge_target[order], c]
        vertices[:, 4 + c] = source[edge] * (1 - step) + target[edge] * step
    starts = np.setdiff1d(np.arange(len(rows)), end - 1).astype(np.uint32)
    return vertices, np.stack([starts, starts + 1], axis=1)
