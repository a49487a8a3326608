// Moving about: mouse, wheel, fingers, keys; and which node lies under a point.
"use strict";

class Moving {
  constructor(network, camera, stage) {
    this.network = network;
    this.camera = camera;
    this.stage = stage;
    this._fingers = new Map();
    this._far = 0;
    stage.addEventListener("pointerdown", (event) => this._down(event));
    stage.addEventListener("pointermove", (event) => this._move(event));
    for (const kind of ["pointerup", "pointercancel"]) stage.addEventListener(kind, (event) => this._up(event));
    stage.addEventListener("wheel", (event) => this._wheel(event), { passive: false });
    stage.addEventListener("keydown", (event) => this._key(event));
    const zoom = (factor) => () => this._zoom(factor, camera.width / 2, camera.height / 2);
    document.getElementById("zoom-in").addEventListener("click", zoom(1.6));
    document.getElementById("zoom-out").addEventListener("click", zoom(1 / 1.6));
    document.getElementById("reset").addEventListener("click", () => this._reset());
  }

  // The shown node under a point of the stage, or -1; a finger needs some room around.
  nodeAt(left, top, room) {
    const { network, camera } = this;
    const grown = NodeLayer.grown(camera);
    let best = -1;
    let least = Infinity;
    for (const node of network.order) {
      const [x, y] = camera.toScreen(network.x[node], network.y[node]);
      const size = (NodeLayer.diameter(network, node) * grown) / 2;
      const away = Math.hypot(x - left, y - top) - size;
      // Small nodes lie above large ones, and are meant where both are hit.
      const beyond = away <= 0 ? size * 1e-6 : away;
      if (away <= room && beyond < least) {
        least = beyond;
        best = node;
      }
    }
    return best;
  }

  _place(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  _down(event) {
    if (event.target.closest("button")) return;
    this.stage.setPointerCapture(event.pointerId);
    this._fingers.set(event.pointerId, this._place(event));
    if (this._fingers.size === 1) this._far = 0;
  }

  _move(event) {
    const before = this._fingers.get(event.pointerId);
    if (!before) {
      this._hover(event);
      return;
    }
    const now = this._place(event);
    if (this._fingers.size === 1) {
      this.camera.move(now[0] - before[0], now[1] - before[1]);
      this._far += Math.hypot(now[0] - before[0], now[1] - before[1]);
    } else if (this._fingers.size === 2) {
      const other = [...this._fingers.entries()].find(([id]) => id !== event.pointerId)[1];
      const spread = (a) => Math.max(Math.hypot(a[0] - other[0], a[1] - other[1]), 1);
      this.camera.move((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
      this.camera.zoomBy(spread(now) / spread(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      this._far = Infinity;
    }
    this._fingers.set(event.pointerId, now);
    Valuenet.tell("camera");
  }

  _up(event) {
    const place = this._fingers.get(event.pointerId);
    this._fingers.delete(event.pointerId);
    if (!place || event.type === "pointercancel" || this._fingers.size || this._far > 6) return;
    this.network.select(this.nodeAt(place[0], place[1], event.pointerType === "touch" ? 14 : 5));
  }

  // The name under the mouse, at most once a frame.
  _hover(event) {
    if (event.pointerType === "touch" || this._hovering) return;
    const [left, top] = this._place(event);
    this._hovering = requestAnimationFrame(() => {
      this._hovering = 0;
      const node = this.nodeAt(left, top, 2);
      this.stage.title = node < 0 ? "" : this.network.name(node);
      this.stage.style.cursor = node < 0 ? "grab" : "pointer";
    });
  }

  _wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? event.deltaY * 20 : event.deltaY;
    this._zoom(Math.exp(-Math.min(Math.max(lines, -300), 300) / 300), ...this._place(event));
  }

  _key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target !== this.stage) return;
    const { width, height } = this.camera;
    const step = Math.min(width, height) / 8;
    const doing = {
      ArrowLeft: () => this.camera.move(step, 0),
      ArrowRight: () => this.camera.move(-step, 0),
      ArrowUp: () => this.camera.move(0, step),
      ArrowDown: () => this.camera.move(0, -step),
      "+": () => this.camera.zoomBy(1.4, width / 2, height / 2),
      "=": () => this.camera.zoomBy(1.4, width / 2, height / 2),
      "-": () => this.camera.zoomBy(1 / 1.4, width / 2, height / 2),
      0: () => this.camera.reset(),
      Escape: () => this.network.select(-1),
    }[event.key];
    if (!doing) return;
    event.preventDefault();
    doing();
    Valuenet.tell("camera");
  }

  _zoom(factor, left, top) {
    this.camera.zoomBy(factor, left, top);
    Valuenet.tell("camera");
  }

  _reset() {
    this.camera.reset();
    Valuenet.tell("camera");
  }
}
