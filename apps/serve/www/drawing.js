// The drawing surface: strokes or a picture, in layers that can be undone. Fires "change" with
// { drawing: whether the pen is down, anew: whether more has changed than added ink }, and "resize"
// when the surface changes size.
//
// Strokes are kept in pixels from the surface's middle. If a smaller surface would cut them off,
// they are shown smaller: when the old size returns, so does the drawing as it was.

const kWidths = { thin: 0.022, medium: 0.045, thick: 0.08 }; // of the surface's shorter side
const kLongest = 400; // pixels of what is sent: the normaliser works at about this size

// What a picture lies on, as the server assumes: transparent parts are white paper, or black if
// nothing would show on white.
function paperOf(image) {
  const side = 64;
  const context = new OffscreenCanvas(side, side).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, side, side);
  context.drawImage(image, 0, 0, side, side);
  return Math.min(...context.getImageData(0, 0, side, side).data) < 200 ? "#fff" : "#000";
}

export class Drawing extends EventTarget {
  #canvas;
  #pen; // a small mark where the keyboard's pen is
  #history = [{ picture: null, strokes: [] }];
  #stroke = null;
  #pointer = null;
  #width = 0;
  #height = 0;
  #scale = 1; // of the strokes on the surface
  #cursor = null; // { x, y, down } of the keyboard's pen
  width = "medium";

  constructor(canvas, pen) {
    super();
    this.#canvas = canvas;
    this.#pen = pen;
    canvas.addEventListener("pointerdown", event => this.#down(event));
    canvas.addEventListener("pointermove", event => this.#move(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(end, event => this.#up(event));
    }
    canvas.addEventListener("keydown", event => this.#key(event));
    canvas.addEventListener("blur", () => this.#putAway());
    new ResizeObserver(() => this.#resize()).observe(canvas);
    this.#watchDensity();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint());
    this.#resize();
  }

  get #now() {
    return this.#history.at(-1);
  }
  get isEmpty() {
    return !this.#now.picture && this.#now.strokes.length === 0;
  }
  get canUndo() {
    return this.#history.length > 1;
  }
  get picture() {
    return this.#now.picture;
  }

  undo() {
    if (!this.canUndo) return;
    this.#lift();
    this.#history.pop();
    this.#changed(true);
  }

  clear() {
    if (this.isEmpty) return;
    this.#lift();
    this.#push({ picture: null, strokes: [] }, true);
  }

  // `image` (an ImageBitmap) of the file `blob`, whose bytes are what the server gets.
  show(image, blob) {
    this.#lift();
    this.#push({ picture: { image, blob, paper: paperOf(image) }, strokes: [] }, true);
  }

  // What the server is to read: the picture as it came, or the strokes, black on white.
  async blob() {
    if (this.#now.picture) return this.#now.picture.blob;
    const scale = this.#exportScale();
    const canvas = new OffscreenCanvas(
      Math.round(this.#width * scale), Math.round(this.#height * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.scale(scale, scale);
    this.#paintStrokes(context, "#000");
    return canvas.convertToBlob({ type: "image/png" });
  }

  // [x, y, width, height] in pixels of blob() -> in pixels of the surface.
  place([x, y, width, height]) {
    const picture = this.#now.picture;
    const { left, top, scale } = picture
      ? this.#fit(picture.image)
      : { left: 0, top: 0, scale: 1 / this.#exportScale() };
    return [left + x * scale, top + y * scale, width * scale, height * scale];
  }

  #exportScale() {
    return Math.min(2, kLongest / Math.max(this.#width, this.#height, 1));
  }

  #fit(image) {
    const scale = Math.min(this.#width / image.width, this.#height / image.height);
    return {
      left: (this.#width - image.width * scale) / 2,
      top: (this.#height - image.height * scale) / 2,
      scale,
    };
  }

  // The largest scale, up to 1, at which all strokes are whole: as much of each as was on the
  // surface when it was drawn.
  #fitStrokes() {
    let scale = 1;
    for (const { width, within, points } of this.#now.strokes) {
      for (const { x, y } of points) {
        scale = Math.min(scale,
          this.#width / 2 / Math.min(Math.abs(x) + width / 2, within.x),
          this.#height / 2 / Math.min(Math.abs(y) + width / 2, within.y));
      }
    }
    return scale;
  }

  #push(state, anew) {
    this.#history.push(state);
    if (this.#history.length > 100) this.#history.splice(1, 1);
    this.#changed(anew);
  }

  #changed(anew = false) {
    this.#paint();
    const drawing = this.#stroke !== null;
    this.dispatchEvent(new CustomEvent("change", { detail: { drawing, anew } }));
  }

  // --- pen ---

  // Points are in pixels of the surface.
  #begin(point) {
    const [x, y] = [this.#width / 2 / this.#scale, this.#height / 2 / this.#scale];
    this.#stroke = {
      width: 2 * kWidths[this.width] * Math.min(x, y), within: { x, y }, points: [this.#kept(point)],
    };
    const { strokes } = this.#now;
    // Drawing on a picture starts a new sheet.
    this.#push({ picture: null, strokes: [...strokes, this.#stroke] }, strokes.length === 0);
  }

  #continue(points) {
    this.#stroke.points.push(...points.map(point => this.#kept(point)));
    this.#changed();
  }

  #end() {
    this.#stroke = null;
    this.#changed();
  }

  // Ends a stroke that something else replaces; the pen may still touch the surface.
  #lift() {
    this.#stroke = this.#pointer = null;
    if (this.#cursor) this.#cursor.down = false;
    this.#pen.classList.remove("down");
  }

  #kept({ x, y, pressure }) {
    return {
      x: (x - this.#width / 2) / this.#scale, y: (y - this.#height / 2) / this.#scale, pressure,
    };
  }

  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    const pressed = event.pointerType === "pen" && event.pressure > 0;
    return {
      x: event.clientX - box.left,
      y: event.clientY - box.top,
      pressure: pressed ? 0.6 + 0.8 * event.pressure : 1,
    };
  }

  #down(event) {
    if (event.button !== 0 || this.#pointer !== null || !event.isPrimary) return;
    event.preventDefault();
    this.#canvas.focus({ preventScroll: true, focusVisible: false });
    this.#putAway();
    this.#pointer = event.pointerId;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#begin(this.#point(event));
  }

  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    this.#continue((events.length ? events : [event]).map(each => this.#point(each)));
  }

  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#end();
  }

  // --- keyboard ---

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#pointer !== null) return;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    if (!step && event.key !== " ") return;
    event.preventDefault();
    this.#cursor ??= { x: this.#width / 2, y: this.#height / 2, down: false };
    const cursor = this.#cursor;
    if (step) {
      const length = Math.min(this.#width, this.#height) * (event.shiftKey ? 0.01 : 0.03);
      cursor.x = Math.min(this.#width, Math.max(0, cursor.x + step[0] * length));
      cursor.y = Math.min(this.#height, Math.max(0, cursor.y + step[1] * length));
      if (cursor.down) this.#continue([{ x: cursor.x, y: cursor.y, pressure: 1 }]);
    } else if (!event.repeat) {
      cursor.down = !cursor.down;
      if (cursor.down) {
        this.#begin({ x: cursor.x, y: cursor.y, pressure: 1 });
      } else {
        this.#end();
      }
    }
    this.#pen.hidden = false;
    this.#pen.style.transform = `translate(${cursor.x}px, ${cursor.y}px)`;
    this.#pen.classList.toggle("down", cursor.down);
  }

  #putAway() {
    if (this.#cursor?.down) this.#end();
    this.#cursor = null;
    this.#pen.hidden = true;
  }

  // --- painting ---

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (width === 0 || height === 0) return;
    this.#width = width;
    this.#height = height;
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    this.#paint();
    this.dispatchEvent(new Event("resize"));
  }

  // A window may move to a screen with different pixels, at the same size.
  #watchDensity() {
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => {
      this.#resize();
      this.#watchDensity();
    }, { once: true });
  }

  #paint() {
    const context = this.#canvas.getContext("2d");
    const density = this.#canvas.width / this.#width;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    if (this.#now.picture) {
      const { image, paper } = this.#now.picture;
      const { left, top, scale } = this.#fit(image);
      const place = [left, top, image.width * scale, image.height * scale];
      context.fillStyle = paper;
      context.fillRect(...place);
      context.imageSmoothingEnabled = scale < 4; // a 28x28 picture shows its pixels
      context.drawImage(image, ...place);
    }
    this.#scale = this.#fitStrokes();
    this.#paintStrokes(context, getComputedStyle(this.#canvas).color);
  }

  #paintStrokes(context, color) {
    context.translate(this.#width / 2, this.#height / 2);
    context.scale(this.#scale, this.#scale);
    context.strokeStyle = color;
    context.fillStyle = color;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const { width, points } of this.#now.strokes) {
      let from = points[0];
      context.beginPath();
      context.arc(from.x, from.y, (width * from.pressure) / 2, 0, 2 * Math.PI);
      context.fill();
      // Curves through the middles between points: no corners where the pen was fast.
      for (let i = 1; i < points.length; i++) {
        const control = points[i - 1];
        const last = i === points.length - 1;
        const to = last
          ? points[i]
          : { x: (control.x + points[i].x) / 2, y: (control.y + points[i].y) / 2 };
        context.beginPath();
        context.lineWidth = width * points[i].pressure;
        context.moveTo(from.x, from.y);
        context.quadraticCurveTo(control.x, control.y, to.x, to.y);
        context.stroke();
        from = to;
      }
    }
  }
}
