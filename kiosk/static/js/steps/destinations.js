// Choosing a destination by big letters: only letters that lead somewhere can be touched.

import { h, replace } from "../dom.js";
import { t, tn } from "../i18n.js";
import { ask, closeDialog } from "../dialog.js";
import { say } from "../announce.js";

const SHOWN = 12;
const ALPHABET = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

export const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// Gives the place chosen, or null.
export async function destinationKeys(places) {
  const typed = h("div", { class: "typed", "aria-live": "polite" });
  const letters = h("div", { class: "letters" });
  const found = h("ul", { class: "places scroll" });
  let text = "";
  let picked = null;

  const draw = () => {
    const hits = matching(places, text);
    const next = nextLetters(hits, text);
    replace(typed, text ? text.toUpperCase() : h("span", { class: "rest" }, t("find.hint")));
    replace(letters, keys(next), h("button", { class: "letter", type: "button", "aria-label": t("keyboard.delete"), disabled: !text, onclick: () => type(text.slice(0, -1)) }, "⌫"));
    replace(found, hits.slice(0, SHOWN).map((place) => h("li", {}, h("button", { class: "place-key", type: "button", onclick: () => pick(place) }, place.name))));
  };
  const keys = (next) => ALPHABET.map((letter) => h("button", { class: "letter", type: "button", disabled: !next.has(letter.toLowerCase()), onclick: () => type(text + letter.toLowerCase()) }, letter));
  const type = (value) => {
    text = value;
    draw();
    say(tn("find.found", matching(places, text).length));
    (letters.querySelector(".letter:not(:disabled)") ?? found.querySelector("button"))?.focus();
  };
  const pick = (place) => { picked = place; closeDialog("picked"); };

  draw();
  const physical = (dialog) => dialog.addEventListener("keydown", (event) => {
    if (event.key === "Backspace") type(text.slice(0, -1));
    else if (/^[a-z]$/i.test(event.key) && nextLetters(matching(places, text), text).has(event.key.toLowerCase())) type(text + event.key.toLowerCase());
  });
  const body = h("div", { class: "find-body" }, typed, letters, found);
  await ask({ title: t("find.title"), body, onopen: physical, choices: [{ text: t("tools.close"), value: "" }] });
  return picked;
}

export function matching(places, text) {
  return places.filter(({ name }) => starts(name, text).length > 0);
}

// The letters that may follow `text`, at the beginning of any word of a name. Spaces are stepped over.
export function nextLetters(places, text) {
  return new Set(places.flatMap(({ name }) => starts(name, text).map((rest) => rest[text.length])).filter(Boolean));
}

function starts(name, text) {
  const words = fold(name).split(/[^a-z0-9]+/).filter(Boolean);
  return words.map((_, index) => words.slice(index).join("")).filter((rest) => rest.startsWith(text));
}
