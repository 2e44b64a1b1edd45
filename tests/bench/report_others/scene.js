// The page of the report (its own JSON) as an ECharts option: the same texts, four charts and table at the same places.
// One function without imports, so that Node and the page in Chromium run the same text.

export function scene(paper, family) {
    const ink = "#101924", ink2 = "#3C4653", grey = "#535C67", line = "#B7BEC7", track = "#DFE3E9";
    const bands = { met: "#0E6492", near: "#B57300", below: "#98160C", over: "#98160C" };
    const graphic = [], grid = [], xAxis = [], yAxis = [], series = [];
    const section = (kind) => paper.pages[0].find((one) => one.kind === kind);
    const text = (x, y, words, size, more = {}) =>
        graphic.push({ type: "text", x, y, style: { text: words, font: `${more.weight ?? 500} ${size}px ${family}`, fill: more.fill ?? ink, lineHeight: size * 1.3, textAlign: more.align ?? "left", width: more.width, overflow: more.width ? "break" : undefined } });
    const rule = (x, y, width, height = 1, fill = line) =>
        graphic.push({ type: "rect", shape: { x, y, width, height }, style: { fill } });
    const title = (x, y, of) => {
        rule(x, y, 573, 2.5, ink);
        text(x, y + 14, of.title, 25, { weight: 700 });
        text(x, y + 46, of.subtitle ?? "", 18, { fill: grey });
    };
    const axes = (place, x, y) => {
        const index = grid.push({ ...place, containLabel: false }) - 1;
        const label = { fontFamily: family, fontSize: 17, color: grey };
        xAxis.push({ gridIndex: index, axisLabel: label, ...x });
        yAxis.push({ gridIndex: index, axisLabel: label, ...y });
        return { xAxisIndex: index, yAxisIndex: index };
    };
    const share = (figure) => (figure?.num == null || !figure.den ? null : (figure.num / figure.den) * 100);
    const label = { show: true, fontFamily: family, fontSize: 17 };

    const heading = paper.heading;
    text(56, 36, heading.office, 19, { fill: grey, weight: 600 });
    text(56, 62, heading.title, 42, { weight: 700 });
    text(56, 118, heading.subtitle, 23, { fill: ink2 });
    text(1864, 80, heading.as_of, 18, { align: "right", fill: ink2 });
    text(1864, 106, heading.standing, 18, { align: "right", fill: ink2 });
    rule(56, 154, 1808, 4, ink);
    text(56, 180, section("result").sentences.map((span) => span.text).join(""), 25, { width: 1808 });
    rule(56, 1000, 1808);
    text(56, 1010, `${heading.name}, ${heading.unit} · ${heading.report} ${heading.period}`, 17, { fill: grey });
    text(1864, 1010, `${heading.seq}`, 17, { align: "right", fill: grey });
    text(56, 1034, heading.versions, 17, { fill: grey });

    section("headline").figures.forEach((one, place) => {
        const x = 56 + (place % 2) * 290, y = 260 + Math.floor(place / 2) * 160;
        text(x, y, one.title, 19, { weight: 600 });
        text(x, y + 26, one.figure.text, 60, { weight: 600 });
        one.lines.slice(0, 2).forEach((spans, at) => text(x, y + 92 + at * 24, spans.map((span) => span.text).join(""), 18, { fill: ink2 }));
    });

    const trend = section("trend");
    title(673, 250, trend);
    const at = axes({ left: 730, top: 330, width: 420, height: 230 },
        { type: "category", data: trend.points.map((point) => point.label), axisLine: { show: false }, axisTick: { show: false } },
        { type: "value", scale: true, splitLine: { lineStyle: { color: track } } });
    series.push(
        { type: "line", ...at, data: trend.points.map((point) => share(point.before)), lineStyle: { width: 2.5, color: line }, symbol: "none" },
        { type: "line", ...at, data: trend.points.map((point) => share(point.now)), lineStyle: { width: 4.5, color: bands.met }, itemStyle: { color: bands.met }, symbol: "circle", symbolSize: 11,
            label: { ...label, formatter: (of) => (of.value ?? 0).toFixed(2) },
            markLine: { symbol: "none", data: [{ yAxis: trend.target * 100 }], lineStyle: { type: "dotted", width: 3, color: ink }, label: { ...label, formatter: trend.target_name } } });

    const ranking = section("ranking");
    title(56, 600, ranking);
    const rows = [...ranking.rows].reverse();
    series.push({ type: "bar", barWidth: 16,
        ...axes({ left: 230, top: 672, width: 320, height: 300 },
            { type: "value", show: false, scale: true },
            { type: "category", data: rows.map((row) => row.name), axisLine: { show: false }, axisTick: { show: false } }),
        data: rows.map((row) => ({ value: (share(row.figure) ?? 0) - ranking.target * 100, itemStyle: { color: bands[row.figure.band] ?? grey } })),
        label: { ...label, position: "right", formatter: (of) => rows[of.dataIndex].figure.text } });

    const stack = section("stack");
    title(673, 640, stack);
    const fields = [...stack.rows].reverse(), whole = (row) => row.early + row.on_time + row.late;
    const bars = axes({ left: 860, top: 716, width: 320, height: 256 }, { type: "value", show: false, max: 100 },
        { type: "category", data: fields.map((row) => row.name), axisLine: { show: false }, axisTick: { show: false } });
    for (const [part, color] of [["early", bands.met], ["on_time", "#B9D1E4"], ["late", bands.below]]) {
        series.push({ type: "bar", stack: "fields", barWidth: 26, ...bars, itemStyle: { color },
            data: fields.map((row) => (row[part] / whole(row)) * 100),
            label: { ...label, formatter: (of) => (of.value > 8 ? of.value.toFixed(2) : "") } });
    }

    const map = section("tilemap");
    title(1290, 250, map);
    const columns = Math.max(...map.cells.map((cell) => cell.x)) + 1, lines = Math.max(...map.cells.map((cell) => cell.y)) + 1;
    const width = 573 / columns, height = 250 / lines;
    for (const cell of map.cells) {
        const x = 1290 + cell.x * width, y = 330 + cell.y * height, below = cell.figure.band === "below";
        graphic.push({ type: "rect", shape: { x, y, width: width - 5, height: height - 5, r: 6 },
            style: { fill: below ? bands.below : cell.figure.band === "near" ? "#FFFFFF" : "#E3EEF5", stroke: bands[cell.figure.band] ?? line, lineWidth: cell.figure.band === "near" ? 4 : 1.5 } });
        text(x + 8, y + 10, cell.name, 18, { weight: 600, fill: below ? "#FFFFFF" : ink });
        text(x + 30, y + height - 36, cell.figure.text, 24, { weight: 600, fill: below ? "#FFFFFF" : ink });
    }

    const table = section("table");
    title(1290, 640, table);
    table.columns.forEach((column, place) => text(1500 + place * 121, 712, column.heading, 17, { align: "right", fill: ink2, weight: 600 }));
    table.rows.forEach((row, place) => {
        const y = 744 + place * 26;
        rule(1290, y - 4, 573);
        text(1290, y, row.name, 18);
        row.cells.forEach((cell, column) => text(1500 + column * 121, y, cell, 18, { align: "right" }));
    });
    return { animation: false, backgroundColor: "#FFFFFF", graphic, grid, xAxis, yAxis, series };
}
