// Writes docs/*.schema.json from the declared keys.

#include <cstdio>
#include <fstream>

#include "config/schema.hpp"
#include "config/source_folder.hpp"

int main() {
    const auto docs = polykarma::test::source_folder / "docs";
    std::ofstream economy(docs / "economy.schema.json");
    std::ofstream study(docs / "study.schema.json");
    economy << polykarma::economy_schema();
    study << polykarma::study_schema();
    if (economy.flush() && study.flush()) return 0;
    std::fprintf(stderr, "cannot write into %s\n", docs.c_str());
    return 4;
}
