/** Tells what depends on the budget, [data-on-budget], when the stream has changed the meter. */
export function watchMeter() {
  let known = figures();
  document.addEventListener("htmx:after:swap", () => {
    if (figures() === known) return;
    known = figures();
    for (const element of document.querySelectorAll("[data-on-budget]")) element.dispatchEvent(new Event("budget"));
  });
}

/** @returns {string | undefined} what the meter says */
function figures() {
  return document.querySelector("#budget-meter .meter-figures")?.textContent ?? undefined;
}
