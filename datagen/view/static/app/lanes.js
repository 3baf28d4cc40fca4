// Draws what lies under the sound on the same axis: ruler, words, events, calls, tokens.
// Every function draws only what is in view: {px: pixels a second, left: pixels, width, height}.
"use strict";

Datagen.lanes = (() => {
  const D = Datagen;
  const FONT = "11px system-ui, sans-serif";
  const EVENT_COLOURS = {
    barge_in: "event-barge", cut: "event-barge", overlap: "event-overlap",
    backchannel: "event-nod", false_interruption: "event-false", false_barge_in: "event-false", unsaid: "event-barge", dropped: "event-quiet",
    gap: "event-quiet", pause: "event-pause", lapse: "event-lapse", dead_air: "event-lapse", wait: "event-lapse",
  };
  const SILENCES = ["gap", "pause", "lapse", "dead_air", "wait"];
  const HIDDEN = ["slot", "effect", "interruption"];
  const colourOf = (type) => EVENT_COLOURS[type] || "event-other";

  function start(canvas, view) {
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, view.width, view.height);
    pen.font = FONT;
    pen.textBaseline = "middle";
    return pen;
  }

  const at = (view, samples) => (samples / D.RATE) * view.px - view.left;
  const inView = (view, a, b) => b > 0 && a < view.width;

  function box(pen, x, y, w, h, radius = 3) {
    const wide = Math.max(1.5, w);
    pen.beginPath();
    pen.roundRect(x, y, wide, h, Math.min(radius, wide / 2));
    pen.fill();
  }

  /** Text inside a box; shortened, and left out where less than a few letters fit. */
  function label(pen, text, x, y, room) {
    const from = Math.max(x, 2);
    const space = room - (from - x) - 6;
    if (space < 12) return;
    let shown = text;
    if (pen.measureText(shown).width > space) {
      const letters = Math.floor((shown.length * space) / pen.measureText(shown).width) - 1;
      if (letters < 2) return;
      shown = `${shown.slice(0, letters)}…`;
    }
    pen.fillText(shown, from + 3, y);
  }

  function ruler(canvas, view, colours) {
    const pen = start(canvas, view);
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60];
    const step = steps.find((s) => s * view.px >= 64) || 120;
    pen.fillStyle = colours["muted"];
    pen.strokeStyle = colours["line"];
    for (let n = Math.floor(view.left / view.px / step); ; n++) {
      const x = n * step * view.px - view.left;
      if (x > view.width) break;
      pen.beginPath();
      pen.moveTo(Math.round(x) + 0.5, view.height - 6);
      pen.lineTo(Math.round(x) + 0.5, view.height);
      pen.stroke();
      const seconds = n * step;
      const whole = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
      const text = step < 1 ? `${whole}.${Math.round((seconds * 10) % 10)}` : whole;
      if (n >= 0) pen.fillText(text, x + 3, view.height / 2 - 1);
    }
  }

  function words(canvas, view, colours, page, speaker, lit) {
    const pen = start(canvas, view);
    const middle = view.height / 2;
    page.words.forEach((word, n) => {
      if (word[0] !== speaker[0]) return;
      const [a, b] = [at(view, word[2]), at(view, word[3])];
      if (!inView(view, a, b)) return;
      const fact = page.factOf.has(n);
      pen.fillStyle = colours[lit === n ? `${speaker}` : fact ? "fact-soft" : `${speaker}-soft`];
      box(pen, a + 0.5, 2, b - a - 1, view.height - 4);
      if (fact && lit !== n) {
        pen.fillStyle = colours["fact"];
        pen.fillRect(a + 0.5, view.height - 4, Math.max(1, b - a - 1), 2);
      }
      pen.fillStyle = colours[lit === n ? "on-strong" : "text"];
      label(pen, word[1], a, middle, b - a + 4);
    });
    for (const ghost of page.unsaid) {
      if (ghost.speaker !== speaker) continue;
      const a = at(view, ghost.start);
      const b = Math.min(at(view, ghost.next), a + Math.max(40, view.px * 2.5));
      if (!inView(view, a, b)) continue;
      pen.strokeStyle = colours["muted"];
      pen.setLineDash([3, 3]);
      pen.strokeRect(a + 1.5, 3.5, Math.max(2, b - a - 3), view.height - 7);
      pen.setLineDash([]);
      pen.fillStyle = colours["muted"];
      if (b - a > 70) label(pen, `unsaid: ${ghost.text}`, a, middle, b - a);
    }
  }

  function events(canvas, view, colours, list) {
    const pen = start(canvas, view);
    for (const event of list) {
      const [a, b] = [at(view, event.start), at(view, Math.max(event.end, event.start + 240))];
      if (!inView(view, a, b)) continue;
      const quiet = SILENCES.includes(event.type);
      pen.fillStyle = colours[colourOf(event.type)];
      const height = quiet ? 5 : view.height - 4;
      box(pen, a, (view.height - height) / 2, b - a, height, 2);
      const fits = pen.measureText(D.words(event.type)).width + 8;
      if (!quiet && b - a > fits) {
        pen.fillStyle = colours["on-strong"];
        label(pen, D.words(event.type), a, view.height / 2, b - a);
      }
    }
  }

  function actions(canvas, view, colours, list) {
    const pen = start(canvas, view);
    for (const action of list) {
      const [a, b] = [at(view, action.from), at(view, action.to)];
      if (!inView(view, a, b)) continue;
      pen.fillStyle = colours["action"];
      box(pen, a, 2, b - a, view.height - 4);
      pen.fillStyle = colours["on-strong"];
      label(pen, action.name, a, view.height / 2, b - a);
    }
  }

  function frames(view, tokens) {
    const wide = (tokens.frame / D.RATE) * view.px;
    return { wide, first: Math.max(0, Math.floor(view.left / wide)) };
  }

  /** One cell a frame; its colour is its code, so that repeats are seen. */
  function codes(canvas, view, colours, tokens, row) {
    const pen = start(canvas, view);
    const { wide, first } = frames(view, tokens);
    const dark = colours["is-dark"] === "1";
    for (let n = first; n < row.length; n++) {
      const x = n * wide - view.left;
      if (x > view.width) break;
      const hue = (row[n] * 137.508) % 360;
      pen.fillStyle = `hsl(${hue} 42% ${dark ? 32 : 80}%)`;
      pen.fillRect(x, 1, Math.max(0.5, wide - (wide > 4 ? 1 : 0)), view.height - 2);
      if (wide >= 28) {
        pen.fillStyle = colours["text"];
        pen.fillText(String(row[n]), x + 3, view.height / 2);
      }
    }
  }

  /** One cell a frame: PAD is empty, EPAD a mark, anything else a piece of text. */
  function text(canvas, view, colours, tokens, row, speaker) {
    const pen = start(canvas, view);
    const { wide, first } = frames(view, tokens);
    for (let n = first; n < row.length; n++) {
      const x = n * wide - view.left;
      if (x > view.width) break;
      const [token, room] = [row[n], Math.max(0.5, wide - (wide > 4 ? 1 : 0))];
      const kind = token === tokens.pad ? "pad" : token === tokens.epad ? "epad" : `${speaker}-soft`;
      pen.fillStyle = colours[kind];
      pen.fillRect(x, 1, room, view.height - 2);
      if (wide < 13) continue;
      pen.save();
      pen.beginPath();
      pen.rect(x, 0, room, view.height);
      pen.clip();
      pen.fillStyle = colours[kind === "pad" ? "muted" : kind === "epad" ? "on-strong" : "text"];
      const piece = tokens.pieces[token];
      const shown = kind === "pad" ? "·" : kind === "epad" ? (wide >= 34 ? "EPAD" : "E") : piece ?? token;
      pen.fillText(String(shown || "␣"), x + 2, view.height / 2);
      pen.restore();
    }
  }

  /** Levels [frames, bands] as a picture, drawn once and then stretched. */
  function picture(rows, bands, colours) {
    const bytes = D.bytes(rows);
    const columns = Math.floor(bytes.length / bands);
    const canvas = document.createElement("canvas");
    canvas.width = columns;
    canvas.height = bands;
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(columns, bands);
    const scale = ramp(colours);
    for (let x = 0; x < columns; x++) {
      for (let y = 0; y < bands; y++) {
        const place = 4 * ((bands - 1 - y) * columns + x);
        const colour = scale[bytes[x * bands + y]];
        image.data.set(colour, place);
      }
    }
    pen.putImageData(image, 0, 0);
    return canvas;
  }

  function ramp(colours) {
    const dark = colours["is-dark"] === "1";
    const stops = dark
      ? [[20, 22, 27], [40, 44, 92], [142, 56, 128], [236, 120, 72], [252, 232, 164]]
      : [[255, 255, 255], [206, 218, 240], [118, 138, 200], [92, 50, 128], [32, 8, 44]];
    return Array.from({ length: 256 }, (_, n) => {
      const place = (n / 255) * (stops.length - 1);
      const low = Math.min(stops.length - 2, Math.floor(place));
      const part = place - low;
      return [...stops[low].map((c, k) => c + part * (stops[low + 1][k] - c)), 255];
    });
  }

  function spectrum(canvas, view, picture_, rate) {
    const pen = start(canvas, view);
    const first = (view.left / view.px) * rate;
    const wide = (view.width / view.px) * rate;
    pen.imageSmoothingEnabled = true;
    pen.drawImage(picture_, first, 0, wide, picture_.height, 0, 0, view.width, view.height);
  }

  return {
    ruler, words, events, actions, codes, text, picture, spectrum, colourOf, SILENCES, HIDDEN,
  };
})();
