// Opacity of an item of importance i at depth z in [0, 1]:
// (base + importance * i) * (1 - depth * z ^ exponent).
uniform vec4 opacity_law;  // base, importance, depth, exponent

float opacity(float importance, float z)
{
    float here = opacity_law.x + opacity_law.y * importance;
    float fade = opacity_law.w > 0.0 ? pow(max(z, 1e-6), opacity_law.w) : 1.0;
    return clamp(here * (1.0 - opacity_law.z * fade), 0.0, 1.0);
}
