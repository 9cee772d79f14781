// How a fragment reaches its target; BLEND is set by nnvis/render/blending.py.
#define OPAQUE 0
#define WEIGHTED 1
#define MINIMUM 2
#define ADDITIVE 3

uniform vec3 background;

#if BLEND == WEIGHTED
// McGuire and Bavoil 2013, laid out for one blend state (ONE, ONE, ZERO, ONE_MINUS_SRC_ALPHA):
// rgb adds up colour * weight, alpha multiplies up to what shines through.
layout(location = 0) out vec4 out_sum;
layout(location = 1) out float out_weight;
#else
layout(location = 0) out vec4 out_sum;
#endif

void put(vec3 colour, float alpha, float weight)
{
#if BLEND == OPAQUE
    // Solid things fade towards the background, but not into holes in what lies behind.
    out_sum = vec4(mix(background, colour, 0.4 + 0.6 * alpha), 1.0);
#elif BLEND == WEIGHTED
    out_sum = vec4(colour * (alpha * weight), alpha);
    out_weight = alpha * weight;
#elif BLEND == MINIMUM
    // Nothing adds up here: one layer alone has to show, hence the root.
    out_sum = vec4(mix(background, colour, sqrt(alpha)), 1.0);
#else
    out_sum = vec4(colour * alpha, alpha);
#endif
}
