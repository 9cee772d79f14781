// A quad turned to the camera that just covers a ball; shared by nodes and the beads of edges.
out vec3 at;  // on the quad, camera space
out vec3 colour;
out float alpha;
out float weight;
flat out vec3 centre;
flat out vec2 radius;  // scene units, samples

// `wanted` is the radius in samples; corner is in [-1, 1] squared.
vec4 ball(vec3 place, float wanted, vec2 corner)
{
    float depth = -place.z;
    float pixels = pixels_at(depth);
    float samples = max(wanted, 0.375);
    alpha *= min(1.0, wanted * wanted / (samples * samples));
    radius = vec2(samples / pixels, samples);
    centre = place;
    float away = length(place);
    if (depth < 1e-3 || away <= radius.x || alpha < 0.001)
        return vec4(2.0, 2.0, 2.0, 1.0);
    vec3 toward = place / away;
    vec3 right = normalize(cross(toward, abs(toward.y) < 0.9 ? vec3(0, 1, 0) : vec3(1, 0, 0)));
    vec3 up = cross(right, toward);
    // The cone that touches the ball, cut at the centre, and half a sample for its soft outline.
    float reach = radius.x * away / sqrt(away * away - radius.x * radius.x) + 0.75 / pixels;
    at = place + (right * corner.x + up * corner.y) * reach;
    return projection * vec4(at, 1.0);
}
