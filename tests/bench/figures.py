# SPDX-License-Identifier: BSD-2-Clause
"""From single runs to medians, ratios and verdicts. Nothing here measures."""
import json
import statistics


class Metric:
    """what is measured: `scale` and `form` for people, is a small one good?"""

    def __init__(self, key, label, form, is_low_good, scale=1):
        self.key = key
        self.label = label
        self.form = form
        self.is_low_good = is_low_good
        self.scale = scale

    def text(self, value):
        return self.form.format(value * self.scale)


class Goal:
    """`who`'s figure over that of `against` (None: the best peer; "" : the
    figure itself) is at most, or at least, `limit`; by layout if a dict"""

    def __init__(self, metric, who, limit, against=None):
        self.metric = metric
        self.who = who
        self.limit = limit
        self.against = against

    def limit_in(self, layout):
        return self.limit[layout] if isinstance(self.limit, dict) \
            else self.limit


class Row:
    """one kind of work, done by several contenders in some layouts"""

    def __init__(self, key, title, metrics, contenders, goals,
                 layouts=("pinned", "free"), **more):
        self.key = key
        self.title = title
        self.metrics = metrics
        self.contenders = contenders
        self.goals = goals
        self.layouts = layouts
        self.__dict__.update(more)


def spread(values, form):
    """least, median, largest"""
    values = sorted(values)
    return (f"{form(values[0])} / **{form(statistics.median(values))}** / "
            f"{form(values[-1])}")


class Runs:
    """All runs of a measurement. A run is a dictionary: row, layout, round,
    who, is_ours, figures {metric: value}, foreign (share of the machine that
    went elsewhere), is_kept."""

    def __init__(self, runs):
        self.runs = [run for run in runs if run["is_kept"]]
        self.dirty = len(runs) - len(self.runs)

    def of(self, row, layout):
        return [run for run in self.runs
                if (run["row"], run["layout"]) == (row, layout)]

    def by_round(self, row, layout, who, metric):
        return {run["round"]: run["figures"][metric]
                for run in self.of(row, layout)
                if run["who"] == who and metric in run["figures"]}

    def median(self, row, layout, who, metric):
        values = self.by_round(row, layout, who, metric).values()
        return statistics.median(values) if values else None

    def names(self, row, layout):
        names = []
        for run in self.of(row, layout):
            if run["who"] not in names:
                names.append(run["who"])
        return names

    def best_peer(self, row, layout, metric):
        peers = {run["who"] for run in self.of(row.key, layout)
                 if not run["is_ours"]}
        found = {name: self.median(row.key, layout, name, metric.key)
                 for name in sorted(peers)}
        found = {k: v for k, v in found.items() if v is not None}
        if not found:
            return None
        choose = min if metric.is_low_good else max
        return choose(found, key=found.get)

    def ratios(self, row, layout, metric, who, against):
        """of the rounds that both have"""
        a = self.by_round(row.key, layout, who, metric.key)
        b = self.by_round(row.key, layout, against, metric.key)
        return [a[i] / b[i] for i in sorted(a) if b.get(i)]


class Verdict:
    """a goal in a layout, and whether it holds"""

    def __init__(self, runs, row, layout, goal):
        self.row, self.layout, self.goal = row, layout, goal
        self.metric = next(m for m in row.metrics if m.key == goal.metric)
        self.limit = goal.limit_in(layout)
        self.against = goal.against
        if goal.against is None:
            self.against = runs.best_peer(row, layout, self.metric)
        if goal.against == "":
            self.values = list(runs.by_round(
                row.key, layout, goal.who, goal.metric).values())
        else:
            self.values = runs.ratios(row, layout, self.metric, goal.who,
                                      self.against)
        self.median = statistics.median(self.values) if self.values else None

    @property
    def is_known(self):
        return self.median is not None

    @property
    def holds(self):
        if self.metric.is_low_good:
            return self.median <= self.limit
        return self.median >= self.limit

    @property
    def is_worse(self):
        """than the best peer"""
        if self.goal.against is not None or not self.is_known:
            return False
        return self.median > 1 if self.metric.is_low_good else self.median < 1

    @property
    def word(self):
        if not self.is_known:
            return "not measured"
        word = "holds" if self.holds else "missed"
        return f"{word}, worse than {self.against}" if self.is_worse else word

    @property
    def sign(self):
        return "<=" if self.metric.is_low_good else ">="


def verdicts(runs, rows):
    return [Verdict(runs, row, layout, goal)
            for row in rows for layout in row.layouts for goal in row.goals
            if any(run["who"] == goal.who
                   for run in runs.of(row.key, layout))]


def save(path, facts, runs):
    """one line of JSON about the measurement, then one for each run"""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        for line in ({"v": 1, **facts}, *runs):
            file.write(json.dumps(line) + "\n")


def load(path):
    lines = [json.loads(line)
             for line in path.read_text(encoding="utf-8").splitlines()]
    return lines[0], lines[1:]
