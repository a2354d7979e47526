// Rows of stops: added, taken out, moved by button or by Alt with an arrow key. Only the order of the rows counts for the
// server, so a moved row keeps its names, what was typed and what was suggested.

const list = document.querySelector("[data-stops]");
const blank = document.querySelector("[data-blank-stop]");
const said = document.querySelector("[data-said]");
let next = list.children.length;

function number() {
  [...list.children].forEach((row, n) => {
    for (const place of row.querySelectorAll("[data-number]")) place.textContent = String(n + 1);
  });
}

function add(after) {
  const row = blank.content.firstElementChild.cloneNode(true);
  for (const field of row.querySelectorAll("input")) {
    for (const name of ["name", "id"]) if (field[name]) field[name] = field[name].replace("KEY", next);
    if (field.value === "KEY") field.value = next;
  }
  next += 1;
  after ? after.after(row) : list.append(row);
  number();
  return row;
}

const placeOf = (row) => row.querySelector("[data-suggests]");
const nameOf = (row) => placeOf(row).value || row.querySelector("legend").textContent.trim();

function move(row, up) {
  const other = up ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  // The neighbour goes to the other side: the row itself, and with it the focus, stays where it is in the document.
  up ? row.after(other) : row.before(other);
  number();
  said.textContent = `${nameOf(row)} ${list.dataset.moved} ${[...list.children].indexOf(row) + 1}`;
  keepFocus(row);
}

// At either end the button that was pressed is gone: its twin takes over.
function keepFocus(row) {
  const here = document.activeElement;
  if (row.contains(here) && getComputedStyle(here).visibility !== "hidden" && here.checkVisibility({ visibilityProperty: true })) return;
  row.querySelector(row.previousElementSibling ? "[data-up]" : "[data-down]").focus();
}

function remove(row) {
  const near = row.nextElementSibling ?? row.previousElementSibling;
  said.textContent = `${nameOf(row)} ${list.dataset.removed}`;
  row.remove();
  while (list.children.length < 2) add();
  number();
  (near ?? list.firstElementChild).querySelector("[data-remove]").focus();
}

const deeds = {
  "[data-up]": (row) => move(row, true),
  "[data-down]": (row) => move(row, false),
  "[data-after]": (row) => placeOf(add(row)).focus(),
  "[data-remove]": remove,
};
list.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(deeds)) {
    const button = event.target.closest(selector);
    if (button) return act(button.closest("li"));
  }
});
document.querySelector("[data-add]").addEventListener("click", () => placeOf(add()).focus());

// Enter goes on to the next thing to type: patterns are for good, so none is saved by a slip of the finger.
function goOn(field) {
  const fields = [...list.querySelectorAll("input:not([type=hidden], [type=checkbox])")].filter(
    (each) => getComputedStyle(each).visibility !== "hidden",
  );
  const after = fields.find((each) => field.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
  (after ?? placeOf(add())).focus();
}

list.addEventListener("keydown", (event) => {
  const row = event.target.closest("li");
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    move(row, event.key === "ArrowUp");
  } else if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
    goOn(event.target);
  }
});
