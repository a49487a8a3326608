// Puts the page together: the address says what to show first, and follows what the reader does.
"use strict";

function start() {
  const { network } = Valuenet;
  const stage = document.getElementById("stage");
  const canvas = (name) => document.getElementById(name);
  const camera = new Camera(network.reach);
  const names = new Names(network, camera, canvas("names"));
  let scene = null;

  const filters = new Filters(network);
  const choose = (node) => {
    network.select(node);
    if (!network.degree[node]) return;
    camera.lookAt(network.x[node], network.y[node], Math.max(camera.zoom, 3));
    Valuenet.tell("camera");
  };
  new Search(network, choose);
  const details = new Details(network, choose);
  new Moving(network, camera, stage);

  Valuenet.on("select", () => {
    details.show();
    live();
    resize();
    if (scene) scene.filtered();
    names.draw();
    remember();
  });
  Valuenet.on("filter", () => {
    details.show();
    if (scene) scene.filtered();
    names.draw();
    live();
    remember();
  });
  Valuenet.on("camera", () => {
    if (!scene) return;
    live();
    scene.moved();
    names.draw();
  });

  function live() {
    if (scene) stage.classList.add("live");
  }

  function resize() {
    const { width, height } = stage.getBoundingClientRect();
    if (width === camera.width && height === camera.height) return;
    camera.resize(width, height);
    if (!scene) return;
    scene.resized();
    names.resized();
  }

  // #node=…&year=…: a way to say in an address what to look at. The other language's page is given the same.
  function remember() {
    const said = new URLSearchParams();
    if (network.selected >= 0) said.set("node", network.ids[network.selected]);
    const { year } = network.filter;
    if (year !== network.years.length - 1) said.set("year", String(network.years[year]));
    const words = said.toString();
    const link = document.getElementById("other-language");
    link.hash = words;
    if (words !== location.hash.slice(1)) history.replaceState(null, "", words ? `#${words}` : location.pathname + location.search);
  }

  function recall() {
    const said = new URLSearchParams(location.hash.slice(1));
    const year = network.years.indexOf(Number(said.get("year")));
    if (year >= 0) filters.set({ year });
    const node = network.ids.indexOf(said.get("node") || "");
    if (node >= 0) choose(node);
  }

  resize();
  try {
    if (!network.size) throw new Error("no network");
    scene = new Scene(network, camera, canvas("edges"), canvas("nodes"));
    scene.resized();
    names.resized();
    // Until all is drawn for the first time the picture stands there, which shows the same.
    scene.edges.done = live;
  } catch (error) {
    scene = null;
    if (network.size) document.getElementById("trouble").textContent = Valuenet.say("no_webgl");
  }
  new ResizeObserver(resize).observe(stage);
  window.addEventListener("hashchange", recall);
  recall();
  remember();
  document.documentElement.dataset.ready = scene ? "webgl" : "picture";
}

start();
