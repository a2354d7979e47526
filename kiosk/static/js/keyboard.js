// The on-screen keyboard: writes into the field that has the focus. A real keyboard works beside it.

import Keyboard from "/vendor/simple-keyboard/build/index.modern.esm.js";
import { h } from "./dom.js";
import { currentLanguage, t } from "./i18n.js";
import { isEnding, layoutsFor, withEnding } from "./layouts.js";

// `fields` are inputs with data-keys="email", "name", "code" or "number". Gives the element to show.
export function screenKeyboard(fields) {
  const language = currentLanguage();
  const box = h("div", { class: "keys simple-keyboard", role: "group", dir: "ltr", "aria-label": t("keyboard.label") });
  const more = language === "ar" ? "أإآ" : "áëø"; // who says aloud what they see on a key means that key: its name begins so
  let field = fields[0];
  const keyboard = new Keyboard(box, {
    layout: layoutsFor(field.dataset.keys, language), theme: "keys", useButtonTag: true, physicalKeyboardHighlight: false,
    preventMouseDownDefault: true, newLineOnEnter: false, tabCharOnTab: false,
    display: { "{bksp}": "⌫", "{shift}": "⇧", "{more}": more, "{latin}": "ABC", "{space}": t("keyboard.space") },
    buttonTheme: [
      { class: "wide-key", buttons: "{bksp} {shift} {more} {latin}" }, { class: "space-key", buttons: "{space}" },
      { class: "ending-key", buttons: everyKey(fields, language).split(" ").filter(isEnding).join(" ") || "{none}" },
    ],
    buttonAttributes: [
      { attribute: "tabindex", value: "-1", buttons: everyKey(fields, language) },
      { attribute: "aria-label", value: t("keyboard.delete"), buttons: "{bksp}" },
      { attribute: "aria-label", value: t("keyboard.shift"), buttons: "{shift}" },
      { attribute: "aria-label", value: `${more} ${t("keyboard.more")}`, buttons: "{more}" },
      { attribute: "aria-label", value: `ABC ${t("keyboard.latin")}`, buttons: "{latin}" },
      { attribute: "aria-label", value: t("keyboard.space"), buttons: "{space}" },
    ],
    onKeyPress: (key) => press(key),
    onChange: () => keyboard.clearInput(), // it keeps what was typed in a memory of its own, which nobody needs
  });

  function press(key) {
    if (["{shift}", "{more}", "{latin}"].includes(key)) return turn(key.slice(1, -1));
    if (isEnding(key)) return write(withEnding(field.value, key), Infinity);
    const [start, end] = selection(field);
    if (key === "{bksp}") insert(Math.max(0, start === end ? start - 1 : start), end, "");
    else insert(start, end, key === "{space}" ? " " : key);
    if (keyboard.options.layoutName === "shift") turn("default");
  }

  function insert(start, end, text) {
    write(field.value.slice(0, start) + text + field.value.slice(end), start + text.length);
  }

  function write(value, at) {
    if (value.length > field.maxLength) return;
    field.value = value;
    caret = Math.min(at, value.length);
    if (document.activeElement === field) field.setSelectionRange(caret, caret);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function turn(name) {
    keyboard.setOptions({ layoutName: keyboard.options.layoutName === name ? "default" : name });
  }

  // E-mail fields tell no caret; there it is where the last key left it.
  let caret = field.value.length;
  function selection(input) {
    if (input.selectionStart === null) return [input.value.length, input.value.length];
    return document.activeElement === input ? [input.selectionStart, input.selectionEnd] : [caret, caret];
  }

  for (const input of fields) {
    input.addEventListener("focus", () => {
      field = input;
      caret = input.value.length;
      keyboard.setOptions({ layout: layoutsFor(input.dataset.keys, language), layoutName: startsEmpty(input) ? "shift" : "default" });
    });
  }
  return { element: box, stop: () => { keyboard.clearInput(); keyboard.destroy(); } };
}

const startsEmpty = (input) => input.dataset.keys === "name" && !input.value;

function everyKey(fields, language) {
  const layouts = fields.flatMap((field) => Object.values(layoutsFor(field.dataset.keys, language)));
  return [...new Set(layouts.flat().join(" ").split(" "))].join(" ");
}
