# What the scripts share that measure on the eight designs of Table 1, and source this: build_target TARGET [BUILD_DIR]
# sets `build`; economy, redistributions and exchanges ("name=TOML") are the designs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

economy=inputs/paper/multi_karma/highway_parking.toml
redistributions=(active all)
exchanges=('none={rule="none"}' 'unit={rule="worth",worth=[1,1]}'
    'P_worth_more={rule="worth",worth=[1,"3/2"]}' 'P_worth_less={rule="worth",worth=[1,"2/3"]}')

build_target() {
    build=${2:-build/release}
    [[ -f $build/CMakeCache.txt ]] || cmake --preset release -B "$build"
    cmake --build "$build" --target "$1" >&2
}
