"""The page by matplotlib, on one thread: `page.py SCENE.json ROUNDS OUT.png`. Prints the milliseconds of each round."""
import io
import json
import sys
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

scene_file, rounds, out = sys.argv[1:4]
with open(scene_file, encoding="utf-8") as file:
    PAPER = json.load(file)
INK, GREY, LINE, TRACK = "#101924", "#535C67", "#B7BEC7", "#DFE3E9"
BANDS = {"met": "#0E6492", "near": "#B57300", "below": "#98160C", "over": "#98160C", None: GREY}
# A point is 1/72 of an inch, the page has 100 pixels to the inch.
POINT = 0.72


def share(figure):
    return None if not figure or not figure["den"] else figure["num"] / figure["den"] * 100


def page():
    figure = plt.figure(figsize=(19.2, 10.8), dpi=100, facecolor="white")
    section = {one["kind"]: one for one in PAPER["pages"][0]}

    def text(x, y, words, size, **more):
        figure.text(x / 1920, 1 - y / 1080, words, fontsize=size * POINT, va="top", **more)

    def box(x, y, width, height, **more):
        figure.add_artist(Rectangle((x / 1920, 1 - (y + height) / 1080), width / 1920, height / 1080, **more))

    def title(x, y, of):
        box(x, y, 573, 2.5, color=INK)
        text(x, y + 14, of["title"], 25, weight="bold")
        text(x, y + 46, of.get("subtitle", ""), 18, color=GREY)

    def axes(left, top, width, height):
        at = figure.add_axes((left / 1920, 1 - (top + height) / 1080, width / 1920, height / 1080))
        for spine in at.spines.values():
            spine.set_visible(False)
        at.tick_params(length=0, labelsize=17 * POINT, labelcolor=GREY)
        return at

    heading = PAPER["heading"]
    text(56, 36, heading["office"], 19, color=GREY)
    text(56, 62, heading["title"], 42, weight="bold")
    text(56, 118, heading["subtitle"], 23)
    text(1864, 80, heading["as_of"], 18, ha="right")
    text(1864, 106, heading["standing"], 18, ha="right")
    box(56, 154, 1808, 4, color=INK)
    text(56, 180, "".join(span["text"] for span in section["result"]["sentences"]), 25)
    box(56, 1000, 1808, 1, color=LINE)
    text(56, 1010, f"{heading['name']}, {heading['unit']} · {heading['report']} {heading['period']}", 17, color=GREY)
    text(1864, 1010, str(heading["seq"]), 17, color=GREY, ha="right")
    text(56, 1034, heading["versions"], 17, color=GREY)

    for place, one in enumerate(section["headline"]["figures"]):
        x, y = 56 + place % 2 * 290, 260 + place // 2 * 160
        text(x, y, one["title"], 19, weight="bold")
        text(x, y + 26, one["figure"]["text"], 60, weight="bold")
        for at, spans in enumerate(one["lines"][:2]):
            text(x, y + 92 + at * 24, "".join(span["text"] for span in spans), 18)

    trend = section["trend"]
    title(673, 250, trend)
    at, points = axes(730, 330, 420, 230), trend["points"]
    at.grid(axis="y", color=TRACK)
    places = range(len(points))
    at.plot(places, [share(point["before"]) for point in points], color=LINE, linewidth=2.5 * POINT)
    now = [share(point["now"]) for point in points]
    at.plot(places, now, color=BANDS["met"], linewidth=4.5 * POINT, marker="o", markersize=11 * POINT)
    at.axhline(trend["target"] * 100, color=INK, linestyle=":", linewidth=3 * POINT)
    at.text(len(points) - 0.6, trend["target"] * 100, trend["target_name"], fontsize=17 * POINT)
    for place, value in zip(places, now):
        if value is not None:
            at.text(place, value, f"{value:.2f}", fontsize=17 * POINT, ha="center", va="bottom")
    at.set_xticks(list(places), [point["label"] for point in points])

    ranking = section["ranking"]
    title(56, 600, ranking)
    at, rows = axes(230, 672, 320, 300), ranking["rows"][::-1]
    differences = [(share(row["figure"]) or 0) - ranking["target"] * 100 for row in rows]
    at.barh(range(len(rows)), differences, height=0.55, color=[BANDS[row["figure"]["band"]] for row in rows])
    for place, (row, value) in enumerate(zip(rows, differences)):
        at.text(value, place, row["figure"]["text"], fontsize=17 * POINT, va="center")
    at.set_yticks(range(len(rows)), [row["name"] for row in rows])
    at.set_xticks([])

    stack = section["stack"]
    title(673, 640, stack)
    at, fields = axes(860, 716, 320, 256), stack["rows"][::-1]
    begin = [0.0] * len(fields)
    for part, colour in (("early", BANDS["met"]), ("on_time", "#B9D1E4"), ("late", BANDS["below"])):
        widths = [row[part] / (row["early"] + row["on_time"] + row["late"]) * 100 for row in fields]
        at.barh(range(len(fields)), widths, left=begin, height=0.55, color=colour)
        for place, (left, width) in enumerate(zip(begin, widths)):
            if width > 8:
                at.text(left + width / 2, place, f"{width:.2f}", fontsize=17 * POINT, ha="center", va="center")
        begin = [left + width for left, width in zip(begin, widths)]
    at.set_yticks(range(len(fields)), [row["name"] for row in fields])
    at.set_xticks([])

    tilemap = section["tilemap"]
    title(1290, 250, tilemap)
    columns = max(cell["x"] for cell in tilemap["cells"]) + 1
    width, height = 573 / columns, 250 / (max(cell["y"] for cell in tilemap["cells"]) + 1)
    for cell in tilemap["cells"]:
        x, y, band = 1290 + cell["x"] * width, 330 + cell["y"] * height, cell["figure"]["band"]
        fill = {"below": BANDS["below"], "near": "white"}.get(band, "#E3EEF5")
        box(x, y, width - 5, height - 5, facecolor=fill, edgecolor=BANDS[band], linewidth=3 if band == "near" else 1)
        colour = "white" if band == "below" else INK
        text(x + 8, y + 10, cell["name"], 18, weight="bold", color=colour)
        text(x + 30, y + height - 36, cell["figure"]["text"], 24, weight="bold", color=colour)

    table = section["table"]
    title(1290, 640, table)
    for place, column in enumerate(table["columns"]):
        text(1500 + place * 121, 712, column["heading"], 17, ha="right")
    for place, row in enumerate(table["rows"]):
        y = 744 + place * 26
        box(1290, y - 4, 573, 1, color=LINE)
        text(1290, y, row["name"], 18)
        for column, cell in enumerate(row["cells"]):
            text(1500 + column * 121, y, cell, 18, ha="right")

    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    return file.getvalue()


for _ in range(3):
    with open(out, "wb") as kept:
        kept.write(page())
for _ in range(int(rounds)):
    begun = time.perf_counter()
    page()
    print(f"{(time.perf_counter() - begun) * 1000:.2f}")
