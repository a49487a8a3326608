// Two small programs for the graphics card: lines, and discs with a pale rim.
"use strict";

const Shaders = {
  lines: {
    vertex: `
attribute vec2 place;
uniform vec2 middle;
uniform vec2 scale;
void main() {
  gl_Position = vec4((place - middle) * scale, 0.0, 1.0);
}`,
    fragment: `
precision mediump float;
uniform vec4 colour;
void main() {
  gl_FragColor = colour;
}`,
  },

  discs: {
    vertex: `
attribute vec2 place;
attribute float size;
attribute vec4 colour;
uniform vec2 middle;
uniform vec2 scale;
uniform float grown;
varying vec4 shown;
varying float pixels;
void main() {
  gl_Position = vec4((place - middle) * scale, 0.0, 1.0);
  pixels = max(size * grown, 1.5);
  gl_PointSize = pixels;
  shown = colour;
}`,
    fragment: `
precision mediump float;
varying vec4 shown;
varying float pixels;
void main() {
  float away = length(gl_PointCoord - 0.5) * 2.0;
  float soft = 2.0 / pixels;
  float inside = 1.0 - smoothstep(1.0 - soft, 1.0, away);
  float rim = pixels < 7.0 ? 0.0 : smoothstep(1.0 - 2.0 * soft, 1.0 - 1.2 * soft, away);
  float strength = shown.a * inside;
  gl_FragColor = vec4(mix(shown.rgb, vec3(1.0), rim) * strength, strength);
}`,
  },

  // Compiled and linked; null where the card refuses.
  program(gl, sources) {
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, sources.vertex], [gl.FRAGMENT_SHADER, sources.fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
  },

  buffer(gl, kind, values) {
    const made = gl.createBuffer();
    gl.bindBuffer(kind, made);
    gl.bufferData(kind, values, gl.STATIC_DRAW);
    return made;
  },
};
