// Year, dimensions, technologies, areas: what of the network is shown, and how much that is.
"use strict";

class Filters {
  constructor(network) {
    this.network = network;
    this.year = document.getElementById("year");
    this.yearShown = document.getElementById("year-shown");
    this.counts = document.getElementById("counts");
    this.year.addEventListener("input", () => this._choose({ year: Number(this.year.value) }));
    const all = (1 << network.dimensions.length) - 1;
    this.boxes = {
      dimensions: this._boxes("dimensions", network.dimensions, all),
      technologies: this._boxes("technologies", network.technologies, 0),
      areas: this._boxes("areas", network.areas, 0),
    };
    document.getElementById("clear").addEventListener("click", () => {
      this.set({ dimensions: all, technologies: 0, areas: 0 });
    });
    this._legend();
    this.show();
  }

  // Choose, and let the controls say so.
  set(change) {
    this.network.choose(change);
    for (const [name, boxes] of Object.entries(this.boxes)) {
      boxes.forEach((box, at) => {
        box.checked = ((this.network.filter[name] >>> at) & 1) === 1;
      });
    }
    this.show();
    Valuenet.tell("filter");
  }

  show() {
    const { network } = this;
    const { nodes, edges } = network.counts;
    const year = network.years[network.filter.year];
    this.year.value = String(network.filter.year);
    this.year.setAttribute("aria-valuetext", String(year));
    this.yearShown.textContent = String(year);
    this.counts.textContent = Valuenet.say("counts", { nodes: Valuenet.count(nodes), edges: Valuenet.count(edges) });
    this.counts.dataset.nodes = String(nodes);
    this.counts.dataset.edges = String(edges);
    for (const name of ["technologies", "areas"]) {
      const chosen = this.boxes[name].filter((box) => box.checked).length;
      document.querySelector(`#${name}-box .chosen`).textContent = chosen ? `(${chosen})` : "";
    }
  }

  _choose(change) {
    this.network.choose(change);
    this.show();
    Valuenet.tell("filter");
  }

  _boxes(name, terms, chosen) {
    const group = document.getElementById(name);
    return terms.map((words, at) => {
      const label = document.createElement("label");
      const box = Valuenet.element("input", "", { type: "checkbox", value: String(at) });
      box.checked = ((chosen >>> at) & 1) === 1;
      box.addEventListener("change", () => {
        const bit = (1 << at) >>> 0;
        const before = this.network.filter[name];
        this._choose({ [name]: (box.checked ? before | bit : before & ~bit) >>> 0 });
      });
      label.append(box, Valuenet.element("span", Valuenet.of(words), { class: `term ${name}-${at}` }));
      group.append(label);
      return box;
    });
  }

  _legend() {
    document.getElementById("legend").replaceChildren(
      ...this.network.groups.map(({ words, colour }) => {
        const row = document.createElement("li");
        const dot = Valuenet.element("span", "", { class: "dot" });
        dot.style.backgroundColor = colour;
        row.append(dot, Valuenet.element("span", Valuenet.of(words)));
        return row;
      }),
    );
  }
}
