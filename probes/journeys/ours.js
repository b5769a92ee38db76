// Whose a thing on a page is. What is not certainly ours is somebody else's.
const ownership = ({token, says, beside, byName}) => {
  const norm = text => (text || "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
  const wanted = says.map(norm), harmless = beside.map(norm);
  const named = new RegExp(`(?<![0-9a-z])${token.replace(/[^0-9a-z]/g, "\\$&")}(?![0-9a-z])`, "i");
  const NOISE = "button, [role=button], [role=menu], [role=menuitem], [role=toolbar], summary,"
    + " select, option, script, style, template, noscript, svg, label:has(input[type=checkbox])";
  const ROW = "tr, li, article, [role=row], [role=listitem], [role=article]";
  const LIST = "html, body, main, ul, ol, table, tbody, dl, nav, header, footer, aside,"
    + " [role=list], [role=table], [role=grid], [role=menu], [role=main]";
  const QUOTED = "blockquote, q, [class*=quot i], [class*=cite i]";
  const HEADING = "h1, h2, h3, h4, h5, h6, [role=heading], legend, caption, th, dt";
  const AUTHOR = "[rel=author], [itemprop=author], [class*=author i], [class*=user i],"
    + " [class*=sender i], [class*=nick i], [class*=owner i], a[href*='/user' i],"
    + " a[href*='/profile' i], a[href*='/author' i], a[href*='/people' i]";
  const FOREIGN = "video, audio, iframe, object, embed, canvas, textarea, input[type=file],"
    + " [contenteditable]:not([contenteditable=false])";
  const FIELD = "input:not([type=hidden], [type=checkbox], [type=radio], [type=submit],"
    + " [type=button], [type=image], [type=reset], [type=file])";
  const WORDS = new Set(("jan feb mar apr may jun jul aug sep sept oct nov dec january february march"
    + " april june july august september october november december mon tue wed thu fri sat sun monday"
    + " tuesday wednesday thursday friday saturday sunday today yesterday now just ago at on by in"
    + " a an second seconds sec minute minutes min mins hour hours day days am pm utc gmt b kb mb gb"
    + " kib mib byte bytes size txt text plain document file type application octet stream uploaded"
    + " added created modified updated posted heute gestern vor von").split(" "));
  const DOES = new RegExp("^(download|edit|reply|share|like|copy|copy link|view|open|preview|link"
    + "|permalink|report|rename|details|info|move|more|react|quote|delete|remove)$", "i");
  const words = text => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
  const passing = text => words(text).every(w => WORDS.has(w)
    || /^\d+([a-z]{1,2}|[kmgt]i?b|t\d+z?)?$/.test(w));
  const asked = text => /^(are you sure|do you (really )?want|really|this .{0,20}(can ?not|can't) be)/i
    .test(text.trim());
  const pieces = (e, but) => {
    const found = [], walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node && found.length < 300; node = walker.nextNode()) {
      const by = node.parentElement, noise = by.closest(NOISE);
      if (!norm(node.data) || (but && but.contains(by))) continue;
      if (noise && noise !== e && e.contains(noise) && !wanted.includes(norm(node.data))) continue;
      if (by.checkVisibility({visibilityProperty: true})) found.push({text: node.data.trim(), by});
    }
    return found;
  };
  const within = (one, selector, e) => { const at = one.closest(selector); return at && e.contains(at); };
  const isAuthor = (piece, e) => piece.text.length <= 40 && words(piece.text).length <= 4
    && (within(piece.by, AUTHOR, e)
      || (!byName && piece.text.length <= 24 && !/\s/.test(piece.text)
        && within(piece.by, "b, strong, cite", e)));
  // The pieces of text that are neither a time, a size, nor what a link does.
  const telling = (e, but) => pieces(e, but).filter(({text, by}) => wanted.includes(norm(text))
    || !(harmless.includes(norm(text)) || asked(text) || within(by, "time", e)
      || (by.closest("a") && DOES.test(text)) || (passing(text) && !within(by, HEADING, e))));
  const path = url => { try { return decodeURIComponent(url); } catch { return url; } };
  const shows = e => byName && [e, ...e.querySelectorAll("[title], [alt], [aria-label], [href], [src]")]
    .some(one => [one.title, one.getAttribute("alt"), one.ariaLabel,
      path((one.getAttribute("href") || one.getAttribute("src") || "").split(/[?#]/)[0])
        .replace(/\/$/, "").split("/").pop()].some(said => said && wanted.includes(norm(said))));
  const clipped = text => /…|\.\.\./.test(text)
    && wanted.some(w => { const start = norm(text.split(/…|\.\.\./)[0]);
      return start.length >= 4 && w.startsWith(start); });
  const authorsOf = e => [...new Set(telling(e).filter(piece =>
    !wanted.includes(norm(piece.text)) && isAuthor(piece, e)).map(({text}) => norm(text)))];
  // Whether it says exactly what is ours, and nothing besides but who, when, and how large.
  const clean = e => {
    if (e.querySelector(FOREIGN) || e.matches(FOREIGN) || e.querySelector(QUOTED)) return false;
    if ([...e.querySelectorAll(FIELD)].some(one => !wanted.includes(norm(one.value)))) return false;
    const large = [...e.querySelectorAll("img")].filter(one => one.clientWidth > 48
      && one.clientHeight > 48 && !named.test(one.outerHTML));
    const linked = [...e.querySelectorAll("a[href], button")].filter(one => one.querySelector("img")
      && !norm(one.innerText) && !named.test(one.outerHTML));
    if (large.length || linked.length) return false;
    const said = telling(e), own = said.filter(({text}) => wanted.includes(norm(text)));
    const shown = !own.length && shows(e);
    const first = said.findIndex(({text}) => wanted.includes(norm(text)));
    const rest = said.filter((piece, at) => !wanted.includes(norm(piece.text))
      && !(shown && clipped(piece.text))
      && !(isAuthor(piece, e) && (first < 0 || at < first || within(piece.by, AUTHOR, e))));
    if (authorsOf(e).length > 1) return false;
    if (!rest.length) return own.length > 0 || shown;
    return !own.length && wanted.includes(norm(rest.map(({text}) => text).join("")));
  };
  const alike = (one, other) => one !== other && one.tagName === other.tagName
    && one.className === other.className;
  const repeated = e => e.parentElement && [...e.parentElement.children].some(other =>
    alike(e, other) && (norm(other.innerText) || other.querySelector("img, input")));
  // The entry around what shows the name: a row, or one of several alike. Null where it is unclear.
  const entryOf = mark => {
    if (mark.closest(QUOTED)) return null;
    let found = null;
    for (let e = mark, up = 0; e && up < 10 && !e.matches(LIST); e = e.parentElement, up++) {
      if (!clean(e)) {
        if (found || !wanted.some(w => w.includes(norm(e.innerText)))) break;
        continue;
      }
      if (e.matches(ROW)) return e;
      if (repeated(e) && !e.matches("td, th, span, a, b, i, em, strong, dt, dd")) found = e;
    }
    return found;
  };
  const carries = c => {
    const form = c.closest("form");
    const said = [...c.attributes].map(one => one.value);
    if (form) said.push(form.getAttribute("action") || "",
      ...[...form.querySelectorAll("input[type=hidden]")].map(one => one.value));
    return said.some(one => named.test(path(one)));
  };
  // Whether a control leads to the address of this page, but for what is done there.
  const addressed = c => {
    const form = c.closest("form"), to = c.getAttribute("formaction") || c.getAttribute("href")
      || (form && (form.getAttribute("action") ?? location.href));
    const hidden = form ? [...form.querySelectorAll("input[type=hidden]")] : [];
    if (!to || hidden.some(one => !/csrf|token|nonce|_method/i.test(one.name))) return false;
    if (c.getAttribute("value") && norm(c.value) !== norm(c.innerText || c.value)) return false;
    const url = new URL(to, location.href);
    const parts = path => path.split("/").filter(part => part
      && !/^(edit|view|show|details?|delete|remove|destroy|trash)$/i.test(part)).join("/");
    return url.origin === location.origin && url.search === location.search
      && /\d|[a-z]/i.test(parts(url.pathname)) && parts(url.pathname) === parts(location.pathname);
  };
  // Whether a control acts on ours: the nearest block around it that says anything says our name.
  const belongs = (c, where) => {
    const appeared = where === "apart";
    if (carries(c)) return true;
    if (c.closest("nav, aside, [role=navigation], [role=complementary]")) return false;
    if (!appeared && c.closest("header, footer, [role=banner], [role=contentinfo]")
      && !c.closest("article, li, tr, dialog, [role=dialog]")) return false;
    for (let e = c.parentElement, from = c; e && e !== document.documentElement;
      from = e, e = e.parentElement) {
      if (appeared && e.matches("dialog, [role=dialog], [role=alertdialog], [aria-modal=true]")) return true;
      const ours = named.test(e.innerHTML);
      if (ours && !from.matches("td, th, [role=cell], [role=gridcell], span, button, a")
        && [...e.children].some(other => alike(from, other) && named.test(other.outerHTML)))
        return false;
      const said = telling(e, c);
      if (ours) return where !== "page" || clean(e) || addressed(c);
      if (!said.length && !e.querySelector("img, video")) continue;
      if (!appeared || e.matches(ROW) || repeated(e)) return false;
    }
    return Boolean(appeared);
  };
  return {entryOf, authorsOf, belongs, named};
};
