// The panel of the selected node: who it is, its relations, and on request the facts behind each.
"use strict";

class Details {
  constructor(network, choose) {
    this.network = network;
    this.choose = choose;
    this.panel = document.getElementById("details");
    this.shown = -1;
  }

  show() {
    const { network, panel } = this;
    const node = network.selected;
    panel.hidden = node < 0;
    if (node < 0) {
      panel.replaceChildren();
      return;
    }
    const edges = network.edgesOf(node);
    panel.replaceChildren(...this._head(node, edges));
    if (!edges.length) {
      panel.append(Valuenet.element("p", Valuenet.say("not_shown"), { class: "hint" }));
      return;
    }
    const list = Valuenet.element("ol", "", { class: "relations" });
    panel.append(Valuenet.element("h3", Valuenet.say("relations")), list);
    this._more(list, node, edges, 0);
  }

  _head(node, edges) {
    const { network } = this;
    const close = Valuenet.element("button", "×", { type: "button", class: "close", "aria-label": Valuenet.say("close") });
    close.addEventListener("click", () => network.select(-1));
    const head = [close, Valuenet.element("h2", network.name(node))];
    const other = network.name(node) === network.names[node] ? network.english[node] : network.names[node];
    if (other) head.push(Valuenet.element("p", other, { class: "other" }));
    const outgoing = edges.filter((edge) => network.source[edge] === node).length;
    const kind = Valuenet.of(network.kinds[network.kind[node]]);
    const list = document.createElement("dl");
    const degrees = { all: Valuenet.count(edges.length), in: edges.length - outgoing, out: outgoing };
    for (const [name, value] of [
      [Valuenet.say("kind"), network.sample[node] ? `${kind} · ${Valuenet.say("in_sample")}` : kind],
      [Valuenet.say("degree"), Valuenet.say("degrees", degrees)],
    ]) {
      list.append(Valuenet.element("dt", name), Valuenet.element("dd", value));
    }
    head.push(list);
    const pattern = network.entityPages[Valuenet.language];
    if (pattern && network.paged[node]) {
      const href = pattern.replace("{entity}", () => encodeURIComponent(network.ids[node]));
      const line = document.createElement("p");
      line.append(Valuenet.element("a", Valuenet.say("entity_page"), { href, class: "entity-page" }));
      head.push(line);
    }
    return head;
  }

  _more(list, node, edges, first) {
    const last = Math.min(first + Details.MOST, edges.length);
    for (const edge of edges.slice(first, last)) list.append(this._relation(node, edge));
    if (last === edges.length) return;
    const count = Math.min(Details.MOST, edges.length - last);
    const button = Valuenet.element("button", Valuenet.say("more", { count }), { type: "button", class: "more" });
    button.addEventListener("click", () => {
      button.remove();
      this._more(list, node, edges, last);
    });
    list.after(button);
  }

  _relation(node, edge) {
    const { network } = this;
    const other = network.other(edge, node);
    const forth = network.source[edge] === node;
    const row = document.createElement("li");
    const mark = Valuenet.element("span", forth ? "→" : "←", { class: "way", "aria-label": Valuenet.say(forth ? "to" : "from") });
    const name = Valuenet.element("button", network.name(other), { type: "button", class: "partner" });
    name.addEventListener("click", () => this.choose(other));
    const about = document.createElement("p");
    const dimension = network.dimension[edge];
    const year = network.years[network.since[edge]];
    about.append(
      Valuenet.element("span", Valuenet.of(network.dimensions[dimension]), { class: `term dimensions-${dimension}` }),
      Valuenet.element("span", Valuenet.say(network.since[edge] ? "since" : "until_first", { year })),
    );
    const { technologies, areas } = network.labelsOf(edge);
    for (const word of [...chosenOf(network.technologies, technologies), ...chosenOf(network.areas, areas)]) {
      about.append(Valuenet.element("span", word, { class: "category" }));
    }
    const facts = Valuenet.element("button", Valuenet.say("facts", { count: network.facts[edge] }), {
      type: "button", class: "facts", "aria-expanded": "false",
    });
    about.append(facts);
    row.append(mark, name, about);
    facts.addEventListener("click", () => this._facts(row, facts, edge));
    return row;
  }

  async _facts(row, button, edge) {
    const open = row.querySelector(".fact-list");
    button.setAttribute("aria-expanded", String(!open));
    if (open) {
      open.remove();
      return;
    }
    const list = Valuenet.element("ul", "", { class: "fact-list", "aria-busy": "true" });
    row.append(list);
    try {
      const found = await Valuenet.facts.of(edge);
      list.replaceChildren(...found.map(factRow));
      const left = this.network.facts[edge] - found.length;
      if (left > 0) list.append(Valuenet.element("li", Valuenet.say("more_facts", { count: left }), { class: "hint" }));
    } catch {
      list.replaceChildren(Valuenet.element("li", Valuenet.say("facts_failed"), { class: "hint" }));
    }
    list.setAttribute("aria-busy", "false");
  }
}

Details.MOST = 100;

function chosenOf(terms, set) {
  return terms.filter((_, at) => (set >>> at) & 1).map((words) => Valuenet.of(words));
}

// A fact: what kind, when, what it says; then each place with the words there and the address.
function factRow(fact) {
  const row = Valuenet.element("li", "", { id: `fact-${fact.id}` });
  const head = [Valuenet.of(fact.kind), fact.when || Valuenet.say("undated"), fact.said, Valuenet.of(fact.source)];
  row.append(Valuenet.element("p", head.filter(Boolean).join(" · ")));
  for (const { quote, url, href } of fact.places) {
    row.append(Valuenet.element("blockquote", quote || Valuenet.say("no_quote")));
    // The writer of the file lets only web addresses through as links; so does this page.
    const web = /^https?:\/\//.test(href);
    row.append(Valuenet.element(web ? "a" : "span", url, web ? { href, rel: "noreferrer noopener", class: "address" } : { class: "address" }));
  }
  return row;
}
