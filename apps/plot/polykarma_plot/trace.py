"""What a finite population experiences over time: payoffs, karma, and how far it is from the policy's distribution.

A line is the mean over the runs, its band from the smallest to the largest of them.
"""

from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from . import style

HEIGHT = 1.75  # inches of a panel, and more where its legend takes more
LINE_HEIGHT = 0.19  # inches of a legend
EVERYBODY = {"color": "black", "linewidth": 1.6}
LINES = ("-", (0, (6, 1.5)), (0, (2, 1)), "-.")
BAND = 0.2  # opacity
SAMPLE = {"color": style.GREY, "linewidth": 1.0, "linestyle": (0, (1, 1.2))}


def look(number):
    """Of the line of a cohort or an account: no two of the first sixteen alike."""
    colours = style.START_COLOURS
    return {"color": colours[number % len(colours)], "linestyle": LINES[(number + number // len(colours)) % len(LINES)]}


def draw(ax, periods, runs, **options):
    """runs [run, period]; a single record is a point."""
    if len(periods) == 1:
        options["marker"] = "o"
    if len(runs) > 1:
        ax.fill_between(periods, runs.min(axis=0), runs.max(axis=0), color=options["color"], alpha=BAND, linewidth=0)
    ax.plot(periods, runs.mean(axis=0), **options)


def payoffs(ax, simulation):
    for cohort in range(len(simulation.cohorts)):
        draw(ax, simulation.period, simulation.payoff[:, :, cohort], **look(cohort))
    if len(simulation.cohorts) > 1:
        draw(ax, simulation.period, simulation.efficiency, **EVERYBODY)
    ax.set_ylabel("payoff")
    ax.set_title("mean payoff per contest since the record before")


def access(ax, simulation):
    for cohort in range(len(simulation.cohorts)):
        draw(ax, simulation.period, simulation.access[:, :, cohort], **look(cohort))
    ax.set_ylabel("part")
    ax.set_title(f"part of own contests with the outcome {style.readable(simulation.outcomes[0])}")


def by_account(ax, simulation, values):
    for account in range(len(simulation.accounts)):
        draw(ax, simulation.period, values[:, :, account], **look(account))


def karma(ax, simulation):
    by_account(ax, simulation, simulation.karma)
    ax.set_ylabel("karma")
    ax.set_title("karma per capita")


def gini(ax, simulation):
    by_account(ax, simulation, simulation.gini)
    ax.set_ylabel("Gini")
    ax.set_title("inequality of karma: Gini coefficient")


def distance(ax, simulation):
    draw(ax, *simulation.distance, color=style.BLUE)
    ax.axhline(simulation.distance_of_sample, **SAMPLE)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("distance")
    ax.set_title("total variation distance from the distribution of the policy")


def over_periods(ax, simulation):
    """A single record is not on the edge."""
    ax.set_xlabel("periods played")
    ax.set_xlim(0, simulation.period[-1] * (1.0 if len(simulation.period) > 1 else 1.05))


def panels(simulation):
    """What there is to draw, and whose lines; they are named once."""
    yield payoffs, "payoffs"
    if len(simulation.cohorts) > 1:
        yield access, "as above"
    if len(simulation.accounts) > 1:
        yield karma, "accounts"
    yield gini, "accounts"
    if simulation.distance is not None:
        yield distance, "distance"


def handles(simulation, kind):
    if kind == "distance":
        return [Line2D([], [], label="as many agents\ndrawn from it", **SAMPLE)]
    if kind == "accounts":
        names = [f"{name} karma" for name in simulation.accounts] if len(simulation.accounts) > 1 else []
        return [Line2D([], [], label=name, **look(n)) for n, name in enumerate(names)]
    if kind == "as above" or len(simulation.cohorts) == 1:
        return []
    lines = [Line2D([], [], label=name, **look(n)) for n, name in enumerate(simulation.cohorts)]
    return [*lines, Line2D([], [], label="everybody", **EVERYBODY)]


def what(simulation):
    """Title of a picture, and how it came about."""
    runs = f", {len(simulation.seeds)} runs" if len(simulation.seeds) > 1 else ""
    rule = f", allocation: {simulation.allocation}" if simulation.allocation != "bids" else ""
    return f"{simulation.title}, {simulation.agents:,} agents{runs}{rule}"


def build(simulation):
    shown = list(panels(simulation))
    several = len(simulation.seeds) > 1
    legends = [handles(simulation, kind) for _, kind in shown]
    heights = [max(HEIGHT, 0.4 + LINE_HEIGHT * len(lines)) for lines in legends]
    fig = style.figure(7.6, 0.6 + sum(heights), what(simulation), legend_height=0.32 if several else 0.0)
    axes = fig.subplots(len(shown), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for ax, (content, _), lines in zip(axes, shown, legends):
        content(ax, simulation)
        ax.grid(color="0.9", linewidth=0.5)
        ax.set_axisbelow(True)
        ax.yaxis.set_major_locator(MaxNLocator(5))
        if lines:
            ax.legend(handles=lines, loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=2.6)
    over_periods(axes[-1], simulation)
    fig.align_ylabels(axes)
    if several:
        style.legend_below(fig, [Line2D([], [], color="0.3", label="mean over the runs"),
                                 Patch(color="0.3", alpha=BAND, linewidth=0, label="from the smallest to the largest")])
    return fig
