// Mending a reading: words selected in the text become a role's. Without this script the same form is typed into.
"use strict";

const passage = document.getElementById("passage");
const mend = document.getElementById("mend");

const scrollToQuote = () => {
  const first = passage.querySelector(".quoted");
  if (!first || passage.scrollHeight <= passage.clientHeight) return;
  const far = first.getBoundingClientRect().top - passage.getBoundingClientRect().top;
  if (far > passage.clientHeight / 2) passage.scrollTop += far - passage.clientHeight / 3;
};

// What is selected of the text: its words and their place, in characters (a sign beyond U+FFFF is one).
const selected = () => {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  let start = null;
  let end = null;
  let words = "";
  for (const piece of passage.querySelectorAll("[data-start]")) {
    const node = piece.firstChild;
    if (!node || !range.intersectsNode(node)) continue;
    const from = range.startContainer === node ? range.startOffset : 0;
    const to = range.endContainer === node ? range.endOffset : node.data.length;
    if (from >= to) continue;
    const first = Number(piece.dataset.start) + [...node.data.slice(0, from)].length;
    const part = node.data.slice(from, to);
    if (start === null) start = first;
    else if (first !== end) return null; // over a gap: not one piece of the text
    end = first + [...part].length;
    words += part;
  }
  if (start === null) return null;
  const blank = words.length - words.trimStart().length;
  const kept = words.trim();
  if (!kept) return null;
  return { words: kept.replaceAll("\n", ""), start: start + blank, end: start + blank + [...kept].length };
};

if (passage) scrollToQuote();

if (mend) {
  const form = mend.closest("form");
  const type = form.elements.namedItem("type");
  const roles = [...mend.querySelectorAll(".role-line")];
  const turn = mend.querySelector(".turn");
  const pairs = [["provider", "recipient"], ["investor", "target"], ["owner", "owned"]];
  const shown = () => roles.filter((line) => !line.hidden);

  const spare = (line) => line.querySelector(".piece:last-of-type");
  const withSpare = (line) => { // one empty field more than are used
    const last = spare(line);
    if (!last.querySelector("input").value) return;
    const next = last.cloneNode(true);
    for (const field of next.querySelectorAll("input")) field.value = "";
    last.after(next);
  };
  const put = (line, found) => {
    const fields = [...line.querySelectorAll(".piece")];
    if (fields.some((one) => one.lastElementChild.value === `${found.start}-${found.end}`)) return;
    const free = fields.find((one) => !one.firstElementChild.value) || spare(line);
    free.firstElementChild.value = found.words;
    free.lastElementChild.value = `${found.start}-${found.end}`;
    withSpare(line);
  };
  const ofType = () => {
    let number = 0;
    for (const line of roles) {
      const fits = line.dataset.types.split(" ").includes(type.value);
      line.hidden = !fits;
      line.disabled = !fits;
      const word = line.querySelector(".role-word");
      if (word.dataset.acquisition) { // who invests in an acquisition acquires
        word.textContent = type.value === "acquisition" ? word.dataset.acquisition : word.dataset.plain;
      }
      const key = line.querySelector(".number");
      if (fits) number += 1;
      key.hidden = !fits || number > 9;
      key.textContent = String(number);
    }
    turn.hidden = !pairs.some(([one, other]) => shown().some((line) => line.dataset.role === one)
      && shown().some((line) => line.dataset.role === other));
  };

  type.addEventListener("change", ofType);
  turn.addEventListener("click", () => {
    for (const pair of pairs) {
      const [one, other] = pair.map((role) => shown().find((line) => line.dataset.role === role));
      if (!one || !other) continue;
      const held = [one, other].map((line) => [...line.querySelectorAll(".piece")].map((piece) =>
        [piece.firstElementChild.value, piece.lastElementChild.value]).filter(([words]) => words));
      for (const line of [one, other]) {
        const [first, ...more] = line.querySelectorAll(".piece");
        for (const piece of more) piece.remove();
        for (const field of first.querySelectorAll("input")) field.value = "";
      }
      for (const [line, pieces] of [[one, held[1]], [other, held[0]]]) {
        for (const [words, at] of pieces) {
          const free = spare(line);
          free.firstElementChild.value = words;
          free.lastElementChild.value = at;
          withSpare(line);
        }
      }
    }
  });
  mend.addEventListener("input", (event) => {
    const piece = event.target.closest(".piece");
    if (!piece) return;
    piece.lastElementChild.value = ""; // typed words are looked for in the text
    withSpare(piece.closest(".role-line"));
  });
  for (const line of roles) {
    const pick = line.querySelector(".pick");
    pick.hidden = false;
    pick.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
    pick.addEventListener("click", () => {
      const found = selected();
      if (found) put(line, found);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !mend.open) return;
    if (event.target instanceof Element && event.target.closest("input:not([type=checkbox]), select")) return;
    const line = /^[1-9]$/.test(event.key) ? shown()[Number(event.key) - 1] : null;
    const found = line && selected();
    if (!found) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    put(line, found);
  }, true);

  const opens = form.querySelector(".opens");
  opens.hidden = false;
  opens.addEventListener("click", () => { mend.open = !mend.open; });
  // While it is being mended one slip of the finger must not accept what was read.
  const guarded = () => {
    for (const choice of ["accept", "reject"]) {
      form.querySelector(`[name=choice][value=${choice}]`).disabled = mend.open;
    }
    opens.setAttribute("aria-expanded", String(mend.open));
  };
  mend.addEventListener("toggle", () => {
    guarded();
    if (mend.open) mend.scrollIntoView({ block: "nearest" });
  });
  form.elements.namedItem("reason").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault(); // Enter would save; a reason is left by Escape or Enter
    event.target.blur();
  });
  ofType();
  guarded();
}
