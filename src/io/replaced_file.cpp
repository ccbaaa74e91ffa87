#include "io/replaced_file.hpp"

namespace polykarma {

void replace_file(const std::filesystem::path& target, std::span<const std::byte> bytes) {
    const UndisturbedWrite undisturbed;
    PartialFile partial(target);
    partial.write(bytes);
    partial.keep();
}

}  // namespace polykarma
