"""Fonts, colours, hatches and markers that every picture shares.

Colours are from the palette of Okabe and Ito, which colour-blind readers can tell apart; every one comes with a hatch,
a marker or a line style of its own, so that nothing depends on colour.
"""

import itertools
import textwrap

import matplotlib
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "0.45"

RC = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.labelsize": 8.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "figure.titlesize": 10.5,
    "figure.titleweight": "bold",
    "hatch.linewidth": 0.6,
    # Names of the user's are shown as they are, dollar signs too.
    "text.parse_math": False,
    "lines.linewidth": 1.4,
    "savefig.facecolor": "white",
    # Identical input gives identical SVG.
    "svg.hashsalt": "polykarma",
}

# Fill and hatch of an outcome, dark to light in greyscale.
OUTCOMES = {
    "priority": {"facecolor": BLUE, "hatch": ""},
    "general_purpose": {"facecolor": "#F2C879", "hatch": "////"},
    "inactive": {"facecolor": "white", "hatch": "...."},
}
OTHER_OUTCOMES = ({"facecolor": GREEN, "hatch": "xxxx"}, {"facecolor": "0.8", "hatch": "\\\\\\\\"})

START_MARKERS = ("o", "s", "^", "v", "P", "*", "p", "h")
START_COLOURS = (BLUE, RED, GREEN, ORANGE)
CHARACTERS_PER_INCH = 10.5  # of a figure's title
PUBLISHED = {"marker": "D", "markerfacecolor": "none", "markeredgecolor": "black", "linestyle": "none", "markersize": 7}
BENCHMARK = {"color": GREY, "linestyle": (0, (5, 2)), "linewidth": 1.2}


def apply():
    matplotlib.use("Agg")
    matplotlib.rcParams.update(RC)


def outcome_styles(outcomes):
    spare = itertools.cycle(OTHER_OUTCOMES)
    return [dict(OUTCOMES.get(name) or next(spare), edgecolor="0.25", linewidth=0.5) for name in outcomes]


def start_style(number, certified):
    """Markers of one start: filled where certified, a cross otherwise. No two of the first 32 are alike."""
    colour = START_COLOURS[number % len(START_COLOURS)]
    if not certified:
        return {"marker": "x", "markeredgecolor": colour, "markeredgewidth": 1.6, "markersize": 6, "linestyle": "none"}
    marker = START_MARKERS[(number + number // len(START_MARKERS)) % len(START_MARKERS)]
    return {"marker": marker, "color": colour, "markersize": 5, "markeredgewidth": 0, "linestyle": "none"}


def figure(width, height, title, legend_height=0.0, key_width=0.0):
    """An empty figure, sizes in inches, with room kept free for a legend below and a key on the right."""
    result = Figure(figsize=(width, height), layout="constrained")
    bottom, right = legend_height / height, key_width / width
    result.get_layout_engine().set(rect=(0, bottom, 1 - right, 1 - bottom), w_pad=0.06, h_pad=0.06)
    result.suptitle(textwrap.fill(title, int(CHARACTERS_PER_INCH * width)), x=0.08 / width, ha="left")
    return result


def panel_width(columns):
    """Room in inches for panels over time: one alone is wider."""
    return 5.2 if len(columns) == 1 else 3.2 * len(columns)


LEGEND_COLUMNS = 6  # of the longest entries there are, in the width of a study's pictures


def legend_height(handles):
    """Room in inches that a legend below the panels takes."""
    return 0.32 + 0.18 * ((len(handles) - 1) // LEGEND_COLUMNS)


def legend_below(fig, handles, columns=None):
    """A legend in the room kept free at the bottom."""
    fig.legend(handles=handles, loc="lower center", ncol=columns or min(LEGEND_COLUMNS, len(handles)), columnspacing=1.6, handletextpad=0.6,
               bbox_to_anchor=(0.5, 0.0), borderaxespad=0.3)


def readable(name):
    """A name of the file as words: general_purpose becomes general purpose."""
    return name.replace("_", " ")
