#!/usr/bin/env bash
# Measures how far finite populations are from the mean field: bench/finite_population.sh [BUILD_DIR]
# The design of Table 1 with redistribution to all and unit exchange, ties sharp (1e-6), 200 days, eight seeds for each
# size. Writes bench/results/finite_population.csv; docs/images/finite_population.py draws it. Five minutes.
source "$(dirname "${BASH_SOURCE[0]}")/table1_designs.sh"
build_target polykarma "$@"

results=bench/results/finite_population.csv
sharp=(--set tie_smoothing=1e-6)
policy=$(mktemp --suffix .h5)
trap 'rm -f "$policy"' EXIT

rows() {
    local population seed header=population,seed,
    for population in 1000 3000 10000 30000 100000 300000 1000000; do
        for seed in {1..8}; do
            "$build/apps/polykarma/polykarma" simulate "$economy" "${sharp[@]}" --policy "$policy" --agents "$population" \
                --periods 200 --seed "$seed" --quiet --format csv |
                while read -r row; do
                    if [[ $row == type,* ]]; then [[ -z $header ]] || echo "$header$row"
                    else echo "$population,$seed,$row"; fi
                done
            header=
        done
    done
}

"$build/apps/polykarma/polykarma" solve "$economy" "${sharp[@]}" --quiet -o "$policy" >&2
rows >"$results.new"
mv "$results.new" "$results"
