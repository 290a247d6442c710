// Only what makes the console smoother; every page works without this file.
"use strict";

// The summary of what went wrong is read first, whether the page was loaded or a part of it swapped.
function faceFaults() {
  const faults = document.getElementById("faults");
  if (faults) faults.focus();
}

// On a phone the navigation is a row that is wider than the window.
function showWhereWeAre() {
  const here = document.querySelector(".nav [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "center" });
}

document.addEventListener("DOMContentLoaded", faceFaults);
document.addEventListener("DOMContentLoaded", showWhereWeAre);
document.addEventListener("htmx:afterSettle", faceFaults);

// A page that was replaced by a swap announces itself like one that was loaded.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "main") event.target.focus();
});

// A form that is under way is not sent again: the server would do it once in any case.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.underWay) event.preventDefault();
  form.dataset.underWay = "yes";
  form.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-under-way]")) {
    delete form.dataset.underWay;
    form.removeAttribute("aria-busy");
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const told = button.querySelector("[aria-live]");
  if (told) told.textContent = button.dataset.copied;
});
