#version 330 core
uniform sampler2D atlas;

in vec2 texel;
flat in vec4 ink;

out vec4 picture;

void main()
{
    picture = vec4(ink.rgb, ink.a * texelFetch(atlas, ivec2(texel), 0).r);
}
