// Counting a drawer: sums while typing, plus and minus, Enter to the next note. The server counts again.

for (const sheet of document.querySelectorAll("[data-count]")) {
  const fields = [...sheet.querySelectorAll("[data-worth]")];
  const digits = Number(sheet.dataset.digits);
  const written = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency", currency: sheet.dataset.currency, minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
  const money = (minor) => written.format(minor / 10 ** digits);
  const pieces = (field) => (/^[0-9]{1,6}$/.test(field.value.trim()) ? Number(field.value) : 0);

  const add = () => {
    let total = 0;
    for (const field of fields) {
      const sum = pieces(field) * Number(field.dataset.worth);
      field.closest(".count-line").querySelector("[data-sum]").value = sum ? money(sum) : "";
      total += sum;
    }
    for (const shown of sheet.closest("form").querySelectorAll("[data-total]")) shown.value = money(total);
  };

  sheet.addEventListener("input", add);
  sheet.addEventListener("focusin", ({ target }) => target.select?.());
  sheet.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-step]");
    if (!button) return;
    const field = button.closest(".count-line").querySelector("[data-worth]");
    field.value = Math.min(999999, Math.max(0, pieces(field) + Number(button.dataset.step))) || "";
    add();
  });
  // Enter would send the form from the middle of a count: it goes on to the next note, and at last to the button.
  sheet.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-worth]")) return;
    event.preventDefault();
    const next = fields[fields.indexOf(event.target) + 1] ?? sheet.closest("form").querySelector(".btn.go.big");
    next.focus();
  });
  add();
}
