// What all ways of drawing the density grid share.
#include "common/view.glsl"
#include "common/opacity.glsl"

uniform float width;  // of a cell, scene units

in vec3 in_position;
in float in_importance;  // root of the cell's share of the largest density
in vec3 in_colour;

// How much of its cell's width an item takes: thin places stay loose, dense ones close up.
float fill(float importance)
{
    return 0.70 + 0.27 * importance;
}
