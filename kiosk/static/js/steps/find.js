// Find my booking: by the ticket's code, scanned into the first field, or by what is typed. Nothing is said of bookings that are not theirs.

import { post } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale } from "../sale.js";
import { go, leave } from "../flow.js";
import { inWords } from "../problems.js";
import { screenKeyboard } from "../keyboard.js";
import { field } from "./field.js";

const isCode = (text) => text.startsWith("BH1.");

// `scanned`: what a scanner read on the first screen; a ticket's code needs nothing else.
export function find(scanned = "") {
  const reference = field({ id: "booking-reference", label: t("find.reference"), hint: t("find.reference_hint"), required: true, keys: "code",
    inputmode: "text", maxlength: 600, valid: () => true, fault: t("find.reference_fault") });
  const proof = field({ id: "booking-proof", label: t("find.proof"), hint: t("find.proof_hint"), required: true, keys: "email",
    inputmode: "email", maxlength: 254, valid: () => true, fault: t("find.proof_fault") });
  const inputs = [reference.input, proof.input];
  const keys = screenKeyboard(inputs);
  const next = nextButton(t("find.go"), look);

  frame({ step: "find", title: t("find.mine"), lede: t("find.lede"), back: { text: t("seats.back"), onclick: () => leave() }, next });
  content(h("form", { class: "form find-form", autocomplete: "off", novalidate: true, onsubmit: (event) => { event.preventDefault(); next.click(); } },
    h("div", { class: "fields" }, reference.element, proof.element), h("button", { class: "unseen", tabindex: "-1", "aria-hidden": "true" })), keys.element);
  reference.input.value = scanned;
  (scanned ? proof : reference).input.focus();
  if (isCode(scanned)) look();

  async function look() {
    const text = reference.input.value.trim();
    if (isCode(text)) return ask({ code: text });
    const wrong = [reference, proof].filter((each) => !each.check());
    if (wrong.length) return wrong[0].input.focus();
    return ask({ reference: text, proof: proof.input.value.trim() });
  }

  async function ask(wish) {
    try {
      sale.found = await post("/bookings/find", wish);
      go("booking");
    } catch (error) {
      if (wish.code) reference.input.value = "";
      const place = wish.code ? reference : proof;
      place.fault(inWords(error));
      place.input.focus();
    }
  }

  return keys.stop;
}
