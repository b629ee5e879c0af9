/** The composer's conveniences: the seed's dice, examples, Ctrl+Enter, a clean box after an order. */

const MAX_SEED = 2 ** 32;

/** Wires up #composer, if the page has one. */
export function startComposer() {
  const form = document.getElementById("composer");
  if (!(form instanceof HTMLFormElement)) return;
  const prompt = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("prompt"));

  form.querySelector("[data-dice]")?.addEventListener("click", () => {
    const seed = /** @type {HTMLInputElement} */ (form.elements.namedItem("seed"));
    seed.value = String(Math.floor(Math.random() * MAX_SEED));
    changed(seed);
  });

  form.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-clear-reference]")) return;
    document.getElementById("reference")?.replaceChildren();
    const file = /** @type {HTMLInputElement} */ (form.elements.namedItem("reference_image"));
    file.value = "";
    changed(prompt);
    file.focus();
  });

  prompt.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    const button = document.getElementById("compare");
    if (button instanceof HTMLButtonElement && !button.disabled) form.requestSubmit(button);
  });

  document.addEventListener("click", (event) => {
    const example = event.target instanceof Element && event.target.closest("[data-example]");
    if (!(example instanceof HTMLElement)) return;
    event.preventDefault();
    prompt.value = example.dataset.example ?? "";
    changed(prompt);
    prompt.focus();
  });

  document.addEventListener("ordered", () => {
    prompt.value = "";
    changed(prompt);
    window.scrollTo({ top: 0 });
  });

  document.addEventListener("htmx:after:swap", () => markInvalid(form));
}

/** @param {HTMLElement} field tells the live line that something changed */
function changed(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {HTMLFormElement} form sets aria-invalid on the fields whose message is not empty */
function markInvalid(form) {
  for (const error of form.querySelectorAll(".field-error")) {
    const field = document.getElementById(error.id.replace("error-", ""));
    if (!field) continue;
    if (error.textContent?.trim()) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}
