#version 330 core
// One quad a segment, turned to the camera and just large enough for the tube around it.
// The instance's four points are its neighbours in one buffer: before, start, stop, after.
#include "common/view.glsl"
#include "common/opacity.glsl"
#include "edge/attributes.glsl"

uniform vec3 origin;  // dequantisation: position = origin + extent * in_position
uniform vec3 extent;
uniform float size;   // diameter of the most important edge, scene units
uniform float line_width;  // samples; 0 draws tubes of `size`

in vec3 before_position;
in float before_along;
in vec3 start_position;
in float start_along;
in uint start_edge;
in vec3 stop_position;
in float stop_along;
in vec3 after_position;

out vec3 at;              // on the plane through the axis that faces the camera, camera space
out float across;         // signed distance from the axis over the radius
out vec3 colour;
out float alpha;
out float weight;
flat out vec3 axis_start;
flat out vec3 axis;
flat out vec3 side;
flat out vec4 cut_start;  // planes between this segment and its neighbours
flat out vec4 cut_stop;
flat out vec2 radius;     // scene units, samples

const float END = 65535.0;  // of `along` at the last point of an edge
const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);

void main()
{
    gl_Position = NOWHERE;
    if (start_along >= END)
        return;
    vec3 start = (view * vec4(origin + extent * start_position, 1.0)).xyz;
    vec3 stop = (view * vec4(origin + extent * stop_position, 1.0)).xyz;
    vec3 step_axis = stop - start;
    float span = length(step_axis);
    bool at_stop = (gl_VertexID & 1) == 1;
    float hand = (gl_VertexID & 2) == 2 ? 1.0 : -1.0;
    vec3 here = at_stop ? stop : start;
    float depth = -here.z;
    if (span < 1e-7 || min(-start.z, -stop.z) < 1e-3)
        return;
    axis = step_axis / span;

    Edge edge = edge_at(start_edge);
    float z = depth_share(depth);
    float pixels = pixels_at(-0.5 * (start.z + stop.z));
    float wanted = line_width > 0.0 ? 0.5 * line_width
                                    : 0.5 * size * thickness(edge.importance) * pixels;
    float samples = max(wanted, 0.375);
    radius = vec2(samples / pixels, samples);
    float along = (at_stop ? stop_along : start_along) / END;
    alpha = opacity(edge.importance, z) * mix(1.0, edge.end, along) * min(1.0, wanted / samples);
    weight = depth_weight(z) * alpha;
    // The same for all four corners: a quad goes as a whole.
    float most = opacity(edge.importance, 0.0) * min(1.0, wanted / samples);
    if (most < 0.001 || wanted <= 0.0)
        return;
    colour = mix(edge.source, edge.target, along);

    vec3 toward = normalize(start + stop);
    vec3 wide = cross(axis, toward);
    float slant = length(wide);
    side = slant > 1e-4 ? wide / slant : normalize(cross(axis, vec3(0.31, 0.95, 0.03)));
    // Neighbouring tubes meet in the plane that halves their angle: no gap, nothing drawn twice.
    vec3 normal_start = axis;
    vec3 normal_stop = axis;
    if (start_along > 0.0) {
        vec3 previous = start - (view * vec4(origin + extent * before_position, 1.0)).xyz;
        normal_start = normalize(axis + previous / max(length(previous), 1e-7));
    }
    if (stop_along < END) {
        vec3 next = (view * vec4(origin + extent * after_position, 1.0)).xyz - stop;
        normal_stop = normalize(axis + next / max(length(next), 1e-7));
    }
    cut_start = vec4(normal_start, -dot(normal_start, start));
    cut_stop = vec4(normal_stop, -dot(normal_stop, stop));
    axis_start = start;

    // Along the axis the end's disc sticks out by its foreshortening and by the slanted cut.
    float bend = max(0.0, 1.0 - dot(axis, at_stop ? normal_stop : normal_start));
    float lean = abs(dot(axis, normalize(here)));
    float foreshortened = lean / max(sqrt(1.0 - min(lean * lean, 1.0)), 0.2);
    float beyond = radius.x * (foreshortened + sqrt(2.0 * bend) + 0.02)
                 + 0.5 / pixels;
    across = hand * (1.0 + 0.5 / samples) * (1.0 + radius.x / max(depth, radius.x));
    at = here + side * (across * radius.x) + axis * (at_stop ? beyond : -beyond);
    gl_Position = projection * vec4(at, 1.0);
}
