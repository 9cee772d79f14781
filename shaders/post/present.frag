#version 330 core
// A finished image, stretched over a larger one.
uniform sampler2D image;
uniform vec2 window_size;
out vec4 colour;

void main()
{
    colour = vec4(texture(image, gl_FragCoord.xy / window_size).rgb, 1.0);
}
