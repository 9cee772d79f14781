#version 330 core
// A rectangle of the picture filled from the atlas; places are pixels from the upper left.
uniform vec4 tile;  // x, y from the upper left, width, height of the part drawn, pixels

in vec4 in_place;   // left, top, right, bottom
in vec4 in_atlas;   // the same in texels
in vec4 in_colour;

out vec2 texel;
flat out vec4 ink;

void main()
{
    vec2 corner = vec2(gl_VertexID & 1, (gl_VertexID & 2) >> 1);
    vec2 pixel = mix(in_place.xy, in_place.zw, corner);
    texel = mix(in_atlas.xy, in_atlas.zw, corner);
    ink = in_colour;
    vec2 share = (pixel - tile.xy) / tile.zw;
    gl_Position = vec4(2.0 * share.x - 1.0, 1.0 - 2.0 * share.y, 0.0, 1.0);
}
