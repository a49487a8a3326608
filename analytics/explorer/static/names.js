// Names over the nodes, the largest first, none over another: letters on a canvas, so that no name becomes markup.
"use strict";

class Names {
  constructor(network, camera, canvas) {
    this.network = network;
    this.camera = camera;
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this._frame = 0;
  }

  resized() {
    this.ratio = Math.min(window.devicePixelRatio || 1, 2);
    this.canvas.width = Math.round(this.camera.width * this.ratio);
    this.canvas.height = Math.round(this.camera.height * this.ratio);
    this.draw();
  }

  draw() {
    if (this._frame) return;
    this._frame = requestAnimationFrame(() => {
      this._frame = 0;
      this._draw();
    });
  }

  _draw() {
    const { pen, camera, network } = this;
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, camera.width, camera.height);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    const taken = [];
    const grown = NodeLayer.grown(camera);
    const most = camera.width < 500 ? 12 : 28;
    for (const node of this._candidates()) {
      if (taken.length >= most) break;
      const [left, top] = camera.toScreen(network.x[node], network.y[node]);
      if (left < 0 || top < 0 || left > camera.width || top > camera.height) continue;
      const chosen = node === network.selected;
      const name = shortened(network.name(node), chosen ? 40 : 22);
      pen.font = `${chosen ? "600 14" : "12"}px ${getComputedStyle(document.body).fontFamily}`;
      const half = pen.measureText(name).width / 2 + 3;
      const size = (NodeLayer.diameter(network, node) * grown) / 2;
      const place = this._room(left, top, half, size, taken);
      if (!place) continue;
      taken.push({ left: place[0], top: place[1], half });
      pen.strokeStyle = "rgba(255,255,255,0.9)";
      pen.lineWidth = 3;
      pen.strokeText(name, place[0], place[1]);
      pen.fillStyle = "#1f2328";
      pen.fillText(name, place[0], place[1]);
    }
    this.canvas.dataset.names = String(taken.length);
  }

  // The selected node and whom it is joined to, then the others by degree.
  _candidates() {
    const { network } = this;
    const { selected } = network;
    if (selected < 0) return network.order.slice(0, 4000);
    const near = network.edgesOf(selected).map((edge) => network.other(edge, selected));
    const unique = [...new Set(near)].sort((a, b) => network.degree[b] - network.degree[a]);
    return [selected, ...unique.slice(0, 1000)];
  }

  // On a large node, above, below or beside it; null where there is no room.
  _room(left, top, half, size, taken) {
    const off = size + 8;
    const around = [[0, -off], [0, off], [size + half, 0], [-size - half, 0]];
    // A name would hide a small node: it stands above.
    for (const [x, y] of size < 11 ? around : [[0, 0], ...around]) {
      const at = [Math.min(Math.max(left + x, half), this.camera.width - half), top + y];
      if (!taken.some((one) => Math.abs(one.left - at[0]) < one.half + half && Math.abs(one.top - at[1]) < 16)) return at;
    }
    return null;
  }
}

// Letters, not halves of them.
function shortened(name, most) {
  const letters = Array.from(name);
  return letters.length <= most ? name : letters.slice(0, most - 1).join("") + "…";
}
