// Before the first paint: the theme that this browser chose last.
const kept = localStorage.getItem("bookinghall.theme");
if (kept === "dark") document.documentElement.dataset.theme = "dark";
