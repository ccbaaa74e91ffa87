"""Who holds how much karma, over time: for every account and cohort the histogram of balances as a column per record."""

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from . import style
from .trace import what

SEEN = 5e-4  # of the agents: balances above the last one with so many at any time are cut off
MOST_COHORTS = 4


def percent(simulation, account):
    """Of the agents of each cohort, mean over the runs: [cohort, karma, record]."""
    holders = simulation.holders(account).mean(axis=0)
    return 100 * holders.transpose(1, 2, 0) / simulation.sizes[:, None, None]


def mean_balance(share):
    """[record] of one cohort; the last row stands for itself and more, so that there is none where many are in it."""
    mean = (np.arange(len(share))[:, None] * share).sum(axis=0) / 100
    return np.where(share[-1] > 100 * SEEN, np.nan, mean)


def edges(periods):
    """A record's column ends when it was made."""
    return np.concatenate(([2 * periods[0] - periods[1] if len(periods) > 1 else 0], periods))


def build(simulation):
    cohorts = range(min(len(simulation.cohorts), MOST_COHORTS))
    accounts = range(len(simulation.accounts))
    first = f", the first {len(cohorts)} of {len(simulation.cohorts)} cohorts" if len(cohorts) < len(simulation.cohorts) else ""
    fig = style.figure(1.6 + style.panel_width(accounts), 0.7 + 2.1 * len(cohorts),
                       f"{what(simulation)}: holders of karma{first}", legend_height=0.3)
    panels = fig.subplots(len(cohorts), len(accounts), sharex=True, sharey="col", squeeze=False)
    shares = [percent(simulation, account) for account in accounts]
    largest = max(share[: len(cohorts)].max() for share in shares)
    mesh, unknown = None, False
    for account, share in zip(accounts, shares):
        top = int(np.flatnonzero((share > 100 * SEEN).any(axis=(0, 2))).max(initial=0)) + 1
        for cohort in cohorts:
            ax = panels[cohort, account]
            mesh = ax.pcolormesh(edges(simulation.period), np.arange(top + 1) - 0.5, share[cohort, :top], cmap="Greys",
                                 norm=PowerNorm(0.5, 0, largest), rasterized=True)
            mean = mean_balance(share[cohort])
            unknown = unknown or np.isnan(mean).any()
            ax.plot(simulation.period, mean, color=style.RED, linewidth=1.1)
            ax.set_title(", ".join(part for part in (f"{simulation.accounts[account]} karma" if len(accounts) > 1 else "",
                                                     simulation.cohorts[cohort] if len(cohorts) > 1 else "") if part))
            ax.set_ylabel("karma" if account == 0 else "")
            ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
            ax.spines[["top", "right"]].set_visible(True)
    for ax in panels[-1]:
        ax.set_xlabel("periods played")
    fig.colorbar(mesh, ax=panels, label="agents [%]", aspect=30, pad=0.02)
    style.legend_below(fig, [Line2D([], [], color=style.RED, linewidth=1.1, label="mean balance" + (
        ", where hardly anybody has the largest shown or more" if unknown else ""))])
    return fig
