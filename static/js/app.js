/* The page's own script. Every act works without it: it adds keys, counts, focus and feedback, by delegation on
   data-attributes, so that fragments swapped in later need no set-up. Marks that it reads:
   data-theme-toggle · data-select-all, input[name=ids], data-selected · data-shown · data-toast, data-toast-close · data-dismiss
   data-key, aria-keyshortcuts · data-focus-after · data-opens · data-label-busy, data-download
   data-insert, data-insert-into (a text, and the id of the field that takes it where the cursor stands)
   data-panel, data-panel-close, data-changed · data-live (a region that asks by itself) */
(function () {
  "use strict";
  const root = document.documentElement;
  const TOAST_SECONDS = 6;
  const SEQUENCE_MS = 1000; // how long a first key such as "g" waits for the second
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const visible = (element) => element.checkVisibility();

  /* ── Theme: seen at once, kept by the server for this user, and by this browser for its sign-in page ── */
  function nameThemeToggle() {
    const other = root.dataset.bsTheme === "dark" ? "light" : "dark";
    for (const button of all("[data-theme-toggle]")) {
      button.setAttribute("aria-label", `Switch to ${other} theme`);
      button.value = other;
    }
  }
  function toggleTheme(form, button) {
    const body = new FormData(form, button);
    root.dataset.theme = root.dataset.bsTheme = button.value;
    try {
      window.localStorage.setItem("kithline-theme", button.value);
    } catch (refused) {
      // no storage: only the sign-in page would have read it
    }
    nameThemeToggle();
    window.fetch(form.action, { method: "POST", body, keepalive: true, redirect: "manual" }).catch(showNetwork);
  }

  /* ── Selection: count, select all, shift and click ── */
  let lastTicked = null;
  const boxes = () => all("input[name=ids]");
  function showSelection() {
    const rows = boxes();
    const count = rows.filter((box) => box.checked).length;
    for (const box of rows) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
    for (const head of all("[data-select-all]")) {
      head.checked = count > 0 && count === rows.length;
      head.indeterminate = count > 0 && count < rows.length;
    }
    for (const place of all("[data-selected]")) {
      const words = `${count} selected`;
      if (place.textContent !== words) place.textContent = words;
    }
  }
  function showNumber() {
    const rows = all("#rows > tr").length;
    for (const place of all("[data-shown]")) if (place.textContent !== String(rows)) place.textContent = rows;
  }
  function tick(box, shift) {
    const rows = boxes();
    const [from, to] = [rows.indexOf(lastTicked), rows.indexOf(box)].sort((a, b) => a - b);
    if (shift && from >= 0) for (const between of rows.slice(from, to + 1)) between.checked = box.checked;
    lastTicked = box;
    showSelection();
  }
  function clearSelection() {
    for (const box of boxes()) box.checked = false;
    showSelection();
  }

  /* ── Toasts: one at a time, six seconds, held while hovered or focused ── */
  let toastTimer = 0;
  function nextToast() {
    const toasts = all("#toasts [data-toast]");
    toasts.forEach((toast, index) => (toast.hidden = index > 0));
    window.clearTimeout(toastTimer);
    if (toasts.length) toastTimer = window.setTimeout(() => endToast(toasts[0]), TOAST_SECONDS * 1000);
  }
  function endToast(toast) {
    if (toast.matches(":hover") || toast.contains(document.activeElement)) {
      toastTimer = window.setTimeout(() => endToast(toast), 1000);
      return;
    }
    toast.remove();
    nextToast();
  }

  /* ── Forms: busy buttons, and no second submit while the first is under way ── */
  const labels = new Map(); // a busy button's own content, put back afterwards
  function setBusy(form, submitter) {
    form.dataset.sent = "1";
    const button = submitter || form.querySelector("button[type=submit], button:not([type])");
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    if (!button.dataset.labelBusy) return;
    labels.set(button, [...button.childNodes]);
    button.textContent = button.dataset.labelBusy;
  }
  function setFree() {
    for (const form of all("form[data-sent]")) delete form.dataset.sent;
    for (const button of all("button[aria-busy=true], .btn[aria-busy=true]")) {
      button.removeAttribute("aria-busy");
      if (labels.has(button)) button.replaceChildren(...labels.get(button));
      labels.delete(button);
    }
  }
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (event.submitter?.matches("[data-theme-toggle]")) {
        event.preventDefault();
        toggleTheme(form, event.submitter);
        return;
      }
      if (form.method !== "post" || form.hasAttribute("data-download")) return;
      if (form.dataset.sent) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      setBusy(form, event.submitter);
    },
    true,
  );
  window.addEventListener("pageshow", setFree); // back from the next page: the browser kept this one as it was

  /* ── Keys (DESIGN.md section 5), off while typing and where the user turned them off ── */
  const typing = (element) =>
    element.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(element.tagName) ||
    (element.tagName === "INPUT" && !/^(checkbox|radio|button|submit|reset|range)$/.test(element.type));
  const keyOf = (event) => (event.shiftKey && /^[A-Z]$/.test(event.key) ? `Shift+${event.key}` : event.key);
  let pressed = "";
  let pressedAt = 0;

  function marked(keys) {
    const named = (element) =>
      element.dataset.key === keys || (element.getAttribute("aria-keyshortcuts") || "").split(" ").includes(keys);
    const found = all("[data-key], [aria-keyshortcuts]").filter(named);
    const inMain = found.filter((element) => element.closest("#main"));
    return inMain.find(visible) || found.find(visible) || inMain[0] || found[0];
  }
  function act(element) {
    if (typing(element)) {
      element.focus();
      element.select?.();
    } else element.click();
  }
  const ROW = "tr, [data-row], .k-threads li";
  const rowLinks = () => all("#main tr a.k-name, #main [data-row] a.k-name, #main .k-threads a").filter(visible);
  function moveRow(step) {
    const links = rowLinks();
    const here = document.activeElement.closest(ROW) || document.querySelector(".k-threads a[aria-current]")?.closest(ROW);
    const now = links.findIndex((link) => link.closest(ROW) === here && here);
    const next = now < 0 ? (step > 0 ? 0 : links.length - 1) : now + step;
    links[next]?.focus();
    links[next]?.scrollIntoView({ block: "nearest" });
  }
  function moveView(step) {
    const links = all("#main .k-tabs a");
    links[links.findIndex((link) => link.hasAttribute("aria-current")) + step]?.click();
  }
  const BUILT_IN = {
    j: () => moveRow(1),
    k: () => moveRow(-1),
    x: () => document.activeElement.closest(ROW)?.querySelector("input[name=ids]")?.click(),
    "[": () => moveView(-1),
    "]": () => moveView(1),
  };
  function closeMenus(except) {
    for (const menu of all("details.k-dd[open]")) if (!except || !menu.contains(except)) menu.open = false;
  }
  function escape(event) {
    const open = document.querySelector("details.k-dd[open]");
    if (open) {
      closeMenus();
      open.querySelector("summary").focus();
    } else if (boxes().some((box) => box.checked) && !typing(event.target)) clearSelection();
    else if (!typing(event.target) && !document.querySelector("[popover]:popover-open")) marked("Escape")?.click();
  }
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape") return escape(event);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return event.target.form?.requestSubmit();
    if (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = keyOf(event);
    const sequence = Date.now() - pressedAt < SEQUENCE_MS ? `${pressed} ${key}` : "";
    [pressed, pressedAt] = [key, Date.now()];
    const element = (sequence && marked(sequence)) || marked(key);
    if (element) act(element);
    else if (BUILT_IN[key]) BUILT_IN[key]();
    else return;
    event.preventDefault();
  });

  /* ── Clicks ── */
  document.addEventListener("click", (event) => {
    const target = event.target;
    closeMenus(target);
    if (target.matches("input[name=ids]")) tick(target, event.shiftKey);
    if (target.closest("[data-toast-close]")) {
      target.closest("[data-toast]").remove();
      nextToast();
    }
    const insert = target.closest("[data-insert]");
    if (insert) {
      const field = document.getElementById(insert.dataset.insertInto);
      field.setRangeText(insert.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      closeMenus();
      field.focus();
    }
    const dismiss = target.closest("[data-dismiss]");
    if (dismiss) document.querySelector(dismiss.dataset.dismiss)?.replaceChildren();
    const shut = target.closest("[data-panel-close]");
    if (shut) closePanel(event, shut);
    const clear = target.closest(".k-bulk a[aria-keyshortcuts=Escape]");
    if (clear) {
      event.preventDefault();
      clearSelection();
    }
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-select-all]")) return;
    for (const box of boxes()) box.checked = event.target.checked;
    showSelection();
  });

  /* ── The side panel: a dialog over the page, which is out of reach meanwhile; toasts are not ── */
  let panelOpener = null;
  let panelEmpty = [];
  const panel = () => document.getElementById("panel");
  function setBehind(box, inert) {
    for (let part = box; part && part !== document.body; part = part.parentElement) {
      for (const other of part.parentElement.children) {
        if (other !== part && !other.matches("#toasts, #ring, #panel-backdrop, script")) other.inert = inert;
      }
    }
  }
  function openPanel(source) {
    const box = panel();
    if (!box || box.open) return;
    panelOpener = source;
    panelEmpty = [...box.childNodes].map((node) => node.cloneNode(true));
    source.closest("[popover]")?.hidePopover();
    box.hidden = document.getElementById("panel-backdrop").hidden = false;
    box.show();
    setBehind(box, true);
  }
  function closePanel(event, link) {
    const box = panel();
    if (!panelOpener || "changed" in link.dataset) return; // the link leads to the record as it is now
    event.preventDefault();
    setBehind(box, false);
    box.close();
    box.hidden = document.getElementById("panel-backdrop").hidden = true;
    box.replaceChildren(...panelEmpty);
    const menu = panelOpener.closest("[popover]");
    focusOn(menu ? document.querySelector(`[popovertarget="${menu.id}"]`) : panelOpener);
    panelOpener = null;
  }

  /* ── htmx: where the focus goes, what is busy, what failed ── */
  function focusOn(element) {
    if (!element) return;
    if (!element.matches("a, button, input, select, textarea, summary, [tabindex]")) element.tabIndex = -1;
    element.focus();
  }
  function nextRowLink(source) {
    const row = source.closest(ROW);
    const links = rowLinks();
    const here = links.findIndex((link) => link.closest(ROW) === row);
    return here < 0 ? null : links[here + 1] || links[here - 1];
  }
  document.addEventListener("htmx:before:request", (event) => {
    const ctx = event.detail.ctx;
    const source = ctx.sourceElement;
    const silent = source.getAttribute?.("hx-swap") === "none"; // what is typed is kept: the focus stays where it went
    const wanted = silent ? undefined : source.closest?.("[data-focus-after]")?.dataset.focusAfter;
    ctx.kithline = { wanted, next: wanted === "next" ? nextRowLink(source) : null, had: source.contains(document.activeElement) };
    if (source.matches("button, .btn")) source.setAttribute("aria-busy", "true");
    if (!source.closest?.("[data-live]")) document.getElementById("error")?.replaceChildren();
    if (source.matches?.("[data-panel]")) openPanel(source);
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const ctx = event.detail.ctx;
    const { wanted, next, had } = ctx.kithline || {};
    const target = ctx.sourceElement?.isConnected ? ctx.sourceElement : document;
    const wrong = ctx.response?.status === 422 && document.querySelector("#main [aria-invalid=true]");
    const stale = ctx.response?.status === 409 && document.querySelector("#main [role=alert]:not(#error)");
    const popover = document.getElementById(ctx.sourceElement?.dataset?.opens);
    if (popover && ctx.response?.status < 400) popover.showPopover({ source: ctx.sourceElement });
    if (wrong || stale) focusOn(wrong || stale);
    else if (ctx.response?.status < 400 && wanted === "next") focusOn(next?.isConnected ? next : document.querySelector("#main h1, #main h2"));
    else if (ctx.response?.status < 400 && wanted) focusOn(document.querySelector(wanted));
    else if (had && document.activeElement === document.body) focusOn(target.querySelector("h1, h2, a, button") || document.getElementById("main"));
    showSelection();
    showNumber();
    nextToast();
    showLast();
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (!event.detail.ctx?.sourceElement?.matches?.("[data-live]")) setFree(); // a form on its way stays busy meanwhile
  });

  /* ── Threads: the last message in sight, until the reader scrolls up ── */
  const scrolledUp = new WeakSet();
  const tops = new WeakMap(); // where each was: what grows below the reader is no scrolling up
  const wholePage = () => window.matchMedia("(max-width: 991.98px)").matches && document.querySelector("#thread #msgs");
  function toEnd(box) {
    if (!scrolledUp.has(box)) box.scrollTop = box.scrollHeight;
    tops.set(box, box.scrollTop);
  }
  function showLast() {
    for (const list of all(".k-scroll .k-msgs")) toEnd(list.closest(".k-scroll"));
    if (wholePage() && !document.getElementById("wrap-up") && !window.location.hash) toEnd(root); // on a phone the page scrolls
  }
  document.addEventListener(
    "scroll",
    ({ target }) => {
      const box = target === document && wholePage() ? root : target;
      if (box !== root && !box.matches?.(".k-scroll")) return;
      if (box.scrollHeight - box.scrollTop - box.clientHeight <= 80) scrolledUp.delete(box);
      else if (box.scrollTop < (tops.get(box) ?? Infinity)) scrolledUp.add(box);
      tops.set(box, box.scrollTop);
    },
    true,
  );
  document.addEventListener("load", ({ target }) => target.matches?.(".k-msgs img") && showLast(), true);

  /* ── How long a text message is: 160 characters of GSM 03.38, else 70; less in each part of several ── */
  const GSM = /^[\n\r !-Z_a-z\u00a1\u00a3-\u00a5\u00a7\u00bf\u00c4-\u00c7\u00c9\u00d1\u00d6\u00d8\u00dc\u00df\u00e0\u00e4-\u00e6\u00e8\u00e9\u00ec\u00f1\u00f2\u00f6\u00f8\u00f9\u00fc\u0393\u0394\u0398\u039b\u039e\u03a0\u03a3\u03a6\u03a8\u03a9^{}\\[\]~|\u20ac]*$/;
  function lengthOf(text) {
    const plain = GSM.test(text);
    const used = plain ? text.length + (text.match(/[\^{}\\[\]~|\u20ac]/g) || []).length : text.length;
    const [one, each] = plain ? [160, 153] : [70, 67];
    const parts = used <= one ? 1 : Math.ceil(used / each);
    return parts === 1 ? `${used} of ${one}` : `${used} of ${parts * each}, ${parts} texts`;
  }
  function count(field) {
    const place = field.form?.querySelector("[data-counts]");
    if (place && field.name === "body") place.textContent = lengthOf(field.value);
  }
  document.addEventListener("input", (event) => count(event.target));

  /* ── Network ── */
  function showNetwork() {
    const notice = document.getElementById("offline");
    if (notice) notice.hidden = navigator.onLine;
  }
  window.addEventListener("online", showNetwork);
  window.addEventListener("offline", showNetwork);

  function start() {
    nameThemeToggle();
    showNetwork();
    for (const field of all("textarea[name=body]")) count(field);
    if (boxes().length) showSelection();
    nextToast();
    showLast();
    if (panel()?.open) setBehind(panel(), true);
    for (const tab of all(".k-tabs [aria-current]")) {
      const bar = tab.closest(".k-tabs");
      bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - 80; // on a phone the tab at hand may start out of sight
    }
  }
  start();
})();
