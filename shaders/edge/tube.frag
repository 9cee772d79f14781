#version 330 core
// The nearer wall of a capless tube, met by the ray from the camera through this fragment.
#include "common/output.glsl"
#include "common/light.glsl"

uniform mat4 projection;

in vec3 at;
in float across;
in vec3 colour;
in float alpha;
in float weight;
flat in vec3 axis_start;
flat in vec3 axis;
flat in vec3 side;
flat in vec4 cut_start;
flat in vec4 cut_stop;
flat in vec2 radius;

void main()
{
    // Share of this sample's width that lies inside the outline; exact for thin tubes too.
    float offset = abs(across) * radius.y;
    float inside = min(offset + 0.5, radius.y) - max(offset - 0.5, -radius.y);
    if (inside <= 0.0)
        discard;
    vec3 ray = normalize(at);
    vec3 sideways = ray - dot(ray, axis) * axis;
    // |across r side + t sideways| = r, with `at` already beside the axis.
    float a = dot(sideways, sideways);
    float b = across * radius.x * dot(side, sideways);
    float c = (across * across - 1.0) * radius.x * radius.x;
    float root = sqrt(max(b * b - a * c, 0.0));
    vec3 hit = at - ray * ((b + root) / max(a, 1e-6));
    if (dot(cut_start, vec4(hit, 1.0)) < 0.0 || dot(cut_stop, vec4(hit, 1.0)) >= 0.0)
        discard;
    vec3 out_of = hit - axis_start;
    vec3 normal = (out_of - dot(out_of, axis) * axis) / radius.x;
#if DEPTH
    vec2 clip = vec2(projection[2].z * hit.z + projection[3].z, -hit.z);
    gl_FragDepth = 0.5 + 0.5 * clip.x / clip.y;
#endif
#if FLAT
    put(colour, alpha * inside, weight);
#else
    put(lit(colour, normal), alpha * inside, weight);
#endif
}
