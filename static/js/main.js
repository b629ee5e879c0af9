/** Starts the page's modules. Everything here improves pages that already work without it. */
import { startComposer } from "./composer.js";
import { watchMeter } from "./meter.js";
import { startPlayers } from "./players.js";
import { startStream } from "./stream.js";
import { localTimes } from "./times.js";

document.documentElement.dataset.js = "on";
startComposer();
startPlayers();
startStream();
localTimes();
watchMeter();
