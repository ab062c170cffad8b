// What a page looks like to its readers, measured from what the browser rendered. An expression that gives JSON.
(() => {
  for (const d of document.querySelectorAll("details")) d.open = true;

  const parse = (text) => {
    const n = text.match(/[\d.]+/g).map(Number);
    return { r: n[0], g: n[1], b: n[2], a: n.length > 3 ? n[3] : 1 };
  };
  const over = (top, below) => {
    const a = top.a + below.a * (1 - top.a);
    if (a === 0) return { r: 0, g: 0, b: 0, a: 0 };
    const mix = (k) => (top[k] * top.a + below[k] * below.a * (1 - top.a)) / a;
    return { r: mix("r"), g: mix("g"), b: mix("b"), a };
  };
  const luminance = ({ r, g, b }) => {
    const f = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
  };
  const contrast = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const faded = (element) => {
    let share = 1;
    for (let e = element; e; e = e.parentElement) share *= Number(getComputedStyle(e).opacity);
    return share;
  };
  const behind = (element) => {
    let colour = { r: 0, g: 0, b: 0, a: 0 };
    for (let e = element; e && colour.a < 1; e = e.parentElement)
      colour = over(colour, parse(getComputedStyle(e).backgroundColor));
    return over(colour, { r: 255, g: 255, b: 255, a: 1 });
  };
  // Shapes of a chart that lie under a text, the lowest first, at a few points along it.
  const painted = (text, point) => {
    const stack = document.elementsFromPoint(point.x, point.y);
    const shapes = stack.slice(stack.indexOf(text) + 1).filter((e) => e.ownerSVGElement && e.tagName !== "text" && e.tagName !== "line");
    let colour = behind(text.ownerSVGElement);
    for (const shape of shapes.reverse()) {
      const style = getComputedStyle(shape);
      if (style.fill === "none") continue;
      const fill = parse(style.fill);
      colour = over({ ...fill, a: fill.a * Number(style.fillOpacity) * Number(style.opacity) }, colour);
    }
    return colour;
  };

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.textContent.trim() || element.closest("title, style")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (box.width < 2 || box.height < 2 || style.visibility === "hidden" || element.closest(".visually-hidden")) continue;
    const svg = element.closest("svg") !== null;
    const size = parseFloat(style.fontSize) * (svg ? element.getCTM().a : 1);
    const bold = Number(style.fontWeight) >= 700;
    const ink = parse(svg ? style.fill : style.color);
    ink.a *= faded(element) * (svg ? Number(style.fillOpacity) : 1);
    const grounds = svg
      ? [0.02, 0.25, 0.5, 0.75, 0.98].map((s) => painted(element, { x: box.left + s * box.width, y: box.top + box.height / 2 }))
      : [behind(element)];
    const ratio = Math.min(...grounds.map((ground) => contrast(over(ink, ground), ground)));
    const large = size >= 24 || (size >= 18.66 && bold);
    texts.push({ text: node.textContent.trim().slice(0, 40), ratio, size, large, where: element.tagName + "." + element.getAttribute("class"), svg });
  }

  const root = document.documentElement;
  const wide = [...document.body.querySelectorAll("*")]
    .filter((e) => e.getBoundingClientRect().right > root.clientWidth + 0.5 && !e.closest(".scroll, svg, .visually-hidden"))
    .map((e) => e.tagName + "." + e.className);
  const drawings = [...document.querySelectorAll("svg, img")];
  return {
    scrollWidth: root.scrollWidth,
    clientWidth: root.clientWidth,
    height: root.scrollHeight,
    wide,
    lang: root.lang,
    title: document.title,
    headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((h) => Number(h.tagName[1])),
    unnamed: drawings.filter((e) => !(e.getAttribute("role") === "img" && (e.getAttribute("aria-label") || "").trim())).length,
    drawings: drawings.length,
    outside: performance.getEntriesByType("resource").map((e) => e.name),
    texts: texts.length,
    contrast: Math.min(...texts.filter((t) => !t.large).map((t) => t.ratio)),
    contrastLarge: Math.min(21, ...texts.filter((t) => t.large).map((t) => t.ratio)),
    smallest: Math.min(...texts.map((t) => t.size)),
    weak: texts.filter((t) => t.ratio < (t.large ? 3 : 4.5)),
  };
})()
