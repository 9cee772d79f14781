#version 330 core
// A point somewhere in each cell: in the middle of all, rows of points would show as stripes.
#include "grid/cell.glsl"
#include "common/ball.glsl"

uniform float point_width;  // diameter in the densest cell, samples

// In [0, 1] cubed, the same for the same place in every frame.
vec3 scattered(vec3 place)
{
    uvec3 bits = floatBitsToUint(place) * uvec3(747796405u, 2891336453u, 277803737u);
    bits = (bits.x ^ (bits.y >> 7u) ^ (bits.z >> 13u)) + uvec3(0u, 0x9e3779b9u, 0x3c6ef372u);
    bits = ((bits >> 15u) ^ bits) * 2246822519u;
    bits = ((bits >> 13u) ^ bits) * 3266489917u;
    return vec3(bits >> 8u) / 16777216.0;
}

void main()
{
    vec3 within = in_position + width * (scattered(in_position) - 0.5);
    vec3 place = (view * vec4(within, 1.0)).xyz;
    float z = depth_share(-place.z);
    weight = depth_weight(z);
    alpha = sqrt(opacity(in_importance, z));  // a point covers little of its cell
    colour = in_colour;
    vec2 corner = vec2((gl_VertexID & 1) * 2 - 1, (gl_VertexID & 2) - 1);
    gl_Position = ball(place, 0.5 * point_width * fill(in_importance), corner);
}
