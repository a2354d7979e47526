// Elements made from words: h("button", {class: "go", onclick}, "Continue"). No HTML is ever parsed from text.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

export function replace(element, ...children) {
  element.replaceChildren(...children.flat(3).filter(Boolean));
}

// The same words once more would be drawn once more.
export function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

// Small line drawings, 24 x 24, drawn with the colour of the text around them.
const DRAWINGS = {
  chevron: "M9 5l7 7-7 7",
  back: "M15 5l-7 7 7 7",
  clock: "M12 3.5a8.5 8.5 0 1 0 .01 0M12 8v4.4l3 1.8",
  tick: "M4 12.5l5.5 5.5L20 7",
  down: "M5 9l7 7 7-7",
  ticket: "M3.5 7h17v3.2a1.9 1.9 0 0 0 0 3.6V17h-17v-3.2a1.9 1.9 0 0 0 0-3.6zM14.5 7v10",
  low: "M5 21h14M12 3v12M6.5 10l5.5 5.5 5.5-5.5",
  contrast: "M12 3.5a8.5 8.5 0 1 0 .01 0M12 3.5v17M15 5v14M18 7.5v9",
  voice: "M4 9.5v5h3.5l5 4.5v-14l-5 4.5zM16 9a4.2 4.2 0 0 1 0 6M18.6 6.2a8.2 8.2 0 0 1 0 11.6",
  whole: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
  search: "M10.5 4a6.5 6.5 0 1 0 .01 0M15.5 15.5L21 21",
};

export function drawing(name, props = {}) {
  const path = svg("path", {
    d: DRAWINGS[name], fill: "none", stroke: "currentColor", "stroke-width": 2.6,
    "stroke-linecap": "round", "stroke-linejoin": "round",
  });
  return svg("svg", { viewBox: "0 0 24 24", width: "1em", height: "1em", "aria-hidden": "true", ...props }, path);
}
