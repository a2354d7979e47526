// The voice: silent until a traveller turns it on. What is said can be read, too: where the browser has no voice for the
// language that is all there is, and the page says so. The loudness goes back to the usual for the next traveller.

import { currentLanguage, currentLocale } from "./i18n.js";

const LOUDNESS = [0.15, 0.3, 0.5, 0.75, 1];
const USUAL = 2;
const engine = window.speechSynthesis;
const changed = new EventTarget();

let on = false;
let level = USUAL;
let said = []; // what was said since silence was last asked for

export const speechIsOn = () => on;
export const loudness = () => ({ n: level + 1, most: LOUDNESS.length });
export const wordsSaid = () => said.join(" ");
export const onSpeech = (listener) => changed.addEventListener("change", listener);

export function turnSpeech(wanted) {
  on = wanted;
  hush();
  if (!on) level = USUAL;
  tellChange();
}

export function hush() {
  said = [];
  engine?.cancel();
}

// After what is being said; at once, when what is being said no longer counts.
export function utter(text, { atOnce = false } = {}) {
  if (!on || !text) return;
  if (atOnce) hush();
  said.push(text);
  pronounce(text);
  tellChange();
}

export function repeat() {
  const words = wordsSaid();
  hush();
  utter(words);
}

// One step softer (-1) or louder (1).
export function turnVolume(by) {
  level = Math.min(Math.max(level + by, 0), LOUDNESS.length - 1);
  tellChange();
}

// Voices arrive late in some browsers: then the note that there is none goes away again.
engine?.addEventListener?.("voiceschanged", () => tellChange());

export function voice() {
  const voices = engine?.getVoices() ?? [];
  const speaks = (tag) => tag.replace("_", "-").toLowerCase().split("-")[0] === currentLanguage();
  const fitting = voices.filter(({ lang }) => speaks(lang));
  return fitting.find(({ default: usual }) => usual) ?? fitting[0] ?? null;
}

function pronounce(text) {
  const found = voice();
  if (!found) return;
  for (const sentence of sentences(text)) { // some engines fall silent in the middle of a long text
    const utterance = new SpeechSynthesisUtterance(sentence);
    Object.assign(utterance, { voice: found, lang: found.lang, volume: LOUDNESS[level], rate: 0.95 });
    utterance.onend = () => changed.dispatchEvent(new Event("end"));
    engine.speak(utterance);
  }
}

const sentences = (text) => [...new Intl.Segmenter(currentLocale(), { granularity: "sentence" }).segment(text)]
  .map(({ segment }) => segment.trim()).filter(Boolean);

export const onSpoken = (listener) => changed.addEventListener("end", listener);

const tellChange = () => changed.dispatchEvent(new Event("change"));
