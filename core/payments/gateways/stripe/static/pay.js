// The card's field is Stripe's own frame; this page only says when to pay and what came of it.
const form = document.querySelector("form");
const button = form.querySelector("button");
const says = document.querySelector("#says");
const style = getComputedStyle(document.documentElement);

const stripe = window.Stripe(form.dataset.key);
const card = stripe.elements().create("card", {
  style: { base: { fontSize: "18px", color: style.getPropertyValue("--ink").trim() } },
});
card.mount("#card");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  says.textContent = form.dataset.working;
  const result = await stripe.confirmCardPayment(form.dataset.secret, { payment_method: { card } });
  if (result.error) {
    says.textContent = result.error.message || form.dataset.failed;
    button.disabled = false;
  } else if (form.dataset.back) {
    location.assign(form.dataset.back);
  } else {
    location.reload();
  }
});
