// What a screen reader is told, and the step's name that it hears when the step changes.

import { byId } from "./dom.js";

export function say(text) {
  speak(byId("polite"), text);
}

export function sayNow(text) {
  speak(byId("urgent"), text);
}

function speak(region, text) {
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50);
}
