/* Live pages: the server's news become events of #live: inbox, ring, thread-<conversation id>. Regions of a page ask for
   their fragment when they hear one (hx-trigger="inbox from:#live"). Marks that it reads: data-events (the stream's
   address, on #live), data-conversation-id, data-seconds (counts up).
   A hidden page listens to nothing, for a browser has few connections for one site; seen again, it looks at everything. */
(function () {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const live = document.getElementById("live");
  const RING_SECONDS = 10; // asked for so often while there is no stream
  let stream = null;
  let failures = 0;
  let retry = 0;
  let lost = 0;
  let missed = document.hidden; // news may have passed by
  const say = (name) => live.dispatchEvent(new CustomEvent(name));
  function catchUp() {
    const ids = all("[data-conversation-id]").map((element) => element.dataset.conversationId);
    for (const name of ["inbox", "ring", ...new Set(ids.map((id) => `thread-${id}`))]) say(name);
  }
  function showLost(isLost) {
    window.clearTimeout(lost);
    const notice = document.getElementById("reconnecting");
    if (!isLost) notice.hidden = true;
    else lost = window.setTimeout(() => (notice.hidden = !navigator.onLine), 5000);
  }
  function listen() {
    window.clearTimeout(retry);
    if (stream || document.hidden) return;
    stream = new EventSource(live.dataset.events);
    stream.addEventListener("open", () => {
      failures = 0;
      live.dataset.opened = "1";
      showLost(false);
      if (missed) catchUp();
      missed = false;
    });
    stream.addEventListener("inbox", () => say("inbox"));
    stream.addEventListener("ring", () => say("ring"));
    stream.addEventListener("thread", ({ data }) => data.split(",").forEach((id) => say(`thread-${id}`)));
    stream.addEventListener("again", catchUp);
    stream.addEventListener("error", () => {
      if (!failures++ && live.dataset.opened) showLost(true);
      missed = true;
      if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      hush();
      retry = window.setTimeout(listen, Math.min(60, 2.5 * 2 ** failures) * 1000);
    });
  }
  function hush() {
    window.clearTimeout(retry);
    stream?.close();
    stream = null;
    missed = true;
  }
  function followSight() {
    if (document.hidden) hush();
    else listen();
  }
  function countSeconds() {
    for (const place of all("[data-seconds]")) {
      const seconds = ++place.dataset.seconds;
      place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }
  }
  if (!live) return; // signed out
  listen();
  document.addEventListener("visibilitychange", followSight);
  window.addEventListener("online", () => (hush(), followSight()));
  window.addEventListener("pagehide", hush);
  window.addEventListener("pageshow", (event) => event.persisted && followSight());
  window.setInterval(countSeconds, 1000);
  window.setInterval(() => stream?.readyState !== EventSource.OPEN && !document.hidden && say("ring"), RING_SECONDS * 1000);
})();
