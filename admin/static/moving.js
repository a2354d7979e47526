// The dialog that moves a booking: its departures are fetched, and what has to be settled follows the choice.

for (const dialog of document.querySelectorAll("[data-moving]")) {
  const form = dialog.querySelector("form");
  const list = dialog.querySelector("[data-departures]");
  const day = dialog.querySelector("[type=date]");
  const go = dialog.querySelector("[data-moves]");

  const follow = () => {
    const chosen = form.querySelector("[name=schedule_id]:checked");
    const due = Number(chosen?.dataset.due ?? 0);
    const settling = form.querySelector("[data-settling]");
    if (settling) settling.hidden = !due;
    for (const way of form.querySelectorAll("[name=settled]")) {
      way.required = due > 0;
      if (!due) way.checked = false;
    }
    const waived = form.querySelector("[name=settled][value=waive]")?.checked ?? false;
    const reason = form.querySelector("[data-reason]");
    if (reason) reason.hidden = !waived;
    const words = reason?.querySelector("textarea");
    if (words) words.required = waived;
    if (chosen) form.elements.agreed.value = due;
    go.disabled = !chosen;
  };

  const load = async () => {
    const answer = await fetch(`${dialog.dataset.moving}?day=${encodeURIComponent(day.value)}`);
    if (answer.ok) list.innerHTML = await answer.text();
    follow();
  };

  document.querySelector(`[data-opens="${dialog.id}"]`)?.addEventListener("click", load);
  day.addEventListener("change", load);
  form.addEventListener("change", follow);
}
