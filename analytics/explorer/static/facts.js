// The facts behind edges: scripts beside the page, loaded when they are asked for.
"use strict";

Valuenet.facts = {
  _files: new Map(),
  _waiting: new Map(),

  // Called by the files.
  take(file, content) {
    this._files.set(file, content);
  },

  // A promise of the facts behind an edge.
  async of(edge) {
    const each = Valuenet.network.edgesAFile;
    const file = Math.floor(edge / each);
    if (!this._files.has(file)) await this._load(file);
    const { facts, edges } = this._files.get(file);
    return edges[edge % each].map((at) => facts[at]);
  },

  _load(file) {
    if (!this._waiting.has(file)) {
      this._waiting.set(
        file,
        new Promise((loaded, failed) => {
          const script = Valuenet.element("script", "", { src: `facts/${file}.js` });
          script.addEventListener("load", () => (this._files.has(file) ? loaded() : failed(new Error("empty"))));
          script.addEventListener("error", () => {
            this._waiting.delete(file);
            failed(new Error("not loaded"));
          });
          document.head.append(script);
        }),
      );
    }
    return this._waiting.get(file);
  },
};
