"""How the search converged: residuals over iterations, with the tolerances they were held against."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, NullLocator

from . import style

CURVES = {
    "stationarity": {"color": style.BLUE, "linestyle": "-", "marker": "o"},
    "gain": {"color": style.RED, "linestyle": "-", "marker": "s"},
    "bellman": {"color": style.GREEN, "linestyle": (0, (4, 1.5)), "marker": "^"},
}
LABELS = {"stationarity": "stationarity", "gain": "one-stage gain", "bellman": "Bellman residual"}
# The certificate re-evaluates V, so its Bellman residual is not the one of the search.
CERTIFIED = {"stationarity": "stationarity", "gain": "gain_mean"}
TOLERANCE = {"linestyle": (0, (1, 1.5)), "linewidth": 1.2}
MARKER_DISTANCE = 0.08  # between the markers of a curve, in diagonals of the panel
PANELS = (
    (("stationarity",), "moved mass\n[share of the population]"),
    (("gain", "bellman"), "residual\n[payoff units]"),
)


def positive(values):
    """Zeros have no place on a logarithmic axis."""
    values = np.asarray(values, dtype=float)
    return np.where(values > 0, values, np.nan)


def short(number):
    """1e-6 rather than 1e-06 or 0.000001; 1 to 100 as they are."""
    if 1 <= number <= 100:
        return f"{number:g}"
    mantissa, exponent = f"{number:.2e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def draw(ax, state, names, iteration):
    for name in names:
        values = positive(state.array(f"history/{name}"))
        if name == "bellman" and len(values) > 1:
            values[0] = np.nan  # a solve begins with V evaluated to rounding: not a residual of the search
        ax.plot(iteration, values, markevery=MARKER_DISTANCE, markersize=3.5, **CURVES[name])
        final = state.certificate(CERTIFIED[name]) if name in CERTIFIED else 0
        if final > 0 and len(iteration):
            look = {"marker": CURVES[name]["marker"], "markeredgecolor": CURVES[name]["color"]}
            ax.plot(iteration[-1:], [final], markersize=9, markerfacecolor="none", markeredgewidth=1.4, clip_on=False,
                    zorder=5, **look)
        tolerance = state.certificate(f"tolerance_{name}")
        if tolerance > 0:
            ax.axhline(tolerance, color=CURVES[name]["color"], **TOLERANCE)
            ax.annotate(f"tolerance {short(tolerance)}", (0.01, tolerance), xycoords=("axes fraction", "data"),
                        xytext=(0, 2), textcoords="offset points", fontsize=7.5, color="0.25")
    ax.grid(color="0.9", linewidth=0.5)
    ax.set_axisbelow(True)


def build(state, what=""):
    iteration = positive(state.array("history/iteration"))
    heading = ", ".join(part for part in (state.title, what, "convergence") if part)
    fig = style.figure(6.2, 5.0, heading + state.note(), legend_height=0.5)
    panels = fig.subplots(len(PANELS), 1, sharex=True)
    for ax, (names, label) in zip(panels, PANELS):
        ax.set_yscale("log")
        draw(ax, state, names, iteration)
        ax.yaxis.set_major_formatter(lambda value, _: short(value))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_ylabel(label)
    if np.isfinite(iteration).sum() > 1:
        panels[-1].set_xscale("log")
        panels[-1].xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        panels[-1].xaxis.set_minor_formatter(NullFormatter())
    else:
        panels[-1].set_xticks(iteration[np.isfinite(iteration)])
    panels[-1].set_xlabel("iteration")
    style.legend_below(fig, legend_handles(), columns=3)
    return fig


def legend_handles():
    handles = [Line2D([], [], markersize=3.5, label=LABELS[name], **look) for name, look in CURVES.items()]
    final = {"marker": "o", "markersize": 8, "markerfacecolor": "none", "color": "0.25", "linestyle": "none"}
    return [*handles, Line2D([], [], label="measured by the certificate", **final),
            Line2D([], [], color="0.25", label="tolerance", **TOLERANCE)]
