// Where the reader looks: the middle in units of the places, and pixels a unit. Upwards is upwards.
"use strict";

class Camera {
  constructor(reach) {
    this.reach = reach;
    this.width = this.height = 1;
    this.x = this.y = 0;
    this.zoom = 1; // 1: the whole square fits
  }

  resize(width, height) {
    this.width = Math.max(width, 1);
    this.height = Math.max(height, 1);
  }

  get scale() {
    return (this.zoom * Math.min(this.width, this.height)) / (2 * this.reach);
  }

  toScreen(x, y) {
    return [this.width / 2 + (x - this.x) * this.scale, this.height / 2 - (y - this.y) * this.scale];
  }

  toPlace(left, top) {
    return [this.x + (left - this.width / 2) / this.scale, this.y - (top - this.height / 2) / this.scale];
  }

  move(left, down) {
    this.x -= left / this.scale;
    this.y += down / this.scale;
    this._bound();
  }

  // Zoom so that what is under a point of the screen stays there.
  zoomBy(factor, left, top) {
    const [x, y] = this.toPlace(left, top);
    this.zoom = Math.min(Math.max(this.zoom * factor, 0.5), 400);
    const [newX, newY] = this.toPlace(left, top);
    this.x += x - newX;
    this.y += y - newY;
    this._bound();
  }

  lookAt(x, y, zoom) {
    this.x = x;
    this.y = y;
    this.zoom = Math.min(Math.max(zoom, 0.5), 400);
  }

  reset() {
    this.lookAt(0, 0, 1);
  }

  _bound() {
    this.x = Math.min(Math.max(this.x, -this.reach), this.reach);
    this.y = Math.min(Math.max(this.y, -this.reach), this.reach);
  }

  // What styles a picture taken with another camera so that it lies where this one sees it.
  transformFrom(then) {
    const grown = this.scale / then.scale;
    const [left, top] = this.toScreen(then.x, then.y);
    return `translate(${left - (grown * then.width) / 2}px, ${top - (grown * then.height) / 2}px) scale(${grown})`;
  }

  copy() {
    return Object.assign(new Camera(this.reach), this);
  }
}
