#version 330 core
// A ball at each unit.
#include "common/view.glsl"
#include "common/opacity.glsl"
#include "common/ball.glsl"

uniform float size;         // diameter of the most important node, scene units
uniform float point_width;  // diameter in samples; 0 draws balls of `size`

in vec3 in_position;
in float in_importance;
in vec3 in_colour;

void main()
{
    vec3 place = (view * vec4(in_position, 1.0)).xyz;
    float z = depth_share(-place.z);
    weight = depth_weight(z);
    alpha = opacity(in_importance, z);
    colour = in_colour;
    float wanted = point_width > 0.0
        ? 0.5 * point_width
        : 0.5 * size * (0.25 + 0.75 * in_importance) * pixels_at(-place.z);
    vec2 corner = vec2((gl_VertexID & 1) * 2 - 1, (gl_VertexID & 2) - 1);
    gl_Position = ball(place, wanted, corner);
}
