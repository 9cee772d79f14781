#version 330 core
// The cube that the ray from the camera through this fragment runs through: the longer inside,
// the less shines through.
#include "common/output.glsl"
#include "common/light.glsl"

uniform mat4 view;
uniform mat4 projection;

in vec3 at;
flat in vec3 colour;
flat in float alpha;
flat in float weight;
flat in vec3 camera;
flat in float half_side;

void main()
{
    vec3 ray = normalize(at);
    vec3 along = transpose(mat3(view)) * ray;  // the ray along the cube's axes
    along = mix(along, vec3(1e-6), lessThan(abs(along), vec3(1e-6)));
    vec3 one = (-half_side - camera) / along;
    vec3 other = (half_side - camera) / along;
    vec3 enter = min(one, other);
    vec3 leave = max(one, other);
    float first = max(max(enter.x, enter.y), enter.z);
    float inside = min(min(leave.x, leave.y), leave.z) - first;
    // Share of the sample that the cube covers: `inside` passes zero at its outline.
    float steep = length(vec2(dFdx(inside), dFdy(inside)));
    float covered = clamp(inside / max(steep, 1e-9) + 0.5, 0.0, 1.0);
    if (covered <= 0.0 || first <= 0.0)
        discard;
    vec3 face = step(vec3(first), enter);
    vec3 normal = mat3(view) * normalize(-sign(along) * face);
    float through = clamp(inside / (2.0 * half_side), 0.15, 1.8);
    float seen = (1.0 - pow(1.0 - min(alpha, 0.995), through)) * covered;
#if DEPTH
    vec3 hit = ray * first;
    vec2 clip = vec2(projection[2].z * hit.z + projection[3].z, -hit.z);
    gl_FragDepth = 0.5 + 0.5 * clip.x / clip.y;
#endif
    put(lit(colour, normal), seen, weight);
}
