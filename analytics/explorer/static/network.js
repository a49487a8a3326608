// The network of all years: who is joined to whom from when, and what of it the chosen year and filters show.
"use strict";

class Network {
  constructor(data) {
    this.years = data.years;
    this.dimensions = data.dimensions;
    this.groups = data.groups;
    this.kinds = data.kinds;
    this.technologies = data.technologies;
    this.areas = data.areas;
    this.size = data.size;
    for (const name of ["ids", "names", "english"]) this[name] = data[name].split("\n");
    this.edgesAFile = data.edgesAFile;
    this.entityPages = data.entityPages;
    this.x = unpack(data.x, Float32Array);
    this.y = unpack(data.y, Float32Array);
    for (const name of ["group", "kind", "sample", "paged", "dimension", "since", "labelSince"]) {
      this[name] = unpack(data[name], Uint8Array);
    }
    for (const name of ["source", "target", "facts", "labelled", "labelTechnologies", "labelAreas"]) {
      this[name] = unpack(data[name], Uint32Array);
    }
    this.length = this.source.length;
    this.reach = 1e-9;
    for (let at = 0; at < this.size; at++) {
      this.reach = Math.max(this.reach, Math.abs(this.x[at]), Math.abs(this.y[at]));
    }
    this.reach *= 1.03; // as the picture drawn beforehand has it
    this.selected = -1;
    this.shown = new Uint8Array(this.length);
    this.degree = new Uint32Array(this.size);
    this.order = [];
    this.filter = { year: this.years.length - 1, dimensions: (1 << this.dimensions.length) - 1, technologies: 0, areas: 0 };
    this.counts = { nodes: 0, edges: 0 };
    this._findNeighbours();
    this.choose({});
  }

  // Change some of the filter: year is a position, the others are sets, a bit for each member; no technologies and
  // no areas mean no wish.
  choose(change) {
    Object.assign(this.filter, change);
    const { year, dimensions, technologies, areas } = this.filter;
    const labelled = technologies !== 0 || areas !== 0 ? this._labelledEdges(year, technologies, areas) : null;
    this.degree.fill(0);
    let edges = 0;
    for (let at = 0; at < this.length; at++) {
      const shown =
        this.since[at] <= year && (dimensions >> this.dimension[at]) & 1 && (labelled === null || labelled[at]) ? 1 : 0;
      this.shown[at] = shown;
      if (shown) {
        edges++;
        this.degree[this.source[at]]++;
        this.degree[this.target[at]]++;
      }
    }
    const order = [];
    for (let at = 0; at < this.size; at++) if (this.degree[at]) order.push(at);
    order.sort((a, b) => this.degree[b] - this.degree[a] || a - b);
    this.order = order;
    this.counts = { nodes: order.length, edges };
  }

  // Edges with one fact, by that year, that has a chosen technology and a chosen area.
  _labelledEdges(year, technologies, areas) {
    const found = new Uint8Array(this.length);
    for (let at = 0; at < this.labelled.length; at++) {
      if (
        this.labelSince[at] <= year &&
        (technologies === 0 || (this.labelTechnologies[at] & technologies) !== 0) &&
        (areas === 0 || (this.labelAreas[at] & areas) !== 0)
      ) {
        found[this.labelled[at]] = 1;
      }
    }
    return found;
  }

  // Edges by node: those of a node are _edgesOf[_firstOf[node]] to before _firstOf[node + 1].
  _findNeighbours() {
    this._firstOf = new Uint32Array(this.size + 1);
    for (let at = 0; at < this.length; at++) {
      this._firstOf[this.source[at] + 1]++;
      this._firstOf[this.target[at] + 1]++;
    }
    for (let at = 0; at < this.size; at++) this._firstOf[at + 1] += this._firstOf[at];
    const next = this._firstOf.slice();
    this._edgesOf = new Uint32Array(2 * this.length);
    for (let at = 0; at < this.length; at++) {
      this._edgesOf[next[this.source[at]]++] = at;
      this._edgesOf[next[this.target[at]]++] = at;
    }
  }

  // The shown edges of a node, the newest first.
  edgesOf(node) {
    const every = this._edgesOf.subarray(this._firstOf[node], this._firstOf[node + 1]);
    return Array.from(every.filter((at) => this.shown[at])).sort(
      (a, b) => this.since[b] - this.since[a] || this.facts[b] - this.facts[a] || a - b,
    );
  }

  other(edge, node) {
    return this.source[edge] === node ? this.target[edge] : this.source[edge];
  }

  // Technologies and areas of an edge by the chosen year, as sets.
  labelsOf(edge) {
    const found = { technologies: 0, areas: 0 };
    if (!this._labelOf) {
      this._labelOf = new Map();
      for (let at = 0; at < this.labelled.length; at++) {
        const known = this._labelOf.get(this.labelled[at]) || [];
        known.push(at);
        this._labelOf.set(this.labelled[at], known);
      }
    }
    for (const at of this._labelOf.get(edge) || []) {
      if (this.labelSince[at] > this.filter.year) continue;
      found.technologies |= this.labelTechnologies[at];
      found.areas |= this.labelAreas[at];
    }
    return found;
  }

  // The name that this page shows: English where it is known, on the English page.
  name(node) {
    return (Valuenet.language === "en" && this.english[node]) || this.names[node] || this.ids[node];
  }

  // Nodes whose name in either language, or id, has the words; those that begin with them first, then by degree.
  search(words, most) {
    const wanted = fold(words);
    if (!wanted) return { nodes: [], count: 0 };
    if (!this._folded) {
      this._folded = this.names.map((name, at) => "\n" + fold(name) + "\n" + fold(this.english[at]) + "\n" + fold(this.ids[at]));
    }
    const first = [];
    const others = [];
    for (let at = 0; at < this.size; at++) {
      const place = this._folded[at].indexOf(wanted);
      if (place < 0) continue;
      (this._folded[at].includes("\n" + wanted) ? first : others).push(at);
    }
    const byDegree = (a, b) => this.degree[b] - this.degree[a] || this.names[a].length - this.names[b].length || a - b;
    first.sort(byDegree);
    others.sort(byDegree);
    return { nodes: first.concat(others).slice(0, most), count: first.length + others.length };
  }

  select(node) {
    this.selected = node;
    Valuenet.tell("select");
  }
}

// Base64 to a row of numbers; all machines with a browser are little-endian.
function unpack(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Kind(bytes.buffer);
}

// One spelling for one word: width, case and spaces do not matter.
function fold(words) {
  return words.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}
