#!/usr/bin/env bash
# Measures how fast the methods of docs/SOLVERS.md are: bench/solvers.sh [BUILD_DIR]
# The eight designs of Table 1 from the even start to a stationarity of 1e-7 on one core: the accelerated method, and the dynamics with nine
# pairs of constants. Writes bench/results/solvers.csv; docs/images/solvers.py draws it. Takes ten minutes and wants a
# machine with nothing else to do.
source "$(dirname "${BASH_SOURCE[0]}")/table1_designs.sh"
build_target solver_bench "$@"

results=bench/results/solvers.csv

# run LABEL REDISTRIBUTION EXCHANGE [KEY=VALUE...]
run() {
    local label=$1 redistribution=$2 exchange=$3 set=() pair every=20
    [[ $label == *accelerated ]] || every=200
    shift 3
    for pair in "resource.*.redistribution=$redistribution" "exchange=$exchange" tolerance.stationarity=1e-7 \
        tolerance.gain=1e-3 solver.max_iterations=20000 "$@"; do
        set+=(--set "${pair/#tolerance/solver.tolerance}")
    done
    taskset -c 0 "$build/bench/solver_bench" "$economy" --every "$every" --label "$label" "${set[@]}"
}

{
    echo "label,iteration,seconds,stationarity,gain"
    for redistribution in "${redistributions[@]}"; do
        for named in "${exchanges[@]}"; do
            design=$redistribution/${named%%=*}
            exchange=${named#*=}
            run "$design accelerated" "$redistribution" "$exchange"
            for h in 0.05 0.1 0.2; do
                for eta in 0.2 0.5 1; do
                    run "$design dynamics $h $eta" "$redistribution" "$exchange" \
                        solver.method=dynamics solver.step=$h solver.response_rate=$eta
                done
            done
        done
    done
} >"$results.new"
mv "$results.new" "$results"
