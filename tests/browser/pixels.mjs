/**
 * What a picture of the page shows, as pixels: the signs of bands as somebody sees them who tells no colours apart,
 * and what changed between two pictures.
 */

/** Pictures are read by a page of their own: the wall's security policy lets it read none. */
async function reading(page, work, argument) {
  const reader = await page.context().browser().newPage();
  try {
    return await reader.evaluate(work, argument);
  } finally {
    await reader.close();
  }
}

/** Eyes that see no colours, or take red for green. */
export const EYES = ['achromatopsia', 'deuteranopia'];

/** Each sign of a band is told from the others by its shape alone, in the picture that such eyes see. */
export async function shapesAreSeen(page, eyes) {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setEmulatedVisionDeficiency', { type: eyes });
  const signs = await page.$$eval('[data-panel] svg[data-shape]', (nodes) => nodes.filter((node) => getComputedStyle(node).visibility === 'visible').map((node) => {
    const { x, y, width, height } = node.getBoundingClientRect();
    return { shape: node.dataset.shape, panel: node.closest('[data-panel]').dataset.panel, x, y, width, height };
  }));
  const image = (await page.screenshot()).toString('base64');
  await session.send('Emulation.setEmulatedVisionDeficiency', { type: 'none' });
  await session.detach();
  return reading(page, async ({ image: encoded, signs: all }) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${encoded}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    canvas.drawImage(bitmap, 0, 0);
    const light = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const luminance = (data, at) => 0.2126 * light(data[at] / 255) + 0.7152 * light(data[at + 1] / 255) + 0.0722 * light(data[at + 2] / 255);
    const faults = [];
    const found = {};
    for (const { shape, panel, x, y, width, height } of all.filter((sign) => sign.shape !== 'none')) {
      const [w, h] = [Math.round(width), Math.round(height)];
      const { data } = canvas.getImageData(Math.round(x), Math.round(y), w, h);
      // Its corners are ground for every shape but the foot of a triangle: the upper two.
      const ground = Math.max(luminance(data, 0), luminance(data, (w - 1) * 4));
      const isInk = (at) => { const own = luminance(data, at); return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05) >= 3; };
      /** How wide it is at a part of its height, as a share of its box. */
      const wide = (part) => {
        const row = Math.min(h - 1, Math.round(part * h));
        const ink = Array.from({ length: w }, (_, column) => isInk((row * w + column) * 4));
        return ink.includes(true) ? (ink.lastIndexOf(true) - ink.indexOf(true) + 1) / w : 0;
      };
      const [top, middle, foot] = [wide(0.28), wide(0.5), wide(0.72)];
      const seen = foot > middle + 0.1 && middle > top + 0.1 ? 'triangle' : middle > top + 0.2 && middle > foot + 0.2 ? 'diamond' : top > 0.55 && foot > 0.55 ? 'circle' : 'nothing';
      const wanted = { met: 'circle', near: 'diamond', below: 'triangle', over: 'triangle' }[shape];
      if (seen !== wanted) faults.push(`the sign of ${shape} in ${panel} looks like a ${seen} (${[top, middle, foot].map((one) => one.toFixed(2)).join(', ')})`);
      found[shape] = true;
    }
    if (Object.keys(found).length < 2) faults.push(`only ${Object.keys(found).length} bands are on the board`);
    return faults;
  }, { image, signs });
}

/** Where two pictures of one size differ: the panels (or `page`) that hold such pixels, each with how many. */
export async function changed(page, before, after) {
  const boxes = await page.$$eval('[data-panel], header, footer', (nodes) => nodes.map((node) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    return { name: node.dataset.panel ?? node.tagName.toLowerCase(), left, right, top, bottom };
  }));
  return reading(page, async ({ pair, boxes: all }) => {
    const [a, b] = await Promise.all(pair.map(async (encoded) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${encoded}`)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      canvas.drawImage(bitmap, 0, 0);
      return canvas.getImageData(0, 0, bitmap.width, bitmap.height);
    }));
    const found = {};
    for (let at = 0; at < a.data.length; at += 4) {
      if (a.data[at] === b.data[at] && a.data[at + 1] === b.data[at + 1] && a.data[at + 2] === b.data[at + 2]) continue;
      const [x, y] = [(at / 4) % a.width, Math.floor(at / 4 / a.width)];
      const name = all.find((box) => x >= box.left && x < box.right && y >= box.top && y < box.bottom)?.name ?? 'page';
      found[name] = (found[name] ?? 0) + 1;
    }
    return found;
  }, { pair: [before.toString('base64'), after.toString('base64')], boxes });
}
