// The search over entities, tables, figures and cells. The index is loaded when somebody begins to search, part by
// part. Whatever is found is put into the page as text, never as mark-up.
"use strict";

const valuenetSearch = (() => {
  const MOST = 40;
  const form = document.querySelector(".search");
  const box = form.querySelector("input");
  const list = form.querySelector(".results");
  const said = form.querySelector(".said");
  const chinese = document.documentElement.lang.startsWith("zh");
  const at = chinese ? 0 : 1;
  const root = form.dataset.root;
  const base = form.dataset.base;
  const entities = [];
  let contents = null;
  let loaded = 0;
  let begun = false;

  const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();

  function load(name) {
    const script = document.createElement("script");
    script.src = root + "search/" + name + ".js";
    script.addEventListener("error", () => { said.textContent = form.dataset.missing; });
    document.head.append(script);
  }

  function begin() {
    if (begun) return;
    begun = true;
    load("contents");
  }

  function takeContents(data) {
    contents = data;
    for (const one of data.exhibits) {
      one.folded = fold([one.id, ...one.label, ...one.title].join(" "));
      for (const row of one.rows) row.folded = fold(row.join(" "));
    }
    if (data.parts) load("entities_0");
    show();
  }

  function takeEntities(rows) {
    for (const row of rows) {
      const [page, name, english, aliases, kind, degree] = row;
      entities.push({
        page, name, english, kind, degree,
        names: [name, english, ...aliases.split("|")].filter(Boolean).map(fold),
      });
    }
    loaded += 1;
    if (loaded < contents.parts) load("entities_" + loaded);
    show();
  }

  // 0: the very name; 1: a name begins so; 2: a name has all the words; null: none of these.
  function rank(names, wanted, words) {
    let best = null;
    for (const name of names) {
      if (name === wanted) return 0;
      if (name.startsWith(wanted)) best = 1;
      else if (best === null && words.every((word) => name.includes(word))) best = 2;
    }
    return best;
  }

  function foundEntities(wanted, words) {
    const found = [];
    for (const one of entities) {
      const how = rank(one.names, wanted, words);
      if (how !== null) found.push([how, -one.degree, one]);
    }
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return found.map(([, , one]) => one);
  }

  function foundExhibits(wanted, words) {
    return contents.exhibits.filter((one) =>
      one.id === wanted || words.every((word) => one.folded.includes(word)));
  }

  // A path as the trace command takes it, or words of a row beside those of its table.
  function foundCells(wanted, words) {
    const found = [];
    for (const one of contents.exhibits) {
      const near = wanted.startsWith(one.id + "/");
      for (const row of one.rows) {
        const path = row[0].toLowerCase();
        if (near && (wanted + "/").startsWith(path + "/")) {
          const column = one.columns.find((name) => name.toLowerCase() === wanted.slice(path.length + 1)) || one.main;
          found.unshift([one, row, column]);
        } else if (words.every((word) => row.folded.includes(word) || one.folded.includes(word))
                   && words.some((word) => row.folded.includes(word))) {
          found.push([one, row, one.main]);
        }
        if (found.length > 4 * MOST) return found;
      }
    }
    return found;
  }

  function entry(href, words, about) {
    const item = document.createElement("li");
    const name = document.createElement(href ? "a" : "span");
    if (href) name.href = href;
    name.textContent = words;
    const more = document.createElement("span");
    more.className = "soft";
    more.textContent = " " + about;
    item.append(name, more);
    return item;
  }

  function heading(words, count) {
    const item = document.createElement("li");
    item.className = "kind";
    item.textContent = words + " " + count.toLocaleString("en");
    return item;
  }

  const anchor = (path) => "#" + path.split("/").map(encodeURIComponent).join("/");

  function entityEntry(one) {
    const name = !chinese && one.english ? one.english + " (" + one.name + ")" : one.name;
    const kind = contents.kinds[one.kind] ? contents.kinds[one.kind][at] : one.kind;
    const plain = one.page ? "" : " · " + form.dataset.plain;
    const degree = form.dataset.degree + " " + one.degree.toLocaleString("en");
    return entry(one.page && base + "entities/" + one.page + ".html", name, kind + " · " + degree + plain);
  }

  function show() {
    const wanted = fold(box.value).slice(0, 200);
    list.replaceChildren();
    if (!wanted) { said.textContent = ""; return; }
    if (!contents) { said.textContent = form.dataset.loading; return; }
    const words = wanted.split(" ");
    const groups = [
      [form.dataset.exhibits, foundExhibits(wanted, words), (one) =>
        entry(base + one.page + anchor(one.id), one.label[at], one.title[at])],
      [form.dataset.entities, foundEntities(wanted, words), entityEntry],
      [form.dataset.cells, foundCells(wanted, words), ([one, row, column]) =>
        entry(base + one.page + anchor(row[0] + "/" + column), row[0] + "/" + column,
          one.label[at] + " · " + row[at + 1])],
    ];
    let count = 0;
    for (const [name, found, make] of groups) {
      if (!found.length) continue;
      count += found.length;
      list.append(heading(name, found.length), ...found.slice(0, MOST).map(make));
    }
    const whole = loaded >= contents.parts;
    said.textContent = (count ? form.dataset.found + " " + count.toLocaleString("en") : form.dataset.none)
      + (whole ? "" : " · " + form.dataset.loading);
  }

  function move(event, step) {
    const links = [...list.querySelectorAll("a")];
    if (!links.length) return;
    const now = links.indexOf(document.activeElement);
    if (now < 0 && step < 0) return;
    event.preventDefault();
    const next = now + step;
    if (next < 0) box.focus();
    else links[Math.min(next, links.length - 1)].focus();
  }

  let waiting = 0;
  box.addEventListener("focus", begin);
  box.addEventListener("input", () => {
    begin();
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      show();
      history.replaceState(null, "", "#q=" + encodeURIComponent(box.value));
    }, 80);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(event, 1);
    else if (event.key === "ArrowUp") move(event, -1);
    else if (event.key === "Escape") { box.value = ""; box.focus(); show(); }
    else if (event.key === "Enter" && event.target === box) {
      const first = list.querySelector("a");
      if (first) first.click();
    }
  });
  if (location.hash.startsWith("#q=")) {
    try { box.value = decodeURIComponent(location.hash.slice(3)); } catch { box.value = ""; }
    begin();
  }
  form.hidden = false;
  return { contents: takeContents, entities: takeEntities };
})();
