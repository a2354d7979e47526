// The frame: title, content, the way back, the one next step. Each step fills it anew.

import { byId, h, drawing, replace } from "./dom.js";
import { say } from "./announce.js";
import { hush } from "./voice.js";

export function frame({ step, title, lede = "", back = null, next = null }) {
  const screen = byId("screen");
  const before = screen.dataset.step;
  if (before !== step) turnPage(screen, step, before === "start");
  screen.dataset.step = step; // of the same step, too, it tells whoever listens (speech.js) that it was drawn anew
  setWords(title, lede);
  replace(byId("back"), back && backButton(back));
  replace(byId("next"), next);
  if (before === step) return;
  hush();
  say(lede ? `${title}. ${lede}` : title);
}

// What makes the browser reckon the layout (focus, scrolling) comes before the first change: it is reckoned already then,
// and what is put on the screen next is reckoned once. Before the first step the title cannot be seen, nor focused.
function turnPage(screen, step, isFirst) {
  if (!isFirst) toTheTop();
  screen.dataset.step = step;
  if (isFirst) toTheTop();
  // Another step is another screen: a foot of another height is drawn anew, not moved.
  screen.append(byId("next").parentElement);
}

function toTheTop() {
  byId("title").focus({ preventScroll: true });
  byId("main").scrollTop = 0;
  scrollTo(0, 0);
}

export function setWords(title, lede) {
  byId("title").textContent = title;
  byId("lede").textContent = lede;
  byId("lede").hidden = !lede;
}

export function content(...children) {
  replace(byId("main"), ...children);
}

export function nextButton(text, onclick, props = {}) {
  return h("button", { class: "go", type: "button", id: "go-on", onclick: once(onclick), ...props }, text);
}

function backButton({ text, onclick, also, icon = "back", id = "go-back" }) {
  const first = h("button", { class: "tool", type: "button", id, onclick }, drawing(icon), text);
  return [first, also].filter(Boolean);
}

// A second touch while the first is being done does nothing.
export function once(work) {
  let busy = false;
  return async (event) => {
    if (busy) return;
    busy = true;
    const button = event?.currentTarget;
    button?.setAttribute("aria-busy", "true");
    try {
      await work(event);
    } finally {
      busy = false;
      button?.removeAttribute("aria-busy");
    }
  };
}
