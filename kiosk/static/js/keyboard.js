// The on-screen keyboard: writes into the field that has the focus. A real keyboard works beside it.

import Keyboard from "/vendor/simple-keyboard/build/index.modern.esm.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";

const ROWS = {
  code: { default: ["2 3 4 5 6 7 8 9", "A B C D E F G H", "J K M N P Q R S", "T U V W X Y Z {bksp}"] },
  email: { default: ["1 2 3 4 5 6 7 8 9 0", "q w e r t y u i o p", "a s d f g h j k l", "z x c v b n m . - _", "@ .com {bksp}"] },
  name: {
    default: ["q w e r t y u i o p", "a s d f g h j k l", "{shift} z x c v b n m {bksp}", "{more} - ' {space}"],
    shift: ["Q W E R T Y U I O P", "A S D F G H J K L", "{shift} Z X C V B N M {bksp}", "{more} - ' {space}"],
    more: ["ă â î ș ț á é í ó ú", "ä ö ü ß å ø æ ç ñ ő", "à è ì ò ù ą ę ł ş ţ", "{more} ű ž š {space} {bksp}"],
  },
};

// `fields` are inputs with data-keys="email" or "name". Gives the element to show.
export function screenKeyboard(fields) {
  const box = h("div", { class: "keys simple-keyboard", "aria-label": t("keyboard.label") });
  let field = fields[0];
  const keyboard = new Keyboard(box, {
    layout: ROWS[field.dataset.keys], theme: "keys", useButtonTag: true, physicalKeyboardHighlight: false,
    preventMouseDownDefault: true, newLineOnEnter: false, tabCharOnTab: false,
    display: { "{bksp}": "⌫", "{shift}": "⇧", "{more}": "ăéü", "{space}": t("keyboard.space") },
    buttonTheme: [{ class: "wide-key", buttons: "{bksp} {shift} {more} .com @" }, { class: "space-key", buttons: "{space}" }],
    buttonAttributes: [
      { attribute: "tabindex", value: "-1", buttons: everyKey() },
      { attribute: "aria-label", value: t("keyboard.delete"), buttons: "{bksp}" },
      { attribute: "aria-label", value: t("keyboard.shift"), buttons: "{shift}" },
      { attribute: "aria-label", value: t("keyboard.more"), buttons: "{more}" },
      { attribute: "aria-label", value: t("keyboard.space"), buttons: "{space}" },
    ],
    onKeyPress: (key) => press(key),
  });

  function press(key) {
    if (key === "{shift}" || key === "{more}") return turn(key.slice(1, -1));
    const [start, end] = selection(field);
    if (key === "{bksp}") insert(Math.max(0, start === end ? start - 1 : start), end, "");
    else insert(start, end, key === "{space}" ? " " : key);
    if (keyboard.options.layoutName === "shift") turn("default");
  }

  function insert(start, end, text) {
    const value = field.value.slice(0, start) + text + field.value.slice(end);
    if (value.length > field.maxLength) return;
    field.value = value;
    caret = start + text.length;
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
      keyboard.setOptions({ layout: ROWS[input.dataset.keys], layoutName: startsEmpty(input) ? "shift" : "default" });
    });
  }
  return { element: box, stop: () => keyboard.destroy() };
}

const startsEmpty = (input) => input.dataset.keys === "name" && !input.value;

function everyKey() {
  return [...new Set(Object.values(ROWS).flatMap((layout) => Object.values(layout)).flat().join(" ").split(" "))].join(" ");
}
