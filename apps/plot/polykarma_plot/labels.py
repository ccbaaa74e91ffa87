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


LINK = {"arrowstyle": "-", "color": "0.55", "linewidth": 0.5}


class Boxes:
    """Longer labels, each with a line to its mark where it stands apart, none on a mark or on another label.

    Everything is in points of the axes' figure, which must have been laid out before.
    """

    GAP = 2.0
    RINGS = (0, 6, 14, 24, 36, 50, 66, 84, 104, 128)
    DIRECTIONS = [math.radians(15 * step) for step in range(24)]

    def __init__(self, ax, marks):
        """marks: (data coordinates, radius in points) of everything to keep clear of."""
        self.ax = ax
        self.scale = 72 / ax.figure.dpi
        frame = ax.get_window_extent()
        self.frame = [self.scale * x for x in (frame.x0, frame.y0, frame.x1, frame.y1)]
        self.taken = []
        for where, radius in marks:
            x, y = self.spot(where)
            self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def keep_clear(self, artists):
        """No label on what is there already."""
        for artist in artists:
            extent = artist.get_window_extent()
            self.taken.append(tuple(self.scale * x for x in (extent.x0, extent.y0, extent.x1, extent.y1)))

    def spot(self, where):
        return tuple(self.scale * self.ax.transData.transform(where))

    def write(self, text, where, radius, arrow=None, **options):
        """Puts a label near a mark; with `arrow`, the looks of an arrow from the label to the mark, one is always drawn."""
        label = self.ax.annotate(text, where, xytext=(0, 0), textcoords="offset points", ha="center", va="center",
                                 **options)
        extent = label.get_window_extent()
        half = (self.scale * extent.width / 2 + self.GAP, self.scale * extent.height / 2 + self.GAP)
        x, y = self.spot(where)
        offset = min(self.offsets(half, radius), key=lambda place: self.cost((x, y), half, place))
        label.set_position(offset)
        self.taken.append(self.box((x, y), half, offset))
        if arrow or max(abs(offset[0]) - half[0], abs(offset[1]) - half[1]) > radius + self.RINGS[2]:
            self.link(where, offset, half, arrow or LINK)

    def offsets(self, half, radius):
        for ring in self.RINGS:
            for angle in self.DIRECTIONS:
                cos, sin = math.cos(angle), math.sin(angle)
                # Far enough in this direction for the box to leave the mark.
                reach = min((half[0] + radius) / max(abs(cos), 1e-9), (half[1] + radius) / max(abs(sin), 1e-9))
                yield (reach + ring) * cos, (reach + ring) * sin

    @staticmethod
    def box(centre, half, offset):
        x, y = centre[0] + offset[0], centre[1] + offset[1]
        return x - half[0], y - half[1], x + half[0], y + half[1]

    def cost(self, centre, half, offset):
        """Overlap first, then distance."""
        box = self.box(centre, half, offset)
        overlap = sum(common(box, other) for other in self.taken)
        outside = (box[2] - box[0]) * (box[3] - box[1]) - common(box, self.frame)
        return round(overlap + outside, 6), math.hypot(*offset)

    def link(self, where, offset, half, looks):
        """A line from the edge of a label to its mark."""
        shrink = 1 - min(half[0] / max(abs(offset[0]), 1e-9), half[1] / max(abs(offset[1]), 1e-9), 1)
        end = (offset[0] * shrink, offset[1] * shrink)
        self.ax.annotate("", where, xytext=end, textcoords="offset points", zorder=3,
                         arrowprops={"shrinkA": 0, "shrinkB": 0, **looks})


def common(a, b):
    """Area that two boxes (x0, y0, x1, y1) share."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(width, 0) * max(height, 0)
