# SPDX-License-Identifier: BSD-2-Clause
"""What a measurement becomes: tables of docs/performance.md, pictures made by
gnuplot, the last words on the terminal."""
import pathlib
import re
import shutil
import statistics
import subprocess

from figures import spread, verdicts

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "plots"
# ours blue, haproxy red, nginx green; others as they come
COLOURS = {"tp-": ["#1b6ca8", "#7fb3d5", "#24466b", "#4fa3a5"],
           "haproxy": ["#c8553d", "#e6a57e", "#8c3b2a"],
           "nginx": ["#6a994e", "#b7c68b"],
           "": ["#8d6a9f", "#d9b44a", "#777777"]}


# ---- tables ----

def row_table(runs, row):
    lines = [f"| {row.title} | "
             f"{' | '.join(m.label for m in row.metrics)} |",
             "|---|" + "---|" * len(row.metrics)]
    for layout in row.layouts:
        for who in runs.names(row.key, layout):
            cells = []
            for metric in row.metrics:
                values = runs.by_round(row.key, layout, who, metric.key)
                cells.append(spread(values.values(), metric.text)
                             if values else "")
            where = f"{layout}: " if layout else ""
            lines.append(f"| {where}{who} | {' | '.join(cells)} |")
    return lines if len(lines) > 2 else []


def goal_table(runs, rows):
    lines = ["| goal | figure | ratio of each round, or the figure | goal | |",
             "|---|---|---|---|---|"]
    for verdict in verdicts(runs, rows):
        where = f", {verdict.layout}" if verdict.layout else ""
        against = f" to {verdict.against}" if verdict.against else ""
        form = verdict.metric.text if verdict.goal.against == "" \
            else "{:.2f}".format
        values = spread(verdict.values, form) if verdict.is_known else ""
        lines.append(
            f"| {verdict.row.title}{where}: {verdict.goal.who}{against} | "
            f"{verdict.metric.label} | {values} | "
            f"{verdict.sign} {verdict.limit:.3g} | {verdict.word} |")
    if len(lines) == 2:
        return []
    known = [v for v in verdicts(runs, rows) if v.is_known]
    worse = sum(v.is_worse for v in known)
    return [f"{sum(v.holds for v in known)} of {len(known)} goals hold, "
            f"{worse} {'figure is' if worse == 1 else 'figures are'} worse "
            "than the best peer's.", "", *lines, ""]


def head(facts):
    versions = ", ".join(f"{name} {number}"
                         for name, number in facts["versions"].items())
    text = (f"Measured on {facts['date']}: {facts['machine']}, "
            f"{facts['congestion']}; {versions}. Referee: {facts['referee']}. "
            f"{facts['rounds']} rounds of {facts['secs']:g} s a run.")
    if facts["foreign_max"] >= 1:
        text += (" The machine was in use; no run was rejected for that:"
                 " ratios scatter more than on an idle one.")
    else:
        text += (f" {facts['dirty']} of {facts['total']} runs were rejected:"
                 " something else used more than"
                 f" {facts['foreign_max']:.0%} of the machine.")
    failures = [f"Failed: {failure}." for failure in facts["failures"]]
    return [text, *("\n" + note for note in facts["notes"] + failures
                    if note), ""]


def tables(facts, runs, rows):
    lines = head(facts) + goal_table(runs, rows)
    for row in rows:
        table = row_table(runs, row)
        if table:
            lines += [*table, ""]
    return lines


def write(name, lines, page=PAGE):
    """put the lines between the page's marks of that name"""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    old = page.read_text(encoding="utf-8")
    if begin not in old or end not in old:
        raise ValueError(f"{page}: no place for '{name}'")
    before, rest = old.split(begin, 1)
    after = rest.split(end, 1)[1]
    page.write_text(before + begin + "\n".join(lines).strip() + "\n" + end +
                    after, encoding="utf-8")


# ---- pictures ----

def _quote(text):
    return "'" + text.replace("'", "") + "'"


def _colours(names):
    left = {prefix: list(these) for prefix, these in COLOURS.items()}
    found = {}
    for name in names:
        kind = next(p for p in left if name.startswith(p) and left[p] or
                    p == "")
        found[name] = left[kind].pop(0) if left[kind] else "#444444"
    return found


def _panel(data, title, clusters, names, colours):
    """one histogram: clusters of bars side by side, least to largest as a
    whisker"""
    turn = "rotate by -35" if len(clusters) > 4 else "norotate"
    lines = [f"set title {_quote(title)} noenhanced",
             f"set xtics {turn} noenhanced", "plot \\"]
    parts = []
    for i, name in enumerate(names):
        column = 2 + 3 * i
        parts.append(
            f"  {_quote(str(data))} using {column}:{column + 1}:{column + 2}"
            f":xtic(1) linecolor rgb '{colours[name]}' title "
            f"{_quote(name)} noenhanced")
    return lines + [", \\\n".join(parts)]


def plot(runs, name, panels, folder, out=PLOTS):
    """panels: (title, [(row, layout, label)], metric). One picture; its data
    and its script stay in `folder`."""
    if not shutil.which("gnuplot"):
        return None
    folder.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    names = []
    for _, clusters, _ in panels:
        for row, layout, _ in clusters:
            names += [n for n in runs.names(row.key, layout)
                      if n not in names]
    if not names:
        return None
    colours = _colours(names)
    picture = out / f"{name}.svg"
    script = [
        f"set terminal svg size {90 + 400 * len(panels)},330 dynamic "
        "font 'sans-serif,11' background rgb 'white'",
        f"set output {_quote(str(picture))}",
        "set style data histograms",
        "set style histogram errorbars gap 1.5 linewidth 1",
        "set style fill solid 0.9 border rgb '#333333'",
        "set boxwidth 0.9 relative",
        "set yrange [0:*]", "set grid ytics linecolor rgb '#dddddd'",
        "set border 3", "set tics nomirror out",
        "set datafile separator '\\t'", "set datafile missing '?'",
        "set key outside below horizontal samplen 1 width 1",
        f"set multiplot layout 1,{len(panels)}"]
    for i, (title, clusters, metric) in enumerate(panels):
        data = folder / f"{name}-{i + 1}.tsv"
        data.write_text(_data(runs, clusters, names, metric),
                        encoding="utf-8")
        script += _panel(data, title, clusters, names, colours)
    script += ["unset multiplot"]
    path = folder / f"{name}.gp"
    path.write_text("\n".join(script) + "\n", encoding="utf-8")
    subprocess.run(["gnuplot", "-d", path], check=True,
                   env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/"})
    picture.write_text(_squeeze(picture.read_text(encoding="utf-8")),
                       encoding="utf-8")
    return picture


def _squeeze(text):
    """the same picture: attributes that gnuplot repeats for every group stand
    once; no groups without content, no blanks at the ends of lines"""
    again = ('<g fill="none" color="black" stroke="currentColor" '
             'stroke-width="1.00" stroke-linecap="butt" '
             'stroke-linejoin="miter">')
    text = text.replace('<g id="gnuplot_canvas">',
                        again.replace("<g", '<g id="gnuplot_canvas"'))
    text = re.sub(r"(<rect x=\"0\" y=\"0\" [^/]*)/>",
                  r'\1 stroke="none"/>', text)
    text = re.sub(r"(?s)<defs>.*?</defs>", "", text)
    text = re.sub(r"[ \t]+", " ", text.replace(again, "<g>"))
    text = re.sub(r"<g>\s*</g>", "", text)
    return re.sub(r" *\n\s*", "\n", text)


def _data(runs, clusters, names, metric):
    lines = ["\t".join(["what", *(f"{n}\tleast\tlargest" for n in names)])]
    for row, layout, label in clusters:
        cells = [label]
        for n in names:
            values = list(runs.by_round(row.key, layout, n,
                                        metric.key).values())
            if not values:
                cells += ["?"] * 3
                continue
            cells += [f"{v * metric.scale:.6g}" for v in
                      (statistics.median(values), min(values), max(values))]
        lines.append("\t".join(cells))
    return "# " + lines[0] + "\n" + "\n".join(lines[1:]) + "\n"
