// What every page of the admin can do: the menu of the phone, the theme, dialogs, filters, suggestions.

const on = (type, selector, act) =>
  document.addEventListener(type, (event) => {
    const target = event.target instanceof Element ? event.target.closest(selector) : null;
    if (target) act(target, event);
  });

on("click", "[data-menu]", (button) => {
  const open = document.getElementById("menu").classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
});

document.addEventListener("keydown", (event) => {
  const menu = document.getElementById("menu");
  if (event.key !== "Escape" || !menu?.classList.contains("open")) return;
  menu.classList.remove("open");
  const button = document.querySelector("[data-menu]");
  button.setAttribute("aria-expanded", "false");
  button.focus();
});

on("click", "[data-theme-switch]", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme !== "dark";
  if (dark) root.dataset.theme = "dark";
  else delete root.dataset.theme;
  localStorage.setItem("bookinghall.theme", dark ? "dark" : "light");
  document.dispatchEvent(new Event("themechange"));
});

// A button opens a dialog; what it carries (address, words) goes into it first.
on("click", "[data-opens]", (button) => {
  const dialog = document.getElementById(button.dataset.opens);
  if (button.dataset.action) dialog.querySelector("form").action = button.dataset.action;
  if (button.dataset.about) dialog.querySelector("[data-about]").textContent = button.dataset.about;
  dialog.showModal();
});
on("click", "[data-closes]", (button) => button.closest("dialog").close());

on("change", "[data-submits]", (field) => field.form.requestSubmit());

// A second press of a button that is already at work would do the deed twice.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || event.defaultPrevented) return;
  const button = event.submitter;
  setTimeout(() => button?.setAttribute("disabled", ""));
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button[disabled]")) button.removeAttribute("disabled");
});

// Suggestions for fields that name one of many: asked for while typing.
const lists = new Map();
let waiting;
on("input", "input[data-suggests]", (field) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => suggest(field), 200);
});

async function suggest(field) {
  const text = field.value.trim();
  if (text.length < 2) return;
  const answer = await fetch(`${field.dataset.suggests}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const found = await answer.json();
  const list = listOf(field);
  list.replaceChildren(...found.map((value) => Object.assign(document.createElement("option"), { value })));
}

function listOf(field) {
  if (!lists.has(field)) {
    const list = document.createElement("datalist");
    list.id = `${field.id}-suggestions`;
    field.after(list);
    field.setAttribute("list", list.id);
    lists.set(field, list);
  }
  return lists.get(field);
}
