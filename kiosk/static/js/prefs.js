// The languages, each one touch away in its own name, and the footer's tools: larger text, contrast, help. They serve one traveller and go back when they leave.

import { byId, h, replace } from "./dom.js";
import { currentLanguage, t, useLanguage } from "./i18n.js";
import { ask } from "./dialog.js";
import { say } from "./announce.js";
import { showBanner } from "./network.js";
import { office } from "./office.js";

const root = document.documentElement;
let redraw = () => {};

export function startTools(onchange) {
  redraw = onchange;
  showLanguages();
  showTools();
}

export async function resetPrefs() {
  delete root.dataset.text;
  delete root.dataset.contrast;
  await speak(office.language);
}

export function showTools() {
  replace(byId("tools"),
    toggle("larger", sign("A+", t("tools.larger")), "text", "large"),
    toggle("contrast", sign("◐", t("tools.contrast")), "contrast", "high"),
    h("button", { class: "tool", type: "button", id: "help", onclick: help }, sign("?", t("tools.help"))));
}

// A sign where room is short, the words elsewhere and for screen readers.
const sign = (short, words) => [h("span", { class: "sign", "aria-hidden": "true" }, short), h("span", { class: "words" }, words)];

function toggle(id, words, attribute, value) {
  return h("button", {
    class: "tool", type: "button", id, "aria-pressed": String(root.dataset[attribute] === value),
    onclick: (event) => {
      const on = root.dataset[attribute] !== value;
      if (on) root.dataset[attribute] = value;
      else delete root.dataset[attribute];
      event.currentTarget.setAttribute("aria-pressed", String(on));
      dispatchEvent(new Event("resize"));
    },
  }, words);
}

function showLanguages() {
  const box = byId("tongues");
  box.hidden = office.languages.length < 2;
  box.setAttribute("aria-label", t("tools.language"));
  replace(box, office.languages.map(({ code, name }) => h("button", {
    type: "button", lang: code, dir: "auto", "data-language": code, "aria-pressed": String(code === currentLanguage()), onclick: () => choose(code, name),
  }, name)));
}

async function choose(code, name) {
  if (code === currentLanguage()) return;
  await speak(code);
  redraw();
  byId("tongues").querySelector(`[data-language="${code}"]`)?.focus({ preventScroll: true });
  say(name);
}

async function speak(code) {
  await useLanguage(code);
  showLanguages();
  showTools();
  showBanner();
}

function help() {
  const points = ["help.board", "help.seats", "help.pay", "help.leave"].map((key) => h("li", {}, t(key)));
  return ask({
    title: t("tools.help"), body: h("ul", { class: "help-list" }, points, office.help && h("li", {}, office.help)),
    choices: [{ text: t("tools.close"), value: "", kind: "go" }],
  });
}
