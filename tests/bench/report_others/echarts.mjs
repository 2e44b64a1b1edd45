// The page by ECharts on the canvas of @napi-rs/canvas: `echarts.mjs SCENE.json FONTS ROUNDS OUT.png [PACKAGES]`.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scene } from "./scene.js";

const [sceneFile, fonts, rounds, out, packages] = process.argv.slice(2);
const require = createRequire(join(packages, "package.json"));
const { createCanvas, GlobalFonts } = require("@napi-rs/canvas");
const echarts = require("echarts");

for (const weight of [500, 600, 700]) {
    for (const part of ["latin", "vietnamese"]) {
        GlobalFonts.registerFromPath(join(fonts, `be-vietnam-pro-${part}-${weight}.ttf`), `page-${part}`);
    }
}
const paper = JSON.parse(readFileSync(sceneFile, "utf8"));
echarts.setPlatformAPI({ createCanvas: () => createCanvas(32, 32) });

function page() {
    const canvas = createCanvas(1920, 1080);
    const chart = echarts.init(canvas, null, { width: 1920, height: 1080, devicePixelRatio: 1 });
    chart.setOption(scene(paper, "page-latin, page-vietnamese"));
    chart.getZr().flush();
    const png = canvas.toBuffer("image/png");
    chart.dispose();
    return png;
}

for (let round = 0; round < 5; round += 1) writeFileSync(out, page());
for (let round = 0; round < Number(rounds); round += 1) {
    const begun = performance.now();
    page();
    console.log((performance.now() - begun).toFixed(2));
}
