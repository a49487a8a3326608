// Draws edges and nodes on two canvases. Nodes are drawn anew whenever the reader looks elsewhere; the edges' canvas is
// moved along meanwhile, and drawn anew in slices once he rests, so that a machine without a card stays quick.
"use strict";

class Scene {
  // Raises an error where there is no WebGL.
  constructor(network, camera, edges, nodes) {
    this.network = network;
    this.camera = camera;
    this.edges = new EdgeLayer(network, edges);
    this.nodes = new NodeLayer(network, nodes);
    this._frame = 0;
    this._resting = 0;
    this.filtered();
  }

  // The filter or the selection changed.
  filtered() {
    this.nodes.fill();
    this.edges.fill();
    this._edgesSoon(0);
    this.draw();
  }

  resized() {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    for (const layer of [this.edges, this.nodes]) layer.resize(this.camera, ratio);
    this._edgesSoon(0);
    this.draw();
  }

  // The reader looks elsewhere.
  moved() {
    this.edges.follow(this.camera);
    this._edgesSoon(140);
    this.draw();
  }

  draw() {
    if (this._frame) return;
    this._frame = requestAnimationFrame(() => {
      this._frame = 0;
      this.nodes.draw(this.camera);
    });
  }

  _edgesSoon(wait) {
    clearTimeout(this._resting);
    this.edges.stop();
    this._resting = setTimeout(() => this.edges.draw(this.camera), wait);
  }
}

// What both canvases have in common.
class Layer {
  constructor(network, canvas, sources, keep) {
    this.network = network;
    this.canvas = canvas;
    const wish = { alpha: true, antialias: false, depth: false, premultipliedAlpha: true, preserveDrawingBuffer: keep };
    this.gl = canvas.getContext("webgl", wish);
    if (!this.gl) throw new Error("no WebGL");
    this.program = Shaders.program(this.gl, sources);
    if (!this.program) throw new Error("no WebGL: the programs were refused");
    this.ratio = 1;
    this.gl.enable(this.gl.BLEND);
    this.gl.blendFunc(this.gl.ONE, this.gl.ONE_MINUS_SRC_ALPHA);
  }

  resize(camera, ratio) {
    this.ratio = ratio;
    this.canvas.width = Math.round(camera.width * ratio);
    this.canvas.height = Math.round(camera.height * ratio);
  }

  clear() {
    this.gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    this.gl.clearColor(0, 0, 0, 0);
    this.gl.clear(this.gl.COLOR_BUFFER_BIT);
  }

  look(camera) {
    const { gl, program } = this;
    gl.useProgram(program);
    gl.uniform2f(gl.getUniformLocation(program, "middle"), camera.x, camera.y);
    const across = (2 * camera.scale) / camera.width;
    const along = (2 * camera.scale) / camera.height;
    gl.uniform2f(gl.getUniformLocation(program, "scale"), across, along);
  }

  attribute(name, buffer, parts, kind, normalized) {
    const { gl } = this;
    const place = gl.getAttribLocation(this.program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, parts, kind, normalized, 0, 0);
  }
}

const HIGHLIGHT = [[0.0, 0.36, 0.6], [0.65, 0.33, 0.0], [0.0, 0.48, 0.36]]; // by dimension

class EdgeLayer extends Layer {
  constructor(network, canvas) {
    super(network, canvas, Shaders.lines, true);
    this._slice = 6000;
    this._next = 0;
    this._drawn = null;
    this.done = () => {};
  }

  // Lines by what they look like: those of the selected node, by dimension, and the many.
  fill() {
    const { gl, network } = this;
    const { shown, source, target, x, y, selected } = network;
    const many = [];
    const own = network.dimensions.map(() => []);
    for (let step = 0, at = 0; step < network.length; step++) {
      at = (at + this._stride()) % network.length; // spread, so that each slice shows something of everything
      if (!shown[at]) continue;
      const mine = selected >= 0 && (source[at] === selected || target[at] === selected);
      (mine ? own[network.dimension[at]] : many).push(at);
    }
    const coordinates = (list) => {
      const found = new Float32Array(4 * list.length);
      list.forEach((at, place) => {
        found.set([x[source[at]], y[source[at]], x[target[at]], y[target[at]]], 4 * place);
      });
      return found;
    };
    for (const one of this._lines || []) gl.deleteBuffer(one.buffer);
    this._lines = [
      ...own.map((list, at) => ({ list, colour: HIGHLIGHT[at % 3], strength: 6 / Math.sqrt(list.length + 1), least: 0.12 })),
      { list: many, colour: [0.42, 0.47, 0.52], strength: (selected < 0 ? 7 : 3) / Math.sqrt(many.length + 1), least: 0.016 },
    ].map(({ list, colour, strength, least }) => ({
      buffer: Shaders.buffer(gl, gl.ARRAY_BUFFER, coordinates(list)),
      count: list.length,
      colour,
      strength,
      least,
    }));
  }

  // The more lines lie over each other, the fainter each: by their number, and by how near the reader is.
  _faint({ colour, strength, least }, camera) {
    const opacity = Math.min(Math.max(strength * Math.sqrt(camera.zoom), least), 0.6);
    return [...colour.map((part) => part * opacity), opacity];
  }

  // Some step that has no part in common with the number of edges: all are met, in no order.
  _stride() {
    if (this._step) return this._step;
    const common = (a, b) => (b ? common(b, a % b) : a);
    let step = Math.max(Math.round(this.network.length * 0.618), 1);
    while (common(step, this.network.length) > 1) step++;
    return (this._step = step);
  }

  follow(camera) {
    if (this._drawn) this.canvas.style.transform = camera.transformFrom(this._drawn);
  }

  stop() {
    cancelAnimationFrame(this._next);
  }

  _finish() {
    this.canvas.dataset.drawn = String(Number(this.canvas.dataset.drawn || 0) + 1);
    this.done();
  }

  // Slice by slice, each about a twentieth of a second's work.
  draw(camera) {
    this.stop();
    const seen = camera.copy();
    this._drawn = seen;
    this.canvas.style.transform = "none";
    this.clear();
    let group = 0;
    let first = 0;
    const pixel = new Uint8Array(4);
    const slice = () => {
      const { gl } = this;
      const began = performance.now();
      let room = this._slice;
      this.look(seen);
      while (group < this._lines.length && room > 0) {
        const { buffer, count } = this._lines[group];
        const now = Math.min(room, count - first);
        if (now > 0) {
          this.attribute("place", buffer, 2, gl.FLOAT, false);
          gl.uniform4fv(gl.getUniformLocation(this.program, "colour"), this._faint(this._lines[group], seen));
          gl.drawArrays(gl.LINES, 2 * first, 2 * now);
        }
        first += now;
        room -= now;
        if (first >= count) {
          group++;
          first = 0;
        }
      }
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel); // waits until it is drawn: only then time counts
      const spent = performance.now() - began;
      this._slice = Math.min(Math.max(Math.round((this._slice * 50) / Math.max(spent, 5)), 1000), 200000);
      if (group < this._lines.length) this._next = requestAnimationFrame(slice);
      else this._finish();
    };
    slice();
  }
}

class NodeLayer extends Layer {
  constructor(network, canvas) {
    super(network, canvas, Shaders.discs, false);
    const rgb = network.groups.map(({ colour }) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
    this._colours = rgb;
  }

  // Large nodes below, small ones above; what the selected node is not joined to is pale.
  fill() {
    const { gl, network } = this;
    const { order, selected } = network;
    const near = new Set();
    if (selected >= 0) {
      near.add(selected);
      for (const edge of network.edgesOf(selected)) near.add(network.other(edge, selected));
    }
    const list = selected >= 0 && !network.degree[selected] ? [...order, selected] : order;
    const places = new Float32Array(2 * list.length);
    const sizes = new Float32Array(list.length);
    const colours = new Uint8Array(4 * list.length);
    list.forEach((node, at) => {
      places.set([network.x[node], network.y[node]], 2 * at);
      sizes[at] = this.diameter(node);
      const strength = selected < 0 || near.has(node) ? 255 : 46;
      colours.set([...this._colours[network.group[node]], strength], 4 * at);
    });
    for (const one of this._buffers || []) gl.deleteBuffer(one);
    this._buffers = [places, sizes, colours].map((values) => Shaders.buffer(gl, gl.ARRAY_BUFFER, values));
    this._count = list.length;
  }

  // Pixels of the screen at zoom 1: the area is as the degree.
  diameter(node) {
    return NodeLayer.diameter(this.network, node);
  }

  static diameter(network, node) {
    const largest = network.order.length ? network.degree[network.order[0]] : 1;
    return Math.max(34 * Math.sqrt(network.degree[node] / largest), 1.6);
  }

  static grown(camera) {
    return Math.sqrt(camera.zoom) * Math.min(1.25, Math.max(0.6, Math.min(camera.width, camera.height) / 800));
  }

  draw(camera) {
    const { gl } = this;
    this.clear();
    this.look(camera);
    gl.uniform1f(gl.getUniformLocation(this.program, "grown"), NodeLayer.grown(camera) * this.ratio);
    this.attribute("place", this._buffers[0], 2, gl.FLOAT, false);
    this.attribute("size", this._buffers[1], 1, gl.FLOAT, false);
    this.attribute("colour", this._buffers[2], 4, gl.UNSIGNED_BYTE, true);
    gl.drawArrays(gl.POINTS, 0, this._count);
    this.canvas.dataset.drawn = String(Number(this.canvas.dataset.drawn || 0) + 1);
  }
}
