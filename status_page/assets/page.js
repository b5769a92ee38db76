// Says how fresh the page is, fetches newer words while it is looked at, tells the days of the
// bars, and puts times into the reader's own zone. Without it nothing that is said is lost.
"use strict";
(() => {
  const TICK_MS = 5000;
  const ASK_MS = 30000;
  const PATIENCE_MS = 10000;
  const MINUTE_MS = 60000;
  const DAY_MS = 86400000;
  const SHOWN = 90;
  const LEAST_PX = 14; // smaller cannot be read from across a room
  const root = document.documentElement;
  const at = (id) => document.getElementById(id);
  const words = JSON.parse(at("page-words").textContent);
  const title = () => root.dataset.title;
  const icon = () => document.querySelector("link[rel=icon]");
  const wall = root.classList.contains("wall");
  const fromFile = location.protocol === "file:";
  const locale = root.lang === "en" ? "en-GB" : root.lang; // as the times beside are written
  const inUtc = () => new Date().getTimezoneOffset() === 0;
  let content = root.dataset.content;
  let freshMs = Number(root.dataset.freshMs);
  let facts = null; // the newest as-of.json
  let skew = 0; // of the server's clock to the reader's
  let heardAt = Date.now();
  let askedAt = 0;
  let failing = false;

  const format = (options) => new Intl.DateTimeFormat(locale, { numberingSystem: "latn", ...options });
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const clock = format(time);
  const withDay = format({ month: "long", day: "numeric", ...time });
  const clockUtc = format({ ...time, timeZone: "UTC" });
  const withDayUtc = format({ month: "long", day: "numeric", ...time, timeZone: "UTC" });
  const aLocalDay = format({ weekday: "short", month: "long", day: "numeric" });
  const aDay = format({ weekday: "short", month: "long", day: "numeric", timeZone: "UTC" });

  const spans = new Intl.RelativeTimeFormat(`${locale}-u-nu-latn`, { numeric: "always" });
  let localisedAt = 0;

  function told(moment, until) {
    const here = (each) => aLocalDay.format(each);
    const plain = (each) => here(each) === aDay.format(each); // the day beside it is the reader's too
    const form = plain(moment) && here(until || moment) === here(moment) ? clock : withDay;
    return until ? form.formatRange(moment, until) : form.format(moment);
  }

  // In UTC as all times of the page, with the reader's own beside it.
  function both(moment) {
    const today = (each) => new Date(each).toISOString().slice(0, 10);
    const said = `${(today(moment) === today(Date.now()) ? clockUtc : withDayUtc).format(moment)}\u00a0UTC`;
    return inUtc() ? said : `${said} (${fill(words.local, told(moment))})`;
  }

  const fill = (message, time) => message.replace("{time}", () => time);

  // How old the page is

  function freshness() {
    const place = at("as-of");
    if (!place) return;
    if (facts) {
      const said = fill(words.asOf, both(Date.parse(facts.as_of)));
      if (place.textContent !== said) place.textContent = said;
    } else if (fromFile && !place.querySelector("iframe.stamp")) {
      const stamp = document.createElement("iframe");
      stamp.className = "stamp";
      stamp.title = words.stamp;
      stamp.src = `${root.dataset.home}as-of.html`;
      place.replaceChildren(stamp);
    }
  }

  function judge() {
    const now = Date.now();
    const age = facts ? now + skew - Date.parse(facts.as_of) : 0;
    const deaf = failing && now - heardAt > freshMs;
    const ahead = age < -freshMs; // a clock was wrong: nobody can tell how old the page is
    const stale = deaf || ahead || age > freshMs;
    if (stale) {
      const since = deaf ? heardAt : Date.parse(facts.as_of);
      const said = ahead && !deaf ? words.doubtful : fill(deaf ? words.unreachable : words.silent, both(since));
      const place = at("page-stale").querySelector("p");
      if (place.textContent !== said) place.textContent = said;
    }
    if (stale === root.classList.contains("is-stale")) return;
    root.classList.toggle("is-stale", stale);
    at("page-stale").hidden = !stale;
    for (const was of document.querySelectorAll(".was")) was.hidden = !stale;
    document.title = stale ? `? ${words.staleTab} · ${title()}` : title();
    icon().href = stale ? `${root.dataset.root}favicon-unknown.svg` : root.dataset.icon;
    fit();
  }

  async function ask() {
    askedAt = Date.now();
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetch(`${root.dataset.root}as-of.json`, { cache: "no-cache", redirect: "error", signal });
      if (!answer.ok) throw new Error(answer.statusText);
      const found = await answer.json();
      if (!(Date.parse(found.as_of) > 0 && found.fresh_for_ms > 0)) throw new Error("no stamp");
      const date = Date.parse(answer.headers.get("Date") || "");
      // The server's clock, for the reader's may be wrong. A cache tells how long it kept it.
      skew = date ? date + 1000 * (Number(answer.headers.get("Age")) || 0) - Date.now() : 0;
      heardAt = Date.now();
      failing = false;
      facts = found;
      freshMs = found.fresh_for_ms;
    } catch {
      failing = true; // what is shown stays, and judge() says since when it may be wrong
    }
    freshness();
    judge();
    if (!failing && facts.content !== content) await renew();
  }

  // Newer words

  async function renew() {
    if (content === undefined) {
      content = facts.content; // a page that does not know: it is as new as the first stamp
      return;
    }
    if (!getSelection().isCollapsed) return;
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetch(location.pathname, { cache: "no-cache", redirect: "error", signal });
      if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The next stamp brings us here again.
    }
  }

  const outside = (page) =>
    [...page.querySelectorAll("style, link[rel=stylesheet], script:not([type])")].map((found) => found.outerHTML).join();
  const headline = () => at("page-headline")?.querySelector("bdi")?.textContent;

  function take(next) {
    const sheet = next.getElementById("page-sheet");
    if (!sheet || (root.dataset.content && !next.documentElement.dataset.content)) return;
    if (outside(next) !== outside(document)) return location.reload();
    for (const found of sheet.querySelectorAll("noscript")) found.remove();
    content = root.dataset.content ? next.documentElement.dataset.content : facts.content;
    const before = headline();
    const opened = unfold();
    const held = hold();
    const y = scrollY;
    hush();
    at("page-sheet").replaceWith(document.adoptNode(sheet));
    opened();
    held();
    scrollTo({ top: y, behavior: "instant" });
    root.classList.remove("is-stale");
    document.title = next.title;
    icon().href = next.querySelector("link[rel=icon]").getAttribute("href");
    if (headline() !== before) at("page-said").textContent = headline();
    start();
  }

  // What the reader opened stays open: by its id, or else by its place among as many as before.
  function unfold() {
    const nameless = () => [...document.querySelectorAll("#page-sheet details:not([id])")];
    const ids = [...document.querySelectorAll("details[id][open]")].map((found) => found.id);
    const places = nameless().map((found) => found.open);
    return () => {
      for (const id of ids) if (at(id)) at(id).open = true;
      const found = nameless();
      if (found.length === places.length) found.forEach((each, place) => (each.open ||= places[place]));
    };
  }

  // The keyboard focus stays where it was, if that is still there.
  function hold() {
    const can = "a, summary, [tabindex]";
    const active = document.activeElement;
    const around = active?.closest("#page-sheet [id]");
    if (!around) return () => {};
    const place = [...around.querySelectorAll(can)].indexOf(active);
    return () => at(around.id)?.querySelectorAll(can)[place]?.focus({ preventScroll: true });
  }

  // Times

  function localise() {
    localisedAt = Date.now();
    for (const found of document.querySelectorAll("#page-sheet .local")) found.remove();
    for (const time of document.querySelectorAll("#page-sheet time[datetime*=T]")) {
      const moment = Date.parse(time.dateTime);
      const until = Date.parse(time.dataset.until) || undefined;
      const said = inUtc() ? [] : [fill(words.local, told(moment, until))];
      if (said.length) time.title = said[0];
      if (!time.closest(".when, .stage")) continue;
      const since = time.closest(".open .when");
      if (since) said.push(ago(moment));
      if (!said.length) continue;
      const beside = document.createElement("span");
      beside.className = "local";
      beside.textContent = ` (${said.join(" · ")})`;
      // At the end of its line nothing is moved, whatever comes after the time in a language.
      if (since) since.append(beside);
      else time.after(beside);
    }
  }

  function ago(moment) {
    const minutes = Math.max(0, Math.floor((Date.now() + skew - moment) / MINUTE_MS));
    if (!minutes) return words.justNow;
    if (minutes < 60) return spans.format(-minutes, "minute");
    return minutes < 2880 ? spans.format(-Math.floor(minutes / 60), "hour") : spans.format(-Math.floor(minutes / 1440), "day");
  }

  // Days

  const rows = new WeakMap();
  const note = document.createElement("div");
  note.id = "page-day";
  note.hidden = true;
  note.append(document.createElement("b"), document.createElement("span"));

  function daysOf(bars) {
    if (!rows.has(bars)) {
      const found = new Map();
      for (const row of bars.parentElement.querySelectorAll("tr[data-at]")) {
        const [first, last] = row.dataset.at.split("-").map(Number);
        for (let day = first; day <= last; day += 1) found.set(day, row.cells[1].textContent);
      }
      rows.set(bars, found);
    }
    return rows.get(bars);
  }

  function tell(bars, day) {
    hush();
    const today = Date.parse(at("page-days").dataset.today);
    const said = aDay.format(today - (SHOWN - 1 - day) * DAY_MS);
    const what = daysOf(bars).get(day) || (day < Number(bars.dataset.first) ? words.notYet : words.up);
    bars.classList.add("told");
    bars.setAttribute("aria-valuenow", day);
    bars.setAttribute("aria-valuetext", `${said}: ${what}`);
    note.firstChild.textContent = said;
    note.lastChild.textContent = what;
    note.hidden = false;
    place(bars, day);
  }

  function place(bars, day) {
    const whole = bars.firstElementChild.getBoundingClientRect();
    const box = bars.getBoundingClientRect();
    const step = whole.width / SHOWN;
    const from = root.dir === "rtl" ? whole.right - (day + 1) * step : whole.left + day * step;
    bars.style.setProperty("--day", `${from - box.left}px`);
    bars.style.setProperty("--step", `${step}px`);
    const wide = note.offsetWidth;
    const most = root.clientWidth - wide - 8;
    const below = box.bottom + 8; // above it would cover the verdict
    const room = below + note.offsetHeight <= root.clientHeight;
    note.style.left = `${Math.max(8, Math.min(from + step / 2 - wide / 2, most)) + scrollX}px`;
    note.style.top = `${(room ? below : box.top - note.offsetHeight - 8) + scrollY}px`;
  }

  function hush() {
    note.hidden = true;
    for (const found of document.querySelectorAll(".bars.told")) found.classList.remove("told");
  }

  function point(event) {
    const bars = event.target.closest?.(".bars");
    if (!bars) return hush();
    const whole = bars.firstElementChild.getBoundingClientRect();
    const share = (event.clientX - whole.left) / whole.width;
    const day = Math.floor((root.dir === "rtl" ? 1 - share : share) * SHOWN);
    tell(bars, Math.max(0, Math.min(SHOWN - 1, day)));
  }

  function press(event) {
    const bars = event.target.closest?.(".bars");
    if (!bars || event.altKey || event.ctrlKey || event.metaKey) return;
    const least = SHOWN - Math.round((SHOWN * bars.clientWidth) / bars.firstElementChild.getBoundingClientRect().width);
    const now = Number(bars.getAttribute("aria-valuenow"));
    const on = root.dir === "rtl" ? -1 : 1;
    const moves = { ArrowLeft: -on, ArrowRight: on, ArrowDown: -1, ArrowUp: 1, PageDown: -7, PageUp: 7, Home: -SHOWN, End: SHOWN };
    if (event.key === "Escape") return hush();
    if (event.key === "Enter") return bars.parentElement.querySelector("h3 a").click();
    if (!(event.key in moves)) return;
    event.preventDefault();
    tell(bars, Math.max(least, Math.min(SHOWN - 1, now + moves[event.key])));
  }

  function reachable() {
    for (const bars of document.querySelectorAll(".bars")) {
      const drawn = bars.firstElementChild;
      const label = drawn.getAttribute("aria-label");
      drawn.removeAttribute("role");
      drawn.removeAttribute("aria-label");
      drawn.setAttribute("aria-hidden", "true");
      const given = { role: "slider", tabindex: 0, "aria-label": label, "aria-valuemin": 0, "aria-valuemax": SHOWN - 1, "aria-valuenow": SHOWN - 1, "aria-valuetext": words.days };
      for (const [name, value] of Object.entries(given)) bars.setAttribute(name, value);
    }
  }

  // The wall: as large as fits without scrolling

  function tile() {
    if (!wall || !at("page-days")) return;
    const rows = [...document.querySelectorAll(".row")];
    for (const row of rows) row.querySelector("h3").setAttribute("aria-level", 2); // no groups here
    const well = (row) => row.classList.contains("row-up");
    at("page-days").replaceChildren(...rows.filter((row) => !well(row)), ...rows.filter(well));
    fit();
  }

  function fit() {
    if (!wall) return;
    root.classList.remove("brief");
    if (!fits(LEAST_PX)) root.classList.add("brief"); // then only what is not well
    let [low, high] = [LEAST_PX, 96];
    while (high - low > 1) {
      const size = (low + high) >> 1;
      [low, high] = fits(size) ? [size, high] : [low, size];
    }
    fits(low);
  }

  function fits(size) {
    root.style.fontSize = `${size}px`;
    return at("page-sheet").scrollHeight <= innerHeight && root.scrollWidth <= innerWidth;
  }

  function choose(event) {
    const link = event.target.closest?.("a[data-language]");
    if (!link) return;
    try {
      localStorage.setItem("trueup-language", link.dataset.language);
    } catch {
      link.search = `?lang=${link.dataset.language}`;
    }
  }

  function start() {
    root.dataset.title = document.title;
    root.dataset.icon = icon().getAttribute("href");
    localise();
    reachable();
    freshness();
    judge();
    tile();
  }

  function tick() {
    judge();
    if (Date.now() - localisedAt >= MINUTE_MS) localise();
    if ((wall || document.visibilityState === "visible") && Date.now() - askedAt >= ASK_MS) ask();
  }

  document.body.append(note);
  document.addEventListener("pointermove", point);
  document.addEventListener("pointerdown", point);
  document.addEventListener("focusin", (event) => {
    const bars = event.target.closest?.(".bars");
    if (bars?.matches(":focus-visible")) tell(bars, Number(bars.getAttribute("aria-valuenow")));
  });
  document.addEventListener("focusout", hush);
  document.addEventListener("keydown", press);
  document.addEventListener("click", choose);
  document.addEventListener("visibilitychange", tick);
  addEventListener("resize", fit);
  start();
  tick();
  setInterval(tick, TICK_MS);
})();
