// One field to type in, with its label, a hint and what is wrong with it. Its browser is asked to remember nothing.

import { h, replace } from "../dom.js";
import { sayNow } from "../announce.js";

// Gives {element, input, check, fault}. `keys` names the layout of the on-screen keyboard.
export function field({ id, label, hint, value = "", required, keys, inputmode, maxlength, valid, fault }) {
  const input = h("input", {
    id, type: "text", inputmode, maxlength, value, required, "data-keys": keys, autocomplete: "off", autocorrect: "off",
    autocapitalize: { name: "words", code: "characters" }[keys] ?? "none", spellcheck: "false", dir: keys === "name" ? "auto" : "ltr", "aria-describedby": `${id}-fault`, enterkeyhint: "done",
  });
  const note = h("p", { class: "fault", id: `${id}-fault`, hidden: true });
  const show = (words) => {
    replace(note, words);
    note.hidden = !words;
    input.setAttribute("aria-invalid", String(Boolean(words)));
    if (words) sayNow(words);
  };
  const check = () => {
    const text = input.value.trim();
    const wrong = text ? !valid(text) : required;
    show(wrong ? fault : "");
    return !wrong;
  };
  input.addEventListener("input", () => show(""));
  return { element: h("div", { class: "field" }, h("label", { for: id }, label, " ", hint && h("span", {}, hint)), input, note), input, check, fault: show };
}
