// What a person would see of a page, for looking.py: the body of a function of `asked`.
// It changes nothing but an attribute that marks what was found, for Playwright to act on.
const MARK = "data-trueup";
const LINE = ["text", "email", "url", "tel"];
const SENDS = "button:not([type]), button[type=submit], input[type=submit], input[type=image]";
const PRESSED = `${SENDS}, button, input[type=button], [role=button]`;
const WORDS = asked.words;
const patterns = new Map();
const pattern = text => patterns.get(text)
  || patterns.set(text, new RegExp(text, "i")).get(text);
const says = (words, text) => pattern(WORDS[words]).test(text);
const saysOnly = (words, text) => pattern(`^\\W*(${WORDS[words]})\\W*$`).test(text);
const begins = (words, text) => pattern(`(^|\\s)(${WORDS[words]})`).test(text);

let roots = [document];
const enter = () => {
  roots = [document];
  room.forget();
  for (let at = 0; at < roots.length && roots.length < 200; at++)
    for (const element of roots[at].querySelectorAll("*"))
      if (element.shadowRoot) roots.push(element.shadowRoot);
};
const all = selector => roots.flatMap(root => [...root.querySelectorAll(selector)]).slice(0, 1000);

const heard = element => {
  if (!element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) return false;
  const box = element.getBoundingClientRect();
  const decoy = element.tabIndex < 0 && element.closest("[aria-hidden=true]");
  return box.width > 0 && box.height > 0 && !decoy;
};
const seen = element => heard(element) && room.has(element);
// What no key leads to is taken only where there is nothing else.
const aside = field => field.tabIndex < 0 ? 100 : 0;
const plain = text => String(text || "").slice(0, 1000).replace(/\s+/g, " ").trim();
// A form hides its own methods behind fields of the same name.
const attribute = (element, ...names) =>
  names.map(name => Element.prototype.getAttribute.call(element, name) || "").join(" ");
const below = (area, selector) => [...Element.prototype.querySelectorAll.call(area, selector)];
const labelOf = field => {
  const ids = attribute(field, "aria-labelledby").split(/\s+/).filter(Boolean);
  const by = ids.map(id => field.getRootNode().getElementById(id)).filter(Boolean);
  const texts = [...(field.labels || []), ...by].map(label => label.innerText);
  return plain([...texts, attribute(field, "aria-label", "title")].join(" "));
};
const nameOf = button => plain(button.getAttribute("aria-label") || button.innerText
  || (button.type !== "image" && button.value) || attribute(button, "alt", "title"));
const purpose = field => attribute(field, "autocomplete").toLowerCase().split(/\s+/);
const inside = field => field.form || field.closest("[role=form], dialog, [role=dialog]");
const open = field => !field.disabled && !field.readOnly && seen(field);
const follows = (one, other) =>
  other.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
const best = (elements, rank) => elements
  .map(element => [rank(element), element]).sort((a, b) => a[0] - b[0]).map(pair => pair[1])[0];

const buttonsIn = area => {
  const own = area.elements instanceof HTMLCollection ? [...area.elements] : [];
  const found = [...own.filter(one => one.matches(PRESSED)), ...below(area, PRESSED)];
  return [...new Set(found)].slice(0, 200).filter(seen);
};
const chosen = (buttons, words, strictly) => {
  const told = buttons.map(button => [button, nameOf(button)]);
  const ours = told.filter(([, name]) => !says("elsewhere", name));
  const sending = ours.filter(([button]) => button.form && button.matches(SENDS));
  return (sending.find(([, name]) => saysOnly(words, name))
    || ours.find(([, name]) => saysOnly(words, name))
    || sending.find(([, name]) => begins(words, name))
    || (!strictly && sending[0]) || ours.find(([, name]) => begins(words, name)) || [])[0];
};
// The nearest one: some pages are one large form, with the button of a search far up in it.
const buttonFor = (field, words) => {
  const area = inside(field);
  for (let around = field.parentElement; around; around = around.parentElement) {
    const button = chosen(buttonsIn(around), words, around !== area);
    if (button && (!area || !button.form || button.form === field.form)) return button;
    if (around === area) return undefined;
  }
};

const isBeside = field => {
  const area = inside(field);
  if (field.closest("[role=search]")) return true;
  if (!area) return says("beside", attribute(field, "placeholder", "name", "id"));
  const named = attribute(area, "id", "class", "name", "role");
  if (says("beside", named)) return true;
  const names = buttonsIn(area).map(nameOf);
  return names.some(name => saysOnly("beside", name)) && !names.some(name => says("opens", name));
};
const isNew = field => {
  const area = inside(field);
  if (purpose(field).includes("new-password")) return true;
  if (!area) return false;
  const several = below(area, "input[type=password]").filter(seen).length > 1;
  return several || buttonsIn(area).some(one => one.matches(SENDS) && says("joining", nameOf(one)));
};
const codeWords = field =>
  `${labelOf(field)} ${attribute(field, "placeholder", "name", "id")}`.replace(/[_-]/g, " ");
const isCode = field => {
  if (purpose(field).includes("one-time-code")) return true;
  const words = codeWords(field);
  return field.type !== "password" && says("code", words) && !says("nocode", words);
};

const lines = () => all("input").filter(field =>
  (LINE.includes(field.type) || field.type === "number") && open(field));
const byOwn = what => all(`[${MARK}=${what}]`)[0];
const password = () => asked.own.includes("password") ? byOwn("password") : best(
  all("input[type=password]").filter(open).filter(field => !isCode(field)),
  field => aside(field) + (isNew(field) ? 10 : 0)
    + (purpose(field).includes("current-password") ? 0 : 1));
const user = beside => {
  if (asked.own.includes("user")) return byOwn("user");
  const rank = field => {
    const called = attribute(field, "name", "id").toLowerCase();
    const apart = aside(field) + (beside && inside(field) !== inside(beside) ? 40 : 0)
      + (isBeside(field) ? 20 : 0) + (beside && follows(field, beside) ? 6 : 0)
      + (says("beside", `${labelOf(field)} ${attribute(field, "placeholder", "name")}`) ? 6 : 0);
    if (purpose(field).includes("username")) return apart;
    if (field.type === "email" || purpose(field).includes("email")) return apart + 1;
    if (says("who", labelOf(field))) return apart + 2;
    if (says("who", attribute(field, "placeholder"))) return apart + 3;
    return apart + (/user|email|login|account/.test(called) ? 4 : 5);
  };
  const fields = lines().filter(field => field.type !== "number" && !isCode(field));
  return best(fields.filter(field => beside || !isBeside(field)), rank);
};
const code = () => {
  const fields = lines(), boxes = fields.filter(field => field.maxLength === 1);
  if (boxes.length >= 4) return boxes.slice(0, 10);
  return fields.filter(field => field.maxLength !== 1 && isCode(field)).slice(0, 1);
};

const complaints = () => {
  const found = all(WORDS.marked).slice(0, 200);
  for (const root of roots) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let count = 0; count < 5000 && walker.nextNode(); count++)
      if (says("said", walker.currentNode.data) && walker.currentNode.parentElement)
        found.push(walker.currentNode.parentElement);
  }
  const told = found.filter(one => !one.matches("script, style, noscript, title") && heard(one));
  return [...new Set(told.map(one => plain(one.innerText)))]
    .filter(text => text && text.length <= 200).sort((a, b) => a.length - b.length).slice(0, 20);
};

const banner = () => {
  const first = selectors => all(selectors).find(seen);
  const known = first(WORDS.rejecters);
  if (known) return known;
  const asking = "main, form, input:not([type]), [type=text], [type=email], [type=password]";
  const dialogs = all(WORDS.banners).filter(one => seen(one)
    && !one.matches("html, body, main, form") && !below(one, asking).length
    && says("cookies", `${attribute(one, "id", "class", "aria-label")} ${plain(one.innerText)}`));
  const buttons = dialogs.flatMap(one => below(one, `${PRESSED}, a`)).filter(seen);
  const said = words => buttons.find(one => saysOnly(words, nameOf(one)));
  return said("reject") || first(WORDS.accepters) || said("accept");
};

const whole = () => roots.map(root => root.body ? root.body.innerText
  : [...root.children].map(one => one.innerText || "").join(" ")).join(" ");
const holds = text => whole().replace(/\s+/g, " ").toLowerCase()
  .includes(text.replace(/\s+/g, " ").trim().toLowerCase());
const opener = () => all("a[href], button, [role=button]").filter(seen)
  .find(one => saysOnly("opens", nameOf(one)));
const shown = () => {
  const short = text => text.length > 40 ? text.slice(0, 39) + "…" : text;
  const several = texts => [...new Set(texts.filter(Boolean).map(short))].slice(0, 4);
  const field = one => labelOf(one) || plain(one.placeholder) || one.name || one.type;
  return {
    title: short(plain(document.title)),
    heading: short(plain((all("h1, h2, h3, [role=heading]").find(seen) || {}).innerText)),
    fields: several(all("input:not([type=hidden], [type=submit], [type=button], [type=image]),"
      + "textarea, select").filter(seen).map(field)),
    buttons: several(all(PRESSED).filter(seen).map(nameOf)),
  };
};
const answers = () => {
  const [page] = performance.getEntriesByType("navigation");
  const failed = performance.getEntriesByType("resource").filter(one => one.responseStatus >= 400
    && ["fetch", "xmlhttprequest"].includes(one.initiatorType)).pop();
  const said = (url, status, of_page) => ({url: url.split(/[?#]/)[0], status, of_page});
  if (page?.responseStatus >= 400) return said(location.href, page.responseStatus, true);
  return failed ? said(failed.name, failed.responseStatus, false) : null;
};
// An error that nothing will become of any more; programs show their pages under any status.
const isEnd = look => {
  const [page] = performance.getEntriesByType("navigation");
  if (!look.answers?.of_page || window !== top || !page.loadEventEnd) return false;
  if (look.user || look.password || look.code || look.expected) return false;
  const waited = performance.now() - page.loadEventEnd;
  const moves = document.querySelector("script, iframe, frame, meta[http-equiv=refresh i]")
    || performance.getEntriesByType("resource").some(one => one.initiatorType === "script");
  if (look.opener || (asked.until === "form" || moves) && !asked.ends) return false;
  return waited >= (moves ? asked.late : asked.hesitating);
};

const mark = (what, elements) => {
  if (asked.own.includes(what)) return;
  all(`[${MARK}=${what}]`).forEach(one => elements.includes(one) || one.removeAttribute(MARK));
  elements.forEach(one => one.setAttribute(MARK, what));
};
const form = look => {
  const pw = password(), name = user(pw), digits = asked.code ? code() : [];
  const field = pw || (asked.until === "outcome" ? digits[0] : name || digits[0]);
  const own = asked.own.includes("submit");
  const button = own ? byOwn("submit") : field && buttonFor(field, "sends");
  const keep = asked.remember && all("input[type=checkbox]").find(box =>
    says("remember", `${labelOf(box)} ${attribute(box, "name", "id")}`)
    && (!field || inside(box) === inside(field)));
  const found = {user: name, password: pw, submit: button, remember: keep || undefined};
  for (const [what, one] of Object.entries(found)) mark(what, one ? [one] : []);
  mark("code", digits);
  Object.assign(look, {
    user: !!name, password: !!pw, submit: !!button, remember: !!keep, code: digits.length,
    filled: [name && "user", pw && "password", digits[0] && "code"].filter(what => what
      && {user: [name], password: [pw], code: digits}[what].every(one => one.value)),
  });
};
const see = () => {
  enter();
  const look = {answers: answers(), ready: !!document.body && document.readyState !== "loading"};
  if (asked.form) form(look);
  if (asked.complaints) look.says = complaints().filter(text => !asked.known.includes(text));
  for (const [what, find] of Object.entries({banner, opener})) {
    const found = asked[what] && find();
    if (asked[what]) mark(what, found ? [found] : []);
    look[what] = !!found;
  }
  if (asked.text) look.expected = holds(asked.text);
  if (asked.shown) look.shown = shown();
  look.frames = !look.user && !look.password && [...document.querySelectorAll("iframe")].some(seen);
  return look;
};

const began = performance.now();
let since = null, half = null;
const decisive = look => {
  const now = performance.now();
  if (look.answers?.of_page && look.answers.status >= 500) return true;
  since = look.says?.length ? since ?? now : null;
  look.lasts = since !== null && now - since >= asked.lasting;
  half = look.user && !look.password ? half ?? now : null;
  const signedIn = look.expected ?? look.ready;
  switch (asked.until) {
    case "form":
      if (look.password && (look.user || !asked.user)) return true;
      if (half !== null && asked.user && now - half >= asked.half) return true;
      return (look.opener || look.frames || look.banner) && now - began >= asked.hesitating;
    case "password":
      return look.password || look.lasts;
    case "outcome":
      if (look.password) return look.lasts;
      if (look.code && !(asked.typed && look.expected))
        return look.lasts || !look.filled.includes("code");
      return signedIn;
    default:
      return true;
  }
};
for (let wait = 15; ; wait = Math.min(wait * 1.5, 100)) {
  const look = see();
  look.decided = !!decisive(look);
  look.ended = isEnd(look);
  if (look.decided || look.ended || performance.now() - began >= asked.patience) return look;
  await new Promise(wake => setTimeout(wake, wait));
}
