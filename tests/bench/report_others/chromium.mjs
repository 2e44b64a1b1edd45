// The page by ECharts in a headless Chromium that is kept between pages: `chromium.mjs SCENE.json FONTS ROUNDS OUT.png PACKAGES`.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [sceneFile, fonts, rounds, out, packages] = process.argv.slice(2);
const require = createRequire(join(packages, "package.json"));
const { chromium } = require("playwright-core");
const here = dirname(fileURLToPath(import.meta.url));

const faces = [500, 600, 700].flatMap((weight) => ["latin", "vietnamese"].map((part) => {
    const file = readFileSync(join(fonts, `be-vietnam-pro-${part}-${weight}.ttf`)).toString("base64");
    return `@font-face{font-family:page-${part};font-weight:${weight};src:url(data:font/ttf;base64,${file})}`;
}));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const tab = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
await tab.setContent(`<style>${faces.join("")}body{margin:0}#page{width:1920px;height:1080px}</style><div id=page></div>`);
await tab.addScriptTag({ path: join(packages, "node_modules/echarts/dist/echarts.min.js") });
await tab.addScriptTag({ content: readFileSync(join(here, "scene.js"), "utf8").replace("export function", "function") });
await tab.evaluate(() => Promise.all([...document.fonts].map((face) => face.load())));
const paper = JSON.parse(readFileSync(sceneFile, "utf8"));

async function page() {
    // Figures in, picture out: what a report costs when they are new each time.
    await tab.evaluate((paper) => {
        const host = document.getElementById("page");
        echarts.getInstanceByDom(host)?.dispose();
        const chart = echarts.init(host, null, { width: 1920, height: 1080, devicePixelRatio: 1 });
        chart.setOption(scene(paper, "page-latin, page-vietnamese"));
        chart.getZr().flush();
    }, paper);
    return tab.screenshot({ type: "png" });
}

for (let round = 0; round < 5; round += 1) writeFileSync(out, await page());
for (let round = 0; round < Number(rounds); round += 1) {
    const begun = performance.now();
    await page();
    console.log((performance.now() - begun).toFixed(2));
}
await browser.close();
