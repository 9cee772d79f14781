#version 330 core
// A quad turned to the camera that covers a cube in the middle of each cell.
#include "grid/cell.glsl"

out vec3 at;          // on the quad, camera space
flat out vec3 colour;
flat out float alpha;  // of a ray that runs once along the cube's side
flat out float weight;
flat out vec3 camera;  // where the camera stands, from the cube's centre, along the cube's axes
flat out float half_side;

void main()
{
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    vec3 centre = (view * vec4(in_position, 1.0)).xyz;
    mat3 axes = mat3(view);  // columns are the cube's axes in camera space
    half_side = 0.5 * width * fill(in_importance);
    float away = length(centre);
    float around = 1.7321 * half_side;
    float depth = -centre.z;
    float z = depth_share(depth);
    alpha = opacity(in_importance, z);
    if (depth < 1e-3 || away <= 1.05 * around || alpha < 0.001)
        return;
    weight = depth_weight(z) * alpha;
    colour = in_colour;
    camera = -(transpose(axes) * centre);

    vec3 toward = centre / away;
    vec3 right = normalize(cross(toward, abs(toward.y) < 0.9 ? vec3(0, 1, 0) : vec3(1, 0, 0)));
    vec3 up = cross(right, toward);
    // The cube's extent along the quad's sides; its near corners look larger by perspective.
    vec3 wide = abs(vec3(dot(right, axes[0]), dot(right, axes[1]), dot(right, axes[2])));
    vec3 tall = abs(vec3(dot(up, axes[0]), dot(up, axes[1]), dot(up, axes[2])));
    float nearer = away / (away - around);
    vec2 reach = half_side * nearer * vec2(wide.x + wide.y + wide.z, tall.x + tall.y + tall.z)
               + 0.75 / pixels_at(depth);
    vec2 corner = vec2((gl_VertexID & 1) * 2 - 1, (gl_VertexID & 2) - 1);
    at = centre + right * (corner.x * reach.x) + up * (corner.y * reach.y);
    gl_Position = projection * vec4(at, 1.0);
}
