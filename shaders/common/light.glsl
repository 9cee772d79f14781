// A soft light from above the camera's left shoulder; n is in camera space.
const vec3 LIGHT = vec3(-0.37, 0.65, 0.66);

vec3 lit(vec3 colour, vec3 n)
{
    float facing = dot(n, LIGHT);
    float wrapped = 0.5 + 0.5 * facing;
    float glint = max(dot(reflect(-LIGHT, n), vec3(0.0, 0.0, 1.0)), 0.0);
    // To the power of 24, which costs less in products.
    glint *= glint * glint;
    glint *= glint;
    glint *= glint;
    glint *= glint;
    return colour * (0.62 + 0.46 * wrapped) + vec3(0.12 * glint);
}
