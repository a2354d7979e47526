// Speech mode: steps, choices, errors, dialogs and what one types or stands on are said; a bar shows the words and repeats
// them, reads the whole screen, and makes the voice softer or louder.

import { byId, drawing, h, replace } from "./dom.js";
import { t } from "./i18n.js";
import { controlWords, screenWords, stepWords, typedCharacter } from "./reading.js";
import { hush, loudness, onSpeech, onSpoken, repeat, speechIsOn, turnSpeech, turnVolume, utter, voice, wordsSaid } from "./voice.js";
import { languageName } from "./office.js";
import { touched } from "./idle.js";

const SETTLED = 700; // milliseconds after which a new step has its choices
let waitingForStep = 0;

export function startSpeech() {
  onSpeech(showBar);
  onSpoken(touched); // whoever listens is there
  addEventListener("focusin", ({ target }) => { if (speechIsOn() && isControl(target)) utter(controlWords(target), { atOnce: !waitingForStep }); });
  addEventListener("input", ({ target }) => { if (speechIsOn() && target.value) utter(typedCharacter(target), { atOnce: true }); });
  new MutationObserver(stepChanged).observe(byId("screen"), { attributeFilter: ["data-step"] });
}

export function toggleSpeech() {
  turnSpeech(!speechIsOn());
  if (!speechIsOn()) return;
  utter(t("speech.on"));
  utter(stepWords());
}

const isControl = (target) => target instanceof Element && target.matches("button, input, a, [role=button]") && !target.closest("#speech");

function stepChanged() {
  clearTimeout(waitingForStep);
  if (!speechIsOn()) return;
  waitingForStep = setTimeout(() => {
    waitingForStep = 0;
    utter(stepWords());
  }, SETTLED);
}

function showBar() {
  const bar = byId("speech");
  bar.hidden = !speechIsOn();
  if (bar.hidden) return replace(bar);
  if (!bar.childElementCount || bar.lang !== document.documentElement.lang) build(bar);
  const without = voice() ? "" : t("speech.none", { language: languageName(document.documentElement.lang) });
  replace(bar.querySelector(".spoken"), without && h("b", {}, without, " "), wordsSaid());
  replace(bar.querySelector(".loudness"), t("speech.volume", loudness()));
}

function build(bar) {
  bar.lang = document.documentElement.lang;
  bar.setAttribute("aria-label", t("tools.speech"));
  const key = (id, words, onclick, icon) => h("button", { class: "tool", type: "button", id, onclick }, icon && drawing(icon), words);
  replace(bar, h("p", { class: "spoken", tabindex: "0" }),
    h("div", { class: "speech-keys" },
      key("speech-repeat", t("speech.repeat"), repeat), key("speech-read", t("speech.read"), () => utter(screenWords(), { atOnce: true })),
      key("speech-softer", t("speech.softer"), () => louder(-1)), h("output", { class: "loudness" }), key("speech-louder", t("speech.louder"), () => louder(1))));
}

function louder(by) {
  turnVolume(by);
  utter(t("speech.volume", loudness()), { atOnce: true });
}

export function endSpeech() {
  hush();
  turnSpeech(false);
}
