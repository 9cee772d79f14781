#version 330 core
// Lay the transparent parts over the opaque ones and average the samples of each pixel.
// OVER: where nothing is drawn, the picture beneath shows.
#define OPAQUE 0
#define WEIGHTED 1
#define MINIMUM 2
#define ADDITIVE 3

uniform sampler2D opaque_colour;
uniform sampler2D first_sum;
uniform sampler2D second_sum;
uniform vec3 background;
uniform int supersample;
uniform float is_dark;
uniform float dim;  // what is left of the picture's contrast with the background
#if OVER
uniform sampler2D beneath;  // one texel a pixel
#endif

out vec4 picture;

vec3 resolved(ivec2 place)
{
    vec4 solid = texelFetch(opaque_colour, place, 0);
#if OVER
    vec3 behind = mix(texelFetch(beneath, ivec2(gl_FragCoord.xy), 0).rgb, solid.rgb, solid.a);
#else
    vec3 behind = solid.rgb;
#endif
#if BLEND == OPAQUE
    return behind;
#else
    vec4 sum = texelFetch(first_sum, place, 0);
#if BLEND == WEIGHTED
    float weight = texelFetch(second_sum, place, 0).r;
    return mix(sum.rgb / max(weight, 1e-12), behind, sum.a);
#elif BLEND == MINIMUM
    return is_dark > 0.5 ? max(behind, sum.rgb) : min(behind, sum.rgb);
#else
    // Reinhard-like: the first edges show at once, hundreds on one pixel still differ.
    float density = 1.0 - 1.0 / (1.0 + 0.9 * sum.a);
    vec3 mean = sum.rgb / max(sum.a, 1e-12);
    vec3 dense = is_dark > 0.5 ? mix(mean, vec3(1.0), 0.6 * density * density)
                               : mix(mean, vec3(0.0), 0.5 * density * density);
    return mix(behind, dense, density);
#endif
#endif
}

void main()
{
    ivec2 corner = ivec2(gl_FragCoord.xy) * supersample;
    vec3 total = vec3(0.0);
    for (int y = 0; y < supersample; ++y)
        for (int x = 0; x < supersample; ++x)
            total += resolved(corner + ivec2(x, y));
    picture = vec4(mix(background, total / float(supersample * supersample), dim), 1.0);
}
