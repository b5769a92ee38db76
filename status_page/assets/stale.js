// The page says so itself when nobody updates it any more, and fetches newer words while it is
// being looked at. Without this script the footer tells how to judge; nothing else is lost.
"use strict";
(() => {
  const LOOK_MS = 5000;
  const RELOAD_MS = 60000;
  const root = document.documentElement;
  const at = (id) => document.getElementById(id);
  let asked = Date.now();

  function judge() {
    const age = Date.now() - Date.parse(root.dataset.madeAt);
    const stale = age > Number(root.dataset.freshForMs);
    if (stale === root.classList.contains("is-stale")) return;
    root.classList.toggle("is-stale", stale);
    at("page-stale").hidden = !stale;
    document.title = stale ? root.dataset.staleTitle : root.dataset.title;
    icon().setAttribute("href", stale ? root.dataset.staleIcon : root.dataset.icon);
  }

  const icon = () => document.querySelector("link[rel=icon]");

  function remember() {
    root.dataset.title = document.title;
    root.dataset.icon = icon().getAttribute("href");
  }

  // UTC stays what is written; the visitor's own time stands beside it or in the tooltip.
  function localise() {
    if (new Date().getTimezoneOffset() === 0) return;
    for (const time of document.querySelectorAll("time[datetime*=T]")) {
      const local = new Date(time.dateTime);
      time.title = local.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
      if (!time.closest(".made, .open, .planned")) continue;
      const said = document.createElement("span");
      said.className = "local";
      said.textContent = ` (${local.toLocaleTimeString([], { timeStyle: "short" })} your time)`;
      time.after(said);
    }
  }

  function take(next) {
    const from = next.documentElement.dataset;
    if (!from.madeAt || !(Date.parse(from.madeAt) > Date.parse(root.dataset.madeAt))) return;
    const style = (page) => page.querySelector("link[rel=stylesheet]").getAttribute("href");
    if (style(next) !== style(document)) return location.reload();
    const before = at("page-headline").querySelector("bdi").textContent;
    const open = [...document.querySelectorAll("details[open]")].map((found) => found.id);
    const held = document.activeElement?.closest("details");
    const y = scrollY;
    at("page-sheet").replaceWith(document.adoptNode(next.getElementById("page-sheet")));
    for (const id of open) if (at(id)) at(id).open = true;
    if (held && at(held.id)) at(held.id).querySelector("summary").focus({ preventScroll: true });
    scrollTo({ top: y, behavior: "instant" });
    for (const key of ["madeAt", "freshForMs", "staleTitle", "staleIcon"]) root.dataset[key] = from[key];
    root.classList.remove("is-stale");
    document.title = next.title;
    icon().setAttribute("href", next.querySelector("link[rel=icon]").getAttribute("href"));
    const after = at("page-headline").querySelector("bdi").textContent;
    if (after !== before) at("page-said").textContent = after;
    start();
  }

  async function reload() {
    asked = Date.now();
    if (location.protocol === "file:") return location.reload();
    try {
      const signal = AbortSignal.timeout(RELOAD_MS / 3);
      const answer = await fetch(location.pathname, { cache: "no-cache", redirect: "error", signal });
      if (!answer.ok) return;
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // Unreachable just now: what is shown stays, and judge() says how old it is.
    }
  }

  function look() {
    judge();
    const reading = document.visibilityState === "visible" && getSelection().isCollapsed;
    if (reading && Date.now() - asked >= RELOAD_MS) reload();
  }

  function start() {
    remember();
    localise();
    judge();
  }

  // Where there is no pointer to hover with, a tap tells the day.
  function tell(event) {
    document.querySelector(".told")?.classList.remove("told");
    if (event.pointerType !== "mouse") event.target.closest(".bars li")?.classList.add("told");
  }

  start();
  document.addEventListener("pointerdown", tell);
  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
})();
