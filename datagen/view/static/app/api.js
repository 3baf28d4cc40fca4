// Where the page's data come from: the server, or the page itself if it was exported.
"use strict";

Datagen.api = (() => {
  const D = Datagen;
  const block = document.getElementById("data");
  const inside = block ? JSON.parse(block.textContent) : null;
  const urls = new Map();

  async function get(path, settings = {}, signal) {
    const given = Object.entries(settings).filter(([, v]) => v !== "" && v != null);
    const query = new URLSearchParams(given).toString();
    const answer = await fetch(`api/${path}${query ? `?${query}` : ""}`, { signal });
    const value = await answer.json();
    if (!answer.ok) throw new Error(value.error || `the server answered ${answer.status}`);
    return value;
  }

  const server = {
    inside: null,
    runs: () => get("runs"),
    page: (run, settings, signal) => get(`runs/${run}/dialogues`, settings, signal),
    takes: (run, settings, signal) => get(`runs/${run}/takes`, settings, signal),
    dialogue: (run, id, settings, signal) =>
      get(`runs/${run}/dialogues/${encodeURIComponent(id)}`, settings, signal),
    envelope: (run, id, sound) => get(`runs/${run}/dialogues/${id}/envelope/${sound}`),
    spectrogram: (run, id, sound) => get(`runs/${run}/dialogues/${id}/spectrogram/${sound}`),
    sound: (run, id, sound) => `api/runs/${run}/dialogues/${id}/sound/${sound}.wav`,
    marks: (run, known) => get(`runs/${run}/marks`, { known }),
    async mark(run, line) {
      const answer = await fetch(`api/runs/${run}/marks`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(line),
      });
      const value = await answer.json();
      if (!answer.ok) throw new Error(value.error || `the server answered ${answer.status}`);
      return value;
    },
  };

  const page = {
    inside,
    runs: async () => ({ runs: [inside.run], who: "" }),
    dialogue: async () => inside.dialogue,
    envelope: async (run, id, sound) => inside.envelopes[sound],
    spectrogram: async (run, id, sound) => inside.spectrograms[sound],
    sound(run, id, sound) {
      if (!urls.has(sound)) {
        const blob = new Blob([D.bytes(inside.sounds[sound])], { type: "audio/flac" });
        urls.set(sound, URL.createObjectURL(blob));
      }
      return urls.get(sound);
    },
  };

  return inside ? page : server;
})();
