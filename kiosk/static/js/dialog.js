// One question at a time, over everything else. `ask` gives the value of the button touched, or null.

import { h } from "./dom.js";
import { choiceWords, sentence } from "./reading.js";
import { utter } from "./voice.js";

let open = null;

export function ask({ title, text = "", body = null, choices, onopen = null }) {
  closeDialog();
  return new Promise((resolve) => {
    const heading = h("h2", { id: "dialog-title" }, title);
    const buttons = choices.map(({ text: words, value, kind = "tool" }, index) =>
      h("button", { class: kind, type: "button", autofocus: index === choices.length - 1, onclick: () => dialog.close(value) }, words));
    const dialog = h("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, heading,
      text && h("p", {}, text), body, h("div", { class: "choices" }, buttons));
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (open === dialog) open = null;
      resolve(dialog.returnValue || null);
    });
    document.body.append(dialog);
    open = dialog;
    dialog.showModal();
    onopen?.(dialog);
    utter([title, text, body?.matches(".help-list, .count") && body.innerText, ...choiceWords(dialog)].filter(Boolean).map(sentence).join(" "), { atOnce: true });
  });
}

// It is gone at once: the browser tells of the closing a moment later, when the next question may stand there already.
export function closeDialog(value = "") {
  open?.close(value);
  open?.remove();
  open = null;
}
