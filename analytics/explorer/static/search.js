// Search by name: a list of buttons under the field, which arrow keys walk through.
"use strict";

class Search {
  constructor(network, choose) {
    this.network = network;
    this.choose = choose;
    this.field = document.getElementById("search");
    this.list = document.getElementById("results");
    this.found = document.getElementById("found");
    this.field.addEventListener("input", () => this.show());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "ArrowDown") {
        const first = this.list.querySelector("button");
        if (!first) return;
        event.preventDefault();
        if (event.key === "Enter") first.click();
        else first.focus();
      } else if (event.key === "Escape") {
        this.clear();
      }
    });
    this.list.addEventListener("keydown", (event) => this._walk(event));
  }

  show() {
    const words = this.field.value;
    const { nodes, count } = this.network.search(words, Search.MOST);
    this.list.replaceChildren(...nodes.map((node) => this._row(node)));
    const key = count === 0 ? "found_none" : count > nodes.length ? "found_more" : "found";
    this.found.textContent = words.trim() ? Valuenet.say(key, { count: Valuenet.count(count), shown: nodes.length }) : "";
  }

  clear() {
    this.field.value = "";
    this.show();
  }

  _row(node) {
    const { network } = this;
    const row = document.createElement("li");
    const button = Valuenet.element("button", network.name(node), { type: "button" });
    const other = network.name(node) === network.names[node] ? network.english[node] : network.names[node];
    if (other) button.append(Valuenet.element("span", other, { class: "other" }));
    button.append(Valuenet.element("span", Valuenet.count(network.degree[node]), { class: "degree" }));
    if (!network.degree[node]) button.classList.add("absent");
    button.addEventListener("click", () => this.choose(node));
    row.append(button);
    return row;
  }

  _walk(event) {
    const row = event.target.closest("li");
    if (!row) return;
    const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
    if (event.key === "Escape") this.field.focus();
    if (event.key === "ArrowUp" && !next) this.field.focus();
    if (next) next.querySelector("button").focus();
    if (event.key.startsWith("Arrow")) event.preventDefault();
  }
}

Search.MOST = 30;
