// How a seat looks: shape first, then colour. A tick is yours, a cross taken, a dashed clock being bought.

import { svg } from "./dom.js";

const SIZE = 84;

export function markOf(seat, state, mine) {
  if (mine) return "mine";
  if (state === "reserved") return "held";
  if (state !== "available") return "taken";
  if (seat.features.includes("wheelchair") || seat.type === "wheelchair") return "wheelchair";
  if (seat.type !== "standard" && seat.type !== "economy") return "premium";
  return seat.features.includes("legroom") ? "legroom" : "free";
}

// The parts of a seat in its own square of 84 units; which of them are seen, the style sheet decides by data-mark.
export function seatParts(number = "") {
  const long = number.length > 3;
  return [
    svg("rect", { class: "ring", x: -7, y: -7, width: SIZE + 14, height: SIZE + 14, rx: 25 }),
    svg("rect", { class: "box", x: 0, y: 0, width: SIZE, height: SIZE, rx: 18 }),
    svg("text", { class: "num", x: SIZE / 2, y: 51, "font-size": long ? 22 : 28 }, number),
    svg("path", { class: "mark tick", d: "M24 44l13 13 24-27" }),
    svg("path", { class: "mark cross", d: "M29 29l26 26M55 29L29 55" }),
    svg("path", { class: "mark dial", d: "M42 26a16 16 0 1 0 .01 0M42 33v10l7 5" }),
    svg("path", { class: "mark leg", d: "M24 66h36" }),
    svg("path", { class: "mark star", d: "M42 58l3 6.5 7 .6-5.3 4.7 1.6 6.9-6.3-3.7-6.3 3.7 1.6-6.9-5.3-4.7 7-.6z" }),
    svg("path", { class: "mark wheel", d: "M38 34v15h14l5 14M36 40a13 13 0 1 0 14 18M38 22a4 4 0 1 0 .01 0" }),
  ];
}

export function swatch(mark) {
  return svg("svg", { viewBox: "-4 -4 92 92", "aria-hidden": "true" }, svg("g", { class: "seat", "data-mark": mark }, seatParts()));
}
