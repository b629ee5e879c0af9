const format = new Intl.DateTimeFormat(undefined, {
  day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

/** Shows every <time> in the reader's own zone, also after swaps; the server sends UTC. */
export function localTimes() {
  show();
  document.addEventListener("htmx:after:swap", show);
}

function show() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    time.title = moment.toISOString();
    time.textContent = format.format(moment).replace(",", "");
  }
}
