// The camera, as nnvis/render/camera.py's View gives it.
uniform mat4 view;
uniform mat4 projection;
uniform float pixel_scale;  // samples that one scene unit spans at depth 1
uniform vec2 depth_range;   // distance along the view of the scene's nearest and farthest corner

// 0 at the scene's near side, 1 at its far side.
float depth_share(float depth)
{
    return clamp((depth - depth_range.x) / (depth_range.y - depth_range.x), 0.0, 1.0);
}

// Nearer parts weigh more; bounded, so that half floats hold the sum of many layers.
float depth_weight(float share)
{
    return 16.0 * exp(-6.0 * share);
}

// Samples that one scene unit spans at this depth.
float pixels_at(float depth)
{
    return pixel_scale / max(depth, 1e-4);
}
