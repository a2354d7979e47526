// The devices of a kiosk: the parts that change are asked for every second; a button's deed is sent without leaving.

const EVERY = 1000;
const page = document.querySelector("[data-devices]");

function place(template) {
  for (const fresh of template.content.querySelectorAll("[data-for]")) {
    const here = page.querySelector(`[data-part="${fresh.dataset.for}"]`);
    if (here && here.innerHTML !== fresh.innerHTML) here.replaceChildren(...fresh.childNodes);
  }
}

async function look() {
  try {
    const answer = await fetch(page.dataset.devices, { cache: "no-store" });
    if (!answer.ok) return;
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    place(parsed.getElementById("devices-now"));
  } catch { /* the next look asks again */ }
}

page.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-quick]");
  if (!form) return;
  event.preventDefault();
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
  const { ok, said } = await answer.json();
  if (!ok) page.querySelector('[data-part="said"]').textContent = said;
  else {
    form.querySelector('input[name="code"]')?.select();
    look();
  }
});

place(document.getElementById("devices-now"));
setInterval(look, EVERY);
