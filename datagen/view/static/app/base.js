// What all other scripts share: the namespace, templates, times, addresses.
"use strict";

window.Datagen = (() => {
  const html = htm.bind(preact.h);
  const RATE = 24000;
  const SPEAKERS = ["agent", "user"];

  /** Samples as mm:ss.t. */
  function clock(samples) {
    const tenths = Math.round((10 * samples) / RATE);
    const minutes = Math.floor(tenths / 600);
    const rest = tenths % 600;
    const pad = (n) => String(n).padStart(2, "0");
    return `${pad(minutes)}:${pad(Math.floor(rest / 10))}.${rest % 10}`;
  }

  /** Samples as m:ss, for lists. */
  function length(samples) {
    const seconds = Math.round(samples / RATE);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  function bytes(text) {
    const raw = atob(text);
    const found = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) found[i] = raw.charCodeAt(i);
    return found;
  }

  const words = (name) => String(name).replaceAll("_", " ");
  const number = (n) => Number(n).toLocaleString("en-US");

  /** The address after "#": {parts: ["0", "service-0000003"], settings: {t: "12"}}. */
  function place(hash = window.location.hash) {
    const [path, query] = hash.replace(/^#\/?/, "").split("?");
    const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
    return { parts, settings: Object.fromEntries(new URLSearchParams(query || "")) };
  }

  function address(parts, settings = {}) {
    const given = Object.entries(settings).filter(([, v]) => v !== "" && v != null);
    const query = new URLSearchParams(given).toString();
    return `#/${parts.map(encodeURIComponent).join("/")}${query ? `?${query}` : ""}`;
  }

  /** What this browser remembers of somebody's taste; nothing if it may not store. */
  const remembered = {
    get(name, otherwise) {
      try {
        return window.localStorage.getItem(`datagen.${name}`) ?? otherwise;
      } catch {
        return otherwise;
      }
    },
    set(name, value) {
      try {
        window.localStorage.setItem(`datagen.${name}`, value);
      } catch {
        /* a browser that stores nothing forgets it */
      }
    },
  };

  /** The colours of the theme in force, for canvases. */
  function palette() {
    const style = getComputedStyle(document.documentElement);
    return new Proxy({}, { get: (_, name) => style.getPropertyValue(`--${name}`).trim() });
  }

  return {
    html, RATE, SPEAKERS, clock, length, bytes, words, number, place, address, remembered, palette,
  };
})();
