// What staff have to say to everybody who stands here, until its end; in the traveller's language where it was given.

import { byId } from "./dom.js";
import { currentLanguage } from "./i18n.js";
import { office } from "./office.js";
import { serverNow } from "./servertime.js";

const LONGEST_WAIT = 3_600_000;
let message = null;
let timer = 0;

export function learnMessage(told) {
  message = told ?? null;
  showMessage();
}

export function showMessage() {
  clearTimeout(timer);
  const left = message ? Date.parse(message.until) - serverNow() : 0;
  const strip = byId("message");
  strip.hidden = left <= 0;
  if (left <= 0) return;
  const code = [currentLanguage(), office.language].find((each) => each in message.texts) ?? Object.keys(message.texts)[0];
  strip.lang = code;
  if (strip.textContent !== message.texts[code]) strip.textContent = message.texts[code];
  timer = setTimeout(showMessage, Math.min(left, LONGEST_WAIT));
}
