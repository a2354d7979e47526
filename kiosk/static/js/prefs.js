// The languages, each one touch away in its own name, and the footer's tools: larger text, contrast, everything within low
// reach, speech, help. They serve one traveller and go back when they leave.

import { byId, drawing, h, replace } from "./dom.js";
import { currentLanguage, t, useLanguage } from "./i18n.js";
import { ask } from "./dialog.js";
import { say } from "./announce.js";
import { showBanner } from "./network.js";
import { showMessage } from "./message.js";
import { office } from "./office.js";
import { endSpeech, toggleSpeech } from "./speech.js";
import { onSpeech, speechIsOn } from "./voice.js";

const root = document.documentElement;
const MODES = { text: "large", contrast: "high", reach: "low" };
let redraw = () => {};

export function startTools(onchange) {
  redraw = onchange;
  onSpeech(() => byId("speak")?.setAttribute("aria-pressed", String(speechIsOn())));
  showLanguages();
  showTools();
}

// Mostly nothing was changed: then nothing is drawn anew in the moment in which the board is.
export async function resetPrefs() {
  const usual = prefsAreUsual() && currentLanguage() === office.language;
  for (const mode of Object.keys(MODES)) delete root.dataset[mode];
  endSpeech();
  if (!usual) await speak(office.language);
}

export const prefsAreUsual = () => !speechIsOn() && Object.keys(MODES).every((mode) => !root.dataset[mode]);

function showTools() {
  replace(byId("tools"),
    toggle("larger", "A+", t("tools.larger"), "text"),
    toggle("contrast", drawing("contrast"), t("tools.contrast"), "contrast"),
    toggle("low-reach", drawing("low"), t("tools.low"), "reach"),
    tool("speak", drawing("voice"), t("tools.speech"), toggleSpeech, speechIsOn()),
    tool("help", "?", t("tools.help"), help));
}

// A sign where room is short, the words elsewhere and for screen readers.
function tool(id, sign, words, onclick, pressed) {
  return h("button", { class: "tool", type: "button", id, "aria-label": words, "aria-pressed": pressed === undefined ? undefined : String(pressed), onclick },
    h("span", { class: "sign", dir: "ltr", "aria-hidden": "true" }, sign), h("span", { class: "words", "aria-hidden": "true" }, words));
}

function toggle(id, sign, words, mode) {
  return tool(id, sign, words, ({ currentTarget }) => {
    const on = !root.dataset[mode];
    if (on) root.dataset[mode] = MODES[mode];
    else delete root.dataset[mode];
    currentTarget.setAttribute("aria-pressed", String(on));
    dispatchEvent(new Event("resize"));
  }, Boolean(root.dataset[mode]));
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
  showMessage();
}

function help() {
  const points = ["help.board", "help.seats", "help.pay", "help.modes", "help.leave"].map((key) => h("li", {}, t(key)));
  return ask({
    title: t("tools.help"), body: h("ul", { class: "help-list" }, points, office.help && h("li", {}, office.help)),
    choices: [{ text: t("tools.close"), value: "", kind: "go" }],
  });
}
