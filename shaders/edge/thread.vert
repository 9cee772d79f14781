#version 330 core
// A point of an edge too thin to have a shape: it becomes a line one sample wide.
#include "common/view.glsl"
#include "common/opacity.glsl"
#include "edge/attributes.glsl"

uniform vec3 origin;  // dequantisation: position = origin + extent * in_position
uniform vec3 extent;
uniform float size;   // diameter of the most important edge, scene units
uniform float line_width;  // samples; 0 draws edges of `size`
uniform vec2 samples;      // of the picture's part that is drawn

in vec3 before_position;
in vec3 start_position;
in float start_along;
in uint start_edge;
in vec3 stop_position;

noperspective out vec3 colour;
noperspective out float alpha;
noperspective out float weight;

const float END = 65535.0;  // of `along` at the last point of an edge

void main()
{
    mat4 whole = projection * view;
    gl_Position = whole * vec4(origin + extent * start_position, 1.0);
    vec3 neighbour = start_along > 0.0 ? before_position : stop_position;
    vec4 from = whole * vec4(origin + extent * neighbour, 1.0);
    float depth = gl_Position.w;
    Edge edge = edge_at(start_edge);
    float z = depth_share(depth);
    // A line one sample wide has a sample for each step along the longer side of its box; what it
    // covers more or less than the thread goes into its opacity.
    vec2 way = abs(gl_Position.xy * from.w - from.xy * depth) * samples;
    float steps = max(max(way.x, way.y), 1e-9) / max(length(way), 1e-9);
    float width = line_width > 0.0
        ? line_width : size * thickness(edge.importance) * pixels_at(depth);
    float along = start_along / END;
    float own = opacity(edge.importance, z) * mix(1.0, edge.end, along);
    alpha = min(own * width / steps, 1.0);
    // As a tube's of this opacity, so that it counts the same beside them.
    weight = depth_weight(z) * own * min(1.0, width / 0.75);
    colour = mix(edge.source, edge.target, along);
}
