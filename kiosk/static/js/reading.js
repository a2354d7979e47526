// What is said of the page: the page's own words, in their order. Nothing is written here for the ear alone but the states.

import { byId } from "./dom.js";
import { t, tn } from "./i18n.js";

const FIRST = 5; // of many choices the first are read; the others are reached one by one
const CHOICES = ".dialog :is(button, input):not(:disabled), #board .dep, #seat-list button[aria-pressed], .methods button, .fields input";
const FACTS = ".notice, .lines tr, .sum, .waiting h2, .waiting p, .waiting .amount, .done h2, .ref, .done p, .empty";
const READABLE = "h2, p, li, label, tr, button, output, strong, .which, .big, .hold, .trip, .ref, .amount";

const shown = (element) => element.getClientRects().length > 0;

// Lines of a row, such as time, destination and price, become one sentence with pauses.
const spaced = (element) => element.innerText.split(/\n+/).map((line) => line.trim()).filter(Boolean).join(", ");

export function nameOf(element) {
  const label = element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText;
  return (label ?? spaced(element)).trim();
}

// A control as it is met: its name, what it holds, its state.
export function controlWords(element) {
  const held = "value" in element && element.tagName === "INPUT" ? typedWords(element) : "";
  const chosen = ["aria-pressed", "aria-checked"].some((name) => element.getAttribute(name) === "true");
  const off = element.disabled || element.getAttribute("aria-disabled") === "true";
  return [nameOf(element), held, chosen && t("speech.chosen"), off && t("speech.unavailable")].filter(Boolean).join(", ");
}

// What nobody else may hear is said as "star", once for every character.
const typedWords = (input) => (isMasked(input) ? [...input.value].map(() => t("speech.star")).join(" ") : input.value);

const isMasked = (input) => input.type === "password" || "masked" in input.dataset;

// The character that was typed last, or "star".
export function typedCharacter(input) {
  return isMasked(input) ? t("speech.star") : input.value.at(-1);
}

// Of a step that has just come up: the facts, the first choices, and the one next step.
export function stepWords() {
  const main = byId("main");
  const facts = [...main.querySelectorAll(FACTS)].filter(shown).map(spaced);
  const next = byId("next").querySelector("button");
  return [...facts, ...choiceWords(main), next && t("speech.next", { name: nameOf(next) })].filter(Boolean).map(sentence).join(" ");
}

export function choiceWords(where) {
  const choices = [...where.querySelectorAll(CHOICES)].filter(shown);
  if (!choices.length) return [];
  const first = choices.slice(0, FIRST).map(controlWords);
  return [tn("speech.choices", choices.length), ...first];
}

// Everything that can be read, from the top to the bottom.
export function screenWords() {
  const parts = [byId("title"), byId("lede"), ...byId("main").querySelectorAll(READABLE), ...byId("next").children];
  const outer = parts.filter((part) => shown(part) && !parts.some((other) => other !== part && other.contains(part)));
  return outer.map(spaced).filter(Boolean).map(sentence).join(" ");
}

export const sentence = (text) => (/[.!?؟:]$/.test(text) ? text : `${text}.`);
