/**
 * Reconnects the page's event stream when its *first* connection fails: hx-sse itself retries
 * only a stream that once was open.
 */

const LOOK_EVERY_MS = 2000;

/** Watches #stream, if the page has one. */
export function startStream() {
  const stream = document.getElementById("stream");
  if (!stream) return;
  setInterval(() => {
    const connecting = stream.classList.contains("htmx-request");
    if (!connecting && !stream._htmx?.sse) stream.dispatchEvent(new Event("reconnect"));
  }, LOOK_EVERY_MS);
}
