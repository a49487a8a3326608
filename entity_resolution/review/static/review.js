// Keys, the effects of a decision, dragging names apart. Without this script every page works by its forms.
"use strict";

const typing = (element) => element instanceof HTMLElement &&
  (element.matches("input:not([type=checkbox]), textarea, select") || element.isContentEditable);

let sent = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && typing(event.target)) {
    event.target.blur();
    return;
  }
  if (typing(event.target)) return;
  if (event.key === "Enter" && event.target !== document.body) return; // a link or button in focus has its own
  const field = document.querySelector(`[data-focus="${CSS.escape(event.key)}"]`);
  if (field) {
    event.preventDefault();
    field.focus();
    return;
  }
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (target) {
    event.preventDefault();
    target.click();
  }
});

// One decision a page: a second key pressed too early would decide a pair that nobody has seen.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    form.setAttribute("aria-busy", "true");
  });
}
window.addEventListener("pageshow", () => { sent = false; });

for (const preset of document.querySelectorAll(".preset")) {
  preset.hidden = false;
  preset.addEventListener("click", () => {
    const field = preset.form.elements.reason;
    field.value = field.value === preset.dataset.reason ? "" : preset.dataset.reason;
    for (const other of preset.form.querySelectorAll(".preset")) {
      other.setAttribute("aria-pressed", String(field.value === other.dataset.reason));
    }
  });
}

for (const box of document.querySelectorAll("[data-load]")) {
  fetch(box.dataset.load, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((text) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      if (page.body.childElementCount) box.replaceChildren(...page.body.childNodes);
    })
    .catch(() => {}); // the link to the same stays
}

for (const all of document.querySelectorAll("[data-all]")) {
  all.parentElement.hidden = false;
  all.addEventListener("change", () => {
    for (const box of all.closest("form").querySelectorAll("input[name=candidate]")) box.checked = all.checked;
  });
}

for (const form of document.querySelectorAll("[data-split]")) {
  const groups = [...form.querySelectorAll("[data-group]")];
  const spare = () => { // one empty group more than are used
    const used = groups.findLastIndex((group) => group.querySelector("li"));
    groups.forEach((group, at) => { group.hidden = at > Math.max(1, used + 1); });
  };
  const put = (name, letter) => {
    const group = groups.find((one) => one.dataset.group === letter);
    name.querySelector("select").value = letter;
    group.querySelector("ul").append(name);
    spare();
  };
  let held = null;
  for (const name of form.querySelectorAll("li")) {
    name.addEventListener("dragstart", (event) => {
      held = name;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    name.addEventListener("dragend", () => { held = null; });
    name.querySelector("select").addEventListener("change", (event) => put(name, event.target.value));
  }
  for (const group of groups) {
    group.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      group.classList.add("over");
    });
    group.addEventListener("dragleave", () => group.classList.remove("over"));
    group.addEventListener("drop", (event) => {
      event.preventDefault();
      group.classList.remove("over");
      if (held) put(held, group.dataset.group);
    });
  }
  spare();
}
