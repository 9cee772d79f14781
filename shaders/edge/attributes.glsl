// Importance and colours of an edge: two texels (source rgb + importance, target rgb
// + what of the opacity is left at the target unit).
uniform sampler2D edge_attributes;

struct Edge {
    vec3 source;
    vec3 target;
    float importance;
    float end;
};

Edge edge_at(uint number)
{
    int width = textureSize(edge_attributes, 0).x / 2;
    ivec2 place = ivec2(2 * (int(number) % width), int(number) / width);
    vec4 first = texelFetch(edge_attributes, place, 0);
    vec4 second = texelFetch(edge_attributes, place + ivec2(1, 0), 0);
    return Edge(first.rgb, second.rgb, first.a, second.a);
}

// Thickness over that of the most important edge. Importance is heavy-tailed: the few strong
// edges are cables, the many weak ones threads.
float thickness(float importance)
{
    return 0.10 + 0.90 * importance;
}
