// The footer's tools: language, larger text, contrast, help. They serve one traveller and go back when they leave.

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
  showTools();
}

export async function resetPrefs() {
  delete root.dataset.text;
  delete root.dataset.contrast;
  await speak(office.language);
}

export function showTools() {
  replace(byId("tools"),
    office.languages.length > 1 && h("button", { class: "tool", type: "button", id: "language", onclick: chooseLanguage }, sign(currentLanguage().toUpperCase(), name(currentLanguage()))),
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

async function chooseLanguage() {
  const choices = office.languages.map(({ code, name: words }) => ({
    text: words, value: code, kind: code === currentLanguage() ? "tool" : "go",
  }));
  const code = await ask({ title: t("tools.language"), choices });
  if (!code || code === currentLanguage()) return;
  await speak(code);
  redraw();
  say(name(code));
}

async function speak(code) {
  await useLanguage(code);
  showTools();
  showBanner();
}

const name = (code) => office.languages.find((language) => language.code === code)?.name ?? code;

function help() {
  const points = ["help.board", "help.seats", "help.pay", "help.leave"].map((key) => h("li", {}, t(key)));
  return ask({
    title: t("tools.help"), body: h("ul", { class: "help-list" }, points, office.help && h("li", {}, office.help)),
    choices: [{ text: t("tools.close"), value: "", kind: "go" }],
  });
}
