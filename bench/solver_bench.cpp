// How a solve gets to its equilibrium: residuals against seconds, of one method from one start. solver_bench --help.
#include <fmt/format.h>
#include <boost/program_options.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "certificate/certificate.hpp"
#include "config/choices.hpp"
#include "config/reader.hpp"
#include "equilibrium/accelerated.hpp"
#include "equilibrium/start.hpp"
#include "game/multi_karma.hpp"
#include "welfare/multi_karma_benchmark.hpp"

namespace {

using namespace polykarma;
namespace po = boost::program_options;
using Clock = std::chrono::steady_clock;

Response start_response(const MultiKarma& game, PolicyStart rule) {
    const Part part = whole(game);
    if (rule == PolicyStart::even) return even_response(part);
    return pure_response(
        part, [&](Stage r, const Site& site, std::size_t length) { return game.start_action(rule, r, site, length); });
}

double nash_welfare(const MultiKarma& game, const SolveOutcome& outcome) {
    Operators<MultiKarma> operators(game);
    operators.aggregate(outcome.mass, outcome.response);
    const auto shares = action_shares(outcome.mass, outcome.response);
    return welfare(game.layout(), payoffs(operators, shares), benchmark_payoffs(game.rules()), 0.0).nash.endogenous;
}

int run(int argc, char** argv) {
    po::options_description options(
        "solver_bench ECONOMY [OPTIONS]: one row per iteration that is kept, and a summary");
    std::vector<std::string> overrides;
    options.add_options()("help,h", "this text")("economy", po::value<std::string>()->required(), "economy file")(
        "label", po::value<std::string>()->default_value(""), "first column of every row")(
        "every", po::value<long>()->default_value(20), "print each so many-th iteration of the dynamics")(
        "set", po::value(&overrides)->composing(), "KEY=VALUE of the economy file, solver.method among them");
    po::positional_options_description positional;
    positional.add("economy", 1);
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(options).positional(positional).run(), values);
    if (values.count("help") > 0) {
        std::cout << options;
        return 0;
    }
    po::notify(values);

    const EconomyConfig economy = read_economy(values["economy"].as<std::string>(), overrides);
    const MultiKarma game(rules_of(economy));
    EvolutionSettings settings;
    settings.lambda = economy.solver.lambda;
    settings.step = economy.solver.step;
    settings.response_rate = economy.solver.response_rate;
    settings.max_iterations = economy.solver.max_iterations;
    settings.stationarity = economy.solver.stationarity;
    settings.gain = economy.solver.gain;
    Field mass(whole(game));
    game.start_mass(economy.solver.karma_start, mass);
    Response response = start_response(game, economy.solver.start);

    const auto& label = values["label"].as<std::string>();
    const long every = values["every"].as<long>();
    const bool dynamics = economy.solver.method == SolverMethod::dynamics;
    const auto begin = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
    double printing = 0.0;
    double before = 1.0;
    const Progress print = [&](long iteration, const Residuals& now) {
        const double arrived = seconds();
        // Steps of Newton's method stand out by what they gain.
        if (iteration % every == 0 || now.stationarity < 0.6 * before)
            fmt::print("{},{},{:.6f},{:.6e},{:.6e}\n", label, iteration, arrived - printing, now.stationarity,
                       now.gain);
        before = now.stationarity;
        printing += seconds() - arrived;
    };
    const auto search = dynamics ? &evolve<MultiKarma> : &accelerate<MultiKarma>;
    const SolveOutcome outcome =
        search(game, settings, std::move(mass), std::move(response), print, Collective::serial(), {});
    const double taken = seconds() - printing;
    const Certificate certificate = certify(game, outcome.mass, outcome.response).certificate;
    const double nash = nash_welfare(game, outcome);
    fmt::print("# {},{},{},{:.4f},{:.3e},{:.3e},{:.3e},{:.6f}\n", label, to_string(outcome.reason), outcome.iterations, taken,
               certificate.stationarity, certificate.gain_mean, certificate.exploitability_mean, nash);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "solver_bench: " << error.what() << '\n';
        return 2;
    }
}
