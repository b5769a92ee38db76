// Whether an element has room on its page, or was put where nobody sees it: beside the page, in a
// box without a height, clipped away. Some fields are there only for machines to fill in.
const room = (() => {
  const LEAST = 3;
  const PAGE = document.documentElement;
  const NOWHERE = {left: 0, top: 0, right: 0, bottom: 0};
  const AWAY = /^(inset\((?:100|[5-9]\d)(\.\d+)?%|circle\(0|polygon\((0(px|%)? 0(px|%)?,? ?)+\))/;
  const rooms = new Map();

  const cut = (one, other) => ({
    left: Math.max(one.left, other.left), right: Math.min(one.right, other.right),
    top: Math.max(one.top, other.top), bottom: Math.min(one.bottom, other.bottom),
  });
  const isLarge = box => box.right - box.left >= LEAST && box.bottom - box.top >= LEAST;
  const isClipped = style => {
    if (AWAY.test(style.clipPath)) return true;
    if (style.clip === "auto" || !["absolute", "fixed"].includes(style.position)) return false;
    const [top, right, bottom, left] = style.clip.match(/-?[\d.]+|auto/g) || [];
    return right - left < LEAST || bottom - top < LEAST;
  };
  // All that scrolling shows in a box; what overflows it unseen is shown once it has the focus.
  const extent = (element, box) => {
    const backwards = getComputedStyle(element).direction === "rtl";
    const before = backwards ? element.scrollWidth - element.clientWidth : 0;
    const left = box.left - element.scrollLeft - before, top = box.top - element.scrollTop;
    return {left, top, right: left + Math.max(element.scrollWidth, box.right - box.left),
      bottom: top + Math.max(element.scrollHeight, box.bottom - box.top)};
  };
  const whole = () => {
    const scroller = document.scrollingElement || PAGE;
    const size = {left: 0, top: 0, right: scroller.clientWidth, bottom: scroller.clientHeight};
    return extent(scroller, size);
  };
  const around = (element, style) => {
    if (style.position === "fixed") return null;
    const parent = element.assignedSlot || element.parentElement || element.getRootNode().host;
    return style.position === "absolute" ? element.offsetParent || parent : parent;
  };
  const isWindow = element => element === document.body
    && getComputedStyle(PAGE).overflow === "visible";
  const roomIn = element => {
    if (!element || element === PAGE) element = null;
    if (!rooms.has(element)) rooms.set(element, element ? inside(element) : whole());
    return rooms.get(element);
  };
  const inside = element => {
    const style = getComputedStyle(element);
    if (isClipped(style)) return NOWHERE;
    const outer = roomIn(around(element, style));
    const open = style.overflow === "visible" || isWindow(element)
      || /^(inline|contents|table-row|table-row-group)$/.test(style.display);
    if (open) return outer;
    const own = element.getBoundingClientRect(), left = cut(outer, own);
    if (!isLarge(left)) return NOWHERE;
    return style.overflow.includes("clip") ? left : extent(element, own);
  };
  const hasRoom = element => {
    const style = getComputedStyle(element);
    const room = isClipped(style) ? NOWHERE : roomIn(around(element, style));
    return isLarge(cut(room, element.getBoundingClientRect()));
  };
  return {has: hasRoom, forget: () => rooms.clear()};
})();
