// A line on top of your own page while something that it names is down or under maintenance:
//   <script src="https://status.example.org/embed.js" data-components="uploads api" defer></script>
// No cookies, no storage; nothing while all is well, or while the status page is silent.
"use strict";
(() => {
  const own = document.currentScript;
  if (!own) return;
  const folder = new URL(".", own.src).href;
  const named = (own.dataset.components || "").split(/[\s,]+/).filter(Boolean);
  const MOST = 3;
  let host, last, misses = 0;

  const get = async (path) => {
    const signal = AbortSignal.timeout(15000);
    const answer = await fetch(folder + path, { cache: "no-cache", credentials: "omit", signal });
    return answer.json();
  };

  function make() {
    const css = new CSSStyleSheet();
    css.replaceSync(
      ":host{all:initial;display:block}p{margin:0;padding:10px 16px;color:#fff;background:#b3261e;" +
        "font:15px/1.5 system-ui,sans-serif;text-align:center;overflow-wrap:anywhere}" +
        ".maintenance{background:#2a62b8}a{color:inherit;margin-inline-start:8px}" +
        "@media print{p{display:none}}",
    );
    host = document.createElement("status-banner");
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [css];
    root.append(document.createElement("p"));
    root.firstChild.setAttribute("role", "status");
    document.body.prepend(host);
  }

  function show(found, data) {
    const wanted = [own.dataset.lang, ...navigator.languages, data.language].filter(Boolean);
    const codes = wanted.flatMap((code) => [code, code.split("-")[0]]);
    const lang = codes.find((code) => data.more[code]);
    const said = [...new Set(found.map((each) => each.words[lang]))].slice(0, MOST).join(" ");
    if (said === last) return;
    last = said;
    if (!host) make();
    const line = host.shadowRoot.firstChild;
    line.className = found[0].condition;
    line.lang = lang;
    line.dir = "auto";
    const link = document.createElement("a");
    link.href = folder + (lang === data.language ? "" : lang + "/") + "index.html";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = data.more[lang];
    line.replaceChildren(said, link);
  }

  function hide() {
    host?.remove();
    host = last = undefined;
  }

  async function look() {
    try {
      const [as, data] = await Promise.all([get("as-of.json"), get("api/embed.json")]);
      const fresh = Math.abs(Date.now() - Date.parse(as.as_of)) < as.fresh_for_ms;
      const concerns = (each) => fresh && (!named.length || named.includes(each.id));
      const found = data.components.filter(concerns);
      found.length ? show(found, data) : hide();
      misses = 0;
    } catch {
      if (++misses > 4) hide();
    }
  }

  const start = () => {
    look();
    setInterval(() => document.hidden || look(), 60000);
  };
  document.body ? start() : addEventListener("DOMContentLoaded", start);
})();
