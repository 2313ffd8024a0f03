// What makes the page live, and commands quick to copy. Without it everything is there all the same, after a reload.
"use strict";

(() => {
  const body = document.body;
  const status = document.getElementById("live");
  const FASTEST = 2000; // milliseconds between two looks at least, and ten times as long as a look takes
  const LATER = 10000; // after which it is tried again to show what somebody is just reading or typing in
  const CLOCK = 60000; // after which times are told anew

  // ---- commands ----

  function prepare(root) {
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll("[data-copy]")) {
      button.hidden = false;
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-copy]");
    if (!button) return;
    const said = button.firstChild;
    try {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      said.textContent = "Copied";
    } catch {
      said.textContent = "Not copied";
    }
    tell(said.textContent);
    setTimeout(() => { said.textContent = "Copy"; }, 1500);
  });

  function tell(text) {
    if (status) status.textContent = text;
  }

  // ---- what changed ----

  const regions = new Map(); // as the server last gave them, to see what changed
  for (const region of document.querySelectorAll("[data-live]")) {
    regions.set(region.dataset.live, region.innerHTML);
  }
  prepare(document);
  if (!body.dataset.stamp || !regions.size || !window.EventSource) return;

  let stamp = body.dataset.stamp;
  let source = null;
  let timer = null;
  let looking = false;
  let again = false;
  let last = Date.now();
  let took = 0;

  function inUse(region) {
    const selection = document.getSelection();
    if (region.contains(document.activeElement) && document.activeElement !== body) return true;
    return Boolean(selection && !selection.isCollapsed && region.contains(selection.anchorNode));
  }

  function replace(fresh) {
    for (const region of document.querySelectorAll("[data-live]")) {
      const other = fresh.querySelector(`[data-live="${region.dataset.live}"]`);
      if (!other || regions.get(region.dataset.live) === other.innerHTML) continue;
      if (inUse(region)) {
        again = true;
        continue;
      }
      regions.set(region.dataset.live, other.innerHTML);
      const open = new Set([...region.querySelectorAll("details[open]")].map((one) => one.dataset.key));
      region.replaceChildren(...other.childNodes);
      for (const one of region.querySelectorAll("details")) one.open = open.has(one.dataset.key);
      prepare(region);
    }
    const nav = document.querySelector("header nav");
    const newer = fresh.querySelector("header nav");
    if (nav && newer && !nav.contains(document.activeElement)) nav.replaceChildren(...newer.childNodes);
    stamp = fresh.body.dataset.stamp || stamp;
  }

  async function look() {
    timer = null;
    if (looking || document.hidden) return;
    looking = true;
    again = false;
    const started = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
      if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The stream tells when it is there again.
    }
    last = Date.now();
    took = last - started;
    looking = false;
    if (again) setTimeout(soon, LATER);
  }

  function soon() {
    if (timer === null) timer = setTimeout(look, Math.max(0, last + Math.max(FASTEST, 10 * took) - Date.now()));
  }

  function concerns(told) {
    const about = body.dataset.about;
    if (!about) return true;
    return told.changed.includes(about) || (told.many && told.changed.some((one) => about.startsWith(`${one}/`)));
  }

  // ---- songs on their way ----

  // The server writes them into the page; between two looks only the bars move.
  function move(one) {
    const shown = document.querySelectorAll(`[data-delivery="${CSS.escape(one.key)}"]`);
    for (const place of shown) {
      const bar = place.querySelector("progress");
      if (one.total) {
        bar.max = one.total;
        bar.value = one.done;
      } else {
        bar.removeAttribute("value");
      }
      place.querySelector(".says").textContent = one.says;
    }
    const here = `[data-underway="${CSS.escape(one.sync)}"], [data-underway="${CSS.escape(one.song)}"]`;
    if (shown.length ? one.over : !one.over && document.querySelector(here)) soon();
  }

  function begin() {
    if (source || document.hidden) return;
    source = new EventSource("/live");
    source.addEventListener("now", (event) => {
      if (JSON.parse(event.data).stamp !== stamp) soon();
    });
    source.addEventListener("changed", (event) => {
      if (concerns(JSON.parse(event.data))) soon();
    });
    source.addEventListener("progress", (event) => {
      JSON.parse(event.data).items.forEach(move);
    });
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) {
        end();
        setTimeout(begin, 30000);
      }
    });
  }

  // A browser keeps few connections to one place: pages that nobody sees give theirs back.
  function end() {
    if (source) source.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? end() : begin()));
  window.addEventListener("pagehide", end);
  window.addEventListener("pageshow", begin);
  setInterval(() => { if (Date.now() - last > CLOCK) soon(); }, CLOCK / 4);
  begin();
})();
