// The colour that is being typed, seen at once on a small kiosk beside the form. Whether it can be read is the office's to say.

const preview = document.querySelector("[data-brand-preview]");
const colour = document.getElementById("colour");

function show() {
  const typed = colour.value.trim() || preview.dataset.brandPreview;
  if (/^#[0-9a-f]{6}$/i.test(typed)) preview.style.setProperty("--brand", typed);
  else preview.style.removeProperty("--brand");
}

colour.addEventListener("input", show);
show();
