// What a screen reader is told, and in speech mode everybody; and the step's name that it hears when the step changes.

import { byId } from "./dom.js";
import { utter } from "./voice.js";

export function say(text) {
  show(byId("polite"), text);
  utter(text);
}

export function sayNow(text) {
  show(byId("urgent"), text);
  utter(text, { atOnce: true });
}

function show(region, text) {
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50);
}
