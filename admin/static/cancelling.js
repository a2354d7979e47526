// The refund in the dialog follows what is chosen; what is shown is what has to be made.

for (const dialog of document.querySelectorAll("[data-cancelling]")) {
  const form = dialog.querySelector("form");
  const money = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "currency", currency: dialog.dataset.currency });
  const step = 10 ** money.resolvedOptions().maximumFractionDigits;
  const add = () => {
    const key = form.elements.waive?.checked ? "paid" : "refund";
    const chosen = [...form.querySelectorAll("[name=passengers]:checked")];
    const sum = chosen.reduce((total, box) => total + Number(box.dataset[key]), 0);
    form.elements.agreed.value = sum;
    dialog.querySelector("[data-total]").textContent = money.format(sum / step);
    form.querySelector("button.danger").disabled = chosen.length === 0;
  };
  form.addEventListener("change", add);
}
