"""Which way of reasoning is better, and how sure that is: numbers in, numbers out, no suites."""

from reasoning_chains.evals.statistics.best import best_at_k
from reasoning_chains.evals.statistics.flips import sign_flip
from reasoning_chains.evals.statistics.holm import holm
from reasoning_chains.evals.statistics.intervals import Interval, Mean
from reasoning_chains.evals.statistics.majority import maj_at_k
from reasoning_chains.evals.statistics.means import clustered_mean, mean_bootstrap
from reasoning_chains.evals.statistics.moments import Moments
from reasoning_chains.evals.statistics.pairs import (
    McNemar,
    PairedDifference,
    mcnemar,
    mcnemar_counted,
    paired_bootstrap,
)
from reasoning_chains.evals.statistics.poisson import PoissonBootstrap
from reasoning_chains.evals.statistics.power_paired import (
    paired_difference_seen,
    paired_power,
    paired_questions,
)
from reasoning_chains.evals.statistics.power_unpaired import (
    unpaired_difference_seen,
    unpaired_power,
    unpaired_questions,
)
from reasoning_chains.evals.statistics.sampled import pass_at_k, pass_hat_k
from reasoning_chains.evals.statistics.shares import bonett_price, newcombe, wilson
from reasoning_chains.evals.statistics.voted import voted_at_k

__all__ = [
    "Interval",
    "McNemar",
    "Mean",
    "Moments",
    "PairedDifference",
    "PoissonBootstrap",
    "best_at_k",
    "bonett_price",
    "clustered_mean",
    "holm",
    "maj_at_k",
    "mcnemar",
    "mcnemar_counted",
    "mean_bootstrap",
    "newcombe",
    "paired_bootstrap",
    "paired_difference_seen",
    "paired_power",
    "paired_questions",
    "pass_at_k",
    "pass_hat_k",
    "sign_flip",
    "unpaired_difference_seen",
    "unpaired_power",
    "unpaired_questions",
    "voted_at_k",
    "wilson",
]
