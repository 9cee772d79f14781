#version 330 core
// The nearer side of a ball, met by the ray from the camera through this fragment.
#include "common/output.glsl"
#include "common/light.glsl"

uniform mat4 projection;

in vec3 at;
in vec3 colour;
in float alpha;
in float weight;
flat in vec3 centre;
flat in vec2 radius;

void main()
{
    vec3 ray = normalize(at);
    float nearest = dot(ray, centre);
    vec3 miss = ray * nearest - centre;  // from the centre to the ray
    float offset = length(miss) / radius.x;
#if BLEND == OPAQUE
    float inside = offset <= 1.0 ? 1.0 : 0.0;
#else
    float inside = clamp((1.0 - offset) * radius.y + 0.5, 0.0, 1.0);
#endif
    if (inside <= 0.0)
        discard;
    vec3 hit = ray * (nearest - radius.x * sqrt(max(1.0 - offset * offset, 0.0)));
    vec3 normal = (hit - centre) / radius.x;
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
