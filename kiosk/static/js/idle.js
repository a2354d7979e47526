// Nobody there? After a minute without a touch: a warning with sound and 20 s to answer, then everything is forgotten.

import { ask, closeDialog } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { chime } from "./sound.js";
import { office } from "./office.js";

const IDLE = (office.idle_seconds ?? 60) * 1000;
const ANSWER = (office.answer_seconds ?? 20) * 1000;
let timer = 0;
let ticker = 0;
let paused = false;
let warning = false; // its own 20 seconds count then
let leave = () => {};
let isFresh = () => true;

// `leaving` forgets the traveller; `fresh` says whether there is nothing to forget.
export function watchIdle(leaving, fresh) {
  leave = leaving;
  isFresh = fresh;
  for (const name of ["pointerdown", "keydown", "wheel", "touchstart", "input"]) {
    addEventListener(name, touched, { capture: true, passive: true });
  }
  touched();
}

// While a terminal or a phone is at work nobody touches the screen: the hold's own clock rules then.
export function pauseIdle(value) {
  paused = value;
  touched();
}

export function touched() {
  if (warning) return;
  clearTimeout(timer);
  timer = setTimeout(ranOut, IDLE);
}

async function ranOut() {
  if (paused) return touched();
  if (isFresh()) {
    leave();
    return touched();
  }
  warning = true;
  const answered = await warn();
  warning = false;
  if (answered) touched();
  else leave();
}

async function warn() {
  const until = Date.now() + ANSWER;
  const count = h("div", { class: "count", "aria-hidden": "true" }, seconds(until));
  chime();
  ticker = setInterval(() => {
    const left = seconds(until);
    count.textContent = left;
    if (left === 10) chime();
    if (left <= 0) closeDialog("");
  }, 250);
  const answer = await ask({
    title: t("idle.title"), text: t("idle.text"), body: count,
    choices: [{ text: t("idle.stop"), value: "" }, { text: t("idle.stay"), value: "stay", kind: "go" }],
  });
  clearInterval(ticker);
  return answer === "stay";
}

const seconds = (until) => Math.max(0, Math.ceil((until - Date.now()) / 1000));
