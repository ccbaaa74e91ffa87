"""Short labels beside marks, placed where they hide least."""

import math

ANGLES = [math.radians(degrees) for degrees in (45, 135, -45, -135, 0, 90, 180, -90)]
DISTANCES = (10, 15, 21)  # points
WIDE_ENOUGH = 9           # points between a label's centre and anything else


def marks_of(ax):
    """Display coordinates of every mark of the axes, in points."""
    scale = 72 / ax.figure.dpi
    places = []
    for line in ax.get_lines():
        places += [scale * xy for xy in ax.transData.transform(line.get_xydata())]
    return places


def place(ax, labelled):
    """Writes (label, data coordinates) pairs. Needs final axes: the figure has been laid out before."""
    scale = 72 / ax.figure.dpi
    taken = [tuple(xy) for xy in marks_of(ax)]
    written = []
    for label, where in labelled:
        centre = scale * ax.transData.transform(where)
        choices = [(centre[0] + far * math.cos(angle), centre[1] + far * math.sin(angle))
                   for far in DISTANCES for angle in ANGLES]
        # A repeated label close by would only crowd the picture.
        if any(label == other and math.dist(centre, spot) < 1.5 * WIDE_ENOUGH for other, spot in written):
            continue
        spot = best(choices, taken)
        offset = (spot[0] - centre[0], spot[1] - centre[1])
        ax.annotate(label, where, xytext=offset, textcoords="offset points", ha="center", va="center", fontsize=8,
                    zorder=6)
        taken.append(spot)
        written.append((label, centre))


def best(choices, taken):
    """The first choice with room around it, else the one with the most room."""
    def room(spot):
        return min((math.dist(spot, other) for other in taken), default=math.inf)

    return next((spot for spot in choices if room(spot) >= WIDE_ENOUGH), max(choices, key=room))
