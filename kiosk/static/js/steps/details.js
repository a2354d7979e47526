// Step 3: only what the policy asks of somebody at a kiosk. What is optional can be skipped with one touch.

import { put } from "../api.js";
import { h } from "../dom.js";
import { t, tn } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale } from "../sale.js";
import { go } from "../flow.js";
import { inWords } from "../problems.js";
import { screenKeyboard } from "../keyboard.js";
import { field } from "./field.js";
import { backToSeats, heldBar, stopButton } from "./held.js";

export function details() {
  const { hold, plan } = sale;
  const asks = new Map(plan.policy.asks.map(({ name, required }) => [name, required]));
  const fields = [];
  if (asks.has("email")) fields.push(emailField(asks.get("email")));
  if (asks.has("full_name")) hold.passengers.forEach((passenger, index) => fields.push(nameField(passenger, index, hold.passengers.length, asks.get("full_name"))));
  const inputs = fields.map((field) => field.input);
  const next = nextButton("", save);
  const keys = screenKeyboard(inputs);
  const [bar, stop] = heldBar("pay");

  frame({ step: "details", title: t("details.title"), lede: t("details.lede"), back: { text: t("pay.back"), onclick: backToSeats, also: stopButton() }, next });
  content(bar, h("form", { class: "form", autocomplete: "off", novalidate: true, onsubmit: (event) => { event.preventDefault(); save(); } },
    h("div", { class: "fields" }, fields.map((field) => field.element)), h("button", { class: "unseen", tabindex: "-1", "aria-hidden": "true" })), keys.element);
  inputs.forEach((input) => input.addEventListener("input", relabel));
  relabel();

  function relabel() {
    const typed = inputs.some((input) => input.value.trim());
    const needed = inputs.some((input) => input.required);
    next.textContent = t(typed || needed ? "details.continue" : "details.skip");
  }

  async function save() {
    const wrong = fields.filter((field) => !field.check());
    if (wrong.length) return wrong[0].input.focus();
    sale.email = fields.find((field) => field.input.dataset.keys === "email")?.input.value.trim() ?? "";
    sale.names = Object.fromEntries(inputs.filter((input) => input.dataset.passenger).map((input) => [input.dataset.passenger, input.value.trim()]));
    if (!sale.email && !Object.values(sale.names).some(Boolean) && !hold.named) return go("pay");
    try {
      await put(`/holds/${hold.reservation_id}/details`, { email: sale.email, names: sale.names });
      hold.named = true;
      go("pay");
    } catch (error) {
      const field = fields.find((each) => error.details?.field?.includes(each.input.dataset.keys)) ?? fields[0];
      field.fault(inWords(error));
      field.input.focus();
    }
  }

  return () => { stop(); keys.stop(); };
}

function emailField(required) {
  const value = sale.email;
  return field({ id: "email", label: t("details.email"), hint: t(required ? "details.needed" : "details.email_hint"), value, required,
    keys: "email", inputmode: "email", maxlength: 254, valid: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text), fault: t("details.email_fault") });
}

// With a way back somebody has two seats.
const seatsOf = (index) => sale.hold.legs.map(({ passengers }) => passengers[index].seat).join(", ");

function nameField(passenger, index, many, required) {
  const label = many > 1 ? t("details.name_of", { n: index + 1, seat: seatsOf(index) }) : t("details.name");
  const made = field({ id: `name-${index}`, label, hint: t(required ? "details.needed" : "details.optional"), value: sale.names[passenger.id] ?? "", required,
    keys: "name", inputmode: "text", maxlength: 200, valid: () => true, fault: t("details.name_fault") });
  made.input.dataset.passenger = passenger.id;
  return made;
}
