#include "io/simulation_arrays.hpp"

namespace polykarma::hdf5 {

SimulationArrays::SimulationArrays(const SimulationRecord& simulation)
    : layout_(simulation.layout),
      numbers_(simulation.numbers),
      contests_of_record_(simulation.plan.every * layout_->stages()),
      has_distance_(simulation.distance_of_sample.has_value()),
      run_{"run", simulation.seeds.size()},
      record_{"record", simulation.plan.records()},
      contest_{"contest", simulation.plan.periods * layout_->stages()},
      stage_{"stage", layout_->stages()},
      cohort_{"cohort", simulation.cohorts.size()},
      urgency_{"urgency", layout_->exogenous_states()},
      outcome_{"outcome", simulation.outcomes.size()},
      account_{"account", layout_->lattice().accounts()},
      agent_{"agent", simulation.plan.traced_agents} {}

Axis SimulationArrays::karma(Account a) const {
    return {"karma_" + layout_->account_name(a), layout_->lattice().line_length(a)};
}

}  // namespace polykarma::hdf5
