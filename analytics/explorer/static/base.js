// The one name that the page's scripts share, its words, and small helps. Everything read is put in as text.
"use strict";

const Valuenet = {
  language: document.documentElement.dataset.language === "en" ? "en" : "zh",
  network: null,
  _words: {},

  // Both are called by scripts written with the page: words, and the network.
  speak(words) {
    this._words = words[this.language];
  },
  take(data) {
    this.network = new Network(data);
  },

  // A word of the page, with what stands in braces filled in.
  say(key, values) {
    return this._words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  },

  // Of [Chinese, English], the one of this page.
  of(pair) {
    return this.language === "zh" ? pair[0] : pair[1];
  },

  count(number) {
    return number.toLocaleString("en-US");
  },

  // An element with text and attributes; texts never become markup.
  element(tag, text, attributes) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    return made;
  },

  // Listeners of what the reader changes: "filter", "select", "camera".
  _listeners: {},
  on(what, listener) {
    (this._listeners[what] = this._listeners[what] || []).push(listener);
  },
  tell(what) {
    for (const listener of this._listeners[what] || []) listener();
  },
};
