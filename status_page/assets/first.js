// Before the first paint: the wall's layout, and the language that the reader's browser asks for.
"use strict";
(() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search);
  root.classList.add("live");
  if (asked.has("wall")) root.classList.add("wall");
  const codes = (root.dataset.languages || "").split(" ");
  if (codes.length < 2 || asked.has("lang") || root.dataset.root) return;
  let chosen = null;
  try {
    chosen = localStorage.getItem("trueup-language");
  } catch {
    // Storage may be forbidden; then the browser's languages decide.
  }
  const wanted = codes.includes(chosen) ? [chosen] : navigator.languages || [];
  const found = wanted.map((tag) => tag.toLowerCase().split("-")[0]).find((code) => codes.includes(code));
  if (found && found !== codes[0]) location.replace(`${found}/index.html${location.search}${location.hash}`);
})();
