#include "study/attempt.hpp"

#include <new>

#include "base/error.hpp"

namespace polykarma {

Attempt attempt(const std::function<EquilibriumRecord()>& solve) {
    try {
        return {solve(), {}};
    } catch (const ContractViolation&) {
        throw;
    } catch (const std::bad_alloc&) {
        return {{}, "out of memory"};
    } catch (const std::exception& error) {
        return {{}, error.what()};
    }
}

}  // namespace polykarma
