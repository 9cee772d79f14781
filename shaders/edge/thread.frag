#version 330 core
// A line's fragment, in the mean shade of the tube that it stands for.
#include "common/output.glsl"

noperspective in vec3 colour;
noperspective in float alpha;
noperspective in float weight;

void main()
{
#if FLAT
    put(colour, alpha, weight);
#else
    put(colour * 0.97 + 0.01, alpha, weight);
#endif
}
