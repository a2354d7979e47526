// The list of mails renews itself when something has arrived; the mail that is being read stays.

const list = document.getElementById("mails");

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/admin/mailbox/list.json", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { ids } = await answer.json();
  if ((ids[0] ?? "") === list.dataset.newest) return;
  const page = await (await fetch(location.href)).text();
  const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("mails");
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  list.replaceChildren(...fresh.childNodes);
  list.dataset.newest = ids[0] ?? "";
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

const next = () => setTimeout(() => look().catch(() => {}).finally(next), 2000);
next();
