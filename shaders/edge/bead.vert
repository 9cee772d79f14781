#version 330 core
// A ball at each point of an edge.
#include "common/view.glsl"
#include "common/opacity.glsl"
#include "common/ball.glsl"
#include "edge/attributes.glsl"

uniform vec3 origin;
uniform vec3 extent;
uniform float size;
uniform float point_width;  // diameter in samples; 0 draws balls of `size`

in vec3 start_position;
in float start_along;
in uint start_edge;

void main()
{
    Edge edge = edge_at(start_edge);
    vec3 place = (view * vec4(origin + extent * start_position, 1.0)).xyz;
    float z = depth_share(-place.z);
    weight = depth_weight(z);
    alpha = opacity(edge.importance, z) * mix(1.0, edge.end, start_along / 65535.0);
    colour = mix(edge.source, edge.target, start_along / 65535.0);
    float wanted = point_width > 0.0
        ? 0.5 * point_width
        : 0.5 * size * thickness(edge.importance) * pixels_at(-place.z);
    vec2 corner = vec2((gl_VertexID & 1) * 2 - 1, (gl_VertexID & 2) - 1);
    gl_Position = ball(place, wanted, corner);
}
