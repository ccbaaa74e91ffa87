#include "study/attempt.hpp"

#include <new>

#include "base/error.hpp"
#include "dynamics/search_state.hpp"

namespace polykarma {

Attempt attempt(const std::function<EquilibriumRecord()>& solve, const Collective& ranks) {
    try {
        return {solve(), {}};
    } catch (const ContractViolation&) {
        throw;
    } catch (const Stopped&) {
        throw;
    } catch (const IoError&) {
        throw;
    } catch (const std::bad_alloc&) {
        if (ranks.size() > 1) throw;
        return {{}, "out of memory"};
    } catch (const std::exception& error) {
        return {{}, error.what()};
    }
}

}  // namespace polykarma
